"""Which runs count for a slot, which only veto, and which are owed (S-1 to S-7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Final, NamedTuple

from tierlock.core import (
    Evidence,
    Framework,
    Measured,
    Omission,
    Parts,
    Plan,
    PlannedSlot,
    RegisteredRun,
    RunRegister,
    Subject,
    digest,
    leaves,
)
from tierlock.policy.plan_entries import counted_runs

_COUNTABLE: Final = ("success", "unknown")
"""Ends of a run with which a plan can count it; all others only veto (S-2)."""


class SlotView(NamedTuple):
    """One slot as a criterion sees it: evidence of planned and unplanned runs, and what is owed."""

    slot: str
    planned: tuple[Evidence, ...]
    unplanned: tuple[Evidence, ...]
    owed: tuple[Omission, ...]
    runs: tuple[RegisteredRun, ...]


def register_of(evidence: Iterable[Evidence], *, framework: Framework) -> RunRegister:
    """Return the register that knows exactly the runs of this evidence (no run is missing then).

    A run that fits several slots is registered once per slot.
    """
    runs = {
        (run.run_id, slot): RegisteredRun(
            run_id=run.run_id,
            slot=slot,
            subject=run.subject.name,
            parts=run.subject.parts,
            started_at=run.measured_at,
            ended=run.status,
            evidence=run.digest,
        )
        for run in evidence
        for slot, evaluation in framework.evaluations.items()
        if run.evaluation in evaluation.tasks
    }
    return RunRegister(runs=tuple(runs[key] for key in sorted(runs)))


def plan_after(framework: Framework, *, subject: Subject, register: RunRegister) -> Plan:
    """Return the plan that says after the fact that every registered run counts (S-7).

    It is printed as `declared: after` everywhere; a plan sealed before the runs is better. It is
    dated by what it counts, not by when somebody asks: the same runs give the same plan.
    """
    tested = {
        leaf.evaluation
        for _, _, node in framework.safeguard_tests()
        for leaf in leaves(node)
        if isinstance(leaf, Measured)
    }
    counted = [
        run
        for run in register.runs
        if run.slot in framework.evaluations
        and run.ended in _COUNTABLE
        and is_own(run.subject, parts=run.parts, subject=subject, safeguard=run.slot in tested)
    ]
    runs = Counter(run.slot for run in counted)
    in_force = datetime.combine(framework.effective, time(), tzinfo=UTC)
    return Plan(
        framework=digest(framework),
        subject=subject.name,
        weights=subject.parts.weights,
        sealed_at=max([in_force, *(run.started_at for run in counted)]),
        declared="after",
        slots=tuple(
            PlannedSlot(slot=slot, runs=runs[slot]) for slot in framework.evaluations if runs[slot]
        ),
    )


def same_part(one: str | None, *, other: str | None) -> bool:
    """Tell whether two digests can be of the same thing: equal, or one of them unknown."""
    return one is None or other is None or one == other


def is_own(name: str, *, parts: Parts, subject: Subject, safeguard: bool) -> bool:
    """Tell whether a record about `name` with `parts` is about this subject (V-6)."""
    if not subject.answers_to(name) or not same_part(parts.weights, other=subject.parts.weights):
        return False
    return not safeguard or same_part(parts.safeguards, other=subject.parts.safeguards)


def in_order(runs: Iterable[RegisteredRun]) -> list[RegisteredRun]:
    """Return registered runs as S-2 orders them: by start, then by run id."""
    return sorted(runs, key=lambda run: (run.started_at, run.run_id))


def planned_runs(
    slot: str, *, plan: Plan, register: RunRegister, runs: Sequence[RegisteredRun]
) -> list[RegisteredRun]:
    """Return those of a slot's ordered runs that the plan counts (S-2, S-9); none unpromised."""
    promise = plan.slot(slot)
    if promise is None:
        return []
    ended = (run for run in runs if run.ended in _COUNTABLE)
    return counted_runs(ended, plan=plan, register=register)[: promise.runs]


def view_slot(
    slot: str,
    *,
    framework: Framework,
    plan: Plan,
    register: RunRegister,
    evidence: Sequence[Evidence],
    subject: Subject,
    safeguard: bool,
) -> SlotView:
    """Return the slot's planned and unplanned evidence and everything it owes."""
    runs = in_order(
        run
        for run in register.runs
        if run.slot == slot
        and is_own(run.subject, parts=run.parts, subject=subject, safeguard=safeguard)
    )
    found = {
        item.run_id: item
        for item in evidence
        if item.evaluation in framework.evaluations[slot].tasks
        and is_own(
            item.subject.name, parts=item.subject.parts, subject=subject, safeguard=safeguard
        )
    }
    promise = plan.slot(slot)
    planned = planned_runs(slot, plan=plan, register=register, runs=runs)
    planned_ids = {run.run_id for run in planned}
    owed = [
        _owed(run.run_id, "slot.run-missing", f"run `{run.run_id}` was started, its log is missing")
        for run in runs
        if run.run_id not in found
    ]
    if promise is not None and len(planned) < promise.runs:
        short = promise.runs - len(planned)
        owed.append(_owed(slot, "slot.run-not-started", f"{short} planned run(s) not started"))
    owed += _plan_debts(slot, plan=plan, register=register, subject=subject, runs=len(runs))
    return SlotView(
        slot=slot,
        planned=tuple(found[run.run_id] for run in planned if run.run_id in found),
        unplanned=tuple(
            found[run.run_id]
            for run in runs
            if run.run_id in found and run.run_id not in planned_ids
        ),
        owed=tuple(owed),
        runs=tuple(runs),
    )


def _owed(what: str, code: str, says: str) -> Omission:
    return Omission(what=what, code=code, says=says, owed=True)


def _plan_debts(
    slot: str, *, plan: Plan, register: RunRegister, subject: Subject, runs: int
) -> list[Omission]:
    """What competing and superseded plans keep owing (S-4)."""
    rivals = {
        digest(other): other
        for other in register.plans
        if other.framework == plan.framework
        and subject.answers_to(other.subject)
        and same_part(other.weights, other=plan.weights)
        and other.slot(slot) is not None
    }
    rivals.pop(digest(plan), None)
    everything = {digest(other): other for other in register.plans}
    chain: list[Plan] = []
    link = plan.supersedes
    while link in everything:  # a digest holds what it supersedes, so there is no circle
        chain.append(everything[link])
        link = everything[link].supersedes
    chained = {digest(old) for old in chain}
    debts = []
    competing = [name for name in rivals if name not in chained]
    if competing and plan.slot(slot) is not None:
        says = f"{len(competing)} other plan(s) promise this slot and were not superseded"
        debts.append(_owed(slot, "plan.competing", says))
    promises = [old.slot(slot) for old in chain if old.declared == "before"]
    old_runs = sum(promise.runs for promise in promises if promise is not None)
    active = plan.slot(slot)
    total = old_runs + (active.runs if active is not None else 0)
    if old_runs and runs < total:
        says = f"plans promised {total} runs in all, {runs} are registered"
        debts.append(_owed(slot, "plan.superseded-run-missing", says))
    return debts
