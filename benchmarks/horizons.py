"""The bootstrap of a time horizon beside the loop that it replaces, per draw.

    python benchmarks/horizons.py

664 runs, eight at each of 83 tasks of 36 families, as many as in METR's suite. The peer does what
METR's published analysis does, in its plainest form: families, tasks and runs are drawn in a loop,
and scikit-learn refits the logistic curve to each draw. Both sides have METR's penalty. They take
turns in one process, and the ratio is that of the times per draw within a round. Exits with 1 if
the ratio is under 200, or if the two disagree about the curve or about the draws.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from timing import machine, spread

from tierlock import stats

LEAST_RATIO = 200.0
PENALTY = 0.1
SEED = 20261122
OURS, THEIRS = 5000, 60


class Runs(NamedTuple):
    """One agent's runs, shape (N,) each."""

    values: npt.NDArray[np.float64]
    minutes: npt.NDArray[np.float64]
    items: npt.NDArray[np.int64]
    clusters: npt.NDArray[np.int64]


def agent() -> Runs:
    """Returns runs whose success falls with length, with families and tasks that differ."""
    rng = np.random.default_rng(SEED)
    families = np.sort(np.concatenate([np.arange(36), rng.integers(0, 36, 47)]))
    lengths = np.clip(rng.uniform(0, 9.5, 36)[families] + rng.normal(0, 1, 83), 0, 10)
    odds = 0.6 * (5 - lengths) + rng.normal(0, 0.8, 36)[families] + rng.normal(0, 0.8, 83)
    values = rng.random((8, 83)) < 1 / (1 + np.exp(-odds))
    return Runs(
        values.ravel().astype(np.float64),
        np.tile(np.exp2(lengths), 8),
        np.tile(np.arange(83), 8),
        np.tile(families, 8),
    )


def fitted(values: npt.NDArray[np.float64], x: npt.NDArray[np.float64],
           weights: npt.NDArray[np.float64]) -> float:  # fmt: skip
    """Returns the horizon by scikit-learn, in minutes; NaN where it has none."""
    if values.min() == values.max():
        return math.nan
    model = LogisticRegression(C=1 / PENALTY).fit(x[:, None], values, sample_weight=weights)
    return float(2 ** (-model.intercept_[0] / model.coef_[0, 0]))


def loop(runs: Runs, *, draws: int, seed: int) -> npt.NDArray[np.float64]:
    """Returns the horizon of each draw, drawn and refitted one by one."""
    rng = np.random.default_rng(seed)
    weights = stats.horizon_weights(items=runs.items, clusters=runs.clusters)
    x = np.log2(runs.minutes)
    rows_of = [np.flatnonzero(runs.items == task) for task in range(83)]
    names = np.unique(runs.clusters)
    tasks_of = {name: np.unique(runs.items[runs.clusters == name]) for name in names}
    found = []
    for _ in range(draws):
        rows = np.concatenate(
            [
                rng.choice(rows_of[task], rows_of[task].size)
                for name in rng.choice(names, names.size)
                for task in rng.choice(tasks_of[name], tasks_of[name].size)
            ]
        )
        found.append(fitted(runs.values[rows], x[rows], weights[rows]))
    return np.array(found)


def check(runs: Runs, *, theirs: npt.NDArray[np.float64]) -> list[str]:
    """Returns what the two sides disagree about: the curve of the data, the middle of the draws."""
    weights = stats.horizon_weights(items=runs.items, clusters=runs.clusters)
    fit = stats.fit_horizon(runs.values, minutes=runs.minutes, weights=weights, penalty=PENALTY)
    own, other = stats.horizon_at(fit), fitted(runs.values, np.log2(runs.minutes), weights)
    print(f"  horizon                       {own:.3f} min, by scikit-learn {other:.3f} min")
    missed = [] if abs(own / other - 1) < 0.005 else ["the two fits disagree"]
    share = float((ours(runs, draws=OURS).highest <= np.nanmedian(theirs)).mean())
    if abs(share - 0.5) > 4 * math.sqrt(0.25 / theirs.size):
        missed.append(f"the loop's median is the {share:.3f} quantile of the draws")
    return missed


def ours(runs: Runs, *, draws: int) -> stats.HorizonDraws:
    """Returns all draws, refitted at the same time."""
    return stats.horizon_draws(**runs._asdict(), draws=draws, penalty=PENALTY)


def time_horizons(*, rounds: int) -> list[str]:
    """Prints times and ratio and returns one line per target that was missed."""
    runs = agent()
    ours(runs, draws=256)
    loop(runs, draws=2, seed=0)
    mine, peer, found = [], [], []
    for number in range(rounds):
        start = time.perf_counter()
        ours(runs, draws=OURS)
        middle = time.perf_counter()
        found.append(loop(runs, draws=THEIRS, seed=number))
        mine.append(1e6 * (middle - start) / OURS)
        peer.append(1e6 * (time.perf_counter() - middle) / THEIRS)
    ratios = [other / own for own, other in zip(mine, peer, strict=True)]
    print(f"  one draw of {OURS:,} together    {spread(mine, unit=' us', digits=1)}")
    print(f"  one draw in a loop            {spread(peer, unit=' us', digits=0)}")
    print(f"  loop / together               {spread(ratios, digits=0)}")
    missed = check(runs, theirs=np.concatenate(found))
    if statistics.median(ratios) < LEAST_RATIO:
        ratio = statistics.median(ratios)
        missed.append(f"the horizon bootstrap is {ratio:.0f} times faster, not {LEAST_RATIO:.0f}")
    return missed


def main() -> int:
    """Times both sides and returns the exit code."""
    parser = argparse.ArgumentParser(description="Time the bootstrap of a time horizon.")
    parser.add_argument("--rounds", type=int, default=7)
    print(f"{machine()}; median (least to largest)", flush=True)
    missed = time_horizons(rounds=parser.parse_args().rounds)
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
