"""From when a plan counts: its entry in the ledger, not the instant that it states (S-9)."""

from __future__ import annotations

from collections.abc import Iterable

from tierlock.core import (
    Plan,
    PlanEntry,
    Reason,
    RegisteredRun,
    RunRegister,
    digest,
    format_instant,
)


def counted_runs(
    runs: Iterable[RegisteredRun], *, plan: Plan, register: RunRegister
) -> list[RegisteredRun]:
    """Return those runs, in their order, that started after the plan had been promised.

    A plan that is declared after the fact counts runs whenever they started.
    """
    if plan.declared == "after":
        return list(runs)
    if register.entries is None:
        return [run for run in runs if run.started_at >= plan.sealed_at]
    entry = _entry_of(plan, register=register)
    if entry is None:
        return []
    since = max(plan.sealed_at, entry.logged_at)
    return [run for run in runs if run.started_at >= since and run.run_id not in entry.known]


def plan_notes(plan: Plan, *, register: RunRegister) -> tuple[Reason, ...]:
    """Return what must be said about a plan whose entry is not where it says that it was sealed."""
    if plan.declared == "after" or register.entries is None:
        return ()
    entry = _entry_of(plan, register=register)
    if entry is None:
        says = "the plan has no entry in the ledger: it counts no run"
        return (Reason(code="plan.not-logged", says=says),)
    notes = []
    if entry.logged_at > plan.sealed_at:
        says = (
            f"the plan says that it was sealed at {format_instant(plan.sealed_at)}; its entry in "
            f"the ledger is of {format_instant(entry.logged_at)}, and it counts from there"
        )
        notes.append(Reason(code="plan.backdated", says=says))
    since = max(plan.sealed_at, entry.logged_at)
    early = {
        run.run_id
        for run in register.runs
        if run.run_id in entry.known and run.started_at >= since and plan.slot(run.slot) is not None
    }
    if early:
        says = f"{len(early)} run(s) were in the ledger before the plan: it does not count them"
        notes.append(Reason(code="plan.known-runs", says=says))
    return tuple(notes)


def _entry_of(plan: Plan, *, register: RunRegister) -> PlanEntry | None:
    name = digest(plan)
    return next((one for one in register.entries or () if one.plan == name), None)
