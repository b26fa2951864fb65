"""The store's evidence under the project's framework, as of an instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from tierlock.core import (
    Action,
    Decision,
    Determination,
    Evidence,
    Explanation,
    Framework,
    Measured,
    Plan,
    RegisteredRun,
    RunRegister,
    SpentAlpha,
    Subject,
    digest,
    leaves,
)
from tierlock.policy import (
    decide,
    determine,
    explain,
    explain_sealed,
    hold_to_sealed,
    plan_after,
    register_of,
)
from tierlock.usecases.ledger import log_records
from tierlock.usecases.plan_register import read_plans
from tierlock.usecases.project import Project
from tierlock.usecases.sealed_bar import sealed_answers
from tierlock.usecases.stated import Stated, read_stated


class Answer(NamedTuple):
    """One determination, its decision and explanation, and the statements that they rest on."""

    determination: Determination
    decision: Decision | None
    explanation: Explanation
    evidence: tuple[Evidence, ...]
    plan: Plan
    stated: Stated


def ask(project: Project, *, at: datetime, action: Action | None) -> Answer:
    """Return the answer of everything in the store, as of `at`.

    Args:
        project: framework, subject, statements and store.
        at: the instant of the question; nothing in the store may be later.
        action: what is asked; None determines without deciding.
    """
    framework, subject = project.framework, project.subject
    stated = read_stated(project, at=at)
    evidence = project.store.evidence()
    determination, plan = _determined(project, evidence=evidence, at=at, stated=stated)
    alone = decision = None
    if action is not None:
        alone = _decide(project, determination=determination, action=action, at=at, stated=stated)
        decision = _held(project, decision=alone, at=at, stated=stated)
    explanation = explain(
        framework,
        determination,
        subject=subject,
        decision=alone,
        evidence=evidence,
        claims=stated.claims,
        rulings=stated.rulings,
        approvals=stated.approvals,
        choices=stated.choices,
        negatives=stated.negatives,
    )
    if decision is not None:
        explanation = explain_sealed(explanation, decision=decision)
        decision = decision.model_copy(update={"work": explanation.work})
    return Answer(determination, decision, explanation, evidence, plan, stated)


def decide_on(
    project: Project,
    *,
    determination: Determination,
    action: Action,
    at: datetime,
    stated: Stated | None = None,
) -> Decision:
    """Return the gate's answer to one action, from everything that is stated and remembered.

    Args:
        project: framework, subject, statements and store.
        determination: the computed outcomes.
        action: what is asked.
        at: the instant of the question.
        stated: what people state, where it was read already.
    """
    stated = stated or read_stated(project, at=at)
    alone = _decide(project, determination=determination, action=action, at=at, stated=stated)
    return _held(project, decision=alone, at=at, stated=stated)


def _decide(
    project: Project, *, determination: Determination, action: Action, at: datetime, stated: Stated
) -> Decision:
    """The answer under the project's framework as it is now."""
    return decide(
        project.framework,
        determination,
        subject=project.subject,
        action=action,
        at=at,
        claims=stated.claims,
        rulings=stated.rulings,
        approvals=stated.approvals,
        choices=stated.choices,
        negatives=stated.negatives,
    )


def _held(project: Project, *, decision: Decision, at: datetime, stated: Stated) -> Decision:
    """The answer as the bars leave it that plans were sealed under."""
    sealed = sealed_answers(
        project,
        action=decision.action,
        at=at,
        stated=stated,
        judge=lambda under: determined(under, at=at, stated=stated),
    )
    return hold_to_sealed(decision, sealed=sealed)


def determined(project: Project, *, at: datetime, stated: Stated) -> Determination:
    """Return the determination of everything in the store, as of `at`."""
    evidence = project.store.evidence()
    return _determined(project, evidence=evidence, at=at, stated=stated)[0]


def _determined(
    project: Project, *, evidence: Sequence[Evidence], at: datetime, stated: Stated
) -> tuple[Determination, Plan]:
    """The determination, and the plan that it was made under."""
    framework, subject = project.framework, project.subject
    known = read_plans(project, at=at)
    register = RunRegister(
        runs=known_runs(project, evidence=evidence, logged=known.runs),
        plans=known.plans,
        entries=known.entries,
        as_of=at,
    )
    plan = plan_for(known.plans, framework=digest(framework), subject=subject)
    plan = plan or plan_after(framework, subject=subject, register=register)
    determination = determine(
        framework,
        plan,
        evidence,
        subject=subject,
        at=at,
        register=register,
        attestations=stated.attestations,
        negatives=stated.negatives,
        history=_history(project, at=at),
        parent=_parent(project, at=at),
    )
    return determination, plan


