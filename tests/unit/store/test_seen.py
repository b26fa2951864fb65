"""The index of files that were read: a help that never stands for evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierlock.store import SeenFile, SeenFiles, SeenOmission, SeenRun

A, B = "a" * 64, "b" * 64
ONE = SeenFile((1, 2, 3), "sha256:f", (SeenRun("run-1", "m", f"sha256:{A}"),))
TWO = SeenFile(
    (4, 5, 6),
    "sha256:e",
    (SeenRun("run-2", "m", f"sha256:{B}"),),
    (SeenOmission("x", "log.unscored", "says", True),),
)


def seen(folder: Path) -> SeenFiles:
    return SeenFiles(folder, reader="1")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "evidence").mkdir()
    for name in (f"{A}-1", f"{B}-2"):
        (tmp_path / "evidence" / f"{name}.json").touch()
    return tmp_path


def test_what_was_added_is_there_and_later_entries_win(store: Path) -> None:
    seen(store).add({"a": ONE, "b": ONE})
    seen(store).add({"b": TWO})
    assert seen(store).files() == {"a": ONE, "b": TWO}


def test_a_file_whose_evidence_is_gone_is_not_known(store: Path) -> None:
    seen(store).add({"a": ONE, "b": TWO})
    (store / "evidence" / f"{A}-1.json").unlink()
    assert seen(store).files() == {"b": TWO}


@pytest.mark.parametrize("damage", [b"", b"{", b'{"reader": "0", "files": {}}', b"\xff", b"[]"])
def test_a_damaged_or_foreign_index_is_none(store: Path, damage: bytes) -> None:
    seen(store).add({"a": ONE})
    (store / "seen.json").write_bytes(damage)
    assert seen(store).files() == {}
    seen(store).add({"b": TWO})
    assert seen(store).files() == {"b": TWO}


def test_what_another_reader_noted_is_not_known(store: Path) -> None:
    seen(store).add({"a": ONE})
    assert SeenFiles(store, reader="2").files() == {}


def test_nothing_to_note_writes_nothing(tmp_path: Path) -> None:
    seen(tmp_path / "store").add({})
    assert not (tmp_path / "store").exists()
