"""Several frameworks on one screen: first the answers in columns, then line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tierlock.core import Outcome, Verdict
from tierlock.report.assess_text import imported_line, mock_lines
from tierlock.report.layout import Paint, bullets, cells, finish, pad, style_of, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean
from tierlock.report.side_by_side import (
    CAVEAT,
    RULE,
    SideBySide,
    evidence_notes,
    notes_of,
    rests_on_all,
    rows_of,
)
from tierlock.report.side_by_side_lines import NO_LINE, Line, areas_of
from tierlock.report.wording import day, doing

_INDENT: Final = "  "
_GAP: Final = "  "
_WIDEST: Final = 24  # a column without long words is not wider
_COLUMN: Final = 17  # the narrowest column of a framework; more frameworks stand below each other
_NAME: Final = 16  # the narrowest column of thresholds, so that most areas have one shape
_BELOW: Final = 7 * " "
_WORDS: Final = max(cells(outcome.words) for outcome in Outcome)
_NOTES_SHOWN: Final = 8


def render_side_by_side_text(found: SideBySide, *, width: int = 80, color: bool = False) -> str:
    """Return the answers of several frameworks for a terminal of `width` columns."""
    paint = Paint(color=color)
    count = count_of(len(found.sides), one="framework")
    title = f"{clean(found.subject.name)} under {count}, {day(found.generated_at)}"
    first = found.sides[0].report
    notes = tuple(evidence_notes(found))
    lines = wrap(title, width=width)
    lines += wrap(imported_line(first, problems=len(notes)), width=width)
    if found.action is not None:
        asked = f"Asked: may {clean(found.subject.name)} {doing(found.action)}?"
        lines += wrap(asked, width=width)
    lines += ["", *mock_lines(first.mock_models, width=width, paint=paint)]
    lines += _columns(found, width=width, paint=paint)
    lines += wrap(rests_on_all(found), width=width)
    beside = list(notes_of(found))
    lines += ["", *bullets(beside, width=width, mark="!")] if beside else []
    lines += ["", *_areas(found, width=width, paint=paint)]
    lines += ["", *wrap(RULE, width=width)]
    if notes:
        hidden = len(notes) - _NOTES_SHOWN
        more = [f"{count_of(hidden, one='more problem')} in the reports"] if hidden > 0 else []
        lines += ["", *bullets([*notes[:_NOTES_SHOWN], *more], width=width, mark="!")]
    return finish([*lines, "", *wrap(CAVEAT, width=width)])


def _columns(found: SideBySide, *, width: int, paint: Paint) -> Iterator[str]:
    """Yield the first table: a column per framework, as many beside each other as fit."""
    rows = list(rows_of(found))
    label = max(cells(name) for name, _ in rows)
    room = width - label - cells(_GAP)
    beside = max(1, (room + cells(_GAP)) // (_COLUMN + cells(_GAP)))
    for start in range(0, len(found.sides), beside):
        names = [side.name for side in found.sides[start : start + beside]]
        column = (room + cells(_GAP)) // len(names) - cells(_GAP)
        head = _heads([f"{found.letters[name]}  {clean(name)}" for name in names], width=column)
        widest = max(cells(line) for lines in head for line in lines)
        column = min(column, max(_COLUMN, widest, _WIDEST))
        bold = ["bold"] * len(names)
        yield from _row("", head, styles=bold, label=label, column=column, paint=paint)
        for name, values in rows:
            shown = values[start : start + beside]
            texts = [wrap(_text(value), width=column) for value in shown]
            styles = [style_of(value) if isinstance(value, Verdict) else "" for value in shown]
            yield from _row(name, texts, styles=styles, label=label, column=column, paint=paint)
        yield ""


def _row(
    name: str,
    texts: Sequence[Sequence[str]],
    *,
    styles: Sequence[str],
    label: int,
    column: int,
    paint: Paint,
) -> Iterator[str]:
    for number in range(max(map(len, texts))):
        shown = [lines[number] if number < len(lines) else "" for lines in texts]
        parts = [
            paint(text, style) + " " * (column - cells(text))
            for text, style in zip(shown, styles, strict=True)
        ]
        yield _GAP.join([paint(pad("" if number else name, width=label), "dim"), *parts])


def _text(value: str | Verdict) -> str:
    return value.value if isinstance(value, Verdict) else value


def _heads(names: Sequence[str], *, width: int) -> list[list[str]]:
    """Return the frameworks' names, all broken after the publisher where one does not fit."""
    if all(cells(name) <= width for name in names):
        return [[name] for name in names]
    parted = (name.partition("/") for name in names)
    return [
        [
            *wrap(f"{publisher}/", width=width),
            *(f"   {line}" for line in wrap(rest, width=width - 3)),
        ]
        for publisher, _, rest in parted
    ]


def _areas(found: SideBySide, *, width: int, paint: Paint) -> Iterator[str]:
    letters = found.letters
    for title, lines in areas_of(found).items():
        yield from (paint(line, "bold") for line in wrap(title, width=width))
        name = max(_NAME, *(cells(line.threshold) for line in lines))
        for number, line in enumerate(lines):
            again = number > 0 and lines[number - 1].framework == line.framework
            sign = "" if again else letters[line.framework]
            head = _INDENT + pad(sign, width=max(map(cells, letters.values()))) + _GAP
            if line.outcome is None:
                yield head + paint(NO_LINE, "dim")
                continue
            words = paint(pad(line.outcome.words, width=_WORDS), style_of(line.outcome))
            start = cells(head) + name + _WORDS + 2 * cells(_GAP)
            head = f"{head}{pad(line.threshold, width=name)}{_GAP}{words}"
            yield from _with_relations(head, line, start=start, width=width, paint=paint)


def _with_relations(
    head: str, line: Line, *, start: int, width: int, paint: Paint
) -> Iterator[str]:
    # Beside the outcome where no word is torn apart there, else below.
    longest = max(map(cells, line.relations.split(" ")))
    if longest <= width - start:
        first, *rest = wrap(line.relations, width=width - start)
        yield f"{head}{_GAP}{paint(first, 'dim')}"
        yield from (" " * start + paint(more, "dim") for more in rest)
        return
    yield head
    room = width - len(_BELOW)
    yield from (_BELOW + paint(more, "dim") for more in wrap(line.relations, width=room))
