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

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from tierlock.core import (
    Attestation,
    Determination,
    Evidence,
    Finding,
    Framework,
    FrameworkRef,
    InputError,
    IntegrityError,
    Measured,
    Negatives,
    Node,
    Omission,
    Outcome,
    Plan,
    RegisteredRun,
    RunRegister,
    SpentAlpha,
    Step,
    Subject,
    SubjectRef,
    digest,
    leaves,
)
from tierlock.policy.case import Case
from tierlock.policy.compose import compose_thresholds, labels, owed_standards
from tierlock.policy.logic import trace, walk
from tierlock.policy.settle import settle
from tierlock.policy.slots import is_own, register_of
from tierlock.policy.staleness import runs_expire_at, soft_lapses

ENGINE: Final = "tierlock-engine/1"
SCOPE: Final = "scope"


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
    runs = _distinct(evidence)
    known = register_of(runs, framework=framework) if register is None else register
    case = Case(
        framework=framework,
        plan=plan,
        evidence=runs,
        subject=subject,
        at=_aware(at),
        register=known,
        attestations=tuple(attestations),
        negatives=negatives or Negatives(),
        history=tuple(history),
        parent=parent,
    )
    _check_times(case)
    _check_plan(case)
    _check_register(case)

    # M, R, F-1: settle every criterion on its own.
    control = framework.error_control
    alpha_in = control.rule_in / control.checkpoints
    alphas = {name: (framework.alpha_rule_out(name), alpha_in) for name in framework.thresholds}
    standard_alphas = (control.rule_out / control.checkpoints, alpha_in)
    findings: dict[str, Finding] = {}
    traces = {
        name: _judge(threshold.crossed_if, f"{name}:", case, name, alphas[name], findings)
        for name, threshold in framework.thresholds.items()
    }
    scope_trace = None
    if framework.scope is not None:
        scope_trace = _judge(
            framework.scope.in_scope_if, f"{SCOPE}:", case, SCOPE, standard_alphas, findings
        )
    tested: dict[str, Finding] = {}
    tests = {
        f"{standard}:{criterion}": _judge(
            node,
            f"{standard}:{criterion}/",
            case,
            standard,
            standard_alphas,
            tested,
            safeguard=True,
        )
        for standard, criterion, node in framework.safeguard_tests()
    }

    # C-1, F-2, F-3: thresholds; C-2, C-3: what is owed; C-4: labels.
    scope = None if scope_trace is None else scope_trace.outcome
    thresholds = compose_thresholds(
        framework=framework, traces=traces, findings=findings, scope=scope, alphas=alphas
    )
    outcomes = {found.threshold: found.outcome for found in thresholds}
    owed, holds = owed_standards(framework=framework, outcomes=outcomes, scope=scope)
    label, settled = labels(framework=framework, outcomes=outcomes, scope=scope)
    asked = _asked_runs(case)
    everything = (*findings.values(), *tested.values())
    return Determination(
        framework=FrameworkRef(
            framework=framework.framework, version=framework.version, digest=digest(framework)
        ),
        subject=_subject_ref(case),
        subject_digest=subject.capability_digest,
        plan=digest(plan),
        plan_declared=plan.declared,
        determined_at=case.at,
        evidence_from=min((run.started_at for run in asked), default=case.at),
        engine=ENGINE,
        thresholds=thresholds,
        scope_outcome=scope,
        scope_trace=scope_trace,
        findings=tuple(findings.values()),
        safeguard_findings=tuple(tested.values()),
        safeguard_traces=tests,
        owed=owed,
        holds=holds,
        omissions=_omissions(everything),
        unused=_unused(case),
        outside_guarantee=tuple(  # E-4
            finding.path
            for finding in everything
            if not finding.guarded and finding.outcome is not Outcome.UNDETERMINED
        ),
        union_bound=_union_bound(framework),  # E-3
        label=label,
        label_if_settled=settled,
        expires_at=_expires_at(case, asked, everything),
        soft_lapses=soft_lapses(asked, framework=framework, at=case.at),
    )


