"""How far each measured finding is from its bound, and what it would take to clear it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tierlock import stats
from tierlock.core import (
    Determination,
    Estimate,
    Evaluation,
    Evidence,
    Finding,
    Framework,
    Limits,
    Margin,
    Outcome,
)


class Price(NamedTuple):
    """Cost of one more sample; None where nothing is measured or declared."""

    seconds: float | None
    usd: float | None


def margins(
    framework: Framework, *, determination: Determination, evidence: Sequence[Evidence]
) -> tuple[Margin, ...]:
    """Return the margin of every measured finding, of thresholds and of safeguard tests."""
    by_digest = {item.digest: item for item in evidence}
    return tuple(
        _margin(finding, limits, framework.evaluations[slot], by_digest)
        for finding in (*determination.findings, *determination.safeguard_findings)
        if (limits := finding.limits) is not None and (slot := finding.slot) is not None
    )


def _margin(
    finding: Finding, limits: Limits, evaluation: Evaluation, by_digest: Mapping[str, Evidence]
) -> Margin:
    estimate = finding.estimate
    limit = _dangerous_limit(estimate, limits)
    least, likely = _needed(finding, estimate, limits)
    price = _price(finding, evaluation, by_digest)
    count = likely if likely is not None else least
    return Margin(
        path=finding.path,
        bound=limits.rule_out,
        limit=limit,
        relative=_relative(limit, limits),
        elicitation_factor=_tipping(limit, limits) if _out(finding) else None,
        fragility=_fragility(estimate, limits) if _out(finding) else None,
        samples=least,
        likely_samples=likely,
        seconds=None if price.seconds is None or count is None else price.seconds * count,
        usd=None if price.usd is None or count is None else price.usd * count,
    )


def _out(finding: Finding) -> bool:
    return finding.outcome is Outcome.RULED_OUT


def _dangerous_limit(estimate: Estimate | None, limits: Limits) -> float | None:
    if estimate is None:
        return None
    return estimate.upper if limits.higher_is_worse else estimate.lower


def _relative(limit: float | None, limits: Limits) -> float | None:
    if limit is None or limits.rule_out == 0:
        return None
    gap = limits.rule_out - limit if limits.higher_is_worse else limit - limits.rule_out
    return gap / abs(limits.rule_out)


def _tipping(limit: float | None, limits: Limits) -> float | None:
    """How many times better elicitation could be before the rule-out is lost."""
    if limit is None or limit <= 0 or limits.rule_out <= 0:
        return None
    return limits.rule_out / limit if limits.higher_is_worse else limit / limits.rule_out


def _scaled_bound(limits: Limits) -> float | None:
    """The rule-out bound on the scale where 0 is safe and 1 is dangerous; None if unbounded."""
    if limits.hi is None:
        return None
    span = limits.hi - limits.lo
    distance = (
        limits.rule_out - limits.lo if limits.higher_is_worse else limits.hi - limits.rule_out
    )
    bound = distance / span
    return bound if 0 < bound < 1 else None


def _fragility(estimate: Estimate | None, limits: Limits) -> int | None:
    """Units that would have to turn dangerous; defined where every unit is safe or dangerous."""
    bound = _scaled_bound(limits)
    if estimate is None or estimate.dangerous is None or bound is None or not estimate.units:
        return None
    if not estimate.dangerous.is_integer() or not estimate.method.startswith("Clopper-Pearson"):
        return None
    return stats.fragility(
        int(estimate.dangerous),
        n=estimate.units,
        bound=bound,
        alpha=limits.alpha_rule_out,
    )


def _needed(
    finding: Finding, estimate: Estimate | None, limits: Limits
) -> tuple[int | None, int | None]:
    """Further samples: (least, if all are safe; likely, with 80 % probability at this rate)."""
    bound = _scaled_bound(limits)
    if finding.outcome is not Outcome.UNDETERMINED or bound is None:
        return None, None
    alpha = limits.alpha_rule_out
    if estimate is None or not estimate.units:
        # Nothing is known of the rate: the size is for a subject at half the bound.
        return (
            stats.minimum_clusters(bound, alpha=alpha),
            stats.samples_to_rule_out(bound / 2, bound=bound, alpha=alpha),
        )
    if estimate.dangerous is None:
        return None, None
    per_unit = max(1, round(estimate.items / estimate.units))
    bad = math.ceil(estimate.dangerous - 1e-9)
    least = stats.extra_all_safe(bad, n=estimate.units, bound=bound, alpha=alpha)
    rate = (estimate.dangerous + 0.5) / (estimate.units + 1)
    likely = None
    if rate < 0.9 * bound:
        total = stats.samples_to_rule_out(rate, bound=bound, alpha=alpha)
        likely = None if total is None else max(least, total - estimate.units)
    return least * per_unit, None if likely is None else likely * per_unit


def _price(finding: Finding, evaluation: Evaluation, by_digest: Mapping[str, Evidence]) -> Price:
    """Measured working time per attempt where logs hold it, else the declared cost."""
    runs = [by_digest[name] for name in finding.evidence if name in by_digest]
    timed = [(run.seconds, len(run.samples)) for run in runs if run.seconds and len(run.samples)]
    seconds = evaluation.cost.seconds_per_sample
    if timed:
        seconds = sum(time for time, _ in timed) / sum(count for _, count in timed)
    return Price(seconds, evaluation.cost.usd_per_sample)
