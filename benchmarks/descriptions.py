"""What lies around a test, on a million attempts: grouping, standard error, cluster bootstrap.

    python benchmarks/descriptions.py

A million yes-or-no attempts in ten thousand clusters that differ. Each number is set beside its
peer in the same process, by turns:

    standard error   `stats.cluster_standard_error` beside statsmodels' regression on a constant
                     with cluster-robust covariance, by its formula interface on a data frame, both
                     from the names of the clusters as logs have them; the two must agree. Where
                     whole numbers for the names are there already, ours is two calls of
                     `numpy.bincount`, which is the limit here, and the ratio is smaller: shown for
                     both interfaces of statsmodels, with a bar of its own. In seconds of the
                     processor, with one thread for both sides
    bootstrap        one draw of `stats.cluster_bootstrap`, which weights clusters, beside one draw
                     of inspect_ai's `bootstrap_stderr`, which draws attempts (and so describes
                     another, smaller error); what inspect_ai does once per call is not counted
    bound            the default upper bound from attempts to the number, beside the grouping of
                     the attempts alone; for yes-or-no outcomes and for scores that all differ

Neither description decides anything. Exits with 1 if the standard error is not 50 times faster from
names and 30 times from numbers, the draw not 20 times, or the bound takes more than 1.5 times what
grouping takes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from inspect_ai.scorer import SampleScore, Score, bootstrap_stderr
from threadpoolctl import threadpool_limits
from timing import machine, spread

from tierlock import stats

ROWS, CLUSTERS, SEED = 1_000_000, 10_000, 20261122
DRAWS, THEIR_DRAWS, CALLS = 1000, 60, 3
LEAST_ERROR, LEAST_CODED, LEAST_DRAW, MOST_BOUND = 50.0, 30.0, 20.0, 1.5
ALPHA = 0.05


class Attempts(NamedTuple):
    """Outcomes, scores, items and clusters of the attempts, shape (ROWS,) each."""

    outcomes: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    items: npt.NDArray[np.int64]
    clusters: npt.NDArray[np.int64]


def attempts() -> Attempts:
    """Returns attempts in clusters of about a hundred, in no order."""
    rng = np.random.default_rng(SEED)
    clusters = rng.integers(0, CLUSTERS, ROWS)
    rates = rng.beta(1, 4, CLUSTERS)[clusters]
    outcomes = (rng.random(ROWS) < rates).astype(np.float64)
    scores = np.clip(rates + 0.1 * rng.random(ROWS), 0, 1)
    return Attempts(outcomes, scores, np.arange(ROWS) // 2, clusters)


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Returns the seconds of one call, on the wall if no other clock is given."""
    start = clock()
    work()
    return clock() - start


