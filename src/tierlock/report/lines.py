"""One line per criterion: the words that all outputs share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tierlock.core import (
    Criterion,
    Estimate,
    Explanation,
    Finding,
    Framework,
    Limits,
    Margin,
    Measured,
    Outcome,
    Step,
    ThresholdFinding,
    leaves,
)
from tierlock.report.numbers import (
    NBSP,
    Scale,
    count_of,
    scale_of,
    show_count,
    show_duration,
    show_share,
)
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport
from tierlock.report.work import work_words


@dataclass(frozen=True, kw_only=True)
class CriterionLine:
    """One criterion as people read it.

    Attributes:
        name: the criterion's id within its threshold; title: the evaluation's own title.
        evidence: what was seen (`11/200, upper 9.1 %`).
        margin: how far that is from the bound, or what would settle it.
        bounds: the bounds in words, with the correction where one was applied.
        basis: whose bound it is; empty where the criterion has none.
    """

    name: str
    title: str
    outcome: Outcome
    evidence: str
    margin: str
    bounds: str
    basis: str
    cite: str
    scale: Scale
    finding: Finding
    criterion: Criterion | None
    distance: Margin | None


def criterion_lines(report: AssessReport, *, threshold: str) -> tuple[CriterionLine, ...]:
    """Return the lines of a threshold's criteria, in the order of its tree."""
    finding = next(t for t in report.determination.thresholds if t.threshold == threshold)
    by_path = {f.path: f for f in report.determination.findings}
    defined = report.framework.thresholds.get(threshold)
    criteria = (
        {f"{threshold}:{leaf.name}": leaf for leaf in leaves(defined.crossed_if)} if defined else {}
    )
    return tuple(
        criterion_line(
            by_path[path],
            criterion=criteria.get(path),
            framework=report.framework,
            explanation=report.explanation,
        )
        for path in trace_paths(finding.trace)
        if path in by_path
    )


def criterion_line(
    finding: Finding,
    *,
    criterion: Criterion | None,
    framework: Framework,
    explanation: Explanation,
) -> CriterionLine:
    """Return one finding in words."""
    scale = scale_of(criterion, limits=finding.limits)
    distance = next((m for m in explanation.margins if m.path == finding.path), None)
    evaluation = framework.evaluations.get(finding.slot or "")
    name = finding.path.rpartition(":")[2]
    return CriterionLine(
        name=clean(name),
        title=clean(evaluation.title if evaluation else finding.says or name),
        outcome=finding.outcome,
        evidence=evidence_words(finding, scale=scale),
        margin=_margin_words(finding, scale=scale, distance=distance, explanation=explanation),
        bounds=_bound_words(finding.limits, scale=scale, criterion=criterion),
        basis=_basis(finding, criterion),
        cite=clean(_cite(finding, criterion)),
        scale=scale,
        finding=finding,
        criterion=criterion,
        distance=distance,
    )


def deciding_lines(report: AssessReport, *, threshold: ThresholdFinding) -> list[CriterionLine]:
    """Return the lines that decide a threshold: the worst first, then the closest to its bound."""
    lines = criterion_lines(report, threshold=threshold.threshold)
    deciding = {
        path
        for entry in report.explanation.deciding
        if entry.threshold == threshold.threshold
        for path in entry.paths
    }
    chosen = [line for line in lines if line.finding.path in deciding] or list(lines)

    def urgency(line: CriterionLine) -> tuple[int, bool, float]:
        distance = line.distance.relative if line.distance else None
        return -line.outcome.rank, line.finding.estimate is None, distance or 0.0

    return sorted(chosen, key=urgency)


def trace_paths(step: Step) -> Iterator[str]:
    """Yield the paths of the findings below `step`, left to right."""
    if step.finding is not None:
        yield step.finding
    for child in step.steps:
        yield from trace_paths(child)


def evidence_words(finding: Finding, *, scale: Scale) -> str:
    """Return what was seen: count, missing attempts, and the limit that decides."""
    estimate, limits = finding.estimate, finding.limits
    if estimate is None:
        return _unmeasured_words(finding)
    parts = [tally(estimate, scale=scale)]
    missing = sum(estimate.counts.missing.values())
    if missing:
        parts.append(f"{show_count(missing)} missing")
    higher_is_worse = limits.higher_is_worse if limits is not None else True
    parts.append(limit_words(estimate, scale=scale, limits=limits, upper=higher_is_worse))
    if finding.outcome is Outcome.REACHED:
        parts[-1] = limit_words(estimate, scale=scale, limits=limits, upper=not higher_is_worse)
    return ", ".join(parts)


