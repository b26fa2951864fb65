"""The default test of cluster means in the terms of a criterion, and its scale of danger (M-7)."""

from __future__ import annotations

import numpy as np

from tierlock import stats
from tierlock.core import Limits
from tierlock.policy.pooling import Floats
from tierlock.policy.tested import Test


def mean_test(worst: Floats, *, best: Floats, limits: Limits, hi: float) -> Test:
    """Return the Gaffke test of cluster means, which is Clopper-Pearson for 0/1 values.

    Args:
        worst: one value per cluster, missing attempts at their worst.
        best: the same with missing attempts at their best.
        limits: what is tested; its `lo` is the lower end of the values.
        hi: the upper end of the values.
    """
    lo, worse = limits.lo, limits.higher_is_worse
    out_test, in_test = (
        (stats.rule_out_p, stats.rule_in_p) if worse else (stats.rule_in_p, stats.rule_out_p)
    )
    proved_out, proved_in = (
        (stats.hoeffding_bentkus_rule_out_p, stats.hoeffding_bentkus_rule_in_p)
        if worse
        else (stats.hoeffding_bentkus_rule_in_p, stats.hoeffding_bentkus_rule_out_p)
    )
    a_out, a_in = limits.alpha_rule_out, limits.alpha_rule_in
    low, high = (best, worst) if worse else (worst, best)
    a_low, a_high = (a_in, a_out) if worse else (a_out, a_in)
    danger = (worst - lo if worse else hi - worst) / (hi - lo)
    binary = bool(np.isin(worst, (lo, hi)).all())
    return Test(
        rule_out_p=out_test(worst, bound=limits.rule_out, lo=lo, hi=hi),
        rule_in_p=in_test(best, bound=limits.rule_in, lo=lo, hi=hi),
        proved_rule_out_p=proved_out(worst, bound=limits.rule_out, lo=lo, hi=hi),
        proved_rule_in_p=proved_in(best, bound=limits.rule_in, lo=lo, hi=hi),
        lower=stats.lower_bound(low, alpha=a_low, lo=lo, hi=hi),
        upper=stats.upper_bound(high, alpha=a_high, lo=lo, hi=hi),
        units=worst.size,
        items=worst.size,
        method="Clopper-Pearson" if binary else "Gaffke",
        worst=float(worst.mean()),
        best=float(best.mean()),
        dangerous=float(danger.sum()),
    )


def danger_limits(limits: Limits, *, lo: float, hi: float) -> Limits:
    """Return the limits on the scale where 0 is the safe end and 1 the dangerous one."""
    return limits.model_copy(
        update={
            "higher_is_worse": True,
            "rule_out": danger_of(limits.rule_out, limits=limits, lo=lo, hi=hi),
            "rule_in": danger_of(limits.rule_in, limits=limits, lo=lo, hi=hi),
            "lo": 0.0,
            "hi": 1.0,
        }
    )


def danger_of(value: float, *, limits: Limits, lo: float, hi: float) -> float:
    """Return where a value lies between the safe end, 0, and the dangerous one, 1."""
    return (value - lo if limits.higher_is_worse else hi - value) / (hi - lo)


def in_own_unit(test: Test, *, limits: Limits, lo: float, hi: float) -> Test:
    """Return a test on the scale of danger in the unit of `limits`, the reverse of the above."""

    def own(danger: float | None) -> float | None:
        if danger is None:
            return None
        return lo + (hi - lo) * danger if limits.higher_is_worse else hi - (hi - lo) * danger

    # A share of danger always has both ends.
    ends = sorted(end for end in (own(test.lower), own(test.upper)) if end is not None)
    return test._replace(
        lower=ends[0],
        upper=ends[-1],
        value=own(test.value),
        worst=own(test.worst),
        best=own(test.best),
    )
