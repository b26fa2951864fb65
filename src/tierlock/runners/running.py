"""`run`: every slot of the sealed plan, run by run, until it is settled or complete."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from tierlock.core import Evidence, InputError, Plan
from tierlock.report import SlotRan
from tierlock.runners.inspect_runner import Model, run_once
from tierlock.runners.task_clusters import Members, cluster_members, with_members
from tierlock.usecases import (
    Due,
    Project,
    TokenPrice,
    counts_after,
    done_runs,
    next_run,
    plan_to_run,
    slots_to_run,
    standing,
)

_NOT_BEGUN: Final = frozenset({"run.runner", "run.busy", "run.settings"})


class Watcher(NamedTuple):
    """Who is told what goes on.

    Attributes:
        begins: a run begins.
        goes_on: samples done, failed ones, tokens in and out so far.
        ends: a run ended; one line about it.
    """

    begins: Callable[[Due], None]
    goes_on: Callable[[int, int, int, int], None]
    ends: Callable[[str], None]


def run_plan(
    project: Project,
    *,
    model: Model,
    watcher: Watcher,
    clock: Callable[[], datetime],
    only: tuple[str, ...] = (),
    to_the_end: bool = False,
) -> tuple[SlotRan, ...]:
    """Run what the sealed plan promises and what is not there yet.

    A slot with looks ends at the first look that settles it. A slot whose run fails, or can not be
    begun, is left there, and the others are run all the same.

    Args:
        project: framework, subject, plan, store, and how each slot is run.
        model: whom to ask.
        watcher: told of every step.
        clock: returns now.
        only: names of slots; by default all that are measured and automated.
        to_the_end: take every look, also where nothing can be ruled out any more.

    Raises:
        InputError: `input.not-found`, no plan or no such slot; `input.subject`, the subject does
            not answer to the model; `run.settings`, it is not said how a slot is run. Where no slot
            at all can be begun, what is said of the first: `run.runner`, Inspect is not installed
            or refuses; `run.busy`; `run.settings`.
        IntegrityError: what is recorded contradicts itself.
    """
    plan = plan_to_run(project)
    if not project.subject.answers_to(model.name):
        raise InputError(
            "input.subject",
            f"`{project.subject.name}` is not known as `{model.name}`",
            hint="list the name under `known_as` of the subject in tierlock.yaml",
        )
    slots = slots_to_run(project, plan=plan, only=only)
    run = _Run(project, plan, model, watcher, clock, to_the_end, {}, [])
    _check_all(run, slots=slots)
    done = tuple(_run_slot(run, slot=slot) for slot in slots)
    if run.stopped and len(run.stopped) == len(slots) and not any(slot.made for slot in done):
        raise run.stopped[0]
    return done


class _Run(NamedTuple):
    """What all slots have in common."""

    project: Project
    plan: Plan
    model: Model
    watcher: Watcher
    clock: Callable[[], datetime]
    to_the_end: bool
    members: dict[str, Members]
    stopped: list[InputError]

    def due(self, *, slot: str, done: int) -> Due:
        """Return the next run of a slot, with the samples of its clusters where it draws them."""
        due = next_run(self.project, plan=self.plan, slot=slot, done=done)
        if not due.clusters:
            return due
        if slot not in self.members:
            self.members[slot] = cluster_members(due, root=self.project.root)
        promise = self.plan.slot(slot)
        is_binary = promise is None or promise.looks is None or promise.looks.kind != "betting"
        return with_members(due, members=self.members[slot], is_binary=is_binary)

    def planned(self, *, slot: str, of: int) -> int | None:
        """Return how many samples all runs of a slot hold, where its clusters are known."""
        if slot not in self.members:
            return None
        return sum(len(self.due(slot=slot, done=done).items) for done in range(of))


def _check_all(run: _Run, *, slots: tuple[str, ...]) -> None:
    """Say what can not be run before anything is paid for, and of all slots at once."""
    found: dict[str, InputError] = {}
    for slot in slots:
        try:
            _check(run, slot=slot)
        except InputError as error:
            found[slot] = error
    if not found:
        return
    (_, first), *others = found.items()
    if not others:
        raise first
    names = ", ".join(f"`{name}`" for name, _ in others)
    raise InputError(
        first.code,
        f"{first.message}; nor can these be run as it is said: {names}",
        hint="; or ".join(filter(None, [first.hint, "name what is to be run: --slot ID"])),
    )


def _check(run: _Run, *, slot: str) -> None:
    """Refuse a slot that can not be run; of one that draws clusters, any of its runs."""
    first = next_run(run.project, plan=run.plan, slot=slot, done=0)
    if not first.clusters:
        return
    found = standing(
        run.project, plan=run.plan, slot=slot, at=run.clock(), to_the_end=run.to_the_end
    )
    if found.ended is None:
        for done in range(found.of):
            run.due(slot=slot, done=done)


def _run_slot(run: _Run, *, slot: str) -> SlotRan:
    project, plan, clock = run.project, run.plan, run.clock
    made, problem = 0, ""
    while True:
        found = standing(project, plan=plan, slot=slot, at=clock(), to_the_end=run.to_the_end)
        if found.ended is not None:
            break
        due = run.due(slot=slot, done=found.done)
        run.watcher.begins(due)
        _wait_for(counts_after(project, plan=plan, slot=slot, at=clock()), clock=clock)
        try:
            name = run_once(
                project, due=due, model=run.model, clock=clock, show=run.watcher.goes_on
            )
        except InputError as error:
            if error.code in _NOT_BEGUN:
                run.stopped.append(error)
            problem = str(error)
            break
        made += 1
        counted = {one.run_id: one for one in done_runs(project, plan=plan, slot=slot, at=clock())}
        if name not in counted:
            problem = f"run `{name}` ended with success, and the plan does not count it"
            break
        run.watcher.ends(_line(counted[name], prices=project.prices))
    done = done_runs(project, plan=plan, slot=slot, at=clock())
    return SlotRan(
        slot=slot,
        made=made,
        done=len(done),
        of=found.of,
        samples=sum(len(set(one.samples.id)) for one in done),
        planned=found.planned or run.planned(slot=slot, of=found.of),
        ended=found.ended,
        came_in=sum(one.tokens.input for one in done if one.tokens is not None),
        came_out=sum(one.tokens.output for one in done if one.tokens is not None),
        usd=_usd(done, prices=project.prices),
        problem=problem,
    )


def _wait_for(instant: datetime, *, clock: Callable[[], datetime]) -> None:
    """Wait until a log, which states whole seconds, is dated after that: at most two seconds."""
    while clock().replace(microsecond=0) <= instant:
        if (instant - clock()).total_seconds() > 1:
            return  # a plan or run of the future counts nothing, and says so
        time.sleep(0.05)


def _line(evidence: Evidence, *, prices: Mapping[str, TokenPrice]) -> str:
    missing = sum(state != "scored" for state in evidence.samples.state)
    parts = [f"{len(set(evidence.samples.id))} samples"]
    if missing:
        parts.append(f"{missing} attempts without a value")
    if evidence.tokens is not None:
        parts.append(f"{evidence.tokens.input:,} tokens in, {evidence.tokens.output:,} out")
    usd = _usd([evidence], prices=prices)
    if usd is not None:
        parts.append(f"${usd:.2f}")
    return ", ".join(parts)


def _usd(
    runs: tuple[Evidence, ...] | list[Evidence], *, prices: Mapping[str, TokenPrice]
) -> float | None:
    """What runs cost: as the log states it, else by the declared prices; None where not known."""
    total = 0.0
    for run in runs:
        price = prices.get(run.subject.name)
        if run.usd is not None:
            total += run.usd
        elif price is not None and run.tokens is not None:
            total += price.usd(came_in=run.tokens.input, came_out=run.tokens.output)
        else:
            return None
    return total if runs else None
