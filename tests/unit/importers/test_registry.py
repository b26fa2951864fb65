"""Formats of other packages: conflicts and breaches are errors that name the package."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.core import Evidence, ImportFailed, Omission, Source
from tierlock.importers import Imported, find_logs, formats, read
from tierlock.importers.registry import built_in

LOG = pack(members([sample(1)]))
LEFT_OUT = Imported(omissions=(Omission(what="x", code="log.no-samples", says="x"),))


def claims(answer: Any = True) -> Any:
    return lambda glance: answer


CLAIMED = claims()


def importer(read_it: Any = lambda log: LEFT_OUT, recognises: Any = CLAIMED) -> Any:
    return SimpleNamespace(recognises=recognises, read=read_it)


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Any:
    def offer(*pairs: tuple[str, Any]) -> None:
        points = []
        for name, value in pairs:
            point = EntryPoint(name, f"package:{name}", "tierlock.importers")
            points.append(SimpleNamespace(name=name, value=point.value, dist=None,
                                          load=lambda value=value: value))  # fmt: skip
        monkeypatch.setattr("tierlock.importers.registry.entry_points", lambda **_: tuple(points))

    return offer


def refusal(path: Path, *, says: str) -> ImportFailed:
    with pytest.raises(ImportFailed, match=says) as caught:
        read(path)
    assert caught.value.code == "import.plugin"
    assert caught.value.hint
    with pytest.raises(ImportFailed, match=says):
        find_logs([path.parent])
    return caught.value


def test_our_formats_are_asked_first() -> None:
    assert formats()[: len(built_in())] == built_in()


def test_a_name_of_ours_can_not_be_taken(offer: Any, tmp_path: Path) -> None:
    offer(("inspect", importer()), ("other", importer()))
    assert formats().count("inspect") == 1
    refusal(write(tmp_path / "a", "x.bin", "?"), says="`inspect`, which is built in")
    assert read(write(tmp_path / "b", "x.eval", LOG)).evidence[0].source.format == "inspect"


def test_two_packages_under_one_name(offer: Any, tmp_path: Path) -> None:
    offer(("theirs", importer()), ("theirs", importer()))
    refusal(write(tmp_path, "x.bin", "?"), says="two packages offer the format `theirs`")


def test_two_packages_that_claim_one_file(offer: Any, tmp_path: Path) -> None:
    offer(("a", importer()), ("b", importer()), ("c", importer(recognises=claims(False))))
    error = refusal(write(tmp_path, "x.bin", "?"), says="claim the file `x.bin`")
    assert "`a`, `b`" in error.message


def test_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    points = EntryPoints([EntryPoint("theirs", "no_such_module:x", "tierlock.importers")] * 2)
    monkeypatch.setattr("tierlock.importers.registry.entry_points", lambda **_: points)
    refusal(write(tmp_path, "x.bin", "?"), says="no_such_module:x")


def explode(_: Any) -> Any:
    raise LookupError("inside")


@pytest.mark.parametrize(
    ("recognises", "says"),
    [
        (explode, "fails to look at `x.bin`: LookupError: inside"),
        (claims(None), "answers `NoneType` instead of true or false"),
        (claims(1), "answers `int`"),
    ],
)
def test_an_importer_that_can_not_recognise(
    recognises: Any, says: str, offer: Any, tmp_path: Path
) -> None:
    offer(("theirs", importer(recognises=recognises)))
    refusal(write(tmp_path, "x.bin", "?"), says=says)


@pytest.mark.parametrize("value", [object(), SimpleNamespace(recognises=claims(), read=None)])
def test_what_is_no_importer(value: Any, offer: Any, tmp_path: Path) -> None:
    offer(("theirs", value))
    refusal(write(tmp_path, "x.bin", "?"), says="is not an importer")


def evidence(log: Any, **source: str) -> Evidence:
    (found,) = read(write(log.path.parent, "log.json", {**header([sample(1)]),
                    "samples": [sample(1)]})).evidence  # fmt: skip
    fields = {"format": "theirs", "file": log.name, "sha256": log.sha256} | source
    return found.model_copy(update={"source": Source(**fields)})


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda log: None, "returns `NoneType` instead of `Imported`"),
        (lambda log: Imported(), "neither evidence nor an omission"),
        (lambda log: Imported(evidence=("x",)), "something else than evidence"),  # type: ignore[arg-type]
        (lambda log: Imported(omissions=("x",)), "something else than omissions"),  # type: ignore[arg-type]
        (lambda log: Imported((evidence(log, format="inspect"),)), "names another source"),
        (lambda log: Imported((evidence(log, sha256="sha256:" + "0" * 64),)), "another source"),
    ],
)
def test_what_an_importer_returns_is_checked(
    made: Any, says: str, offer: Any, tmp_path: Path
) -> None:
    offer(("theirs", importer(made)))
    with pytest.raises(ImportFailed, match=says) as caught:
        read(write(tmp_path, "x.bin", "?"))
    assert caught.value.code == "import.plugin"


def test_evidence_of_the_file_itself_is_taken(offer: Any, tmp_path: Path) -> None:
    offer(("theirs", importer(lambda log: Imported((evidence(log),)))))
    assert read(write(tmp_path, "x.bin", "?")).evidence[0].source.format == "theirs"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LookupError("inside"), "import.unreadable"),
        (RecursionError(), "import.limit"),
        (MemoryError(), "import.limit"),
        (ImportFailed("import.value", "theirs"), "import.value"),
    ],
)
def test_errors_inside_an_importer(error: Exception, code: str, offer: Any, tmp_path: Path) -> None:
    def fail(log: Any) -> Imported:
        raise error

    offer(("theirs", importer(fail)))
    with pytest.raises(ImportFailed) as caught:
        read(write(tmp_path, "x.bin", "?"))
    assert caught.value.code == code
