"""How far each measured finding is from its bound, and what it would take to clear it."""

from __future__ import annotations

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
    Measured,
    Outcome,
)
from tierlock.policy.further import Further, Seen, further_samples, scaled_bound
from tierlock.policy.limits import all_limits
from tierlock.policy.sensitivity import sensitivity_of


class Price(NamedTuple):
    """Cost of one more sample; None where nothing is measured or declared."""

    seconds: float | None
    usd: float | None


def margins(
    framework: Framework, *, determination: Determination, evidence: Sequence[Evidence]
) -> tuple[Margin, ...]:
    """Return the margin of every measured finding, of thresholds and of safeguard tests."""
    by_digest = {item.digest: item for item in evidence}
    criteria = _leaves(framework)
    return tuple(
        _margin(
            finding,
            limits,
            framework.evaluations[slot],
            by_digest,
            criterion=criteria.get(finding.path),
            framework=framework,
        )
        for finding in (*determination.findings, *determination.safeguard_findings)
        if (limits := finding.limits) is not None and (slot := finding.slot) is not None
    )


def _leaves(framework: Framework) -> dict[str, Measured]:
    """Return every measured criterion by its path, of thresholds, scope and safeguard tests."""
    return {one.leaf.path: one.criterion for one in all_limits(framework)}


def _margin(
    finding: Finding,
    limits: Limits,
    evaluation: Evaluation,
    by_digest: Mapping[str, Evidence],
    *,
    criterion: Measured | None,
    framework: Framework,
) -> Margin:
    estimate = finding.estimate
    limit = _dangerous_limit(estimate, limits)
    runs = tuple(by_digest[name] for name in finding.evidence if name in by_digest)
    further, sensitivity = Further(), None
    if criterion is not None:
        seen = Seen(criterion, evaluation, limits, estimate, runs)
        further = further_samples(seen, outcome=finding.outcome)
        factor = criterion.elicitation_factor or framework.corrections.elicitation_factor
        sensitivity = sensitivity_of(seen, outcome=finding.outcome, factor=factor.value)
    price = _price(runs, evaluation)
    count = further.likely if further.likely is not None else further.least
    robust = _out(finding) and evaluation.judge is None
    return Margin(
        path=finding.path,
        bound=limits.rule_out,
        limit=limit,
        relative=_relative(limit, limits),
        elicitation_factor=_tipping(limit, limits) if _out(finding) else None,
        fragility=_fragility(estimate, limits) if robust else None,
        samples=further.least,
        likely_samples=further.likely,
        seconds=None if price.seconds is None or count is None else price.seconds * count,
        usd=None if price.usd is None or count is None else price.usd * count,
        not_computable=further.why,
        sensitivity=sensitivity,
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


def _fragility(estimate: Estimate | None, limits: Limits) -> int | None:
    """Units that would have to turn dangerous; defined where every unit is safe or dangerous."""
    bound = scaled_bound(limits)
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


def _price(runs: Sequence[Evidence], evaluation: Evaluation) -> Price:
    """Measured time and money per attempt where logs hold them, else the declared cost."""
    cost = evaluation.cost
    # A time of zero is no measurement; money can be stated as zero, for a model of one's own.
    times = [(run.seconds or None, len(run.samples)) for run in runs]
    money = [(run.usd, len(run.samples)) for run in runs]
    return Price(_each(times, cost.seconds_per_sample), _each(money, cost.usd_per_sample))


def _each(spent: Sequence[tuple[float | None, int]], declared: float | None) -> float | None:
    """What an attempt costs over the runs whose log states what was spent."""
    known = [(cost, count) for cost, count in spent if cost is not None and count]
    if not known:
        return declared
    return sum(cost for cost, _ in known) / sum(count for _, count in known)
