"""Evidence, plans and slots: clauses V-2 to V-6 and S-1 to S-5."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import combinations

from tierlock.core import (
    Attestation,
    Determination,
    Evidence,
    Framework,
    InputError,
    IntegrityError,
    Negatives,
    Parts,
    Plan,
    RegisteredRun,
    RunRegister,
    SpentAlpha,
    Subject,
    digest,
)


@dataclass(frozen=True)
class Slot:
    """What one slot holds for one question: which runs count, and what is owed."""

    planned: tuple[Evidence, ...]
    unplanned: tuple[Evidence, ...]
    runs: tuple[RegisteredRun, ...]
    owes: frozenset[str]


def unique(records: Iterable[Evidence]) -> list[Evidence]:
    """V-4: equal digests are one piece of evidence; doubts are not in the digest, and stay."""
    found: dict[str, Evidence] = {}
    for record in records:
        known = found.get(record.digest)
        found[record.digest] = record if known is None or not known.doubtful else known
    return list(found.values())


def slots_of_task(framework: Framework, task: str) -> list[str]:
    return [name for name, slot in framework.evaluations.items() if task in slot.tasks]


def register_of(framework: Framework, evidence: Sequence[Evidence]) -> RunRegister:
    """The register that is assumed where none is given: one run per piece of evidence."""
    return RunRegister(
        runs=tuple(
            RegisteredRun(
                run_id=record.run_id,
                slot=slot,
                subject=record.subject.name,
                parts=record.subject.parts,
                started_at=record.measured_at,
                ended=record.status,
            )
            for record in evidence
            for slot in slots_of_task(framework, record.evaluation)
        )
    )


def check_future(
    framework: Framework,
    plan: Plan,
    evidence: Sequence[Evidence],
    register: RunRegister,
    attestations: Sequence[Attestation],
    negatives: Negatives,
    history: Sequence[SpentAlpha],
    parent: Determination | None,
    at: datetime,
) -> None:
    """V-2: nothing that is used is dated later than `at`."""
    instants: list[datetime | None] = [
        datetime.combine(framework.effective, time(), UTC),
        plan.sealed_at,
        *(record.measured_at for record in evidence),
        *(record.finished_at for record in evidence),
        *(run.started_at for run in register.runs),
        *(old.sealed_at for old in register.plans),
        *(attestation.attested_at for attestation in attestations),
        *(spent.spent_at for spent in history),
        *negative_instants(negatives),
        parent.determined_at if parent else None,
    ]
    if any(instant is not None and instant > at for instant in instants):
        raise InputError("input.future", "an input is dated later than the question")


def negative_instants(negatives: Negatives) -> list[datetime | None]:
    return [
        negatives.complete_as_of,
        *(record.happened_at for record in negatives.records),
        *(record.resolved_at for record in negatives.records),
    ]


def check_plan(framework: Framework, plan: Plan, subject: Subject, register: RunRegister) -> None:
    """S-1: the plan is for this question, and every superseded plan is known."""
    if (
        plan.framework != digest(framework)
        or not subject.answers_to(plan.subject)
        or not same_weights_or_unknown(plan.weights, subject.parts.weights)
    ):
        raise InputError("input.subject", "the plan was made for another question")
    known = {digest(one) for one in register.plans}
    links = {one.supersedes for one in (plan, *register.plans)} - {None}
    if not links <= known:
        raise InputError("register.incomplete", "a superseded plan is not registered")


def one_name(subject: Subject, name: str) -> str:
    """V-5: names that the subject answers to are one name."""
    return subject.name if subject.answers_to(name) else name


def check_twins(evidence: Sequence[Evidence], register: RunRegister, subject: Subject) -> None:
    """V-5: one run has one content and, in one slot, one row."""
    for one, other in combinations(register.runs, 2):
        if (one.run_id, one.slot) == (other.run_id, other.slot) and one != other:
            raise IntegrityError("integrity.run-conflict", "one run, two rows")
    for first, second in combinations(evidence, 2):
        same_run = first.run_id == second.run_id
        same_run &= one_name(subject, first.subject.name) == one_name(subject, second.subject.name)
        if same_run and first.digest != second.digest:
            raise IntegrityError("integrity.run-conflict", "one run, two contents")


def check_register(
    framework: Framework, evidence: Sequence[Evidence], register: RunRegister, subject: Subject
) -> None:
    """V-5 and S-1: evidence is registered, and as it is."""
    for record in evidence:
        for slot in slots_of_task(framework, record.evaluation):
            rows = [run for run in register.runs if (run.run_id, run.slot) == (record.run_id, slot)]
            if not rows:
                raise InputError("register.incomplete", f"run `{record.run_id}` is not registered")
            row = rows[0]
            if (
                row.evidence not in (None, record.digest)
                or record.measured_at < row.started_at
                or one_name(subject, row.subject) != one_name(subject, record.subject.name)
                or row.parts != record.subject.parts
            ):
                raise IntegrityError("integrity.run-conflict", "evidence contradicts the register")


def same_weights_or_unknown(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def is_own(subject: Subject, name: str, parts: Parts, *, safeguards: bool) -> bool:
    """V-6: the name is the subject's and no digest that both know differs."""
    if not subject.answers_to(name):
        return False
    if not same_weights_or_unknown(parts.weights, subject.parts.weights):
        return False
    return not safeguards or same_weights_or_unknown(parts.safeguards, subject.parts.safeguards)


