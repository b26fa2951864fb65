"""The gate's answer for a terminal: the verdict, why, and what opens it."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import Decision, Explanation, Framework, GateReason, Reason, Verdict
from tierlock.report.layout import Paint, cells, finish, style_of, wrap
from tierlock.report.sanitize import clean
from tierlock.report.wording import day, instruction_words, reasons_of, verdict_sentence
from tierlock.report.work import way_lines

_LABEL = 11
_GAP = 2


def render_gate_text(
    decision: Decision,
    *,
    explanation: Explanation,
    framework: Framework,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the gate's answer for a terminal of `width` columns.

    The work that opens the gate is the decision's own; where it names none, the explanation's.
    """
    paint = Paint(color=color)
    head = f"{paint(decision.verdict.value, style_of(decision.verdict))}  "
    hang = len(decision.verdict.value) + 2
    first, *rest = wrap(verdict_sentence(decision), width=width - hang)
    lines = [head + first, *(" " * hang + line for line in rest), ""]
    found = list(sections(decision, explanation=explanation, framework=framework))
    column = max((cells(code) for _, entries in found for _, code in entries), default=0)
    for label, entries in found:
        for number, (text, code) in enumerate(entries):
            shown = "" if number else label
            lines += _entry(shown, text=text, code=code, column=column, width=width, paint=paint)
    return finish(lines)


def sections(
    decision: Decision, *, explanation: Explanation, framework: Framework
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the sections of the answer: a label, and its (text, code) entries; none is empty."""
    closed = decision.verdict is not Verdict.ALLOW
    reasons = reasons_of(decision)
    worst = [reason for reason in reasons if reason.verdict == decision.verdict.value]
    rest = [reason for reason in reasons if reason.verdict != decision.verdict.value]
    ways = way_lines(
        decision.work or explanation.work,
        framework=framework,
        explanation=explanation,
        decision=decision,
    )
    found: list[tuple[str, list[tuple[str, str]]]] = [
        ("because", _coded(worst)),
        ("also held", _coded(rest)),
        ("on terms", _coded(decision.conditions)),
        ("record", _coded(decision.noncompliance)),
        ("meanwhile", [(instruction_words(i), "") for i in decision.instructs]),
        ("to open", [(text, "") for text in ways] if closed else []),
    ]
    if not closed and decision.expires_at is not None:
        found.append(("expires", [(day(decision.expires_at), "")]))
    tail = [clean(text) for text in decision.assurance]
    stated = f"{clean(framework.title)} {clean(framework.version)}"
    found.append(("rests on", [(" · ".join([stated, *tail]), "")]))
    yield from ((label, entries) for label, entries in found if entries)


def _coded(reasons: tuple[Reason, ...] | list[GateReason]) -> list[tuple[str, str]]:
    return [(clean(reason.says), clean(reason.code)) for reason in reasons]


def _entry(
    label: str, *, text: str, code: str, column: int, width: int, paint: Paint
) -> Iterator[str]:
    """Yield one entry: the code stands beside its text, or below where both do not fit."""
    room = width - 2 - _LABEL
    beside = room - column - _GAP
    fits = beside >= room // 2
    lines = wrap(text, width=beside if code and fits else room)
    for number, line in enumerate(lines):
        first = number == 0
        gap = " " * (beside - cells(line) + _GAP) if first and code and fits else ""
        tail = paint(code, "dim") if gap else ""
        yield f"  {label if first else '':<{_LABEL}}{line}{gap}{tail}"
    if code and not fits:
        yield " " * (2 + _LABEL) + paint(code, "dim")
