"""What is to be run: the next run of each slot of the sealed plan, and when a slot is done."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tierlock.core import (
    Evaluation,
    Evidence,
    InputError,
    Plan,
    PlannedSlot,
    RunRegister,
    digest,
)
from tierlock.policy import in_order, is_own, planned_runs, sealed_order
from tierlock.usecases.look_endings import Ending, ending_of
from tierlock.usecases.plan_register import read_plans
from tierlock.usecases.project import Project
from tierlock.usecases.question import active_plan, known_runs
from tierlock.usecases.run_settings import (
    Elicitation,
    RunSettings,
    check_looks,
    check_variants,
)


class Due(NamedTuple):
    """One run that is to be made.

    Attributes:
        slot: evaluation of the framework, by id.
        number: which of its runs, counted from 1.
        of: how many the plan promises.
        task: file or name of the task.
        settings: how the slot is run.
        variant: name of the way of asking, empty where there is one only.
        elicitation: that way of asking.
        items: the samples that this run holds; empty for all, or where clusters are drawn.
        folder: where its logs go, the same each time it is asked for.
        undeclared: kinds of limit that are set and are not part of what is measured.
        clusters: labels of the clusters that this run holds, each of them whole; empty where its
            samples are drawn one by one, or not drawn.
        cluster_by: the sample attribute that has these labels; empty likewise.
    """

    slot: str
    number: int
    of: int
    task: str
    settings: RunSettings
    variant: str
    elicitation: Elicitation
    items: tuple[str, ...]
    folder: Path
    undeclared: tuple[str, ...]
    clusters: tuple[str, ...] = ()
    cluster_by: str = ""


class Standing(NamedTuple):
    """How far a slot is.

    Attributes:
        slot: evaluation of the framework, by id.
        done: planned runs whose evidence is there.
        of: how many the plan promises.
        samples: samples that those runs hold.
        planned: samples that all promised runs would hold; None where only the task knows.
        ended: why nothing more is run; None while there is something to run.
    """

    slot: str
    done: int
    of: int
    samples: int
    planned: int | None
    ended: Ending | None


def plan_to_run(project: Project) -> Plan:
    """Return the plan that is in force.

    Raises:
        InputError: `input.not-found`; none is sealed.
    """
    plan = active_plan(project)
    if plan is None:
        raise InputError(
            "input.not-found",
            f"no plan is sealed for `{project.subject.name}` under {project.framework.name}",
            hint="promise first what will count: tierlock plan seal --all",
        )
    return plan


def slots_to_run(project: Project, *, plan: Plan, only: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the slots of the plan that a runner can run, in the plan's order.

    Args:
        project: its framework says of which kind each evaluation is.
        plan: the plan in force.
        only: names of slots; empty for every one that is measured and automated.

    Raises:
        InputError: `input.not-found`, the plan does not promise to measure such a slot.
    """
    measured = [slot.slot for slot in plan.slots if slot.source == "measured"]
    for name in only:
        if name not in measured:
            near = difflib.get_close_matches(name, measured, n=1)
            raise InputError(
                "input.not-found",
                f"the plan does not promise to measure `{name}`",
                hint=f"did you mean `{near[0]}`?" if near else f"one of: {', '.join(measured)}",
            )
    kinds = {name: one.kind for name, one in project.framework.evaluations.items()}
    return tuple(
        name for name in measured if name in only or (not only and kinds.get(name) == "automated")
    )


def standing(
    project: Project, *, plan: Plan, slot: str, at: datetime, to_the_end: bool = False
) -> Standing:
    """Return how far a slot is, from what store and ledger hold.

    A slot with looks ends at the first look that settles every criterion that asks for it, by the
    same determination that the gate uses; or where none of them can be ruled out any more.

    Args:
        project: framework, subject, statements, store.
        plan: the plan in force.
        slot: one of its slots.
        at: now.
        to_the_end: go on where nothing can be ruled out any more.
    """
    promise = _promise(plan, slot=slot)
    done = done_runs(project, plan=plan, slot=slot, at=at)
    ended: Ending | None = "complete" if len(done) >= promise.runs else None
    if promise.looks is not None and done:
        ended = ending_of(project, plan=plan, slot=slot, looks=len(done), at=at) or ended
        if ended == "futile" and to_the_end and len(done) < promise.runs:
            ended = None
    return Standing(
        slot=slot,
        done=len(done),
        of=promise.runs,
        samples=sum(len(set(run.samples.id)) for run in done),
        planned=_planned(promise, cluster_by=_cluster_by(project, promise=promise)),
        ended=ended,
    )


