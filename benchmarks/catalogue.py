"""All shipped frameworks: loading and checking them, and proving them, beside what that rests on.

    python benchmarks/catalogue.py

Loading takes turns with its peer in the same process: the same bytes made into plain Python
values by PyYAML's compiled loader, nothing checked. Proving is set beside the time that the solver
itself took in the same run, below which nothing around it can go. Needs the extra `prove`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import yaml
import z3
from timing import machine, spread

from tierlock.analysis import prove_framework
from tierlock.frameworks import SHIPPED, get_framework, list_frameworks

LOAD_SECONDS = 1.0
PROVE_SECONDS = 120.0


def time_loading(*, rounds: int) -> float:
    """Prints and returns the median seconds of loading and checking every shipped framework."""
    entries = list_frameworks()
    data = [(SHIPPED / entry.path).read_bytes() for entry in entries]

    def ours() -> None:
        for entry in entries:
            get_framework(entry.name)

    def theirs() -> None:
        for text in data:
            yaml.load(text, Loader=yaml.CSafeLoader)

    mine, peer = _by_turns([ours, theirs], rounds=rounds)
    size = sum(map(len, data)) / 1024
    ratios = [own / other for own, other in zip(mine, peer, strict=True)]
    print(f"  load {len(entries)} frameworks, {size:.0f} KiB  {_milliseconds(mine)}")
    print(f"  same bytes by PyYAML          {_milliseconds(peer)}")
    print(f"  load / PyYAML                 {spread(ratios)}")
    return statistics.median(mine)


def time_proofs(*, rounds: int) -> float:
    """Prints and returns the median seconds of proving every shipped framework, one by one."""
    frameworks = [get_framework(entry.name) for entry in list_frameworks()]
    wholes, ratios, statements = [], [], 0
    for _ in range(rounds):
        with _solver_seconds() as solving:
            start = time.perf_counter()
            proofs = [proof for framework in frameworks for proof in prove_framework(framework)]
            wholes.append(time.perf_counter() - start)
        ratios.append(wholes[-1] / sum(solving))
        statements = sum(proof.cases for proof in proofs)
    print(f"  prove {len(frameworks)}, {statements:,} statements   {spread(wholes, unit=' s')}")
    print(f"  prove / solver alone          {spread(ratios)}")
    return statistics.median(wholes)


def _by_turns(works: Sequence[Callable[[], None]], *, rounds: int) -> list[list[float]]:
    """Returns per work its seconds in each round; who starts takes turns, one round warms up."""
    seconds: list[list[float]] = [[] for _ in works]
    for number in range(-1, rounds):
        for turn in range(len(works)):
            place = (turn + number) % len(works)
            start = time.perf_counter()
            works[place]()
            if number >= 0:
                seconds[place].append(time.perf_counter() - start)
    return seconds


@contextmanager
def _solver_seconds() -> Iterator[list[float]]:
    """Yields the list that is filled with the seconds of every question to the solver."""
    seconds: list[float] = []
    check = z3.Solver.check

    def timed(*arguments: object) -> object:
        start = time.perf_counter()
        answer = check(*arguments)
        seconds.append(time.perf_counter() - start)
        return answer

    z3.Solver.check = timed
    try:
        yield seconds
    finally:
        z3.Solver.check = check


def _milliseconds(seconds: Sequence[float]) -> str:
    return spread([1000 * second for second in seconds], unit=" ms", digits=0)


def time_catalogue(*, rounds: int) -> list[str]:
    """Prints both and returns one line per target that was missed."""
    missed = []
    loading = time_loading(rounds=rounds)
    if loading >= LOAD_SECONDS:
        missed.append(f"loading the catalogue takes {loading:.2f} s, not under {LOAD_SECONDS:.0f}")
    proving = time_proofs(rounds=3)
    if proving >= PROVE_SECONDS:
        missed.append(f"proving the catalogue takes {proving:.0f} s, not under {PROVE_SECONDS:.0f}")
    return missed


def main() -> int:
    """Times the catalogue and returns the exit code."""
    parser = argparse.ArgumentParser(description="Time the shipped frameworks.")
    parser.add_argument("--rounds", type=int, default=7)
    print(f"{machine()}; median (least to largest)", flush=True)
    missed = time_catalogue(rounds=parser.parse_args().rounds)
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
