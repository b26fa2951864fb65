"""Confidence limits that hold at every look: the bounds that a rule would reject by now."""

from collections.abc import Callable
from dataclasses import replace

import numpy.typing as npt

from tierlock.stats.stopping import StoppingRule

_STEPS = 20  # halvings: the limit is known to a millionth of the range, on the wide side


def sequential_limits(
    rule: StoppingRule, *, worst: npt.ArrayLike, best: npt.ArrayLike
) -> tuple[float, float]:
    """The repeated confidence limits (lower, upper) after the looks taken so far.

    The limit on the dangerous side is the bound nearest to the data that the rule, made for that
    bound, would rule out by now; the other limit likewise for ruling in. They are wider than
    limits for a number of clusters that was fixed (Jennison and Turnbull 1989).

    Args:
        rule: the rule; its own bounds are not used.
        worst: one value per cluster in the pre-registered order, missing ones at their worst end.
        best: the same with missing values at their best end.

    Returns:
        Two numbers in [lo, hi]; the ends themselves where nothing is ruled out or in.

    Raises:
        InvalidNumbers: as `StoppingRule.look`.

    Example:
        >>> rule = StoppingRule(kind="group_sequential", bound=0.2, looks=(15, 30, 45))
        >>> low, high = sequential_limits(rule, worst=[0] * 30, best=[0] * 30)
        >>> low, round(high, 3)
        (0.0, 0.103)
    """
    span = rule.hi - rule.lo
    up = rule.worse_is == "high"

    def at(share: float) -> StoppingRule:
        """The rule for a bound at this share of the range, from the safe end."""
        bound = rule.lo + span * share if up else rule.hi - span * share
        return replace(rule, bound=bound, rule_in_bound=bound, planned=None, futility=None)

    def rules_out(share: float) -> bool:
        return at(share).look(worst, best=best).p_out <= rule.alpha_out

    def rules_in(share: float) -> bool:
        return at(1.0 - share).look(worst, best=best).p_in <= rule.alpha_in

    dangerous, safe = _smallest(rules_out), 1.0 - _smallest(rules_in)
    if up:
        return rule.lo + span * safe, rule.lo + span * dangerous
    return rule.hi - span * dangerous, rule.hi - span * safe


def _smallest(holds: Callable[[float], bool]) -> float:
    """The smallest share in (0, 1) at which the condition holds, from the wide side; else 1."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