def done_runs(project: Project, *, plan: Plan, slot: str, at: datetime) -> tuple[Evidence, ...]:
    """Return the evidence of the runs of a slot that the plan counts, in their order."""
    known = read_plans(project, at=at)
    evidence = project.store.evidence()
    runs = known_runs(project, evidence=evidence, logged=known.runs)
    register = RunRegister(runs=runs, plans=known.plans, entries=known.entries, as_of=at)
    own = in_order(
        run
        for run in runs
        if run.slot == slot
        and is_own(run.subject, parts=run.parts, subject=project.subject, safeguard=False)
    )
    there = {item.run_id: item for item in evidence}
    counted = planned_runs(slot, plan=plan, register=register, runs=own)
    return tuple(there[run.run_id] for run in counted if run.run_id in there)


def next_run(project: Project, *, plan: Plan, slot: str, done: int) -> Due:
    """Return the run of a slot that comes after `done` of them.

    Raises:
        InputError: `run.settings`, the project does not say how the slot is run.
    """
    promise = _promise(plan, slot=slot)
    evaluation = project.framework.evaluations[slot]
    settings = project.runs.get(slot, RunSettings())
    check_variants(settings, runs=promise.runs, slot=slot)
    number = done + 1
    variant, elicitation = settings.elicitation(number)
    drawn: tuple[str, ...] = ()
    cluster_by = ""
    if promise.looks is not None:
        check_looks(settings, looks=promise.looks, slot=slot)
        ends = (0, *promise.looks.clusters)
        drawn = sealed_order(plan, slot=slot)[ends[number - 1] : ends[number]]
        cluster_by = _cluster_by(project, promise=promise)
    allowed = {*evaluation.limits, *(promise.limits or ())}
    return Due(
        slot=slot,
        number=number,
        of=promise.runs,
        task=_task(project, slot=slot, settings=settings, evaluation=evaluation),
        settings=settings,
        variant=variant,
        elicitation=elicitation,
        items=() if cluster_by else drawn,
        folder=_folder(project, plan=plan, slot=slot, number=number),
        undeclared=tuple(sorted(settings.limits.keys() - allowed)),
        clusters=drawn if cluster_by else (),
        cluster_by=cluster_by,
    )


def _cluster_by(project: Project, *, promise: PlannedSlot) -> str:
    """The attribute that names the clusters of a slot, as the determination reads it."""
    return project.framework.evaluations[promise.slot].cluster_by or promise.cluster_by or ""


def _planned(promise: PlannedSlot, *, cluster_by: str) -> int | None:
    if promise.looks is None or cluster_by:
        return None
    return promise.looks.clusters[-1]


def _promise(plan: Plan, *, slot: str) -> PlannedSlot:
    promise = plan.slot(slot)
    if promise is None:
        raise InputError("input.not-found", f"the plan does not promise `{slot}`")
    return promise


def _task(project: Project, *, slot: str, settings: RunSettings, evaluation: Evaluation) -> str:
    named = settings.task or next((name for name in evaluation.tasks if "/" in name), None)
    if named is None:
        raise InputError(
            "run.settings",
            f"nothing says which task runs `{slot}`",
            hint=f"add it to tierlock.yaml: runs: {{{slot}: {{task: FILE.py@NAME}}}}",
        )
    file = named.partition("@")[0]
    if file.endswith(".py") and not (project.root / file).is_file():
        raise InputError("run.settings", f"there is no `{file}` in `{project.root}`")
    return named


def _folder(project: Project, *, plan: Plan, slot: str, number: int) -> Path:
    name = digest(plan).removeprefix("sha256:")[:12]
    return project.root / "runs" / name / slot / f"{number:03}"


def counts_after(project: Project, *, plan: Plan, slot: str, at: datetime) -> datetime:
    """Return the instant after which the slot's next run must begin to be the next one.

    That is the entry of the plan in the ledger (S-9), and the start of every run before it (S-2).
    """
    known = read_plans(project, at=at)
    logged = {entry.plan: entry.logged_at for entry in known.entries}.get(digest(plan))
    starts = [run.started_at for run in known.runs if run.slot == slot]
    return max([plan.sealed_at, *starts, *([] if logged is None else [logged])])
