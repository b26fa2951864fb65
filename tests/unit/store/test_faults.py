"""Kills, full disks and races: what was acknowledged stays, what was not is never half there."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import ROOT
from tests.unit.store.evidence import evidence, register
from tests.unit.store.worker import ACKNOWLEDGED, BATCH, heals, problems
from tierlock.core import InputError, SpentAlpha
from tierlock.store import LocalStore
from tierlock.store.files import append_lines, read_lines, write_whole


def start(mode: str, folder: Path, *numbers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.store.worker", mode, str(folder)]
    return subprocess.Popen(
        [*command, *map(str, numbers)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def result(process: subprocess.Popen[str]) -> Any:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return json.loads(out)


def worker(mode: str, folder: Path, *numbers: int) -> Any:
    return result(start(mode, folder, *numbers))


# -- killed -----------------------------------------------------------------------------------


def test_a_writer_killed_at_any_instant_loses_nothing(tmp_path: Path) -> None:
    assert worker("kill-at-random", tmp_path, 40) == {"rounds": 40, "problems": []}


def test_a_writer_killed_at_every_durable_step_loses_nothing(tmp_path: Path) -> None:
    found = worker("kill-at-every-step", tmp_path)
    # One append and four files, each with several durable calls, before and after.
    assert found["rounds"] >= 2 * (1 + 2 * len(BATCH))
    assert found["problems"] == []


def test_the_check_of_a_cut_short_write_notices() -> None:
    with tempfile.TemporaryDirectory() as name:
        store = LocalStore(Path(name))
        store.ingest([*ACKNOWLEDGED[1:], evidence(BATCH[0].run_id)], register=lambda items: [])
        found = problems(store.folder)
    assert "first-0 is lost" in found
    assert "first-1 is visible and not registered" in found
    assert "second-0 is half there" in found


# -- full or read-only ------------------------------------------------------------------------


@pytest.mark.parametrize("step", range(40))
def test_a_disk_that_fills_up_at_any_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    store = LocalStore(tmp_path / "store")
    store.ingest(ACKNOWLEDGED, register=register)
    calls = iter(range(1000))
    sync = os.fsync

    def full(handle: int) -> None:
        if next(calls) >= step:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    # One call for the register; per file one for its content and one for its folder.
    if step >= 1 + 2 * len(BATCH):
        store.ingest(BATCH, register=register)
    else:
        with pytest.raises(InputError) as caught:
            store.ingest(BATCH, register=register)
        assert caught.value.code == "input.store"
        assert "no space left" in caught.value.message
        assert caught.value.hint
    monkeypatch.undo()
    assert problems(store.folder) == []
    assert not list(store.folder.rglob(".part-*"))
    assert heals(store.folder) == []


@pytest.mark.parametrize("limit", [100, 1500])
def test_a_kernel_that_refuses_to_write_more(tmp_path: Path, limit: int) -> None:
    """The limit cuts the register short (100 bytes) or the first file of evidence."""
    LocalStore(tmp_path).ingest(ACKNOWLEDGED, register=register)
    (tmp_path / "runs.jsonl").write_bytes((tmp_path / "runs.jsonl").read_bytes())
    assert worker("starve", tmp_path, limit) == {"code": "input.store"}
    assert problems(tmp_path) == []
    assert heals(tmp_path) == []


def test_a_read_only_store_can_be_read_and_says_so_when_written() -> None:
    # Not below the test's own folder: only its owner may enter that.
    with tempfile.TemporaryDirectory() as name:
        outside = Path(name)
        outside.chmod(0o755)
        folder = outside / "store"
        LocalStore(folder).ingest(ACKNOWLEDGED, register=register)
        found = worker("readonly", folder)
        assert found == {"seen": len(ACKNOWLEDGED), "code": "input.store"}
        folder.chmod(0o755)
        assert problems(folder) == []


# -- several writers --------------------------------------------------------------------------


def test_two_writers_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    both = [start("race", folder, 0, 20), start("race", folder, 10, 30)]
    found = [result(process) for process in both]
    assert [one["problems"] for one in found] == [[], []]
    # Ten runs came from both; each was new to one of them only.
    assert sum(one["added"] for one in found) == 30
    names = [f"run-{number:02}" for number in range(30)]
    store = LocalStore(folder)
    assert [item.run_id for item in store.evidence()] == names
    assert sorted(run.run_id for run in store.runs()) == names
    assert len(read_lines(folder / "runs.jsonl")) == 30


def test_whoever_writes_holds_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    store.ingest(ACKNOWLEDGED, register=register)
    sync, held = os.fsync, []

    def watched(handle: int) -> None:
        with (tmp_path / "lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(True)
            else:
                held.append(False)
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    (run,) = register([evidence("other")])
    spent = SpentAlpha(threshold="t", lineage="l", weights="w", spent_at=run.started_at)
    writes: list[Callable[[], object]] = [
        lambda: store.ingest(BATCH, register=register),
        lambda: store.register([run]),
        lambda: store.spend([spent]),
    ]
    for write in writes:
        held.clear()
        write()
        assert held
        assert all(held)


def test_of_two_contents_of_one_run_exactly_one_gets_in(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    both = [start("conflict", folder, 0), start("conflict", folder, 1)]
    found = [result(process)["code"] for process in both]
    assert sorted(found, key=str) == [None, "integrity.run-conflict"]
    winner = float(found.index(None))
    assert LocalStore(folder).evidence() == (evidence("run-1", (winner,)),)


# -- files ------------------------------------------------------------------------------------


def test_a_whole_file_replaces_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    write_whole(path, data=b"one")
    write_whole(path, data=b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_whole(path, data=b"one")

    def fail(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InputError, match="can not write"):
        write_whole(path, data=b"two")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"one"


@pytest.mark.parametrize(
    ("before", "kept"),
    [(b"", b""), (b"a\n", b"a\n"), (b"a\nb", b"a\n"), (b"half", b""), (b"a\n\n", b"a\n\n")],
)
def test_an_append_starts_on_a_line_of_its_own(tmp_path: Path, before: bytes, kept: bytes) -> None:
    path = tmp_path / "lines"
    path.write_bytes(before)
    append_lines(path, lines=[b"x", b"y"])
    assert path.read_bytes() == kept + b"x\ny\n"
    assert read_lines(path)[-2:] == [b"x", b"y"]


def test_lines_of_nothing_are_nothing(tmp_path: Path) -> None:
    assert read_lines(tmp_path / "none") == []
    append_lines(tmp_path / "none", lines=[])
    assert not (tmp_path / "none").exists()
    (tmp_path / "half").write_bytes(b"half a line")
    assert read_lines(tmp_path / "half") == []


def test_a_folder_in_place_of_a_file_is_a_coded_error(tmp_path: Path) -> None:
    for attempt in (lambda: read_lines(tmp_path), lambda: append_lines(tmp_path, lines=[b"x"])):
        with pytest.raises(InputError) as caught:
            attempt()
        assert caught.value.code == "input.store"
