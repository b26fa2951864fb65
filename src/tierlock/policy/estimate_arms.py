"""Two arms: ratio or difference of means, exact for single yes-or-no outcomes (stat. S-6, S-7)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple, cast

import numpy as np

from tierlock import stats
from tierlock.core import Limits
from tierlock.policy.arms import sides_of
from tierlock.policy.pooling import Attempts, Floats, Mask
from tierlock.policy.search import first_bound
from tierlock.policy.tested import Asked, Test, clustered, clustered_part, no_test

_FAR: Final = 1e6  # search range of inverted two-arm tests, in the unit of the bound
_EXACT_OUTCOMES: Final = 90_000  # 300 per arm; beyond, Welch and its cross-check take over
_CLOSE: Final = 1e-7  # how far a bound of the exact test may be too wide, as a share

Arms = tuple[Floats, Floats] | tuple[stats.ArmSummary, stats.ArmSummary]
"""(treated, control), as values or as published summaries."""


class Successes(NamedTuple):
    """Single yes-or-no outcomes of two arms."""

    treated: int
    treated_n: int
    control: int
    control_n: int


def estimate_arms(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the test of treated against control.

    Chan's exact test where every unit has one outcome and that is 0 or 1; else Welch's test of the
    unit means, with the monotone cross-check (M-9).
    """
    criterion, limits = asked.criterion, asked.limits
    # The validator saw that an uplift estimand has arms.
    control, treated = cast("tuple[str, str]", criterion.estimand.arms)
    if limits.hi is None:
        return no_test(limits, barred="range.unbounded")
    lo, hi = limits.lo, limits.hi
    sides = sides_of(
        attempts, control=control, treated=treated, evaluation=asked.evaluation, lo=lo, hi=hi
    )
    if sides is None:
        return no_test(limits, barred="arm.unknown")
    masks = sides.treated, sides.control
    ratio = criterion.estimand.name == "uplift_ratio"
    high, low = (_arms(values, attempts, masks) for values in (sides.high, sides.low))
    worst, best = (high, low) if limits.higher_is_worse else (low, high)
    value = _scored_contrast(attempts, masks, sides.scored, ratio=ratio)
    single = clustered(sides.high, attempts=attempts).n_attempts.max() == 1
    if single and (not ratio or lo == 0):
        counts = [_successes(arms, lo, hi) for arms in (worst, best)]
        if counts[0] and counts[1] and exact_is_feasible(counts[0]):
            found = binary_arms_test(
                counts[0], best=counts[1], limits=limits, ratio=ratio, scale=hi - lo
            )
            return found._replace(value=value)
    found = two_arm_test(
        worst,
        arms_best=best,
        limits=limits,
        ratio=ratio,
        units=high[0].size + high[1].size,
        lo=lo,
        hi=hi,
    )
    return found._replace(value=value)


def _arms(values: Floats, attempts: Attempts, masks: tuple[Mask, Mask]) -> tuple[Floats, Floats]:
    treated, control = (clustered_part(values, attempts=attempts, mask=mask) for mask in masks)
    return treated, control


def _scored_contrast(
    attempts: Attempts, masks: tuple[Mask, Mask], scored: Mask, *, ratio: bool
) -> float | None:
    """Ratio or difference over the attempts that have a value; None where an arm has none."""
    chosen = [mask & scored for mask in masks]
    if not all(mask.any() for mask in chosen):
        return None
    means = [clustered_part(attempts.values, attempts=attempts, mask=m).mean() for m in chosen]
    return _contrast(float(means[0]), float(means[1]), ratio=ratio)


def _successes(arms: tuple[Floats, Floats], lo: float, hi: float) -> Successes | None:
    """Counts of the high end; None unless every outcome is at an end."""
    treated, control = arms
    if not np.isin(np.concatenate([treated, control]), (lo, hi)).all():
        return None
    return Successes(
        int((treated == hi).sum()), treated.size, int((control == hi).sum()), control.size
    )


def exact_is_feasible(counts: Successes) -> bool:
    """Tell whether the exact test of two arms is quick enough to be inverted."""
    return counts.treated_n * counts.control_n <= _EXACT_OUTCOMES


class _Contrast(NamedTuple):
    """A one-parameter family of tests: p-values of "at least b" and of "at most b"."""

    at_least: Callable[[float], float]
    at_most: Callable[[float], float]


