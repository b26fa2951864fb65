"""The size for one true value, per kind of estimand (statistics S-60)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from tierlock import stats
from tierlock.core import Cost, Limits, SizeRow, Sizing
from tierlock.policy import SHARES, scaled_bound


class Design(NamedTuple):
    """How evidence would be gathered.

    Attributes:
        items: tasks in each independent unit; epochs: attempts at each task.
        icc: correlation of two attempts at one unit; None takes them as copies of each other.
        item_icc: the same of two attempts at one task, given its unit.
        control, spread: mean of the control arm, and standard deviation between participants.
    """

    items: int = 1
    epochs: int = 1
    icc: float | None = None
    item_icc: float = 0.0
    control: float | None = None
    spread: float | None = None


class Planned(NamedTuple):
    """What is asked of every size: the error, the power, and the design."""

    alpha: float
    power: float
    design: Design
    proved: bool
    cost: Cost
    draws: int


Sizer = Callable[[float, str, Planned], SizeRow]


def sizer(base: Sizing, *, limits: Limits, asked: Planned, binary: bool) -> Sizer | str:
    """Return what gives the row of one true value, or why nothing does."""
    design = asked.design
    if base.estimand in {"uplift_ratio", "uplift_difference"}:
        if design.control is None or design.spread is None:
            return "a trial needs the mean of the control arm and the spread between participants"
        if not limits.higher_is_worse or limits.hi is None:
            return "sizes of trials are known for a bounded score that is worse when higher"
        return lambda truth, says, plan: _trial_row(base, limits, truth, says, plan)
    if base.estimand == "attack_rate":
        if not limits.higher_is_worse:
            return "sizes in hours are known for a rate that is worse when higher"
        return lambda truth, says, plan: _hours_row(limits, truth, says, plan)
    bound = scaled_bound(limits)
    if bound is None:
        return "the bound after corrections is no share of a bounded range"
    if base.estimand == "human_percentile":
        return lambda truth, says, plan: _experts_row(bound, limits, truth, says, plan)
    if base.estimand not in SHARES:
        return f"no size is known for `{base.estimand}`: more than the number of units matters"
    return lambda truth, says, plan: _share_row(bound, limits, truth, says, plan, binary=binary)


def _share_row(
    bound: float, limits: Limits, truth: float, says: str, asked: Planned, *, binary: bool
) -> SizeRow:
    law = law_of(danger_value(truth, limits=limits), design=asked.design, binary=binary)
    size = stats.clusters_to_rule_out(
        law,
        bound=bound,
        alpha=asked.alpha,
        power=asked.power,
        proved=asked.proved,
        draws=asked.draws,
    )
    if size is None:
        return SizeRow(truth=truth, says=says, units=None)
    samples = size.clusters * asked.design.items * asked.design.epochs
    return _priced(
        SizeRow(
            truth=truth,
            says=says,
            units=size.clusters,
            samples=samples,
            power=size.power,
            error=size.error,
        ),
        asked.cost,
    )


def law_of(rate: float, *, design: Design, binary: bool) -> stats.ScoreLaw:
    """Return how units scatter at a true rate; `binary` where each is one yes or no."""
    if binary:
        return stats.attempts_law(rate)
    icc = 1.0 if design.icc is None else design.icc
    return stats.attempts_law(
        rate, epochs=design.epochs, items=design.items, icc=icc, item_icc=design.item_icc
    )


def _experts_row(bound: float, limits: Limits, truth: float, says: str, asked: Planned) -> SizeRow:
    half = asked.alpha / 2.0
    rate = danger_value(truth, limits=limits)
    experts = stats.samples_to_rule_out(rate, bound=bound, alpha=half, power=asked.power)
    return SizeRow(truth=truth, says=says, units=experts)


def _hours_row(limits: Limits, truth: float, says: str, asked: Planned) -> SizeRow:
    hours = stats.hours_to_rule_out(
        truth, bound=limits.rule_out, alpha=asked.alpha, power=asked.power
    )
    seconds = None if hours is None else 3600.0 * hours
    return SizeRow(truth=truth, says=says, units=hours, seconds=seconds)


def _trial_row(base: Sizing, limits: Limits, truth: float, says: str, asked: Planned) -> SizeRow:
    control, spread, hi = asked.design.control, asked.design.spread, limits.hi
    if control is None or spread is None or hi is None:  # the sizer saw all three
        return SizeRow(truth=truth, says=says, units=None)
    span = hi - limits.lo
    ratio = base.estimand == "uplift_ratio"
    treated = truth * control if ratio else control + truth
    means = [(mean - limits.lo) / span for mean in (treated, control)]
    variance = (spread / span) ** 2
    if any(not 0.0 < mean < 1.0 or variance > mean * (1.0 - mean) for mean in means):
        return SizeRow(truth=truth, says=f"{says}: beyond what this score can show", units=None)
    k = limits.rule_out if ratio else 1.0
    d = 0.0 if ratio else limits.rule_out / span
    if ratio and limits.lo != 0.0:
        d = (k - 1.0) * limits.lo / span  # the ratio is of scores, not of shares of the range
    laws = [stats.spread_law(mean, between=variance) for mean in means]
    size = stats.checked_participants(
        laws[0],
        control=laws[1],
        alpha=asked.alpha,
        ratio_limit=k,
        difference_limit=d,
        power=asked.power,
    )
    sd = math.sqrt(variance)
    welch = stats.participants_per_arm(
        stats.Trial(means[0], means[1], sd, sd, k, d), alpha=asked.alpha, power=asked.power
    )
    if welch is not None:
        says = f"{says}; {2 * welch} for Welch's test alone"
    if size is None:
        return SizeRow(truth=truth, says=says, units=None)
    both = 2 * size.clusters
    return _priced(
        SizeRow(
            truth=truth, says=says, units=both, samples=both, power=size.power, error=size.error
        ),
        asked.cost,
    )


def _priced(row: SizeRow, cost: Cost) -> SizeRow:
    """The row with its cost, where one sample has one."""
    if row.samples is None:
        return row
    each = cost.seconds_per_sample, cost.usd_per_sample
    seconds, usd = (None if price is None else price * row.samples for price in each)
    return row.model_copy(update={"seconds": seconds, "usd": usd})


def danger_value(value: float, *, limits: Limits) -> float:
    """A value on the scale from safe, 0, to dangerous, 1."""
    hi = limits.lo + 1.0 if limits.hi is None else limits.hi
    gap = value - limits.lo if limits.higher_is_worse else hi - value
    return gap / (hi - limits.lo)


def own_value(danger: float, *, limits: Limits) -> float:
    """The reverse, rounded so that 0.7 of 0.3 reads 0.21."""
    hi = limits.lo + 1.0 if limits.hi is None else limits.hi
    span = hi - limits.lo
    value = limits.lo + span * danger if limits.higher_is_worse else hi - span * danger
    return round(value, 12)