def tally(estimate: Estimate, *, scale: Scale) -> str:
    """Return the count behind an estimate: `11/200`, or the mean of so many attempts.

    Clusters are named where they are fewer than attempts, for they are the unit of inference.
    """
    scored = estimate.counts.scored
    if estimate.value is None:
        text = f"0 of {show_count(max(estimate.counts.planned, estimate.counts.present))} scored"
    else:
        successes = estimate.value * scored
        whole = abs(successes - round(successes)) < 1e-6 * max(1, scored)
        if scale.unit == "share" and whole:
            text = f"{show_count(round(successes))}/{show_count(scored)}"
        else:
            text = f"{scale.show(estimate.value)} (n{NBSP}{show_count(scored)})"
    clustered = 0 < estimate.units < scored
    return f"{text} in {count_of(estimate.units, one='cluster')}" if clustered else text


def limit_words(estimate: Estimate, *, scale: Scale, limits: Limits | None, upper: bool) -> str:
    """Return one confidence limit with its side, never rounded onto the bound."""
    side = "upper" if upper else "lower"
    value = estimate.upper if upper else estimate.lower
    if value is None:
        return f"{side} unbounded"
    bound = None
    if limits is not None:
        bound = limits.rule_out if upper == limits.higher_is_worse else limits.rule_in
    return f"{side} {scale.show(value, beside=bound)}"


def _unmeasured_words(finding: Finding) -> str:
    if finding.decided_by == "attestation":
        return "attested"
    if finding.decided_by == "fact":
        return "declared fact"
    if finding.decided_by == "inheritance":
        return "inherited from the parent"
    if finding.decided_by == "error":
        return "could not be computed"
    if finding.kind == "attested":
        return "no current attestation"
    if finding.kind == "fact":
        return "fact not declared"
    return "no evidence; a run is owed" if finding.owes else "no evidence"


def _margin_words(
    finding: Finding, *, scale: Scale, distance: Margin | None, explanation: Explanation
) -> str:
    limits = finding.limits
    if finding.estimate is None or limits is None:
        return "" if finding.outcome is Outcome.RULED_OUT else _way_forward(finding, explanation)
    safe, worse = ("below", "above") if limits.higher_is_worse else ("above", "below")
    if finding.outcome is Outcome.REACHED:
        return f"{worse} {scale.show(limits.rule_in)}"
    bound = scale.show(limits.rule_out)
    relative = distance.relative if distance else None
    if relative is not None and relative > 0:
        part = (
            f"{relative:.0%}".replace("%", f"{NBSP}%") if relative > 0.1 else show_share(relative)
        )
        room = f"{part} {safe} {bound}" if relative < 1 else f"{safe} {bound}"
        if finding.outcome is Outcome.RULED_OUT:
            return room
        return f"{room}, but {_first_reason(finding)}"
    if finding.outcome is Outcome.RULED_OUT:
        return f"{safe} {bound}"
    cost = _settling_cost(distance)
    if not cost:
        return f"crosses {bound}: {_way_forward(finding, explanation)}"
    # More samples do not help where something else stands against a rule-out too.
    others = [r for r in finding.reasons if not r.code.startswith("interval.")]
    also = f"; {clean(others[0].says)}" if others else ""
    return f"crosses {bound}: {cost}{also}"


def _settling_cost(distance: Margin | None) -> str:
    if distance is None or distance.samples is None:
        return ""
    parts = [count_of(distance.samples, one="more sample", many="more samples")]
    if distance.seconds is not None:
        parts.append(show_duration(distance.seconds))
    return ", ".join(parts)


def _way_forward(finding: Finding, explanation: Explanation) -> str:
    item = next((w for w in explanation.work if w.settles == finding.path), None)
    return work_words(item) if item else _first_reason(finding)


def _first_reason(finding: Finding) -> str:
    return clean(finding.reasons[0].says) if finding.reasons else "not settled"


def _bound_words(limits: Limits | None, *, scale: Scale, criterion: Criterion | None) -> str:
    if limits is None:
        if not isinstance(criterion, Measured):
            return ""
        worse = criterion.higher_is_worse
        rule_out, declared, rule_in = (
            criterion.rule_out_bound,
            criterion.rule_out_bound,
            criterion.rule_in_bound,
        )
    else:
        worse = limits.higher_is_worse
        rule_out, declared, rule_in = limits.rule_out, limits.rule_out_declared, limits.rule_in
    safe, bad = ("below", "above") if worse else ("above", "below")
    corrected = ""
    if rule_out != declared:
        corrected = f" ({scale.show(declared)} before corrections)"
    return (
        f"ruled out {safe} {scale.show(rule_out, beside=declared)}{corrected}, "
        f"reached {bad} {scale.show(rule_in)}"
    )


def _basis(finding: Finding, criterion: Criterion | None) -> str:
    if finding.limits is not None:
        return finding.limits.basis
    return getattr(criterion, "basis", "") if criterion is not None else ""


def _cite(finding: Finding, criterion: Criterion | None) -> str:
    if finding.limits is not None and finding.limits.cite:
        return finding.limits.cite
    return criterion.cite if criterion is not None else ""
