"""Time horizons from attempts at tasks of known length, with every gate of S-71."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from tierlock import stats
from tierlock.core import Limits
from tierlock.policy.pooling import Attempts, Floats
from tierlock.policy.tested import Asked, Test, clustered_part

LEAST_FAMILIES: Final = 12  # below, even the expanded percentile was measured to fail at times
_PENALTY: Final = 1e-5
_METR_PENALTY: Final = 0.1  # flattens the curve, see the module `tierlock.stats.horizon`
_NEAR: Final = 4.0  # a task is near a limit if it is at most so many times longer or shorter


def estimate_horizon(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the test of the length of task that is completed at the declared rate.

    The range of the evaluation is that of the score of an attempt, as success; limits and
    bounds are minutes.
    """
    evaluation, limits = asked.evaluation, asked.limits
    lo, hi = evaluation.range
    if hi is None:
        return _untested("range.unbounded")
    if evaluation.minutes_by is None or not _one_length_each(attempts):
        return _untested("minutes.unknown")
    share = (attempts.values - lo) / (hi - lo)
    metr = asked.criterion.estimand.compat == "metr"
    read = _Reading(
        success=asked.criterion.estimand.success or 0.5,
        penalty=_METR_PENALTY if metr else _PENALTY,
    )
    families = np.unique(attempts.clusters).size
    smallest = min(limits.alpha_rule_out, limits.alpha_rule_in)
    count = stats.draws_for(smallest, families=families, expanded=not metr)
    draws = stats.horizon_draws(
        share,
        minutes=attempts.amounts,
        items=attempts.items,
        clusters=attempts.clusters,
        draws=count,
        success=read.success,
        penalty=read.penalty,
    )
    test = _compared(draws, attempts=attempts, limits=limits, expanded=not metr)
    test = _held_in(test, share, attempts=attempts, limits=limits, success=read.success)
    worst, best = _worst_best(share, attempts, read, worse=limits.higher_is_worse)
    value = _fitted(share, attempts, read)
    way = "METR time horizon, percentile" if metr else "time horizon, expanded percentile"
    return test._replace(
        method=f"{way} of {count:,} draws" + _other_penalty(value, share, attempts, asked=asked),
        value=value,
        worst=worst,
        best=best,
        barred=_bars(share, attempts, limits=limits, success=read.success, families=families),
    )


class _Reading(NamedTuple):
    """At which success rate the horizon is read, and the penalty of the fit."""

    success: float
    penalty: float


def _untested(code: str) -> Test:
    """Nothing was tested: the horizon may be anything, in minutes and not in the score's range."""
    return Test(1.0, 1.0, 0.0, None, 0, 0, "none", monotone=False, barred=frozenset({code}))


def _one_length_each(attempts: Attempts) -> bool:
    """Whether all attempts have a length, and those at one task the same."""
    _, first, codes = np.unique(attempts.items, return_index=True, return_inverse=True)
    return bool((attempts.amounts == attempts.amounts[first][codes]).all())  # NaN equals nothing


def _compared(
    draws: stats.HorizonDraws, *, attempts: Attempts, limits: Limits, expanded: bool
) -> Test:
    """Both p-values and the interval."""
    out, into = limits.rule_out, limits.rule_in
    a_out, a_in = limits.alpha_rule_out, limits.alpha_rule_in
    if limits.higher_is_worse:
        a_high, a_low = a_out, a_in
        p_out = stats.horizon_rule_out_p(draws, bound=out, expanded=expanded)
        p_in = stats.horizon_rule_in_p(draws, bound=into, expanded=expanded)
    else:
        a_high, a_low = a_in, a_out
        p_out = stats.horizon_rule_in_p(draws, bound=out, expanded=expanded)
        p_in = stats.horizon_rule_out_p(draws, bound=into, expanded=expanded)
    upper = stats.horizon_upper_bound(draws, alpha=a_high, expanded=expanded)
    lower = stats.horizon_lower_bound(draws, alpha=a_low, expanded=expanded)
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        # Who completes everything is known to reach the longest task there is, and no further.
        lower=min(lower, float(attempts.amounts.max())),
        upper=upper if math.isfinite(upper) else None,
        units=draws.families,
        items=np.unique(attempts.items).size,
        method="",
        monotone=False,
    )