def binary_arms_test(
    worst: Successes, *, best: Successes, limits: Limits, ratio: bool, scale: float = 1.0
) -> Test:
    """Return Chan's exact test of two arms of single yes-or-no outcomes (stat. S-7).

    Args:
        worst: counts with every missing outcome as is worst for a rule-out.
        best: counts with every missing outcome as is best.
        limits: bounds, in the unit of the score.
        ratio: whether the bounds are on the ratio of the rates, else on their difference.
        scale: width of the score's range, in which a difference is given.
    """
    p_worst, p_best = (_exact(counts, ratio=ratio, scale=scale) for counts in (worst, best))
    p_out, p_in = (
        (p_worst.at_least(limits.rule_out), p_best.at_most(limits.rule_in))
        if limits.higher_is_worse
        else (p_worst.at_most(limits.rule_out), p_best.at_least(limits.rule_in))
    )
    far = _FAR if ratio else scale
    lower, upper = _ends(p_worst, p_best, limits, ratio=ratio, far=far, tolerance=_CLOSE)
    units = worst.treated_n + worst.control_n
    rates = [(c.treated / c.treated_n, c.control / c.control_n) for c in (worst, best)]
    values = [_contrast(one * scale, other * scale, ratio=ratio) for one, other in rates]
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=lower,
        upper=upper,
        units=units,
        items=units,
        method="Chan exact",
        value=values[0],
        worst=values[0],
        best=values[1],
    )


def _exact(counts: Successes, *, ratio: bool, scale: float) -> _Contrast:
    numbers = {
        "treated_n": counts.treated_n,
        "control_successes": counts.control,
        "control_n": counts.control_n,
    }
    if ratio:
        return _Contrast(
            lambda b: stats.binary_ratio_rule_out_p(counts.treated, bound=b, **numbers),
            lambda b: stats.binary_ratio_rule_in_p(counts.treated, bound=b, **numbers),
        )
    return _Contrast(
        lambda b: stats.binary_difference_rule_out_p(counts.treated, bound=b / scale, **numbers),
        lambda b: stats.binary_difference_rule_in_p(counts.treated, bound=b / scale, **numbers),
    )


def two_arm_test(
    arms: Arms, *, arms_best: Arms, limits: Limits, ratio: bool, units: int, lo: float, hi: float
) -> Test:
    """Return Welch's test of treated against control, from values or published summaries (S-6).

    The ends of its interval are those of Fieller's set, each at its own error; an upper end of None
    says that the set is unbounded.
    """
    check = stats.ratio_cross_check if ratio else stats.difference_cross_check
    worst, best = _welch(arms, ratio=ratio), _welch(arms_best, ratio=ratio)
    treated, control = arms
    alpha = limits.alpha_rule_out
    if limits.higher_is_worse:
        p_out, p_in = worst.at_least(limits.rule_out), best.at_most(limits.rule_in)
        agrees = check(treated, control=control, bound=limits.rule_out, alpha=alpha, lo=lo, hi=hi)
    else:  # swap the arms: T/C above k is C/T below 1/k, T-C above d is C-T below -d
        bound = 1.0 / limits.rule_out if ratio else -limits.rule_out
        p_out, p_in = worst.at_most(limits.rule_out), best.at_least(limits.rule_in)
        agrees = check(control, control=treated, bound=bound, alpha=alpha, lo=lo, hi=hi)
    lower, upper = _ends(worst, best, limits, ratio=ratio, far=_FAR)
    values = [_contrast(_mean(pair[0]), _mean(pair[1]), ratio=ratio) for pair in (arms, arms_best)]
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        lower=lower,
        upper=upper,
        units=units,
        items=units,
        method="Welch" if not ratio else "Fieller-Welch",
        value=values[0],
        worst=values[0],
        best=values[1],
        monotone=False,
        barred=frozenset() if agrees else frozenset({"monotone.cross-check"}),
    )


def _welch(arms: Arms, *, ratio: bool) -> _Contrast:
    below = stats.ratio_rule_out_p if ratio else stats.difference_rule_out_p
    above = stats.ratio_rule_in_p if ratio else stats.difference_rule_in_p
    treated, control = arms
    return _Contrast(
        lambda b: below(treated, control=control, bound=b),
        lambda b: above(treated, control=control, bound=b),
    )


def _ends(
    worst: _Contrast,
    best: _Contrast,
    limits: Limits,
    *,
    ratio: bool,
    far: float,
    tolerance: float = 0.0,
) -> tuple[float, float | None]:
    """One-sided confidence limits, each at the error of its side and from its own imputation.

    A ratio is searched on the log scale. Both ends err to the wide side, by `tolerance` of the
    range.
    """
    high, low, a_up, a_low = worst, best, limits.alpha_rule_out, limits.alpha_rule_in
    if not limits.higher_is_worse:
        high, low, a_up, a_low = best, worst, a_low, a_up
    unit: Callable[[float], float] = math.exp if ratio else float
    end = math.log(far) if ratio else far
    close = tolerance * end
    upper = first_bound(lambda b: high.at_least(unit(b)) <= a_up, lo=-end, hi=end, tolerance=close)
    lower = first_bound(lambda b: low.at_most(unit(b)) > a_low, lo=-end, hi=end, tolerance=close)
    least = -end if lower is None else max(-end, lower - close)
    return unit(least), None if upper is None else unit(upper)


def _mean(arm: Floats | stats.ArmSummary) -> float:
    return arm.mean if isinstance(arm, stats.ArmSummary) else float(np.mean(arm))


def _contrast(treated: float, control: float, *, ratio: bool) -> float | None:
    """Ratio or difference of two means; None for a ratio to nothing."""
    if not ratio:
        return treated - control
    return treated / control if control > 0 else None
