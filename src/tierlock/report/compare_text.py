"""Two versions side by side for a terminal: what is shown first, then every evaluation's detail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tierlock.core import VersionComparison, VersionSource
from tierlock.report.assess_text import mock_lines
from tierlock.report.compare_words import (
    GROUPS,
    apart,
    details,
    everywhere,
    group_of,
    head_of,
    heading_of,
    mismatch_words,
    name_of,
    numbers_of,
    side_words,
    style_of_row,
    summary,
    title_of,
)
from tierlock.report.layout import Paint, bullets, cells, finish, labelled, pad, wrap
from tierlock.report.sanitize import clean

_GAP: Final = "  "
_INDENT: Final = "  "
_NARROW: Final = 12


def render_compare_text(
    found: VersionComparison,
    *,
    old: VersionSource,
    new: VersionSource,
    mock_models: Sequence[str] = (),
    width: int = 80,
    color: bool = False,
) -> str:
    """Return a comparison for a terminal of `width` columns.

    Args:
        found: the comparison.
        old: where the reference comes from.
        new: where the version that is compared with it comes from.
        mock_models: names of mock models among the evidence.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    title = f"{clean(new.asked)} against {clean(old.asked)}"
    sides = [("old", side_words(old)), ("new", side_words(new))]
    if found.framework:
        sides.append(("slots", clean(found.framework)))
    lines = [paint(line, "bold") for line in wrap(title, width=width)]
    lines += [*labelled(sides, width=width), ""]
    lines += mock_lines(mock_models, width=width, paint=paint)
    lines += _table(found, width=width, paint=paint)
    common = [mismatch_words(one) for one in everywhere(found)]
    if common:
        lines += ["", "In every evaluation", *bullets(common, width=width, mark="!")]
    for sentence in summary(found):
        lines += ["", *wrap(sentence, width=width)]
    for row in found.evaluations:
        lines += ["", *(paint(line, "bold") for line in wrap(title_of(row), width=width))]
        lines += labelled(details(row, of=found), width=width)
    left = list(apart(found))
    if left:
        lines += ["", "Without a counterpart", *bullets(left, width=width, mark="-")]
    return finish(lines)


def _table(found: VersionComparison, *, width: int, paint: Paint) -> Iterator[str]:
    """Yield one line per evaluation under the heading of what is shown of it."""
    head = head_of(found)
    rows = {at: numbers_of(row) for at, row in enumerate(found.evaluations)}
    columns = [
        max(cells(text) for text in (name, *(numbers[at] for numbers in rows.values())))
        for at, name in enumerate(head)
    ]
    taken = sum(columns) + len(_GAP) * len(columns) + 2 * len(_INDENT)
    names = [name_of(row, among=found) for row in found.evaluations]
    room = max(_NARROW, min(width - taken, max(map(cells, names))))
    yield 2 * _INDENT + " " * room + "".join(_right(head, columns))
    for group in GROUPS:
        inside = [at for at in rows if group_of(found.evaluations[at]) == group]
        if inside:
            yield f"{_INDENT}{heading_of(group, of=found)}"
        for at in inside:
            row = found.evaluations[at]
            first, *rest = wrap(names[at], width=room)
            numbers = "".join(_right(rows[at], columns))
            line = f"{pad(first, width=room)}{numbers}"
            yield f"{2 * _INDENT}{paint(line, style_of_row(row))}"
            yield from (f"{3 * _INDENT}{line}" for line in rest)


def _right(texts: Sequence[str], columns: Sequence[int]) -> Iterator[str]:
    for text, width in zip(texts, columns, strict=True):
        yield _GAP + " " * (width - cells(text)) + text