def chain_of(plan: Plan, register: RunRegister) -> list[Plan]:
    """The plans that `plan` supersedes, nearest first."""
    by_digest = {digest(old): old for old in register.plans}
    chain: list[Plan] = []
    step = plan
    while step.supersedes is not None and step.supersedes in by_digest:
        step = by_digest[step.supersedes]
        if step in chain:
            break
        chain.append(step)
    return chain


def competing(subject: Subject, plan: Plan, register: RunRegister) -> list[Plan]:
    """S-4: plans for the same question that the active plan does not replace."""
    allowed = [plan, *chain_of(plan, register)]
    return [
        other
        for other in register.plans
        if other not in allowed
        and other.framework == plan.framework
        and subject.answers_to(other.subject)
        and same_weights_or_unknown(other.weights, plan.weights)
    ]


def slot_for(
    name: str,
    subject: Subject,
    plan: Plan,
    evidence: Sequence[Evidence],
    register: RunRegister,
    *,
    safeguards: bool,
) -> Slot:
    """S-2 to S-4 for one slot, from the evidence of its tasks.

    `safeguards` asks with the binding of safeguard tests (V-6).
    """
    runs = sorted(
        {
            run
            for run in register.runs
            if run.slot == name and is_own(subject, run.subject, run.parts, safeguards=safeguards)
        },
        key=lambda run: (run.started_at, run.run_id),
    )
    own = {
        record.run_id: record
        for record in evidence
        if is_own(subject, record.subject.name, record.subject.parts, safeguards=safeguards)
    }
    first = [run.run_id for run in first_runs(name, plan, register, runs)]
    return Slot(
        planned=tuple(own[run] for run in first if run in own),
        unplanned=tuple(
            own[run.run_id] for run in runs if run.run_id not in first and run.run_id in own
        ),
        runs=tuple(runs),
        owes=frozenset(_owed(name, subject, plan, register, runs, len(first), set(own))),
    )


def _is_later(run: RegisteredRun, plan: Plan, register: RunRegister) -> bool:
    """S-9: the run began, and became known, after the plan had its entry."""
    if register.entries is None:
        return run.started_at >= plan.sealed_at
    for entry in register.entries:
        if entry.plan == digest(plan):
            began = run.started_at >= plan.sealed_at and run.started_at >= entry.logged_at
            return began and run.run_id not in entry.known
    return False


def first_runs(
    name: str, plan: Plan, register: RunRegister, runs: Iterable[RegisteredRun]
) -> list[RegisteredRun]:
    """S-2: the planned runs of one slot."""
    promise = plan.slot(name)
    eligible = [
        run
        for run in runs
        if run.slot == name
        and run.ended in ("success", "unknown")
        and (plan.declared == "after" or _is_later(run, plan, register))
    ]
    eligible.sort(key=lambda run: (run.started_at, run.run_id))
    return eligible[: promise.runs if promise else 0]


def _owed(
    name: str,
    subject: Subject,
    plan: Plan,
    register: RunRegister,
    runs: Sequence[RegisteredRun],
    started: int,
    present: set[str],
) -> Iterable[str]:
    promise = plan.slot(name)
    if promise is not None and started < promise.runs:
        yield "slot.run-not-started"
    if any(run.run_id not in present for run in runs):
        yield "slot.run-missing"
    rivals = competing(subject, plan, register)
    if promise is not None and any(rival.slot(name) is not None for rival in rivals):
        yield "plan.competing"
    old = [
        earlier.runs
        for superseded in chain_of(plan, register)
        if superseded.declared == "before" and (earlier := superseded.slot(name)) is not None
    ]
    if old and len(runs) < sum(old) + (promise.runs if promise else 0):
        yield "plan.superseded-run-missing"
