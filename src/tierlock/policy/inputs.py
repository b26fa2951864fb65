"""The inputs of a determination, checked: time, duplicates, plan and register (V-2 to V-5, S-1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tierlock.core import (
    Evidence,
    InputError,
    IntegrityError,
    RegisteredRun,
    RunRegister,
    Subject,
    digest,
)
from tierlock.policy.case import Case
from tierlock.policy.slots import same_part


def check_case(case: Case) -> None:
    """Check the inputs of one determination.

    Raises:
        InputError: a future instant, a plan of another framework or subject, or evidence whose
            run is not in the register.
        IntegrityError: evidence that differs from its register entry.
    """
    _check_times(case)
    _check_plan(case)
    _check_register(case)


def aware(at: datetime) -> datetime:
    """Return `at` in UTC.

    Raises:
        InputError: it has no time zone.
    """
    if at.tzinfo is None:
        raise InputError("input.naive-time", f"`{at}` has no time zone", hint="add UTC")
    return at.astimezone(UTC)


def distinct(evidence: Iterable[Evidence], *, subject: Subject) -> tuple[Evidence, ...]:
    """Return evidence by digest, once each, in a fixed order (V-4).

    Raises:
        IntegrityError: one run id with two contents (V-5).
    """
    # Of copies that differ beside their digest (problems, accounting) the most doubtful one counts,
    # then the dearest: what a next step costs must not rest on the order of the files.
    copies = sorted(evidence, key=_weight)
    by_digest = {item.digest: item for item in copies}
    by_run: dict[tuple[str, str], str] = {}
    for name in sorted(by_digest):
        item = by_digest[name]
        about = subject.name if subject.answers_to(item.subject.name) else item.subject.name
        if by_run.setdefault((item.run_id, about), name) != name:
            raise _conflict(item.run_id, "occurs with two different contents")
    return tuple(
        sorted(by_digest.values(), key=lambda item: (item.measured_at, item.run_id, item.digest))
    )


def _weight(item: Evidence) -> tuple[bool, float, float]:
    return item.doubtful, item.seconds or 0.0, -1.0 if item.usd is None else item.usd


def distinct_register(register: RunRegister) -> RunRegister:
    """Return the register with every row once.

    Raises:
        IntegrityError: two different rows for one run of one slot (V-5).
    """
    rows: dict[tuple[str, str], RegisteredRun] = {}
    for run in register.runs:
        if rows.setdefault((run.run_id, run.slot), run) != run:
            raise _conflict(run.run_id, "is registered twice, differently")
    return register.model_copy(update={"runs": tuple(rows.values())})


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
    """The plan is for this framework version, subject and weights, and its past is known."""
    plan, subject = case.plan, case.subject
    if plan.framework != digest(case.framework):
        raise InputError("input.subject", "the plan was sealed for another framework version")
    if not subject.answers_to(plan.subject):
        raise InputError("input.subject", f"the plan is for subject `{plan.subject}`")
    if not same_part(plan.weights, other=subject.parts.weights):
        raise InputError("input.subject", "the plan was sealed for other weights")
    known = {digest(other) for other in case.register.plans}
    for link in (plan.supersedes, *(other.supersedes for other in case.register.plans)):
        if link is not None and link not in known:
            raise InputError(
                "register.incomplete", f"the superseded plan `{link}` is not in the run register"
            )


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
            if not _same_row(run, item, case.subject):
                raise _conflict(item.run_id, "is registered for another subject or other parts")
            if run.evidence is not None and run.evidence != item.digest:
                raise _conflict(item.run_id, "differs from what was registered")
            if item.measured_at < run.started_at:
                raise _conflict(item.run_id, "holds samples from before its registered start")


def _same_row(run: RegisteredRun, item: Evidence, subject: Subject) -> bool:
    """Whether a register row and its evidence name the same subject and parts."""
    same_name = run.subject == item.subject.name or (
        subject.answers_to(run.subject) and subject.answers_to(item.subject.name)
    )
    return same_name and run.parts == item.subject.parts
