"""Many logs at once: whoever reads them, the result is the same, and all or nothing."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures import ThreadPoolExecutor as Threads
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import log
from tests.unit.importers.logs import write
from tierlock.core import ImportFailed, InputError
from tierlock.importers import Imports, Reading, import_logs

COUNT = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(COUNT):
        log(tmp_path, f"{number}.eval", "CI" * (number + 1), eval_id=f"run-{number}")
    return tmp_path


class Slow(Executor):
    """Runs nothing by itself: the test says what becomes of each task, in order."""

    def __init__(self, *ends: object) -> None:
        self.ends = list(ends)
        self.tasks: list[Future[Any]] = []

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        task: Future[Any] = Future()
        end = self.ends.pop(0) if self.ends else None
        if isinstance(end, BaseException):
            task.set_exception(end)
        self.tasks.append(task)
        return task


def processes() -> Executor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("make", [lambda: Threads(3), processes], ids=["threads", "processes"])
def test_an_executor_reads_what_one_process_reads(folder: Path, make: Any) -> None:
    alone = import_logs([folder])
    assert [item.run_id for item in alone.evidence] == [f"run-{number}" for number in range(COUNT)]
    with make() as executor:
        together = import_logs([folder], executor=executor)
    assert together == alone
    assert [item.digest for item in together.evidence] == [item.digest for item in alone.evidence]


@pytest.mark.parametrize("make", [lambda: Threads(3), processes], ids=["threads", "processes"])
def test_a_damaged_log_is_the_same_error_wherever_it_is_read(folder: Path, make: Any) -> None:
    write(folder, "1.eval", b"PK\x03\x04 cut off")
    with pytest.raises(ImportFailed) as alone:
        import_logs([folder])
    with make() as executor, pytest.raises(ImportFailed) as apart:
        import_logs([folder], executor=executor)
    assert str(apart.value) == str(alone.value)
    assert apart.value.code == "import.unreadable"
    assert apart.value.location == str(folder / "1.eval")


def test_reading_starts_at_once_and_progress_is_told_in_order(folder: Path) -> None:
    with Threads(1) as executor:
        reading = Reading([folder], executor=executor)
        executor.shutdown(wait=True)
        told: list[tuple[int, int]] = []
        found = reading.result(progress=lambda done, total: told.append((done, total)))
    assert isinstance(found, Imports)
    assert found.files == COUNT
    assert told == [(done, COUNT) for done in range(1, COUNT + 1)]


def test_after_a_failure_nothing_more_is_read(folder: Path) -> None:
    executor = Slow(ImportFailed("import.unreadable", "damaged"))
    with pytest.raises(ImportFailed, match="damaged"):
        import_logs([folder], executor=executor)
    assert [task.cancelled() for task in executor.tasks] == [False, *[True] * (COUNT - 1)]


def test_a_worker_that_is_killed_is_a_coded_error(folder: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        import_logs([folder], executor=Slow(BrokenExecutor("killed")))
    assert caught.value.code == "import.limit"
    assert "memory" in (caught.value.hint or "")


def test_without_a_log_nothing_is_started(tmp_path: Path) -> None:
    executor = Slow()
    with pytest.raises(InputError) as caught:
        Reading([tmp_path], executor=executor)
    assert caught.value.code == "import.empty"
    assert executor.tasks == []
