"""Applies one framework to the evidence about one subject, at one instant.

Implements spec/determination.md; the numbered comments are its clauses. Keeps the laws L1 to L7
and L9. Does no I/O, reads no clock, does no statistics of its own, and decides no action: that is
`tierlock.policy.decide`.

Example: nothing was measured, so nothing is ruled out.

    >>> from datetime import UTC, datetime
    >>> from tierlock.core import Plan, Subject, digest
    >>> from tierlock.policy._example import example_framework
    >>> framework, at = example_framework(), datetime(2026, 6, 1, tzinfo=UTC)
    >>> plan = Plan(framework=digest(framework), subject="m", sealed_at=at, declared="before")
    >>> result = determine(framework, plan, (), subject=Subject(name="m"), at=at)
    >>> [(t.threshold, t.outcome.words) for t in result.thresholds]
    [('bio-3', 'undetermined')]
    >>> result.findings[0].reasons[0].code
    'slot.no-evidence'
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tierlock.core import (
    Attestation,
    Determination,
    Evidence,
    Framework,
    FrameworkRef,
    Negatives,
    Outcome,
    Plan,
    RunRegister,
    SpentAlpha,
    Subject,
    digest,
)
from tierlock.policy.case import Case
from tierlock.policy.compose import compose_thresholds, labels, owed_standards
from tierlock.policy.inputs import aware, check_case, distinct, distinct_register
from tierlock.policy.judge import Judged, judge
from tierlock.policy.listing import (
    asked_runs,
    evidence_from,
    expires_at,
    omissions_of,
    subject_ref,
    union_bound,
    unused_evidence,
)
from tierlock.policy.plan_entries import plan_notes
from tierlock.policy.slots import register_of
from tierlock.policy.staleness import soft_lapses

ENGINE: Final = "tierlock-engine/1"


def determine(
    framework: Framework,
    plan: Plan,
    evidence: Iterable[Evidence],
    *,
    subject: Subject,
    at: datetime,
    register: RunRegister | None = None,
    attestations: Iterable[Attestation] = (),
    negatives: Negatives | None = None,
    history: Iterable[SpentAlpha] = (),
    parent: Determination | None = None,
) -> Determination:
    """Return all findings about `subject` under `framework` at `at`, and what follows from them.

    Args:
        framework: the rules.
        plan: which runs count; made before looking, or printed as `declared: after`.
        evidence: evidence about this subject, its parent or others; order does not matter.
        subject: what is judged.
        at: the instant of the question, aware; nothing may be dated later.
        register: every run known to have started. Without it, exactly the runs in `evidence`
            are known, and then a deleted run can not be missed.
        attestations: statements of roles on attested criteria.
        negatives: objections and failed claims, which decide attested criteria.
        history: alpha spent by earlier determinations.
        parent: the determination of the subject's parent, for inherited slots.

    Raises:
        InputError: a naive or future instant, a plan of another framework or subject, or
            evidence whose run is not in the register.
        IntegrityError: one run id with two contents.
    """
    # V-2 to V-5: time, duplicates, conflicts; S-1: the register knows every run.
    runs = distinct(evidence, subject=subject)
    known = distinct_register(register or register_of(runs, framework=framework))
    case = Case(
        framework=framework,
        plan=plan,
        evidence=runs,
        subject=subject,
        at=aware(at),
        register=known,
        attestations=tuple(attestations),
        negatives=negatives or Negatives(),
        history=tuple(history),
        parent=parent,
    )
    check_case(case)
    # M, R, F-1: every criterion on its own; O-2: every tree.
    return _compose(case, judge(case))


def _compose(case: Case, judged: Judged) -> Determination:
    """Thresholds (C-1, F-2, F-3), what is owed (C-2, C-3), labels (C-4), and the lists beside."""
    framework, scope = case.framework, judged.scope_outcome
    thresholds = compose_thresholds(
        framework=framework,
        traces=judged.traces,
        findings=judged.findings,
        scope=scope,
        presumptions=judged.presumptions,
        alphas={name: (b.rule_out, b.rule_in) for name, b in judged.budgets.items()},
    )
    outcomes = {found.threshold: found.outcome for found in thresholds}
    owed, holds = owed_standards(framework=framework, outcomes=outcomes, scope=scope)
    label, settled = labels(framework=framework, outcomes=outcomes, scope=scope)
    asked = asked_runs(case)
    return Determination(
        framework=FrameworkRef(
            framework=framework.framework, version=framework.version, digest=digest(framework)
        ),
        subject=subject_ref(case),
        subject_digest=case.subject.capability_digest,
        plan=digest(case.plan),
        plan_declared=case.plan.declared,
        determined_at=case.at,
        evidence_from=evidence_from(case, asked=asked),
        engine=ENGINE,
        thresholds=thresholds,
        scope_outcome=scope,
        scope_trace=judged.scope,
        presumption_traces=dict(judged.presumptions),
        adjustment_traces=dict(judged.adjustments),
        findings=(*judged.findings.values(), *judged.adjusted.values()),
        safeguard_findings=tuple(judged.tested.values()),
        safeguard_traces=dict(judged.tests),
        owed=owed,
        holds=holds,
        omissions=omissions_of(judged.needed),
        unused=unused_evidence(case),
        outside_guarantee=tuple(  # E-4
            finding.path
            for finding in judged.everything
            if not finding.guarded and finding.outcome is not Outcome.UNDETERMINED
        ),
        union_bound=union_bound(framework),  # E-3
        label=label,
        label_if_settled=settled,
        expires_at=expires_at(case, asked=asked, findings=judged.everything),
        soft_lapses=soft_lapses(asked, framework=framework, at=case.at),
        notes=plan_notes(case.plan, register=case.register),  # S-9
    )
