"""What would have to be wrong for the outcome of a measured criterion to be another (S-61)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from tierlock import stats
from tierlock.core import Estimate, Limits, Outcome, Sensitivity
from tierlock.policy.found_again import danger_values
from tierlock.policy.further import SHARES, Seen, attempts_per_unit, scaled_bound
from tierlock.policy.means import danger_of
from tierlock.policy.pooling import Floats

_TINY: Final = 1e-12


def sensitivity_of(seen: Seen, *, outcome: Outcome, factor: float) -> Sensitivity | None:
    """Return what would flip one outcome; None where nothing was measured.

    Args:
        seen: the criterion, its slot and limits, what was measured, and the evidence for it.
        outcome: what the criterion was found to be.
        factor: elicitation factor that the bound allows for.
    """
    estimate = seen.estimate
    if estimate is None or not estimate.units:
        return None
    missing = sum(estimate.counts.missing.values())
    base = Sensitivity(declared_factor=factor, missing=missing)
    if seen.criterion.estimand.name not in SHARES or seen.limits.hi is None:
        return base
    share = _misjudged(estimate, seen.limits, outcome)
    values = danger_values(
        estimate,
        criterion=seen.criterion,
        evaluation=seen.evaluation,
        limits=seen.limits,
        runs=seen.runs,
    )
    plain = seen.criterion.guarantee == "default" and seen.evaluation.judge is None
    if values is None or not plain or " on " in estimate.method:
        return base.model_copy(update={"share": share})
    turned, unseen = _turned(values, seen.limits, outcome)
    return base.model_copy(
        update={
            "share": share,
            "turned": turned,
            "unseen": unseen,
            "missing_flip": _missing_flip(seen, turned, missing, outcome),
        }
    )


def _misjudged(estimate: Estimate, limits: Limits, outcome: Outcome) -> float | None:
    """The share of outcomes misjudged at which the limit meets the bound, from 0 to 1."""
    hi = limits.lo if limits.hi is None else limits.hi
    reached = outcome is Outcome.REACHED
    # The limit on the side of the claim: a rule-out rests on the dangerous one, REACHED on the
    # safe one.
    end = estimate.upper if limits.higher_is_worse is not reached else estimate.lower
    if end is None:
        return None
    limit = danger_of(end, limits=limits, lo=limits.lo, hi=hi)
    bound = danger_of(
        limits.rule_in if reached else limits.rule_out, limits=limits, lo=limits.lo, hi=hi
    )
    if outcome is Outcome.RULED_OUT:
        share = 1.0 - limit / bound if bound > 0 else -1.0
    else:
        share = 1.0 - bound / limit if limit > 0 else -1.0
    return share if 0.0 < share <= 1.0 else None


def _turned(values: Floats, limits: Limits, outcome: Outcome) -> tuple[int | None, int | None]:
    """Units that would have to turn, and unseen dangerous ones that would undo a rule-out."""
    bound, alpha = scaled_bound(limits), limits.alpha_rule_out
    if outcome is Outcome.REACHED:
        if limits.hi is None:
            return None, None
        bound = danger_of(limits.rule_in, limits=limits, lo=limits.lo, hi=limits.hi)
        if not 0 < bound < 1:
            return None, None
        # REACHED is a rule-out of the mirror image.
        back = stats.turned_dangerous(1.0 - values, bound=1.0 - bound, alpha=limits.alpha_rule_in)
        return back or None, None
    if bound is None:
        return None, None
    if outcome is Outcome.RULED_OUT:
        return (
            stats.turned_dangerous(values, bound=bound, alpha=alpha) or None,
            stats.unseen_dangerous(values, bound=bound, alpha=alpha) or None,
        )
    return _turned_safe(values, bound, alpha), None


def _turned_safe(values: Floats, bound: float, alpha: float) -> int | None:
    """Units that would have to be safe after all for a rule-out; the most dangerous first."""
    worst_first = np.sort(values)[::-1]

    def ruled_out(k: int) -> bool:
        rest = np.append(worst_first[k:], np.zeros(k))
        return stats.rule_out_p(rest, bound=bound) <= alpha

    most = int((worst_first > _TINY).sum())
    if ruled_out(0) or not ruled_out(most):
        return None  # something else stands against it, or there are too few units
    no, yes = 0, most
    while yes - no > 1:
        middle = (no + yes) // 2
        no, yes = (no, middle) if ruled_out(middle) else (middle, yes)
    return yes


def _missing_flip(seen: Seen, turned: int | None, missing: int, outcome: Outcome) -> int | None:
    estimate = seen.estimate
    if estimate is None or turned is None:
        return None
    each = attempts_per_unit(estimate)
    if outcome is Outcome.RULED_OUT:
        # Too many missing attempts bar a rule-out whatever they are.
        cap = math.floor(seen.evaluation.max_missing * estimate.counts.planned + 1e-9)
        return max(1, min(turned * each, cap + 1 - missing))
    if outcome is Outcome.UNDETERMINED and each == 1 and turned <= missing:
        return turned
    return None
