"""The gate's answer for a terminal: the verdict, why, and what opens it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tierlock.core import Decision, Explanation, Framework, GateReason, Reason, Verdict
from tierlock.report.assess_text import mock_lines
from tierlock.report.document import short
from tierlock.report.layout import Paint, cells, finish, style_of, wrap
from tierlock.report.numbers import NBSP
from tierlock.report.reasons import Cause, ReasonGroup, causes, conditions_of, grouped, reasons_of
from tierlock.report.sanitize import clean
from tierlock.report.wording import day, instruction_words, reading_lines, verdict_sentence
from tierlock.report.work import way_texts

_LABEL = 11
_GAP = 2


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a section: its text, its code at the right, and how far it is indented."""

    text: str
    code: str = ""
    mark: str = ""


def render_gate_text(
    decision: Decision,
    *,
    explanation: Explanation,
    framework: Framework,
    width: int = 80,
    color: bool = False,
    mock_models: tuple[str, ...] = (),
) -> str:
    """Return the gate's answer for a terminal of `width` columns.

    The work that opens the gate is the decision's own; where it names none, the explanation's.
    """
    paint = Paint(color=color)
    head = f"{paint(decision.verdict.value, style_of(decision.verdict))}  "
    hang = len(decision.verdict.value) + 2
    first, *rest = wrap(verdict_sentence(decision), width=width - hang)
    lines = [head + first, *(" " * hang + line for line in rest), ""]
    lines += mock_lines(mock_models, width=width, paint=paint)
    found = list(sections(decision, explanation=explanation, framework=framework))
    column = max((cells(entry.code) for _, entries in found for entry in entries), default=0)
    for label, entries in found:
        for number, entry in enumerate(entries):
            shown = "" if number else label
            lines += _entry(shown, entry, column=column, width=width, paint=paint)
    return finish(lines)


def sections(
    decision: Decision, *, explanation: Explanation, framework: Framework
) -> Iterator[tuple[str, list[Entry]]]:
    """Yield the sections of the answer: a label and its entries; none is empty."""
    closed = decision.verdict is not Verdict.ALLOW
    reasons = reasons_of(decision)
    worst = [reason for reason in reasons if reason.verdict == decision.verdict.value]
    rest = [reason for reason in reasons if reason.verdict != decision.verdict.value]
    behind = causes(worst, decision=decision, explanation=explanation, framework=framework)
    others = causes(rest, decision=decision, explanation=explanation, framework=framework)
    others = tuple(cause for cause in others if cause not in behind)
    found: list[tuple[str, list[Entry]]] = [
        ("because", _grouped(worst, behind, decision, framework)),
        ("also held", _grouped(rest, others, decision, framework)),
        ("on terms", _coded(conditions_of(decision))),
        ("record", _coded(decision.noncompliance)),
        ("meanwhile", [Entry(text=instruction_words(i)) for i in decision.instructs]),
        ("to open", list(_ways(decision, explanation, framework)) if closed else []),
    ]
    lines = reading_lines(decision, framework=framework)
    found.append(("reading of", [Entry(text=line) for line in lines]))
    if not closed and decision.expires_at is not None:
        found.append(("expires", [Entry(text=day(decision.expires_at))]))
    digest = short(decision.framework.digest)
    stated = f"{clean(framework.title)} {clean(framework.version)} ({digest})"
    labels = (clean(text).replace(": ", f":{NBSP}") for text in decision.assurance)
    found.append(("rests on", [Entry(text=" · ".join([stated, *labels]))]))
    yield from ((label, entries) for label, entries in found if entries)


def _coded(reasons: Iterable[Reason]) -> list[Entry]:
    return [Entry(text=clean(reason.says), code=clean(reason.code)) for reason in reasons]


def _grouped(
    reasons: Sequence[GateReason],
    behind: Sequence[Cause],
    decision: Decision,
    framework: Framework,
) -> list[Entry]:
    entries = [Entry(text=cause.text) for cause in behind]
    for group in grouped(reasons, decision=decision, framework=framework):
        entries += _group(group)
    return entries


def _group(group: ReasonGroup) -> Iterator[Entry]:
    mark = ""
    if group.heading:
        yield Entry(text=group.heading)
        mark = "  "
    for line in group.lines:
        yield Entry(text=line.text, code=line.code, mark=mark)


def _ways(decision: Decision, explanation: Explanation, framework: Framework) -> Iterator[Entry]:
    work = decision.work or explanation.work
    for way in way_texts(work, framework=framework, explanation=explanation, decision=decision):
        yield Entry(text=way.first)
        yield from (Entry(text=line, mark="· ") for line in way.rest)


def _entry(label: str, entry: Entry, *, column: int, width: int, paint: Paint) -> Iterator[str]:
    """Yield one entry: the code stands beside its text, or below where both do not fit."""
    code, hang = entry.code, " " * len(entry.mark)
    room = width - 2 - _LABEL - len(entry.mark)
    beside = room - column - _GAP
    fits = beside >= room // 2
    lines = wrap(entry.text, width=beside if code and fits else room)
    for number, line in enumerate(lines):
        first = number == 0
        gap = " " * (beside - cells(line) + _GAP) if first and code and fits else ""
        tail = paint(code, "dim") if gap else ""
        mark = entry.mark if first else hang
        yield f"  {label if first else '':<{_LABEL}}{mark}{line}{gap}{tail}"
    if code and not fits:
        yield " " * (2 + _LABEL) + hang + paint(code, "dim")
