"""`plan start`: register that a run has started, so that it shows when its log never comes."""

from __future__ import annotations

import difflib
from datetime import datetime

from tierlock.core import InputError, RegisteredRun, Subject, digest
from tierlock.usecases.ledger import log_records
from tierlock.usecases.project import Project
from tierlock.usecases.question import active_plan


def start_run(
    project: Project, *, run_id: str, slot: str, at: datetime, model: str | None = None
) -> RegisteredRun:
    """Register that a run of a slot has started, and return its entry.

    From now on its log is owed (spec/determination.md S-3). It is in the ledger before it is in
    the store, and is counted under the plan that is active then. Doing it again changes nothing.
    A runner calls this before the first sample.

    Args:
        project: framework, subject, store and ledger.
        run_id: the id that the log will carry; for Inspect its `eval_id`.
        slot: evaluation of the framework, by id.
        at: when it started.
        model: how the log will call the model; by default the one name in `known_as`, or the
            subject's own where there is none or are several.

    Raises:
        InputError: `input.not-found`, no such slot; `input.subject`, the subject does not answer to
            `model`; `ledger.unavailable`, and then nothing was registered.
    """
    _check_slot(slot, project=project)
    name = _named(project.subject, model=model)
    known = {(run.run_id, run.slot, run.subject): run for run in project.store.runs()}
    found = known.get((run_id, slot, name))
    if found is not None:
        return found
    plan = active_plan(project)
    run = RegisteredRun(
        run_id=run_id,
        slot=slot,
        subject=name,
        parts=project.subject.parts,
        started_at=at,
        plan=None if plan is None else digest(plan),
        ended="started",
    )
    log_records(project, records=[run], at=at)
    project.store.register([run])
    return run


def _check_slot(slot: str, *, project: Project) -> None:
    known = project.framework.evaluations
    if slot not in known:
        near = difflib.get_close_matches(slot, known, n=1)
        raise InputError(
            "input.not-found",
            f"`{slot}` is not an evaluation of {project.framework.name}",
            hint=f"did you mean `{near[0]}`?" if near else f"one of: {', '.join(known)}",
        )


def _named(subject: Subject, *, model: str | None) -> str:
    if model is None:
        return subject.known_as[0] if len(subject.known_as) == 1 else subject.name
    if not subject.answers_to(model):
        raise InputError(
            "input.subject",
            f"`{subject.name}` is not known as `{model}`",
            hint="list the name under `known_as` of the subject in tierlock.yaml",
        )
    return model
