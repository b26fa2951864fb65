"""Timing of processes side by side: paired, alternating, with the machine's noise shown."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """What one run of a process took: seconds on the wall, and of all its processors."""

    wall: float
    cpu: float


class Contender(NamedTuple):
    """One command line under test; `prepare` returns the folder that it runs in."""

    name: str
    command: Sequence[str]
    prepare: Callable[[], Path]


def run_once(contender: Contender) -> Cost:
    """Returns what one run took, from the start of the process to its end.

    Raises:
        RuntimeError: the process failed; what it did not do can not be timed.
    """
    folder = contender.prepare()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        contender.command, cwd=folder, check=False, capture_output=True, text=True
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{contender.name} exited with {done.returncode}:\n{done.stderr}")
    cpu = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return Cost(wall, cpu)


def race(contenders: Sequence[Contender], *, rounds: int) -> list[list[Cost]]:
    """Returns per contender its cost in each round; who starts a round takes turns.

    One round before the first warms the page cache and compiles what is imported; it is not
    counted.
    """
    costs: list[list[Cost]] = [[] for _ in contenders]
    for number in range(-1, rounds):
        for turn in range(len(contenders)):
            place = (turn + number) % len(contenders)
            cost = run_once(contenders[place])
            if number >= 0:
                costs[place].append(cost)
    return costs


def repeat(work: Callable[[], object], *, times: int) -> list[float]:
    """Returns the seconds that each of several calls took, after one that is not counted."""
    work()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def spread(numbers: Sequence[float], *, unit: str = "", digits: int = 2) -> str:
    """Returns median, least and largest as text.

    >>> spread([3.0, 1.0, 2.0], unit=" s")
    '2.00 s (1.00 to 3.00)'
    """
    middle, least, most = statistics.median(numbers), min(numbers), max(numbers)
    return f"{middle:.{digits}f}{unit} ({least:.{digits}f} to {most:.{digits}f})"


def machine() -> str:
    """Returns what a reader must know to weigh the numbers."""
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    return f"{len(os.sched_getaffinity(0))} cores, load {load}"
