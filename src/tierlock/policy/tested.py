"""What testing one set of attempts gives, and what every estimator needs for it (M-3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tierlock import stats
from tierlock.core import Evaluation, Limits, Measured
from tierlock.policy.pooling import Attempts, Floats, Mask


class Asked(NamedTuple):
    """What a set of attempts is tested for: a criterion, its slot, and its corrected limits."""

    criterion: Measured
    evaluation: Evaluation
    limits: Limits


class Test(NamedTuple):
    """Result of testing one set of attempts against the limits of a criterion.

    `barred` names what keeps this set from ruling out whatever its p-value; `plain` is the plain
    mean of the scored attempts where `value` is a corrected one.
    """

    rule_out_p: float
    rule_in_p: float
    lower: float
    upper: float | None
    units: int
    items: int
    method: str
    proved_rule_out_p: float | None = None
    proved_rule_in_p: float | None = None
    value: float | None = None
    worst: float | None = None
    best: float | None = None
    effective_n: float | None = None
    dangerous: float | None = None
    plain: float | None = None
    monotone: bool = True
    barred: frozenset[str] = frozenset()


def no_test(limits: Limits, *, barred: str, method: str = "none") -> Test:
    """Return the result of testing nothing: it decides nothing (law L3)."""
    return Test(1.0, 1.0, limits.lo, limits.hi, 0, 0, method, barred=frozenset({barred}))


def imputed(attempts: Attempts, *, lo: float, hi: float, worse: bool) -> tuple[Floats, Floats]:
    """Return the values with every missing one at its worst, and at its best (M-3)."""
    pair = stats.worst_best(attempts.values, lo=lo, hi=hi, worse_is="high" if worse else "low")
    return pair.worst, pair.best


def clustered(values: Floats, *, attempts: Attempts) -> stats.ClusterTable:
    """Return the mean per cluster of `values`, one per attempt."""
    return stats.cluster_means(values, items=attempts.items, clusters=attempts.clusters)


def scored_mean(attempts: Attempts) -> float | None:
    """Return the mean of cluster means of the attempts that have a value; None where none has."""
    have = ~np.isnan(attempts.values)
    if not have.any():
        return None
    return float(clustered_part(attempts.values, attempts=attempts, mask=have).mean())


def clustered_part(values: Floats, *, attempts: Attempts, mask: Mask) -> Floats:
    """Return the cluster means of those attempts that `mask` picks."""
    return stats.cluster_means(
        values[mask], items=attempts.items[mask], clusters=attempts.clusters[mask]
    ).means
