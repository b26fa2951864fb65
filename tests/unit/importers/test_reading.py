"""The door: recognition by content, importers of others, and one kind of error."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.importers.logs import header, members, only, pack, sample, write
from tierlock.core import ImportFailed, InputError, IntegrityError, Omission, Source
from tierlock.importers import Glance, Imported, Limits, find_logs, formats, read
from tierlock.importers.reading import translated

LOG = pack(members([sample(1)]))


def offer(monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
    """Let another package offer importers under these names."""
    group = "tierlock.importers"
    offered = EntryPoints(EntryPoint(name, value, group) for name, value in points.items())
    monkeypatch.setattr(
        "tierlock.importers.registry.entry_points", lambda **_: offered.select(group=group)
    )


def recognises(glance: Glance) -> bool:
    return glance.head.startswith(b"MINE")


def read_mine(log: Any) -> Imported:
    return Imported(omissions=(Omission(what=log.name, code="log.no-samples", says="x"),))


MINE = SimpleNamespace(recognises=recognises, read=read_mine)
NO_IMPORTER = object()


def explode(log: Any) -> Imported:
    raise LookupError("inside")


BROKEN_READER = SimpleNamespace(recognises=recognises, read=explode)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = write(tmp_path, "no-suffix", {**header([sample(1)]), "samples": [sample(1)]})
    assert only(read(path)).source.format == "inspect"


def test_a_file_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        read(write(tmp_path, "x.json", '{"a": 1}'))
    assert caught.value.code == "import.format"
    assert caught.value.location == str(tmp_path / "x.json")
    assert caught.value.hint is not None
    assert "lm-eval" in caught.value.hint


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="no format `nope`"):
        read(write(tmp_path, "x.eval", LOG), format="nope")


def test_a_named_format_is_believed_and_then_held_to(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed):
        read(write(tmp_path, "x.eval", LOG), format="table")


@pytest.mark.parametrize("name", ["missing.eval", "folder.eval"])
def test_what_can_not_be_opened_is_an_import_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.eval").mkdir()
    with pytest.raises(ImportFailed) as caught:
        read(tmp_path / name)
    assert caught.value.code == "input.file"
    assert caught.value.location == str(tmp_path / name)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.eval")
    with pytest.raises(ImportFailed, match="not a regular file"):
        read(tmp_path / "pipe.eval")


def test_a_name_that_no_file_can_have_is_an_import_error() -> None:
    with pytest.raises(ImportFailed):
        read(Path("a\0b.eval"))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "x.eval", LOG)
    assert read(path, limits=Limits(file_bytes=len(LOG))).evidence
    with pytest.raises(ImportFailed, match="larger than") as caught:
        read(path, limits=Limits(file_bytes=len(LOG) - 1))
    assert caught.value.code == "import.limit"


def test_importers_of_others_come_after_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, mine=f"{__name__}:MINE")
    assert formats()[-1] == "mine"
    assert read(write(tmp_path, "x.bin", "MINE")).omissions[0].what == "x.bin"
    assert read(write(tmp_path, "x.eval", LOG)).evidence


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("no_such_module_anywhere:X", "fails to load"),
        (f"{__name__}:NO_IMPORTER", "not an importer"),
    ],
)
def test_an_importer_that_fails_to_load_is_an_error_and_not_a_gap(
    value: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, theirs=value)
    path = write(tmp_path, "x.bin", "?")
    for attempt in (lambda: read(path), lambda: find_logs([tmp_path])):
        with pytest.raises(ImportFailed, match=says) as caught:
            attempt()
        assert caught.value.code == "import.plugin"
    assert read(write(tmp_path, "x.eval", LOG)).evidence


def test_two_importers_of_one_name_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [EntryPoint("twice", f"{__name__}:MINE", "tierlock.importers")] * 2
    monkeypatch.setattr("tierlock.importers.registry.entry_points", lambda **_: EntryPoints(points))
    with pytest.raises(ImportFailed, match="two packages"):
        read(write(tmp_path, "x.bin", "?"))


def test_a_foreign_importer_s_exception_becomes_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, theirs=f"{__name__}:BROKEN_READER")
    with pytest.raises(ImportFailed, match="LookupError: inside") as caught:
        read(write(tmp_path, "x.bin", "MINE"))
    assert caught.value.code == "import.unreadable"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyError("x"), "import.unreadable"),
        (RecursionError(), "import.limit"),
        (MemoryError(), "import.limit"),
        (InputError("input.type", "x"), "import.value"),
    ],
)
def test_translation(error: Exception, code: str) -> None:
    with pytest.raises(ImportFailed) as caught, translated("here"):
        raise error
    assert caught.value.code == code
    assert caught.value.location == "here"


def test_a_value_that_no_record_can_hold_is_an_import_error() -> None:
    with pytest.raises(ImportFailed, match="`sha256`") as caught, translated("here"):
        Source(format="x", file="y", sha256="z")
    assert caught.value.code == "import.value"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), IntegrityError("integrity.digest", "x")])
def test_what_is_not_about_the_input_passes(error: BaseException) -> None:
    with pytest.raises(type(error)), translated("here"):
        raise error
