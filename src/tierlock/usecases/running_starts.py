"""A run that a runner has begun, registered before its first sample, whoever runs it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import (
    InputError,
    Instant,
    IntegrityError,
    Parts,
    Record,
    RegisteredRun,
    canonical_bytes,
    digest,
)
from tierlock.store import append_lines, exclusive, read_lines
from tierlock.usecases.ledger import log_records
from tierlock.usecases.project import Project
from tierlock.usecases.question import active_plan

_ATTEMPTS: Final = "attempts.jsonl"


class _Attempt(Record):
    """When work was first begun, as one of its attempts noted it."""

    work: str
    run_id: str
    started_at: Instant


class Begun(NamedTuple):
    """A run as its runner knows it when it begins.

    Attributes:
        run_id: the id that the log will carry.
        work: what stays the same when an attempt is given up and gone on with in another run.
        evaluation: the task's name, as the log will have it.
        model: the model's name, as the log will have it.
        created: when the log says that it was begun.
    """

    run_id: str
    work: str
    evaluation: str
    model: str
    created: datetime


class Registered(NamedTuple):
    """What became of a start.

    Attributes:
        slots: the slots that the run was registered for.
        own: whether the project's subject answers to the model.
    """

    slots: tuple[str, ...]
    own: bool


def register_start(project: Project, *, run: Begun, at: datetime) -> Registered:
    """Register a run for every slot that its evaluation fills, in the ledger and in the store.

    From now on its log is owed (spec/determination.md S-3). A run that goes on with an attempt
    that was given up holds that attempt's samples, and so began when that began.

    Args:
        project: framework, subject, store and ledger.
        run: the run.
        at: now, before its first sample.

    Raises:
        InputError: the store or the ledger can not be written; then nothing is registered.
        IntegrityError: `integrity.digest`, the list of attempts is damaged.
    """
    own = project.subject.answers_to(run.model)
    evaluations = project.framework.evaluations
    slots = tuple(name for name, one in evaluations.items() if run.evaluation in one.tasks)
    started_at = _first_start(project, run=run, at=at)
    plan = active_plan(project) if own and slots else None
    runs = [
        RegisteredRun(
            run_id=run.run_id,
            slot=slot,
            subject=run.model,
            parts=project.subject.parts if own else Parts(),
            started_at=started_at,
            plan=None if plan is None else digest(plan),
            ended="started",
        )
        for slot in slots
    ]
    known = {(one.run_id, one.slot, one.subject) for one in project.store.runs()}
    fresh = [one for one in runs if (one.run_id, one.slot, one.subject) not in known]
    if fresh:
        log_records(project, records=fresh, at=at)
        project.store.register(fresh)
    return Registered(slots, own)


def _first_start(project: Project, *, run: Begun, at: datetime) -> datetime:
    """When the first attempt at the same work began; this one is noted with it."""
    project.store.prepare()
    path = project.store.folder / _ATTEMPTS
    with exclusive(project.store.folder):
        earlier = [one.started_at for one in _attempts(path) if one.work == run.work]
        # Logs state whole seconds, and a second log of one second is dated after it.
        first = min([at, run.created, *earlier])
        note = _Attempt(work=run.work, run_id=run.run_id, started_at=first)
        append_lines(path, lines=[canonical_bytes(note)])
    return first


def _attempts(path: Path) -> list[_Attempt]:
    try:
        return [_Attempt.parse(line) for line in read_lines(path)]
    except InputError as error:
        if error.code == "input.store":
            raise
        raise IntegrityError(
            "integrity.digest",
            f"the store is damaged: {error.message}",
            location=str(path),
            hint="restore the file from a backup; no start is registered without it",
        ) from None
