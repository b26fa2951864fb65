"""The table of the first screen: per threshold its outcome and the one number it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tierlock.core import Outcome, ThresholdFinding
from tierlock.report.implied import changed_words
from tierlock.report.layout import Paint, cells, pad, style_of, wrap
from tierlock.report.lines import CriterionLine, deciding_line, hanging_paths, obstacle
from tierlock.report.sanitize import clean
from tierlock.report.seen import cluster_words, elicitations
from tierlock.report.values import AssessReport

_INDENT: Final = "  "
_GAP: Final = "  "
_ROOM: Final = 34  # cells that evidence and margin need side by side; below that rows are blocks


@dataclass(frozen=True, kw_only=True)
class Row:
    """One threshold: what stands beside its name, and what stands below.

    Attributes:
        notes: candidates for the line below, the fullest first; the first that fits is shown.
        line: the criterion shown; None where another threshold decided.
    """

    domain: str
    name: str
    outcome: Outcome
    seen: str
    margin: str = ""
    notes: tuple[str, ...] = ()
    line: CriterionLine | None = None


def threshold_table(report: AssessReport, *, width: int, paint: Paint) -> list[str]:
    """Return the thresholds by domain, two lines each where the screen is wide enough."""
    rows = [_row(report, threshold) for threshold in report.determination.thresholds]
    lines = list(_laid_out(rows, width=width, paint=paint))
    note = _elicitation_note(row.line for row in rows if row.line is not None)
    if note:
        lines += ["", *(_INDENT + line for line in wrap(note, width=width - len(_INDENT)))]
    return lines


def _row(report: AssessReport, threshold: ThresholdFinding) -> Row:
    defined = report.framework.domains.get(threshold.domain)
    domain = clean(defined.title if defined else threshold.domain)
    name, outcome = clean(threshold.threshold), threshold.outcome
    changed = changed_words(report, threshold=threshold)
    if changed:
        return Row(domain=domain, name=name, outcome=outcome, seen=changed)
    line = deciding_line(report, threshold=threshold)
    if line is None:
        return Row(domain=domain, name=name, outcome=outcome, seen="no criterion")
    return Row(
        domain=domain,
        name=name,
        outcome=outcome,
        seen=line.seen,
        margin=line.margin,
        notes=tuple(_notes(report, threshold, line)),
        line=line,
    )


def _notes(report: AssessReport, threshold: ThresholdFinding, line: CriterionLine) -> Iterator[str]:
    opened = 0
    if threshold.outcome is Outcome.UNDETERMINED:
        paths = [
            path
            for entry in report.explanation.deciding
            if entry.threshold == threshold.threshold
            for path in entry.paths
        ]
        opened = len(set(paths) & set(hanging_paths(threshold.trace)) - {line.finding.path})
    clustered = cluster_words(line.finding)
    named = f"{line.name}, {clustered}" if clustered else line.name
    against = obstacle(line.finding)
    more = f"{opened} more open" if opened else ""
    for parts in ((named, against, more), (line.name, against, more), (line.name, against)):
        yield "; ".join(part for part in parts if part)


def _elicitation_note(lines: Iterable[CriterionLine]) -> str:
    counts = [elicitations(line.finding) for line in lines if line.finding.estimate is not None]
    if not counts or max(counts) == 1:
        return ""
    if len(set(counts)) == 1:
        return f"Each number is that of the worst of {counts[0]} elicitations."
    return "Where a criterion was measured under several elicitations, the worst one is shown."


def _laid_out(rows: Sequence[Row], *, width: int, paint: Paint) -> Iterator[str]:
    first = max((cells(row.name) for row in rows), default=0) + len(_INDENT)
    first = max(first, len("Threshold"))
    second = max((cells(row.outcome.words) for row in rows), default=0)
    second = max(second, len("Outcome"))
    start = len(_INDENT) + first + second + 2 * len(_GAP)
    beside = width - start >= _ROOM
    third = _evidence_width(rows, room=width - start)
    if beside:
        margin = "Margin to the bound" if third + 21 <= width - start else "Margin"
        head = [
            pad("Threshold", width=first),
            pad("Outcome", width=second),
            pad("Evidence", width=third),
            margin,
        ]
        yield _INDENT + paint(_GAP.join(head), "dim")
    for domain in dict.fromkeys(row.domain for row in rows):
        yield from (_INDENT + line for line in wrap(domain, width=width - len(_INDENT)))
        for row in rows:
            if row.domain != domain:
                continue
            name = paint(pad(row.name, width=first - len(_INDENT) if beside else 0), "bold")
            words = paint(
                pad(row.outcome.words, width=second if beside else 0), style_of(row.outcome)
            )
            if beside:
                text = list(_beside(row, third=third, room=width - start))
                yield _GAP.join((2 * _INDENT + name, words, text[0]))
                yield from (" " * start + paint(line, "dim") for line in text[1:])
            else:
                yield f"{2 * _INDENT}{name}{_GAP}{words}"
                yield from (3 * _INDENT + line for line in _below(row, room=width - 6))


def _evidence_width(rows: Sequence[Row], *, room: int) -> int:
    """Return the widest evidence that leaves its margin room; a wider one stands alone."""
    fitting = [cells(row.seen) for row in rows if row.margin and _fits(row, room=room)]
    return max(fitting, default=0) or len("Evidence")


def _fits(row: Row, *, room: int) -> bool:
    return cells(row.seen) + len(_GAP) + cells(row.margin) <= room


def _beside(row: Row, *, third: int, room: int) -> Iterator[str]:
    if row.margin and max(third, cells(row.seen)) + len(_GAP) + cells(row.margin) <= room:
        yield f"{pad(row.seen, width=third)}{_GAP}{row.margin}"
        yield from _fitting(row.notes, room=room)
        return
    yield from wrap(row.seen, width=room)
    # The margin goes below only where it does not fit beside.
    yield from _fitting([_joined(row.margin, note) for note in row.notes], room=room)


def _below(row: Row, *, room: int) -> Iterator[str]:
    yield from wrap(", ".join(part for part in (row.seen, row.margin) if part), width=room)
    yield from _fitting(row.notes, room=room)


def _joined(margin: str, note: str) -> str:
    return "; ".join(part for part in (margin, note) if part)


def _fitting(notes: Sequence[str], *, room: int) -> Iterator[str]:
    """Yield the fullest note that fits one line; where none does, the shortest one, wrapped."""
    if notes:
        chosen = next((note for note in notes if cells(note) <= room), notes[-1])
        yield from wrap(chosen, width=room)
