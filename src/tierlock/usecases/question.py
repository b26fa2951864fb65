"""The store's evidence under the project's framework, as of an instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import (
    Action,
    Decision,
    Determination,
    Evidence,
    Explanation,
    Framework,
    Measured,
    Negative,
    Negatives,
    Plan,
    RegisteredRun,
    RunRegister,
    SpentAlpha,
    Subject,
    digest,
    leaves,
)
from tierlock.policy import decide, determine, explain, plan_after, register_of
from tierlock.usecases.ledger import log_records
from tierlock.usecases.project import Project


class Answer(NamedTuple):
    """One determination with the decision and explanation that go with it."""

    determination: Determination
    decision: Decision | None
    explanation: Explanation
    evidence: tuple[Evidence, ...]
    plan: Plan


def ask(project: Project, *, at: datetime, action: Action | None) -> Answer:
    """Return the answer of everything in the store, as of `at`.

    Args:
        project: framework, subject, statements and store.
        at: the instant of the question; nothing in the store may be later.
        action: what is asked; None determines without deciding.
    """
    framework, subject, store = project.framework, project.subject, project.store
    evidence = store.evidence()
    register = RunRegister(
        runs=known_runs(project, evidence=evidence), plans=store.plans(), as_of=at
    )
    plan = active_plan(project) or plan_after(framework, subject=subject, register=register, at=at)
    statements = project.statements
    negatives = standing_negatives(project)
    determination = determine(
        framework,
        plan,
        evidence,
        subject=subject,
        at=at,
        register=register,
        attestations=statements.to_attestations(),
        negatives=negatives,
        history=_history(project, at=at),
        parent=_parent(project, at=at),
    )
    claims, rulings = statements.to_claims(), statements.to_rulings()
    decision = None
    if action is not None:
        decision = decide_on(project, determination=determination, action=action, at=at)
    explanation = explain(
        framework,
        determination,
        subject=subject,
        decision=decision,
        evidence=evidence,
        claims=claims,
        rulings=rulings,
        approvals=statements.to_approvals(),
        choices=statements.to_choices(),
        negatives=negatives,
    )
    if decision is not None:
        decision = decision.model_copy(update={"work": explanation.work})
    return Answer(determination, decision, explanation, evidence, plan)


def decide_on(
    project: Project, *, determination: Determination, action: Action, at: datetime
) -> Decision:
    """Return the gate's answer to one action, from everything that is stated and remembered."""
    statements = project.statements
    return decide(
        project.framework,
        determination,
        subject=project.subject,
        action=action,
        at=at,
        claims=statements.to_claims(),
        rulings=statements.to_rulings(),
        approvals=statements.to_approvals(),
        choices=statements.to_choices(),
        negatives=standing_negatives(project),
    )


def known_runs(project: Project, *, evidence: Sequence[Evidence]) -> tuple[RegisteredRun, ...]:
    """Return every registered run; stored evidence that no slot knew before is registered now."""
    fresh = register_of(evidence, framework=project.framework).runs
    runs = project.store.register(fresh)
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


def standing_negatives(project: Project) -> Negatives:
    """Return the negative records that stand: those stated now and those the store remembers.

    A record that left the statements file still stands; it ends by being stated again with
    `resolved_at`.
    """
    stated = project.statements.to_negatives()
    standing: dict[tuple[str, str, str, datetime], Negative] = {}
    for record in (*project.store.negatives(), *stated.records):
        key = (record.kind, record.subject, record.concerns, record.happened_at)
        if key not in standing or standing[key].resolved_at is None:
            standing[key] = record
    return stated.model_copy(update={"records": tuple(standing.values())})


def active_plan(project: Project) -> Plan | None:
    """Return the latest plan sealed for this framework version, subject and weights."""
    return plan_for(
        project.store.plans(), framework=digest(project.framework), subject=project.subject
    )


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
