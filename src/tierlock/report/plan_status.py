"""Plans and runs of a project, as text for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import format_instant
from tierlock.report.layout import finish, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean, escape_json


class PlanLine(NamedTuple):
    """One plan.

    Attributes:
        plan: its digest.
        framework: what it was sealed under: its name, or the digest where it is not kept.
        sealed_at: when it says that it was sealed.
        counts_from: from when it counts, as the ledger shows.
        place: where its entry is; None where there is none yet.
        anchored_by: by when an outside witness had seen the entry; None without one.
        declared: `before` any run started, or `after`.
        active: whether runs count under it now.
        judges: whether its sealed framework still judges beside the present one.
        slots: how many runs it promises of each slot.
    """

    plan: str
    framework: str
    sealed_at: datetime
    counts_from: datetime
    place: int | None
    anchored_by: datetime | None
    declared: str
    active: bool
    judges: bool
    slots: Mapping[str, int]


class RunLine(NamedTuple):
    """One run that is known to have started.

    Attributes:
        run_id: its id; slot: the evaluation that it belongs to.
        started_at: when.
        ended: how it ended, as far as it is known.
        owed: whether its log is not there.
    """

    run_id: str
    slot: str
    started_at: datetime
    ended: str
    owed: bool


class PlanStatus(NamedTuple):
    """What was promised and what was started."""

    plans: Sequence[PlanLine]
    runs: Sequence[RunLine]


def render_plan_status(status: PlanStatus, *, width: int = 80) -> str:
    """Return the plans, oldest first, then the runs by slot, and how many of them are owed."""
    lines = [part for one in status.plans for part in _plan(one, width=width)]
    for run in status.runs:
        state = "its log is owed" if run.owed else run.ended
        says = f"run {clean(run.run_id)} of {clean(run.slot)}, started "
        says += f"{format_instant(run.started_at)}: {state}"
        lines += wrap(says, width=width)
    owed = sum(run.owed for run in status.runs)
    known = count_of(len(status.runs), one="run", many="runs")
    lines += ["", f"{count_of(len(status.plans), one='plan', many='plans')}, {known}, {owed} owed"]
    return finish(lines)


def _plan(one: PlanLine, *, width: int) -> Iterator[str]:
    yield f"plan {one.plan}"
    state = "active" if one.active else "not active"
    if one.judges:
        state += "; the framework was changed since, and this bar still judges"
    said = [
        f"{state}, under {clean(one.framework)}, declared {one.declared}",
        f"sealed {format_instant(one.sealed_at)}, counts from {format_instant(one.counts_from)}",
        "no entry in the ledger yet" if one.place is None else f"entry {one.place} of the ledger",
        "time: self-asserted"
        if one.anchored_by is None
        else f"anchored: it existed by {format_instant(one.anchored_by)}",
    ]
    promised = ", ".join(f"{clean(slot)} ({runs})" for slot, runs in one.slots.items())
    said.append(f"promises {promised or 'nothing'}")
    for text in said:
        yield from (f"  {part}" for part in wrap(text, width=width - 2))


def render_plan_status_json(status: PlanStatus) -> str:
    """Return the same as indented JSON."""
    whole = {
        "exitCode": 0,
        "plans": [
            {
                "plan": one.plan,
                "framework": one.framework,
                "sealedAt": format_instant(one.sealed_at),
                "countsFrom": format_instant(one.counts_from),
                "entry": one.place,
                "assurance": "self-asserted" if one.anchored_by is None else "anchored",
                "anchoredBy": one.anchored_by and format_instant(one.anchored_by),
                "declared": one.declared,
                "active": one.active,
                "stillJudges": one.judges,
                "slots": dict(one.slots),
            }
            for one in status.plans
        ],
        "runs": [
            {
                "runId": run.run_id,
                "slot": run.slot,
                "startedAt": format_instant(run.started_at),
                "ended": run.ended,
                "owed": run.owed,
            }
            for run in status.runs
        ],
    }
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"
