"""`plan seal`: promise, before looking, which runs will count."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import datetime

from tierlock.core import InputError, Plan, PlannedSlot, SlotSource, digest
from tierlock.usecases.project import Project
from tierlock.usecases.question import active_plan, known_runs


def seal_plan(
    project: Project,
    *,
    slots: Sequence[str],
    at: datetime,
    runs: int = 1,
    source: SlotSource = "measured",
) -> Plan:
    """Seal and return a plan for `slots`; an earlier plan is superseded and its runs stay owed.

    A plan that is sealed as of an instant after which runs of its slots are known is not made
    before looking; it is stored as `declared: after`.

    Args:
        project: framework, subject and store.
        slots: evaluations of the framework, by id.
        at: the sealing instant; runs that start before it do not count under this plan.
        runs: how many runs of each slot count.
        source: `measured`, or `inherited` from the subject's parent.

    Raises:
        InputError: no slot, or one that the framework does not have.
    """
    known = project.framework.evaluations
    if not slots:
        raise InputError("input.not-found", "no slot was named", hint="use --slot or --all")
    for slot in slots:
        if slot not in known:
            near = difflib.get_close_matches(slot, known, n=1)
            raise InputError(
                "input.not-found",
                f"`{slot}` is not an evaluation of {project.framework.name}",
                hint=f"did you mean `{near[0]}`?" if near else f"one of: {', '.join(known)}",
            )
    earlier = active_plan(project)
    plan = Plan(
        framework=digest(project.framework),
        subject=project.subject.name,
        weights=project.subject.parts.weights,
        sealed_at=at,
        declared="after" if _looked(project, slots=slots, at=at) else "before",
        slots=tuple(
            PlannedSlot(slot=slot, runs=runs, source=source) for slot in dict.fromkeys(slots)
        ),
        supersedes=None if earlier is None else digest(earlier),
    )
    project.store.add_plan(plan)
    return plan


def _looked(project: Project, *, slots: Sequence[str], at: datetime) -> bool:
    """Whether a run that this plan would count is in the store already."""
    return any(
        run.slot in slots and run.started_at >= at and project.subject.answers_to(run.subject)
        for run in known_runs(project, project.store.evidence())
    )