def known_runs(
    project: Project, *, evidence: Sequence[Evidence], logged: Sequence[RegisteredRun] = ()
) -> tuple[RegisteredRun, ...]:
    """Return every registered run; stored evidence that no slot knew before is registered now.

    Args:
        project: framework and store.
        evidence: everything in the store.
        logged: the runs of the ledger: one that left the store is owed all the same.
    """
    fresh = register_of(evidence, framework=project.framework).runs
    stored = project.store.register(fresh)
    have = {(run.run_id, run.slot, run.subject) for run in stored}
    lost = (run for run in logged if (run.run_id, run.slot, run.subject) not in have)
    runs = (*stored, *lost)
    return runs_of_slots(runs, framework=project.framework, evidence=evidence)


def runs_of_slots(
    runs: Iterable[RegisteredRun], *, framework: Framework, evidence: Iterable[Evidence]
) -> tuple[RegisteredRun, ...]:
    """Return the runs without those of another framework's slots that have the name of one here.

    A slot that asks for other tasks there is another slot: that evidence is known and can not
    belong to this one. A run whose evidence is gone stays, and owes it.
    """
    tasks = {name: slot.tasks for name, slot in framework.evaluations.items()}
    seen = {item.run_id: item.evaluation for item in evidence}
    return tuple(
        run
        for run in runs
        if run.slot not in tasks or run.run_id not in seen or seen[run.run_id] in tasks[run.slot]
    )


def _history(project: Project, *, at: datetime) -> tuple[SpentAlpha, ...]:
    """What is on record was spent, also when an earlier instant is asked about than before.

    One question about a later day would otherwise make every question before that day fail.
    """
    return tuple(
        entry.model_copy(update={"spent_at": min(entry.spent_at, at)})
        for entry in project.store.history()
    )


def active_plan(project: Project) -> Plan | None:
    """Return the latest plan sealed for this framework version, subject and weights."""
    # Which plan is active does not depend on when it is asked.
    plans = read_plans(project, at=datetime.max.replace(tzinfo=UTC)).plans
    return plan_for(plans, framework=digest(project.framework), subject=project.subject)


def plan_for(plans: Iterable[Plan], *, framework: str, subject: Subject) -> Plan | None:
    """Return the latest of `plans` for the framework with digest `framework`, subject, weights."""
    mine = [
        plan
        for plan in plans
        if plan.framework == framework
        and subject.answers_to(plan.subject)
        and plan.weights in (None, subject.parts.weights)
    ]
    return max(mine, key=lambda plan: plan.sealed_at, default=None)


def record(project: Project, *, answer: Answer) -> str:
    """Store the determination, the alpha it spent and the records stated; return its digest.

    The ledger gets them all, and the decision where one was asked, before the store gets the
    determination: nothing is answered from what others could not find there.

    Raises:
        InputError: the store or the ledger can not be written.
    """
    determination, decision = answer.determination, answer.decision
    project.store.add_negatives(project.statements.to_negatives().records)
    project.store.spend(_spent(project, determination))
    records = [determination] if decision is None else [determination, decision]
    log_records(project, records=records, at=determination.determined_at)
    return project.store.add_determination(determination)


def _spent(project: Project, determination: Determination) -> Iterable[SpentAlpha]:
    """A threshold spends its budget once any of its measured criteria has looked at evidence."""
    subject = project.subject
    looked = {
        finding.path.partition(":")[0]
        for finding in determination.findings
        if finding.kind == "measured" and finding.evidence
    }
    return [
        SpentAlpha(
            threshold=name,
            lineage=subject.lineage_id,
            weights=subject.parts.weights or subject.name,
            spent_at=determination.determined_at,
        )
        for name, threshold in project.framework.thresholds.items()
        if name in looked
        and any(isinstance(leaf, Measured) for leaf in leaves(threshold.crossed_if))
    ]


def _parent(project: Project, *, at: datetime) -> Determination | None:
    """The parent's latest stored determination under the same framework version."""
    lineage = project.subject.lineage
    if lineage is None:
        return None
    wanted = digest(project.framework)
    found = [
        item
        for item in project.store.determinations(subject=lineage.parent)
        if item.framework.digest == wanted and item.determined_at <= at
    ]
    return found[-1] if found else None