def _judge(
    node: Node,
    prefix: str,
    case: Case,
    account: str,
    alphas: tuple[float, float],
    findings: dict[str, Finding],
    *,
    safeguard: bool = False,
) -> Step:
    """Settle the leaves of one tree into `findings` and return its trace."""
    for leaf in walk(node, prefix=prefix):
        findings[leaf.path] = settle(
            leaf,
            case=case,
            threshold=account,
            alpha_out=alphas[0],
            alpha_in=alphas[1],
            safeguard=safeguard,
        )
    outcomes = {path: finding.outcome for path, finding in findings.items()}
    return trace(node, prefix=prefix, outcomes=outcomes)


def _union_bound(framework: Framework) -> float:
    """Sum of the alphas of all thresholds that a measurement can decide."""
    measured = (name for name in framework.thresholds if framework.slots_of(name))
    return min(1.0, math.fsum(framework.alpha_rule_out(name) for name in measured))


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InputError("input.naive-time", f"`{at}` has no time zone", hint="add UTC")
    return at.astimezone(UTC)


def _distinct(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence by digest, once each, in a fixed order; one run id has one content (V-4, V-5)."""
    by_digest = {item.digest: item for item in evidence}
    by_run: dict[tuple[str, str], str] = {}
    for name in sorted(by_digest):
        run = by_digest[name].run_id
        if by_run.setdefault((run, by_digest[name].subject.name), name) != name:
            raise _conflict(run, "occurs with two different contents")
    return tuple(
        sorted(by_digest.values(), key=lambda item: (item.measured_at, item.run_id, item.digest))
    )


def _conflict(run: str, says: str) -> IntegrityError:
    return IntegrityError("integrity.run-conflict", f"run `{run}` {says}")


def _check_times(case: Case) -> None:
    """V-2: nothing may be dated later than the question."""
    dated = [("evidence", item.run_id, item.measured_at) for item in case.evidence]
    dated += [
        ("evidence", item.run_id, item.finished_at)
        for item in case.evidence
        if item.finished_at is not None
    ]
    dated += [("plan", "plan", case.plan.sealed_at)]
    dated += [("plan", "plan", plan.sealed_at) for plan in case.register.plans]
    dated += [("run", run.run_id, run.started_at) for run in case.register.runs]
    dated += [("attestation", a.criterion, a.attested_at) for a in case.attestations]
    dated += [("record", n.kind, n.happened_at) for n in case.negatives.records]
    dated += [
        ("record", n.kind, n.resolved_at)
        for n in case.negatives.records
        if n.resolved_at is not None
    ]
    dated += [("spent alpha", s.threshold, s.spent_at) for s in case.history]
    if case.parent is not None:
        dated.append(("determination", case.parent.subject.name, case.parent.determined_at))
    effective = case.framework.effective
    dated.append(
        (
            "framework",
            case.framework.name,
            datetime(effective.year, effective.month, effective.day, tzinfo=UTC),
        )
    )
    for kind, name, instant in dated:
        if instant > case.at:
            raise InputError(
                "input.future",
                f"{kind} `{name}` is dated {instant.isoformat()}, after {case.at.isoformat()}",
                hint="check the clock that wrote it, or ask for a later instant with --at",
            )


def _check_plan(case: Case) -> None:
    if case.plan.framework != digest(case.framework):
        raise InputError("input.subject", "the plan was sealed for another framework version")
    if not case.subject.answers_to(case.plan.subject):
        raise InputError("input.subject", f"the plan is for subject `{case.plan.subject}`")


def _check_register(case: Case) -> None:
    """S-1, V-5: evidence of a slot is registered, unchanged, and not older than its start."""
    registered = {(run.run_id, run.slot): run for run in case.register.runs}
    for item in case.evidence:
        for slot, evaluation in case.framework.evaluations.items():
            if item.evaluation not in evaluation.tasks:
                continue
            run = registered.get((item.run_id, slot))
            if run is None:
                raise InputError(
                    "register.incomplete", f"run `{item.run_id}` is not in the run register"
                )
            if run.evidence is not None and run.evidence != item.digest:
                raise _conflict(item.run_id, "differs from what was registered")
            if item.measured_at < run.started_at:
                raise _conflict(item.run_id, "holds samples from before its registered start")


def _asked_slots(framework: Framework) -> tuple[set[str], set[str]]:
    """Slots that thresholds ask for, and slots that safeguard tests ask for."""
    asked = {slot for name in framework.thresholds for slot in framework.slots_of(name)}
    tested = {
        leaf.evaluation
        for _, _, node in framework.safeguard_tests()
        for leaf in leaves(node)
        if isinstance(leaf, Measured)
    }
    return asked, tested


def _asked_runs(case: Case) -> tuple[RegisteredRun, ...]:
    """Registered runs of this subject in slots that a criterion asks for."""
    asked, tested = _asked_slots(case.framework)

    def own(run: RegisteredRun, *, safeguard: bool) -> bool:
        return is_own(run.subject, run.parts, subject=case.subject, safeguard=safeguard)

    return tuple(
        run
        for run in case.register.runs
        if (run.slot in asked and own(run, safeguard=False))
        or (run.slot in tested and own(run, safeguard=True))
    )


def _expires_at(
    case: Case, asked: tuple[RegisteredRun, ...], findings: Iterable[Finding]
) -> datetime | None:
    ends = [runs_expire_at(asked, framework=case.framework, at=case.at)]
    ends += [finding.expires_at for finding in findings if finding.outcome is Outcome.RULED_OUT]
    if any(slot.source == "inherited" for slot in case.plan.slots) and case.parent is not None:
        ends.append(case.parent.expires_at)
    return min((end for end in ends if end is not None), default=None)


def _subject_ref(case: Case) -> SubjectRef:
    """The subject as judged; its binding is the weakest among its evidence."""
    order = ("declared", "signed", "measured")
    bindings = [
        item.subject.binding for item in case.evidence if case.subject.answers_to(item.subject.name)
    ]
    return SubjectRef(
        name=case.subject.name,
        parts=case.subject.parts,
        effective_compute=case.subject.effective_compute,
        binding=min(bindings, key=order.index, default="declared"),
    )


def _omissions(findings: Iterable[Finding]) -> tuple[Omission, ...]:
    """Everything that a finding lacks, owed things first."""
    found = {
        (reason.code, reason.says): Omission(
            what=finding.slot or finding.path,
            code=reason.code,
            says=reason.says,
            owed=finding.owes and reason.code.startswith(("slot.run", "plan.")),
        )
        for finding in findings
        for reason in finding.reasons
        if finding.decided_by == "omission" or finding.owes
    }
    return tuple(sorted(found.values(), key=lambda o: (not o.owed, o.what, o.code, o.says)))


def _unused(case: Case) -> tuple[Omission, ...]:
    """Evidence that no criterion used, with the reason (V-6)."""
    parent = case.subject.lineage.parent if case.subject.lineage else None
    evaluations = case.framework.evaluations
    asked, _ = _asked_slots(case.framework)
    tasks = {task for e in evaluations.values() for task in e.tasks}
    capability_tasks = {task for slot in asked for task in evaluations[slot].tasks}
    unused = []
    for item in case.evidence:
        name, parts = item.subject.name, item.subject.parts
        if name == parent and case.parent is not None:
            continue
        if not case.subject.answers_to(name):
            code, says = "evidence.other-subject", f"it is about `{name}`"
        elif not is_own(name, parts, subject=case.subject, safeguard=False):
            code, says = "evidence.other-weights", "it was measured on other weights"
        elif item.evaluation not in tasks:
            code, says = "evidence.no-slot", f"no criterion asks for `{item.evaluation}`"
        elif item.evaluation not in capability_tasks and not is_own(
            name, parts, subject=case.subject, safeguard=True
        ):
            code, says = "evidence.other-safeguards", "it was measured with other safeguards"
        else:
            continue
        unused.append(Omission(what=item.run_id, code=code, says=says))
    return tuple(unused)
