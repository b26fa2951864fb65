"""What is kept computed counts only with the seal of a server of this version."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tierlock.core import InputError
from tierlock.usecases import view_seal
from tierlock.usecases.view_seal import ViewSeal

HERE = {"slug": "m", "name": ":position", "state": "1.0"}


def test_it_opens_what_it_sealed(tmp_path: Path) -> None:
    path = tmp_path / "data" / ".views.key"
    sealed = ViewSeal(path).put(b"answer", **HERE)
    assert ViewSeal(path).open(sealed, **HERE) == b"answer"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [".views.key"]


@pytest.mark.parametrize("change", [{"slug": "n"}, {"name": "x:position"}, {"state": "1.1"}])
def test_it_opens_it_at_no_other_place(tmp_path: Path, change: dict[str, str]) -> None:
    seal = ViewSeal(tmp_path / "key")
    sealed = seal.put(b"answer", **HERE)
    assert seal.open(sealed, **{**HERE, **change}) is None


def test_it_opens_nothing_that_was_edited(tmp_path: Path) -> None:
    seal = ViewSeal(tmp_path / "key")
    sealed = seal.put(b"DENY", **HERE)
    for edited in (sealed.replace(b"DENY", b"ALLO"), sealed[32:], sealed[:-1], b"", b"DENY"):
        assert seal.open(edited, **HERE) is None


def test_nothing_of_another_version_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seal = ViewSeal(tmp_path / "key")
    sealed = seal.put(b"answer", **HERE)
    monkeypatch.setattr(view_seal, "__version__", "0.0.1")
    assert seal.open(sealed, **HERE) is None


def test_without_its_key_nothing_opens(tmp_path: Path) -> None:
    path = tmp_path / "key"
    seal = ViewSeal(path)
    sealed = seal.put(b"answer", **HERE)
    for cut in (b"", b"x" * 31):
        path.write_bytes(cut)
        assert seal.open(sealed, **HERE) is None
        assert seal.open(seal.put(b"new", **HERE), **HERE) == b"new"
    path.unlink()
    assert seal.open(sealed, **HERE) is None


def test_of_many_that_begin_at_once_one_makes_the_key(tmp_path: Path) -> None:
    seals = [ViewSeal(tmp_path / "key") for _ in range(16)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda seal: seal.put(b"answer", **HERE), seals))
    assert len(set(made)) == 1


def test_a_place_that_can_not_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError) as caught:
        ViewSeal(tmp_path / "file" / "key").put(b"answer", **HERE)
    assert caught.value.code == "input.store"