def time_error(data: Attempts, *, rounds: int) -> list[str]:
    """Prints both standard errors' times, from names and from numbers; returns what was missed."""
    values, clusters = data.outcomes, data.clusters
    names = np.array([f"family {number:05d}" for number in range(CLUSTERS)])[clusters]
    frame = pd.DataFrame({"value": values, "name": names, "number": clusters})

    def ours(labels: npt.NDArray[np.generic]) -> float:
        found = stats.cluster_standard_error(values, clusters=labels)
        assert found is not None
        return found

    def theirs(groups: pd.Series[str] | pd.Series[int]) -> float:
        fit = smf.ols("value ~ 1", frame).fit(cov_type="cluster", cov_kwds={"groups": groups})
        return float(fit.bse.iloc[0])

    def arrays() -> object:
        model = sm.OLS(values, np.ones_like(values))
        return model.fit(cov_type="cluster", cov_kwds={"groups": clusters}).bse

    off = max(abs(ours(names) / ours(clusters) - 1), abs(ours(names) / theirs(frame["name"]) - 1))
    works: dict[str, tuple[Callable[[], object], int]] = {
        "standard error, names": (lambda: ours(names), CALLS),
        "by statsmodels, names": (lambda: theirs(frame["name"]), 1),
        "standard error, numbers": (lambda: ours(clusters), CALLS),
        "by statsmodels, numbers": (lambda: theirs(frame["number"]), CALLS),
        "by its arrays, numbers": (arrays, CALLS),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    with threadpool_limits(1):
        for _ in range(rounds):
            for name, (work, calls) in works.items():
                times[name].append(min(seconds(work, time.process_time) for _ in range(calls)))
    named, by_name, coded, by_number, bare = times.items()
    of_names = _told(*named, *by_name)
    of_numbers = _told(*coded, *by_number)
    _told(*coded, *bare)
    missed = [f"the standard errors differ by {off:.1e}"] if off > 1e-9 else []
    missed += _short(of_names, least=LEAST_ERROR, what="the cluster standard error of names")
    return missed + _short(of_numbers, least=LEAST_CODED, what="the one of whole numbers")


def time_bootstrap(data: Attempts, *, rounds: int) -> list[str]:
    """Prints the time of one draw on both sides; returns what was missed."""
    grades = [SampleScore(score=Score(value=grade)) for grade in (0.0, 1.0)]
    scores = [grades[int(outcome)] for outcome in data.outcomes]
    once, often = bootstrap_stderr(num_samples=1), bootstrap_stderr(num_samples=THEIR_DRAWS + 1)

    def ours() -> npt.NDArray[np.float64] | None:
        return stats.cluster_bootstrap(data.outcomes, clusters=data.clusters, draws=DRAWS)

    ours()
    mine, peer = [], []
    for _ in range(rounds):
        mine.append(seconds(ours) / DRAWS)
        peer.append((seconds(lambda: often(scores)) - seconds(lambda: once(scores))) / THEIR_DRAWS)
    ratio = _told("draw of clusters", mine, "draw by inspect_ai", peer)
    drawn, error = ours(), stats.cluster_standard_error(data.outcomes, clusters=data.clusters)
    assert drawn is not None
    assert error is not None
    agree = abs(float(drawn.std()) / error - 1) < 0.1
    missed = [] if agree else ["the draws do not have the standard error"]
    return missed + _short(ratio, least=LEAST_DRAW, what="a draw of the bootstrap")


def time_bound(data: Attempts, *, rounds: int) -> list[str]:
    """Prints the time of bound and grouping; returns what was missed."""
    missed = []
    for kind, values in (("outcomes", data.outcomes), ("scores", data.scores)):

        def grouping(values: npt.NDArray[np.float64] = values) -> npt.NDArray[np.float64]:
            return stats.cluster_means(values, items=data.items, clusters=data.clusters).means

        means = grouping()
        whole, alone, ratios = [], [], []
        for _ in range(rounds):
            alone.append(1000 * seconds(grouping))
            bound = 1000 * seconds(lambda m=means: stats.upper_bound(m, alpha=ALPHA))
            whole.append(alone[-1] + bound)
            ratios.append(whole[-1] / alone[-1])
        print(f"  {'bound from ' + kind:<30}{spread(whole, unit=' ms', digits=0)}")
        print(f"  {'grouping alone':<30}{spread(alone, unit=' ms', digits=0)}")
        print(f"  {'bound / grouping':<30}{spread(ratios)}")
        if statistics.median(ratios) > MOST_BOUND:
            missed.append(f"the bound from {kind} takes {statistics.median(ratios):.2f} groupings")
    return missed


def _told(name: str, mine: list[float], other: str, peer: list[float]) -> float:
    """Prints two lists of seconds and returns the median ratio within a round."""
    ratios = [slow / fast for fast, slow in zip(mine, peer, strict=True)]
    print(f"  {name:<30}{spread([1000 * s for s in mine], unit=' ms')}")
    print(f"  {other:<30}{spread([1000 * s for s in peer], unit=' ms')}")
    least = min(peer) / min(mine)
    print(f"  {'ratio':<30}{spread(ratios, digits=0)}, least by least {least:.0f}")
    return statistics.median(ratios)


def _short(ratio: float, *, least: float, what: str) -> list[str]:
    return [] if ratio >= least else [f"{what} is {ratio:.0f} times faster, not {least:.0f}"]


def time_descriptions(*, rounds: int) -> list[str]:
    """Prints times and ratios and returns one line per target that was missed."""
    data = attempts()
    print(f"  {ROWS:,} attempts in {CLUSTERS:,} clusters")
    missed = time_error(data, rounds=rounds)
    missed += time_bootstrap(data, rounds=min(rounds, 5))
    return missed + time_bound(data, rounds=rounds)


def main() -> int:
    """Times all three and returns the exit code."""
    parser = argparse.ArgumentParser(description="Time what lies around a test.")
    parser.add_argument("--rounds", type=int, default=7)
    print(f"{machine()}; median (least to largest)", flush=True)
    missed = time_descriptions(rounds=parser.parse_args().rounds)
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
