"""The same determination with one thing imagined otherwise; for explanations only."""

from __future__ import annotations

from tierlock.core import (
    PARTS,
    Claim,
    Determination,
    Finding,
    Framework,
    Negatives,
    Outcome,
    Part,
    Step,
    Subject,
)
from tierlock.policy.claimed import evidence_of
from tierlock.policy.compose import compose_thresholds, labels, owed_standards
from tierlock.policy.logic import combine


def with_outcome(
    determination: Determination, *, framework: Framework, path: str, outcome: Outcome
) -> Determination:
    """Return the determination as it would be if the finding at `path` had `outcome`."""
    findings = tuple(_imagined(f, path, outcome) for f in determination.findings)
    by_path = {finding.path: finding for finding in findings}
    traces = {
        found.threshold: _retraced(found.trace, path, outcome) for found in determination.thresholds
    }
    scope_trace, scope = determination.scope_trace, None
    if scope_trace is not None:
        scope_trace = _retraced(scope_trace, path, outcome)
        scope = scope_trace.outcome
    presumptions = {
        name: _retraced(step, path, outcome)
        for name, step in determination.presumption_traces.items()
    }
    adjustments = {
        name: _retraced(step, path, outcome)
        for name, step in determination.adjustment_traces.items()
    }
    thresholds = compose_thresholds(
        framework=framework,
        traces=traces,
        findings=by_path,
        scope=scope,
        presumptions=presumptions,
        alphas={
            found.threshold: (found.alpha_rule_out, found.alpha_rule_in)
            for found in determination.thresholds
        },
    )
    outcomes = {found.threshold: found.outcome for found in thresholds}
    owed, holds = owed_standards(framework=framework, outcomes=outcomes, scope=scope)
    label, settled = labels(framework=framework, outcomes=outcomes, scope=scope)
    tests = {
        name: _retraced(step, path, outcome)
        for name, step in determination.safeguard_traces.items()
    }
    return determination.model_copy(
        update={
            "findings": findings,
            "thresholds": thresholds,
            "scope_outcome": scope,
            "scope_trace": scope_trace,
            "presumption_traces": presumptions,
            "adjustment_traces": adjustments,
            "owed": owed,
            "holds": holds,
            "label": label,
            "label_if_settled": settled,
            "safeguard_traces": tests,
        }
    )


def _imagined(finding: Finding, path: str, outcome: Outcome) -> Finding:
    if finding.path != path:
        return finding
    return finding.model_copy(update={"outcome": outcome, "owes": False, "reasons": ()})


def _retraced(step: Step, path: str, outcome: Outcome) -> Step:
    if step.op == "leaf":
        return step.model_copy(update={"outcome": outcome}) if step.finding == path else step
    steps = tuple(_retraced(child, path, outcome) for child in step.steps)
    joined = combine([child.outcome for child in steps], k=step.k or 0)
    return step.model_copy(update={"steps": steps, "outcome": joined})


def with_test_passed(determination: Determination, *, path: str) -> Determination:
    """Return the determination as if the safeguard test at `<standard>:<criterion>` ruled out."""
    step = determination.safeguard_traces.get(path)
    if step is None or step.outcome is Outcome.RULED_OUT:
        return determination
    passed = step.model_copy(update={"outcome": Outcome.RULED_OUT})
    return determination.model_copy(
        update={"safeguard_traces": {**determination.safeguard_traces, path: passed}}
    )


def perfect_claim(
    path: str, *, framework: Framework, subject: Subject, determination: Determination
) -> Claim:
    """Return a claim that would satisfy the criterion at `path`, if anything can."""
    standard, _, name = path.partition(":")
    accepts = framework.standards[standard].criteria[name].accepts
    parts: dict[Part, str] = {
        part: getattr(subject.parts, part)
        for part in PARTS
        if getattr(subject.parts, part) is not None
    }
    return Claim(
        criterion=path,
        subject=subject.name,
        status="met",
        holds_with_weights=True,
        parts=parts,
        claimed_at=determination.determined_at,
        evidence=tuple(
            evidence_of(kind, says="imagined", at=determination.determined_at) for kind in accepts
        ),
    )


def without_failures(negatives: Negatives, *, path: str) -> Negatives:
    """Return the negative records without open failures of the criterion at `path`."""
    kept = tuple(
        record
        for record in negatives.records
        if not (record.kind == "failed_claim" and record.concerns == path)
    )
    return negatives.model_copy(update={"records": kept})
