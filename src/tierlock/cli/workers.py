"""Workers: where there is enough to read that they save more time than they cost, or as asked."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from tierlock.core import InputError

if TYPE_CHECKING:
    from tierlock.importers import Crew, Place

F = TypeVar("F", bound=Callable[..., Any])

_SHARE: Final = 8 * 1024 * 1024
"""Bytes of logs per worker: reading them takes several times as long as starting the worker."""
_AHEAD: Final = 8
"""Logs under way per worker: while one takes long the others go on, and memory stays bounded."""


def executor_options(command: F) -> F:
    """Add the options that say who reads the logs."""
    for option in (
        click.option(
            "--scheduler",
            metavar="URL",
            help="Scheduler of a Dask cluster, such as tcp://host:8786; for --executor dask.",
        ),
        click.option(
            "--workers",
            "count",
            type=click.IntRange(min=1),
            help="Processes to read in.  [default: one per core, where it pays]",
        ),
        click.option(
            "--executor",
            type=click.Choice(["auto", "none", "processes", "dask"]),
            default="auto",
            show_default=True,
            help="Who reads the logs: this process, more of them, or a Dask cluster.",
        ),
    ):
        command = option(command)
    return command


def workers(
    paths: Iterable[Place],
    *,
    executor: str = "auto",
    scheduler: str | None = None,
    count: int | None = None,
) -> AbstractContextManager[Crew | None]:
    """Return who reads the logs; None where this process does.

    By default processes read, at most one per core, where there is enough to read. Only Linux
    starts a process in a few milliseconds, as a copy of this one; elsewhere they must be asked for.

    Args:
        paths: logs and folders of logs.
        executor: `auto`, `none`, `processes` or `dask`.
        scheduler: address of a Dask scheduler.
        count: processes; by default as many as pay.

    Raises:
        InputError: `input.executor`, a cluster without its address, or an address without it.
    """
    if (executor == "dask") != (scheduler is not None):
        says = "a Dask cluster needs the address of its scheduler, and only it has one"
        hint = "name both: --executor dask --scheduler tcp://host:8786"
        raise InputError("input.executor", says, hint=hint)
    if scheduler is not None:
        from tierlock.importers import dask_crew

        return dask_crew(scheduler)
    if executor == "none":
        return nullcontext()
    listed = list(paths)
    if executor == "processes" or count is not None:
        number = count or _cores()
    else:
        number = _paying(listed, most=_cores() if _copies() else 1)
    return nullcontext() if number < 2 else _processes(number, paths=listed)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _copies() -> bool:
    """Tell whether a process starts as a copy of this one."""
    return sys.platform == "linux"


def _paying(paths: Sequence[Place], *, most: int) -> int:
    """Return how many processes pay, at most as many as named; a remote log pays for all."""
    size = 0
    for piece in _sizes(paths):
        size += piece
        if size >= most * _SHARE:
            break
    return min(most, size // _SHARE)


@contextmanager
def _processes(count: int, *, paths: Sequence[Place]) -> Iterator[Crew]:
    from tierlock.importers import Crew

    # A remote store's library has threads, and a copy of a process has none of them.
    copied = _copies() and all(isinstance(path, Path) for path in paths)

    def start() -> Executor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        # Ctrl-C reaches the whole group: the first process alone says so and ends the others.
        quietly = (signal.SIGINT, signal.SIG_IGN)
        return ProcessPoolExecutor(
            count,
            mp_context=get_context("fork" if copied else "spawn"),
            initializer=signal.signal,
            initargs=quietly,
        )

    first = start()
    try:
        yield Crew(first, renew=start, in_flight=_AHEAD * count)
    finally:
        first.shutdown(wait=True, cancel_futures=True)


def _sizes(paths: Iterable[Place]) -> Iterator[int]:
    """Yield the sizes of files and of files in folders; what is not there has none."""
    for path in paths:
        if not isinstance(path, Path):
            yield sys.maxsize
            continue
        for file in path.rglob("*") if path.is_dir() else [path]:
            with suppress(OSError):
                yield file.stat().st_size
