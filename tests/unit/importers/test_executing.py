"""Work of others: in order, each result once, bounded, and repeated where a worker was lost."""

from __future__ import annotations

import os
import signal
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures import ThreadPoolExecutor as Threads
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import ImportFailed, InputError
from tierlock.importers.executing import Crew, Tasks


def double(number: int) -> int:
    return 2 * number


class Scripted(Executor):
    """Does the work at once, unless the script says what becomes of the next task instead."""

    def __init__(self, script: list[BaseException | None]) -> None:
        self.script = script
        self.given: list[int] = []
        self.broken = False

    def submit(self, work: Any, /, *given: Any, **_: Any) -> Future[Any]:
        if self.broken:
            raise BrokenExecutor("broken")
        task: Future[Any] = Future()
        self.given += given
        end = self.script.pop(0) if self.script else None
        if end is None:
            task.set_result(work(*given))
        else:
            self.broken = isinstance(end, BrokenExecutor)
            task.set_exception(end)
        return task


def run(items: list[int], crew: Crew) -> list[int]:
    return list(Tasks(double, items, crew=crew).results())


@given(st.lists(st.sampled_from([None, None, OSError("lost"), BrokenExecutor("lost")]), max_size=2))
def test_a_lost_worker_costs_a_repetition_and_nothing_else(
    script: list[BaseException | None],
) -> None:
    shared = list(script)
    crew = Crew(Scripted(shared), renew=lambda: Scripted(shared), in_flight=3)
    assert run([*range(10)], crew) == [*range(0, 20, 2)]


@pytest.mark.parametrize("window", [1, 2, 5])
def test_no_more_than_allowed_is_under_way(window: int) -> None:
    executor = Scripted([])
    results = Tasks(double, [*range(9)], crew=Crew(executor, in_flight=window)).results()
    for done in range(9):
        assert len(executor.given) <= done + window
        assert next(results) == 2 * done
    assert executor.given == [*range(9)]


def test_an_item_that_ends_every_worker_is_named() -> None:
    made: list[Scripted] = []

    def poisoned() -> Executor:
        class Pool(Scripted):
            def submit(self, work: Any, /, *given: Any, **more: Any) -> Future[Any]:
                self.script = [BrokenExecutor("killed")] if given == (4,) else []
                return super().submit(work, *given, **more)

        made.append(Pool([]))
        return made[-1]

    with pytest.raises(ImportFailed) as caught:
        run([*range(9)], Crew(poisoned(), renew=poisoned, in_flight=3))
    assert caught.value.location == "4"
    assert caught.value.code == "import.limit"
    assert [pool.given for pool in made if pool.given][-1] == [4]


def test_without_a_successor_a_broken_executor_is_the_end() -> None:
    with pytest.raises(ImportFailed, match="ended from outside") as caught:
        run([1, 2], Crew(Scripted([BrokenExecutor("killed")])))
    assert caught.value.location == "1"


def test_our_own_errors_are_never_repeated() -> None:
    executor = Scripted([InputError("input.type", "wrong")])
    with pytest.raises(InputError, match="wrong"):
        run([1, 2], Crew(executor, in_flight=1))
    assert executor.given == [1]


def double_once_killed(item: tuple[int, str]) -> int:
    number, marker = item
    if marker and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def pool() -> Executor:
    return ProcessPoolExecutor(2, mp_context=get_context("fork"))


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_that_is_killed_in_the_middle_is_replaced(tmp_path: Path) -> None:
    items = [(n, str(tmp_path / f"{n}") if n in {3, 7} else "") for n in range(12)]
    crew = Crew(pool(), renew=pool, in_flight=4)
    found = list(Tasks(double_once_killed, items, crew=crew).results())
    assert found == [*range(0, 24, 2)]
    assert {path.name for path in tmp_path.iterdir()} == {"3", "7"}


def test_who_stops_listening_stops_the_work() -> None:
    with Threads(1) as executor:
        results = Tasks(double, [*range(50)], crew=Crew(executor, in_flight=50)).results()
        assert next(results) == 0
        results.close()
