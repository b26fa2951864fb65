"""Worker processes, where there is enough to read that they save more time than they cost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Final

_SHARE: Final = 8 * 1024 * 1024
"""Bytes of logs per worker: reading them takes several times as long as starting the worker."""


def workers(paths: Iterable[Path]) -> AbstractContextManager[Executor | None]:
    """Return processes to read the logs in, at most one per core; None where one process does.

    Only Linux starts a process in a few milliseconds, as a copy of this one.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    size = 0
    for piece in _sizes(paths):
        size += piece
        if size >= cores * _SHARE:
            break
    count = min(cores, size // _SHARE)
    if count < 2:
        return nullcontext()
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Ctrl-C reaches the whole group: the first process alone says so and ends the others.
    quietly = (signal.SIGINT, signal.SIG_IGN)
    return ProcessPoolExecutor(
        count, mp_context=get_context("fork"), initializer=signal.signal, initargs=quietly
    )


def _sizes(paths: Iterable[Path]) -> Iterator[int]:
    """Yield the sizes of files and of files in folders; what is not there has none."""
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else [path]:
            with suppress(OSError):
                yield file.stat().st_size
