"""pass@k and best-of-k: the most dangerous of k attempts at a task counts (statistics S-40)."""

from __future__ import annotations

from typing import cast

import numpy as np

from tierlock import stats
from tierlock.policy.means import danger_limits, in_own_unit, mean_test
from tierlock.policy.pooling import Attempts, Floats
from tierlock.policy.tested import Asked, Test, no_test


def estimate_best(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the test of the mean over tasks of the most dangerous of k attempts.

    Where a task has only j < k attempts, pass@k is bounded by ceil(k / j) pass@j, and best-of-k of
    a score is barred (`epochs.too-few`).
    """
    limits = asked.limits
    if limits.hi is None:
        return no_test(limits, barred="range.unbounded")
    is_pass = asked.criterion.estimand.name == "pass_at_k"
    lo, hi = asked.evaluation.range[0], cast("float", asked.evaluation.range[1])
    danger = (attempts.values - lo if limits.higher_is_worse else hi - attempts.values) / (hi - lo)
    missing = np.isnan(danger)
    if is_pass and not np.isin(danger[~missing], (0.0, 1.0)).all():
        return no_test(limits, barred="estimand.not-binary")
    k = cast("int", asked.criterion.estimand.k)  # the validator saw that it is there
    drawn = min(k, stats.fewest_attempts(attempts.items, clusters=attempts.clusters))
    times = -(-k // drawn)
    ends = (0.0, 1.0) if is_pass else (lo, hi)
    shares = danger_limits(limits, lo=ends[0], hi=ends[1])
    # P(one of k) <= times P(one of `drawn`): the union bound, exact for times = 1.
    worst = _best_of(np.where(missing, 1.0, danger), attempts, drawn)
    test = mean_test(
        worst.means,
        best=_best_of(np.where(missing, 0.0, danger), attempts, drawn).means,
        limits=shares.model_copy(update={"rule_out": shares.rule_out / times}),
        hi=1.0,
    )
    test = test._replace(
        items=int(worst.n_items.sum()),
        value=_value(danger, attempts, k),
        method=f"{test.method} on {'pass' if is_pass else 'best-of'}-{drawn}",
        dangerous=test.dangerous if ends == (limits.lo, limits.hi) else None,
    )
    if times > 1:
        test = _bounded(test, times=times, is_pass=is_pass)
    return in_own_unit(test, limits=limits, lo=ends[0], hi=ends[1])


def _bounded(test: Test, *, times: int, is_pass: bool) -> Test:
    """What can be said about k attempts from fewer: a bound for success, nothing for a score."""
    test = test._replace(value=None, dangerous=None)
    if not is_pass:
        return test._replace(
            rule_out_p=1.0,
            proved_rule_out_p=None,
            upper=1.0,
            worst=None,
            barred=frozenset({"epochs.too-few"}),
        )
    # Both are there: a test of bounded means has them.
    upper, worst = cast("float", test.upper), cast("float", test.worst)
    return test._replace(
        upper=min(1.0, times * upper),
        worst=min(1.0, times * worst),
        method=f"{test.method}, at most {times} times that",
    )


def _best_of(danger: Floats, attempts: Attempts, k: int) -> stats.ClusterTable:
    return stats.best_of_k(danger, items=attempts.items, clusters=attempts.clusters, k=k)


def _value(danger: Floats, attempts: Attempts, k: int) -> float | None:
    """The plain estimate over scored attempts; None where a task has fewer than k of them."""
    have = ~np.isnan(danger)
    items, clusters = attempts.items[have], attempts.clusters[have]
    if not have.any() or stats.fewest_attempts(items, clusters=clusters) < k:
        return None
    return float(stats.best_of_k(danger[have], items=items, clusters=clusters, k=k).means.mean())
