"""Work in other processes or machines: bounded, repeated where a worker was lost, in order.

The one place where a `concurrent.futures.Executor` is used. Whoever does the work, the results come
in the order of the items, each exactly once: what a lost worker had done is done again, and only
what was handed over counts.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Final, Generic, NamedTuple, TypeVar

from tierlock.core import ImportFailed, TierlockError

T = TypeVar("T")
R = TypeVar("R")

IN_FLIGHT: Final = 16
"""Items that may be under way at once, where a crew does not say how many."""
_TRIES: Final = 3


class Crew(NamedTuple):
    """Who does the work.

    Attributes:
        executor: processes, threads or a cluster.
        renew: starts another executor like it, when this one broke; None where nobody can.
        in_flight: items that may be under way or done and not yet fetched. It bounds what the
            results take in memory when one item takes much longer than those behind it.
    """

    executor: Executor
    renew: Callable[[], Executor] | None = None
    in_flight: int = IN_FLIGHT


class Tasks(Generic[T, R]):
    """One piece of work done for each item; the first items are under way at once.

    Args:
        work: what is done; a function of a module, so that other processes find it.
        items: what it is done for.
        crew: who does it.
    """

    def __init__(self, work: Callable[[T], R], items: Sequence[T], *, crew: Crew) -> None:
        self._work = work
        self._items = items
        self._crew = crew
        self._executor = crew.executor
        self._renewed = False
        self._window = max(1, crew.in_flight)
        self._under_way: dict[int, Future[R]] = {}
        self._fill(0)

    def results(self) -> Generator[R, None, None]:
        """Yield the results in the order of the items.

        Raises:
            TierlockError: as the work raised it; nothing more is done then.
            ImportFailed: `import.limit`, a worker was lost with the same item time after time.
        """
        try:
            for number in range(len(self._items)):
                self._fill(number)
                yield self._result(number)
        finally:
            for future in self._under_way.values():
                future.cancel()
            if self._renewed:
                self._executor.shutdown(wait=False, cancel_futures=True)

    def _fill(self, first: int, *, window: int | None = None) -> None:
        """Hand out items until as many as are allowed are under way, counted from the first."""
        for number in range(first, min(first + (window or self._window), len(self._items))):
            if number not in self._under_way:
                self._under_way[number] = self._submit(number)

    def _submit(self, number: int) -> Future[R]:
        try:
            return self._executor.submit(self._work, self._items[number])
        except Exception as error:  # noqa: BLE001  # broken, or a cluster that is gone
            lost: Future[R] = Future()
            lost.set_exception(error)
            return lost

    def _result(self, number: int) -> R:
        reason = ""
        for _ in range(_TRIES):
            # After a loss alone, so that an item that ends every worker is known by its name.
            self._fill(number, window=1)
            try:
                return self._under_way.pop(number).result()
            except TierlockError:
                raise
            except BrokenExecutor as error:
                reason = type(error).__name__
                if self._crew.renew is None:
                    break
                self._replace(self._crew.renew)
            except Exception as error:  # noqa: BLE001  # whatever a lost worker or its cluster raises
                reason = type(error).__name__
        raise ImportFailed(
            "import.limit",
            f"a process that read logs was ended from outside ({reason})",
            hint="most often for want of memory: read fewer logs at a time, with fewer workers",
            location=str(self._items[number]),
        )

    def _replace(self, renew: Callable[[], Executor]) -> None:
        """Start another executor; everything that was under way and is not done starts again."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = renew()
        self._renewed = True
        self._under_way = {
            number: future
            for number, future in self._under_way.items()
            if future.done() and not future.cancelled() and future.exception() is None
        }
