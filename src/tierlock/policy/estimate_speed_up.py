"""How many times faster people are with help: exp of the mean log time ratio (stat. S-51).

The arms are (unaided, aided) and the values are times, such as minutes, above 0.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, cast

import numpy as np

from tierlock import stats
from tierlock.core import Limits
from tierlock.policy.arms import Sides, sides_of
from tierlock.policy.pooling import Attempts, Floats
from tierlock.policy.search import first_bound
from tierlock.policy.tested import Asked, Test, clustered_part, no_test

_FARTHEST: Final = math.log(1e6)  # the largest factor, or its inverse, that a bound is looked for


class _Logs(NamedTuple):
    """Log times: differences unaided minus aided, one per unit, or the two arms by themselves.

    `aided` is None where every unit was in both arms; then `unaided` holds the differences.
    """

    unaided: Floats
    aided: Floats | None

    def below_p(self, bound: float) -> float:
        """P-value of "the mean log speed-up is at least `bound`"."""
        if self.aided is None:
            return stats.summary_rule_out_p(stats.arm_summary(self.unaided), bound=bound)
        return stats.difference_rule_out_p(self.unaided, control=self.aided, bound=bound)

    def above_p(self, bound: float) -> float:
        """P-value of "the mean log speed-up is at most `bound`"."""
        if self.aided is None:
            return stats.summary_rule_in_p(stats.arm_summary(self.unaided), bound=bound)
        return stats.difference_rule_in_p(self.unaided, control=self.aided, bound=bound)

    def turned(self) -> _Logs:
        """The same for a slow-down: what is at most -b here is at least b there."""
        if self.aided is None:
            return _Logs(-self.unaided, None)
        return _Logs(self.aided, self.unaided)

    def agrees(self, bound: float, *, alpha: float, lo: float, hi: float) -> bool:
        """Whether a monotone test, free of normality, also finds the mean below `bound` (L9)."""
        if self.aided is None:
            span = hi - lo
            return stats.upper_bound(self.unaided, alpha=alpha, lo=-span, hi=span) <= bound
        return stats.difference_cross_check(
            self.unaided, control=self.aided, bound=bound, alpha=alpha, lo=lo, hi=hi
        )

    @property
    def units(self) -> int:
        """How many independent units both arms have together."""
        return self.unaided.size + (0 if self.aided is None else self.aided.size)

    @property
    def factor(self) -> float:
        """The speed-up: above 1 where help makes faster."""
        other = 0.0 if self.aided is None else float(self.aided.mean())
        return math.exp(float(self.unaided.mean()) - other)


def estimate_speed_up(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the t test of the log time ratio, by unit in both arms or between two arms."""
    limits, (lo, hi) = asked.limits, asked.evaluation.range
    # The validator saw that this estimand has arms.
    unaided, aided = cast("tuple[str, str]", asked.criterion.estimand.arms)
    bounded = lo > 0 and hi is not None
    sides = sides_of(
        attempts,
        control=aided,
        treated=unaided,
        evaluation=asked.evaluation,
        lo=lo if bounded else math.nan,
        hi=hi if bounded and hi is not None else math.nan,
    )
    if sides is None:
        return _no_factor(limits, barred="arm.unknown")
    # A time of 0 has no logarithm, and a missing one has no worst case without a range.
    if not (np.nan_to_num(sides.high) > 0).all():
        return _no_factor(limits, barred="range.unbounded")
    in_both = _in_both(attempts, sides)
    if in_both is None:
        return _no_factor(limits, barred="arm.mixed")
    worse = limits.higher_is_worse
    high, low = (_logs(v, attempts, sides, paired=in_both) for v in (sides.high, sides.low))
    dangerous, safe = (high, low) if worse else (low.turned(), high.turned())
    bound_out, bound_in = (
        (1.0 if worse else -1.0) * _log(bound) for bound in (limits.rule_out, limits.rule_in)
    )
    barred: set[str] = set()
    if not bounded or hi is None:
        barred.add("range.unbounded")
    elif not dangerous.agrees(
        bound_out, alpha=limits.alpha_rule_out, lo=math.log(lo), hi=math.log(hi)
    ):
        barred.add("monotone.cross-check")
    a_up, a_low = limits.alpha_rule_out, limits.alpha_rule_in
    if not worse:
        a_up, a_low = a_low, a_up
    upper = first_bound(lambda b: high.below_p(b) <= a_up, lo=-_FARTHEST, hi=_FARTHEST)
    lower = first_bound(lambda b: low.above_p(b) > a_low, lo=-_FARTHEST, hi=_FARTHEST)
    return Test(
        rule_out_p=dangerous.below_p(bound_out),
        rule_in_p=safe.above_p(bound_in),
        lower=0.0 if lower is None or lower <= -_FARTHEST else math.exp(lower),
        upper=None if upper is None else math.exp(upper),
        units=high.units,
        items=np.unique(attempts.items).size,
        method=f"{'Student t of log ratios' if in_both else 'Welch t of log times'}",
        value=_scored_factor(attempts, sides),
        worst=dangerous.factor if worse else 1.0 / dangerous.factor,
        best=safe.factor if worse else 1.0 / safe.factor,
        monotone=False,
        barred=frozenset(barred),
    )


def _no_factor(limits: Limits, *, barred: str) -> Test:
    """The test of nothing, whose range is that of a factor and not of the times."""
    return no_test(limits, barred=barred)._replace(lower=0.0, upper=None)


def _log(factor: float) -> float:
    """The logarithm; a bound that buffers took to 0 or below is never cleared."""
    return math.log(factor) if factor > 0 else -_FARTHEST


def _in_both(attempts: Attempts, sides: Sides) -> bool | None:
    """Whether every unit is in both arms; None where only some are: that is neither design."""
    one, other = (set(attempts.clusters[mask].tolist()) for mask in (sides.treated, sides.control))
    if one == other:
        return True
    return None if one & other else False


def _logs(values: Floats, attempts: Attempts, sides: Sides, *, paired: bool) -> _Logs:
    logs = np.log(values)
    if not paired:
        return _Logs(
            clustered_part(logs, attempts=attempts, mask=sides.treated),
            clustered_part(logs, attempts=attempts, mask=sides.control),
        )
    first, second = sides.treated, sides.control
    # Rows of both arms are in the sorted order of the same cluster labels.
    difference = clustered_part(logs, attempts=attempts, mask=first) - clustered_part(
        logs, attempts=attempts, mask=second
    )
    return _Logs(difference, None)


def _scored_factor(attempts: Attempts, sides: Sides) -> float | None:
    """The ratio of geometric means of the times that were measured; None where an arm has none."""
    masks = [mask & sides.scored for mask in (sides.treated, sides.control)]
    if not all(mask.any() for mask in masks):
        return None
    logs = np.log(np.where(sides.scored, attempts.values, 1.0))
    unaided, aided = (clustered_part(logs, attempts=attempts, mask=m).mean() for m in masks)
    return math.exp(float(unaided - aided))
