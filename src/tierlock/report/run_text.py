"""What was run, slot by slot, as text and as JSON values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from tierlock.report.layout import wrap
from tierlock.report.sanitize import clean


class SlotRan(NamedTuple):
    """What became of one slot.

    Attributes:
        slot: evaluation of the framework, by id.
        made: runs that were made now.
        done: planned runs whose evidence is there; of: how many the plan promises.
        samples: samples that those runs hold.
        planned: samples that all promised runs would hold; None where only the task knows.
        ended: why nothing more is run; None where a run failed.
        came_in, came_out: tokens of the subject in all those runs.
        usd: what they cost; None where that is not known.
        problem: what went wrong; empty where nothing did.
    """

    slot: str
    made: int
    done: int
    of: int
    samples: int
    planned: int | None
    ended: Literal["complete", "ruled_out", "reached", "futile"] | None
    came_in: int
    came_out: int
    usd: float | None
    problem: str


_WORDS: Final = {
    "complete": "complete",
    "ruled_out": "settled: ruled out",
    "reached": "settled: reached",
    "futile": "stopped: no rule-out possible",
    None: "failed",
}


def render_runs(slots: Sequence[SlotRan], *, width: int) -> str:
    """Return a table of the slots, and below it what went wrong."""
    head = ("Slot", "Runs", "Samples", "Tokens", "Cost", "State")
    rows = [head, *(_row(slot) for slot in slots)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    room = max(8, width - sum(widths[1:]) - 2 * (len(head) - 1))
    widths[0] = min(widths[0], room)
    lines = []
    for row in rows:
        name = row[0] if len(row[0]) <= widths[0] else row[0][: widths[0] - 1] + "…"
        cells = [f"{name:<{widths[0]}}"]
        cells += [f"{cell:>{size}}" for cell, size in zip(row[1:5], widths[1:5], strict=True)]
        lines.append("  ".join([*cells, row[5]]).rstrip())
    for slot in slots:
        if slot.problem:
            lines.append("")
            for line in slot.problem.splitlines():
                lines += wrap(f"{clean(slot.slot)}: {clean(line.strip())}", width=width)
    return "\n".join(lines)


def _row(slot: SlotRan) -> tuple[str, ...]:
    samples = f"{slot.samples}" if slot.planned is None else f"{slot.samples} of {slot.planned}"
    return (
        clean(slot.slot),
        f"{slot.done} of {slot.of}",
        samples,
        f"{slot.came_in + slot.came_out:,}",
        "unknown" if slot.usd is None else f"${slot.usd:,.2f}",
        _WORDS[slot.ended],
    )


def render_runs_json(slots: Sequence[SlotRan], *, assessment: str, exit_code: int) -> str:
    """Return the same as JSON, with the assessment that follows.

    Args:
        slots: what was run.
        assessment: what `assess` says as JSON.
        exit_code: of the command.
    """
    listed = [
        {
            "slot": slot.slot,
            "runsMade": slot.made,
            "runsDone": slot.done,
            "runsPromised": slot.of,
            "samples": slot.samples,
            "samplesPlanned": slot.planned,
            "ended": slot.ended,
            "tokens": {"input": slot.came_in, "output": slot.came_out},
            "usd": slot.usd,
            "problem": slot.problem,
        }
        for slot in slots
    ]
    whole = {"slots": listed, "assessment": json.loads(assessment), "exitCode": exit_code}
    return json.dumps(whole, indent=2, ensure_ascii=False)
