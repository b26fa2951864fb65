"""One line per criterion: the words that all outputs share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tierlock.core import (
    Criterion,
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
from tierlock.report.numbers import NBSP, Scale, scale_of, show_duration, show_share
from tierlock.report.sanitize import clean
from tierlock.report.seen import evidence_words, seen_words
from tierlock.report.values import AssessReport
from tierlock.report.work import sample_words, work_words


@dataclass(frozen=True, kw_only=True)
class CriterionLine:
    """One criterion as people read it.

    Attributes:
        name: the criterion's id within its threshold; title: the evaluation's own title.
        seen: the number in short (`11/200, upper 9.1 %`); evidence: with all that is behind it.
        margin: how far that is from the bound; empty where nothing was measured.
        settling: what would settle it, and what else stands against a rule-out.
        bounds: the bounds in words, with the correction where one was applied.
        basis: whose bound it is; empty where the criterion has none.
    """

    name: str
    title: str
    outcome: Outcome
    seen: str
    evidence: str
    margin: str
    settling: tuple[str, ...]
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
    evaluation = framework.evaluations.get(finding.slot or "")
    span = evaluation.range if evaluation else None
    scale = scale_of(criterion, limits=finding.limits, span=span)
    distance = next((m for m in explanation.margins if m.path == finding.path), None)
    name = finding.path.rpartition(":")[2]
    return CriterionLine(
        name=clean(name),
        title=clean(evaluation.title if evaluation else finding.says or name),
        outcome=finding.outcome,
        seen=seen_words(finding, scale=scale),
        evidence=evidence_words(finding, scale=scale),
        margin=_margin_words(finding, scale=scale, distance=distance),
        settling=_settling_words(finding, distance=distance, explanation=explanation),
        bounds=_bound_words(finding.limits, scale=scale, criterion=criterion),
        basis=_basis(finding, criterion),
        cite=clean(_cite(finding, criterion)),
        scale=scale,
        finding=finding,
        criterion=criterion,
        distance=distance,
    )


def deciding_line(report: AssessReport, *, threshold: ThresholdFinding) -> CriterionLine | None:
    """Return the one criterion on which a threshold's outcome hangs; None where there is none.

    Under `all` it is the most favourable one, under `any` the least: with k of M the one that
    has M - k more favourable ones before it. A number is preferred to what has none.
    """
    lines = criterion_lines(report, threshold=threshold.threshold)
    by_path = {line.finding.path: line for line in lines}
    chosen = _bottleneck(threshold.trace, by_path)
    if chosen is None or chosen.finding.estimate is not None:
        return chosen
    hanging = set(hanging_paths(threshold.trace))
    same = [
        line for line in lines if line.finding.kind == "measured" and line.finding.path in hanging
    ]
    return min(
        same, key=lambda line: (line.finding.estimate is None, _favour(line)), default=chosen
    )


def _bottleneck(step: Step, by_path: dict[str, CriterionLine]) -> CriterionLine | None:
    if step.finding is not None:
        return by_path.get(step.finding)
    below = (_bottleneck(child, by_path) for child in step.steps)
    found = sorted((line for line in below if line is not None), key=_favour)
    needed = {"all": len(step.steps), "any": 1}.get(step.op, step.k or 1)
    return found[min(len(step.steps) - needed, len(found) - 1)] if found else None


def _favour(line: CriterionLine) -> tuple[int, float]:
    """Sort the most favourable first; what was ruled out without a number bears anything."""
    relative = line.distance.relative if line.distance else None
    if relative is None:
        relative = math.inf if line.outcome is Outcome.RULED_OUT else -math.inf
    return line.outcome.rank, -relative


def obstacle(finding: Finding) -> str:
    """Return what stands against a rule-out besides the number; empty if nothing does."""
    if finding.estimate is None or finding.outcome is not Outcome.UNDETERMINED:
        return ""
    others = (clean(r.says) for r in finding.reasons if not r.code.startswith("interval."))
    return next(others, "")


def hanging_paths(step: Step) -> Iterator[str]:
    """Yield the paths of the findings on which the outcome of `step` hangs.

    What is open in a branch that is ruled out as a whole is not among them.
    """
    if step.finding is not None:
        yield step.finding
    for child in step.steps:
        if child.outcome is step.outcome:
            yield from hanging_paths(child)


def trace_paths(step: Step) -> Iterator[str]:
    """Yield the paths of the findings below `step`, left to right."""
    if step.finding is not None:
        yield step.finding
    for child in step.steps:
        yield from trace_paths(child)


def _margin_words(finding: Finding, *, scale: Scale, distance: Margin | None) -> str:
    limits = finding.limits
    if finding.estimate is None or limits is None:
        return ""
    safe, worse = ("below", "above") if limits.higher_is_worse else ("above", "below")
    if finding.outcome is Outcome.REACHED:
        return f"{worse} {scale.show(limits.rule_in)}"
    bound = scale.show(limits.rule_out)
    relative = distance.relative if distance else None
    if relative is not None and 0 < relative < 1:
        part = (
            f"{relative:.0%}".replace("%", f"{NBSP}%") if relative > 0.1 else show_share(relative)
        )
        return f"{part} {safe} {bound}"
    if finding.outcome is Outcome.RULED_OUT or (relative is not None and relative > 0):
        return f"{safe} {bound}"
    return f"crosses {bound}"


def _settling_words(
    finding: Finding, *, distance: Margin | None, explanation: Explanation
) -> tuple[str, ...]:
    """Return what settles an open criterion, and what else stands against a rule-out."""
    if finding.outcome is not Outcome.UNDETERMINED:
        return ()
    # More samples do not help where something else stands against a rule-out too.
    against = obstacle(finding)
    others = (against,) if against else ()
    known = distance is not None and (distance.samples or distance.likely_samples) is not None
    if finding.estimate is None or distance is None or not known:
        item = next((w for w in explanation.work if w.settles == finding.path), None)
        first = tuple(clean(reason.says) for reason in finding.reasons[:1])
        return (work_words(item),) if item else first
    if (distance.relative or 0.0) > 0:
        return others
    needed = sample_words(distance.samples, likely=distance.likely_samples, noun="more sample")
    cost = f" ({show_duration(distance.seconds)})" if distance.seconds is not None else ""
    return (needed + cost, *others)


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
