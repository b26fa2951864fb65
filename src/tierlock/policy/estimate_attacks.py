"""Successful attacks per hour, as a Poisson count of these attackers (statistics S-42)."""

from __future__ import annotations

import math

import numpy as np

from tierlock import stats
from tierlock.policy.pooling import Attempts
from tierlock.policy.tested import Asked, Test, no_test


def estimate_attacks(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the Garwood test of events per hour.

    For a rule-out a missing attempt is an event that took no time, and so is a successful one: an
    attempt counts one event at most, whatever else its hours would have held. For a rule-in a
    missing attempt is time in which nothing happened.
    """
    limits = asked.limits.model_copy(update={"lo": 0.0, "hi": None})
    lo, hi = asked.evaluation.range
    missing = np.isnan(attempts.values)
    if hi is None:
        return no_test(limits, barred="range.unbounded")
    if not np.isin(attempts.values[~missing], (lo, hi)).all():
        return no_test(limits, barred="estimand.not-binary")
    in_hours = asked.evaluation.hours_by is not None and asked.evaluation.minutes_by is None
    if not in_hours or np.isnan(attempts.amounts).any():
        return no_test(limits, barred="amount.unknown")
    seen = int((attempts.values == hi).sum())
    # Sorted, so that the order of rows can not matter.
    hours = float(np.sort(attempts.amounts).sum())
    scored = float(np.sort(attempts.amounts[~missing]).sum())
    quiet = float(np.sort(attempts.amounts[attempts.values == lo]).sum())
    many, few = (seen + int(missing.sum()), quiet), (seen, hours)
    worse = limits.higher_is_worse
    a_high, a_low = limits.alpha_rule_out, limits.alpha_rule_in
    if worse:
        p_out = stats.events_rule_out_p(many[0], hours=many[1], bound=limits.rule_out)
        p_in = stats.events_rule_in_p(few[0], hours=few[1], bound=limits.rule_in)
    else:
        p_out = stats.events_rule_in_p(few[0], hours=few[1], bound=limits.rule_out)
        p_in = stats.events_rule_out_p(many[0], hours=many[1], bound=limits.rule_in)
        a_high, a_low = a_low, a_high
    upper = stats.events_upper_bound(many[0], hours=many[1], alpha=a_high)
    high, low = (_rate(*many), _rate(*few))
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=stats.events_lower_bound(few[0], hours=few[1], alpha=a_low),
        upper=None if math.isinf(upper) else upper,
        units=np.unique(attempts.clusters).size,
        items=np.unique(attempts.items).size,
        method="Garwood (Poisson)",
        value=_rate(seen, scored),
        worst=high if worse else low,
        best=low if worse else high,
    )


def _rate(events: int, hours: float) -> float | None:
    return events / hours if hours > 0.0 else None