def _held_in(
    test: Test, share: Floats, *, attempts: Attempts, limits: Limits, success: float
) -> Test:
    """The rule-in, held to what the tasks near its limit show; the interval follows."""
    bound, worse = limits.rule_in, limits.higher_is_worse
    values = np.where(np.isnan(share), 0.0 if worse else 1.0, share)
    p = _near_p(values, attempts, bound=bound, success=success, longer=worse)
    if p <= limits.alpha_rule_in:
        return test._replace(rule_in_p=max(test.rule_in_p, p))
    upper = test.upper if worse or test.upper is None else max(test.upper, bound)
    lower = min(test.lower, bound) if worse else test.lower
    return test._replace(rule_in_p=max(test.rule_in_p, p), lower=lower, upper=upper)


def _near_p(
    share: Floats, attempts: Attempts, *, bound: float, success: float, longer: bool
) -> float:
    """The p-value of what a claim about the horizon says about the tasks near its bound.

    That the horizon is longer than the bound says that tasks a little shorter succeed more often
    than `success`; that it is shorter, that tasks a little longer succeed less often. Both need a
    task as long as the bound: nothing is extrapolated.
    """
    minutes = attempts.amounts
    if minutes.max() < bound:
        return 1.0
    first, last = (bound / _NEAR, bound) if longer else (bound, _NEAR * bound)
    near = clustered_part(share, attempts=attempts, mask=(first <= minutes) & (minutes <= last))
    test = stats.rule_in_p if longer else stats.rule_out_p
    return test(near, bound=success)


def _bars(
    share: Floats, attempts: Attempts, *, limits: Limits, success: float, families: int
) -> frozenset[str]:
    """What keeps the attempts from ruling out, whatever the p-value."""
    codes = set()
    if families < LEAST_FAMILIES:
        codes.add("horizon.families")
    if attempts.amounts.max() < limits.rule_out:
        codes.add("horizon.extrapolated")
    worst = 1.0 if limits.higher_is_worse else 0.0
    p = _near_p(
        np.where(np.isnan(share), worst, share),
        attempts,
        bound=limits.rule_out,
        success=success,
        longer=not limits.higher_is_worse,
    )
    if p > limits.alpha_rule_out:
        codes.add("monotone.cross-check")
    return frozenset(codes)


def _fitted(share: Floats, attempts: Attempts, read: _Reading) -> float | None:
    """The horizon of the attempts that have a value; None without a finite one."""
    have = ~np.isnan(share)
    if not have.any():
        return None
    weights = stats.horizon_weights(items=attempts.items[have], clusters=attempts.clusters[have])
    fit = stats.fit_horizon(
        share[have], minutes=attempts.amounts[have], weights=weights, penalty=read.penalty
    )
    found = stats.horizon_at(fit, success=read.success)
    return found if math.isfinite(found) else None


def _worst_best(
    share: Floats, attempts: Attempts, read: _Reading, *, worse: bool
) -> tuple[float | None, float | None]:
    """The most and the least dangerous horizon that missing values leave possible."""
    short, long = stats.horizon_range(
        share,
        minutes=attempts.amounts,
        items=attempts.items,
        clusters=attempts.clusters,
        success=read.success,
        penalty=read.penalty,
    )
    ends = [
        end if math.isfinite(end) else None for end in ((long, short) if worse else (short, long))
    ]
    return ends[0], ends[1]


def _other_penalty(value: float | None, share: Floats, attempts: Attempts, *, asked: Asked) -> str:
    """What the other penalty of the fit gives, where the bound lies between the two."""
    metr = asked.criterion.estimand.compat == "metr"
    penalty = _PENALTY if metr else _METR_PENALTY
    success = asked.criterion.estimand.success or 0.5
    other = _fitted(share, attempts, _Reading(success, penalty))
    bound = asked.limits.rule_out_declared
    if value is None or other is None or (value < bound) == (other < bound):
        return ""
    return f"; {other:.4g} min {'without' if metr else 'with'} METR's penalty"
