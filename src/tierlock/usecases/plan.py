"""`plan seal`: promise, before looking, which runs will count."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from datetime import datetime

from tierlock.core import InputError, Looks, Plan, PlannedSlot, SlotSource, digest, format_instant
from tierlock.policy import all_limits, planned_rules
from tierlock.usecases.ledger import log_records
from tierlock.usecases.project import Project
from tierlock.usecases.question import active_plan, known_runs


def seal_plan(
    project: Project,
    *,
    slots: Sequence[str],
    at: datetime,
    runs: int = 1,
    inherited: Sequence[str] = (),
    looks: Looks | None = None,
) -> Plan:
    """Seal and return a plan for `slots`; an earlier plan is superseded and its runs stay owed.

    A plan that is sealed as of an instant after which runs of its slots are known is not made
    before looking; it is stored as `declared: after`. Sealing the same plan again changes nothing.

    Args:
        project: framework, subject and store.
        slots: evaluations of the framework that are measured, by id.
        at: the sealing instant; runs that start before it do not count under this plan.
        runs: how many runs of each slot count.
        inherited: evaluations whose finding is inherited from the subject's parent, by id.
        looks: when each measured slot may be settled early; then one run is promised per look.

    Raises:
        InvalidNumbers: looks that can not be taken at a criterion of a slot.
        InputError: no slot, one that the framework does not have, or an instant that is not after
            the plan that would be superseded.
    """
    if looks is not None and inherited:
        raise InputError("input.type", f"`{inherited[0]}` is inherited: nothing of it is looked at")
    sources: dict[str, SlotSource] = dict.fromkeys(slots, "measured")
    sources |= dict.fromkeys(inherited, "inherited")
    _check_slots(project, slots=sources)
    earlier = active_plan(project)
    plan = Plan(
        framework=digest(project.framework),
        subject=project.subject.name,
        weights=project.subject.parts.weights,
        sealed_at=at,
        declared="after" if _looked(project, slots=sources, at=at) else "before",
        slots=tuple(
            _promise(slot, source=source, runs=runs, looks=looks)
            for slot, source in sources.items()
        ),
        supersedes=None if earlier is None else digest(earlier),
    )
    _check_looks(project, plan=plan)
    if earlier is not None and at <= earlier.sealed_at:
        if (at, plan.slots) == (earlier.sealed_at, earlier.slots):
            return earlier
        raise InputError(
            "input.future",
            f"a plan was sealed at {format_instant(earlier.sealed_at)} already",
            hint="a plan is superseded by a later one only",
        )
    # A plan counts from its entry in the ledger: no plan is in use that has none. The framework
    # goes with it: what is edited later does not move the bar of these runs.
    log_records(project, records=[plan, project.framework], at=at)
    project.store.add_plan(plan)
    return plan


def _check_looks(project: Project, *, plan: Plan) -> None:
    """Looks that can not be taken are not promised."""
    looked_at = [slot for slot in plan.slots if slot.looks is not None]
    if not looked_at:
        return
    rules = planned_rules(project.framework, plan=plan)
    criteria = [(one.leaf.path, one.criterion) for one in all_limits(project.framework)]
    for slot in looked_at:
        asks = [path for path, criterion in criteria if criterion.evaluation == slot.slot]
        without = [path for path in asks if path not in rules]
        if without or not asks:
            raise InputError(
                "input.type",
                f"`{without[0] if without else slot.slot}` can not be looked at",
                hint="looks are for success rates and mean scores of tasks like these",
            )


def _promise(slot: str, *, source: SlotSource, runs: int, looks: Looks | None) -> PlannedSlot:
    if looks is None:
        return PlannedSlot(slot=slot, runs=runs, source=source)
    return PlannedSlot(slot=slot, runs=len(looks.clusters), source=source, looks=looks)


def _check_slots(project: Project, *, slots: Collection[str]) -> None:
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


def _looked(project: Project, *, slots: Collection[str], at: datetime) -> bool:
    """Whether a run that this plan would count is in the store already."""
    return any(
        run.slot in slots and run.started_at >= at and project.subject.answers_to(run.subject)
        for run in known_runs(project, evidence=project.store.evidence())
    )
