"""Sizes as a table: how many units rule a bound out, per true value, with time and cost."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from tierlock.core import SizeRow, Sizing
from tierlock.report.layout import Paint, bullets, cells, finish, pad, wrap
from tierlock.report.numbers import (
    NBSP,
    Scale,
    show_count,
    show_duration,
    show_money,
    show_plain,
    show_share,
)
from tierlock.report.sanitize import clean, escape_json

_GAP = 2
_NONE = "none found"
_LEAST_ROOM = 16  # cells that the words of a row need beside its numbers


def render_size_text(sizing: Sizing, *, width: int = 80, color: bool = False) -> str:
    """Return sizes for a terminal of `width` columns."""
    paint = Paint(color=color)
    head = f"{clean(sizing.path)} in {clean(sizing.framework)}" if sizing.path else "a bound"
    lines = [
        *wrap(f"{paint('How much evidence', 'bold')}: {head}", width=width),
        *(f"  {line}" for line in wrap(question_words(sizing), width=width - 2)),
        "",
    ]
    if sizing.not_computable:
        lines += bullets([f"not computable: {sizing.not_computable}"], width=width, mark="!")
    lines += table_lines(sizing, width=width, paint=paint)
    if sizing.resolves is not None and sizing.resolving is not None:
        lines += ["", *bullets([resolving_words(sizing)], width=width, mark="·")]
    notes = bullets(note_words(sizing), width=width, mark="·")
    return finish([*lines, *(["", *notes] if notes else [])])


def render_size_json(sizing: Sizing, *, exit_code: int = 0) -> str:
    """Return sizes as indented JSON."""
    body = {"exitCode": exit_code, "sizing": sizing.model_dump(mode="json", by_alias=True)}
    return escape_json(json.dumps(body, indent=2, ensure_ascii=False)) + "\n"


def scale_of_sizing(sizing: Sizing) -> Scale:
    """Return how the true values and the bound are written."""
    if sizing.estimand == "uplift_ratio":
        return Scale(unit="ratio", lo=sizing.lo, hi=sizing.hi)
    share = (sizing.lo, sizing.hi) == (0.0, 1.0) and sizing.estimand != "attack_rate"
    return Scale(unit="share" if share else "plain", lo=sizing.lo, hi=sizing.hi)


def question_words(sizing: Sizing) -> str:
    """Return what the sizes are for, in one or two sentences."""
    scale = scale_of_sizing(sizing)
    side = "below" if sizing.higher_is_worse else "above"
    bound = scale.show(sizing.bound)
    if sizing.bound != sizing.declared:
        bound += f" ({scale.show(sizing.declared)} before corrections)"
    allocation = f" ({clean(sizing.allocation)})" if sizing.allocation else ""
    proved = ", by the proved test" if sizing.guarantee == "proved" else ""
    design = f" {_design(sizing)}" if sizing.items * sizing.epochs > 1 else ""
    return (
        f"ruled out {side} {bound}, with probability {show_share(sizing.power)}{proved}; "
        f"error {show_plain(sizing.alpha)}{allocation}.{design}"
    )


def note_words(sizing: Sizing) -> list[str]:
    """Return what a reader of the numbers must know."""
    notes = [clean(note) for note in sizing.notes]
    worst = max((row.error for row in sizing.rows), default=0.0)
    if worst > 0:
        notes.append(f"power is from drawn samples: standard error at most {show_share(worst)}")
    if sizing.rows:
        notes.append("power rises and falls with single units; from each size on it stays enough")
    if any(row.units is None for row in sizing.rows):
        notes.append(
            f"{_NONE}: no number would be enough, or only one that is too large to be searched for"
        )
    return notes


def resolving_words(sizing: Sizing) -> str:
    """Return what a given number of units resolves."""
    scale = scale_of_sizing(sizing)
    asked = next((row for row in sizing.rows if row.says.endswith("asked for")), None)
    at = f" at a true {scale.show(asked.truth)}" if asked else ""
    side = "below" if sizing.higher_is_worse else "above"
    return (
        f"{show_count(sizing.resolving or 0)} {clean(sizing.unit)}{at} rule out {side} "
        f"{scale.show(sizing.resolves or 0.0)}, and nothing stricter"
    )


def row_cells(row: SizeRow, *, scale: Scale) -> tuple[str, ...]:
    """Return one row: truth, units, samples, power, time and cost."""
    return (
        scale.show(row.truth),
        _NONE if row.units is None else show_count(math.ceil(row.units)),
        "" if row.samples is None else show_count(row.samples),
        "" if row.power is None else show_share(round(row.power, 3)),
        "" if row.seconds is None else show_duration(row.seconds),
        "" if row.usd is None else show_money(row.usd),
    )


def table_head(sizing: Sizing) -> tuple[str, ...]:
    """Return the heads of the columns of `row_cells`."""
    return ("true value", clean(sizing.unit), "samples", "power", "time", "cost")


def table_rows(sizing: Sizing) -> tuple[tuple[str, ...], ...]:
    """Return head and rows without the columns that are empty or repeat the one before."""
    scale = scale_of_sizing(sizing)
    rows = [row_cells(row, scale=scale) for row in sizing.rows]
    kept = [
        number
        for number in range(len(table_head(sizing)))
        if any(row[number] for row in rows)
        and not (number == 2 and all(row[1] == row[2] for row in rows))
    ]
    says = [clean(row.says) for row in sizing.rows]
    head = (*(table_head(sizing)[n] for n in kept), "")
    return (head, *((*(row[n] for n in kept), word) for row, word in zip(rows, says, strict=True)))


def table_lines(sizing: Sizing, *, width: int, paint: Paint) -> Iterator[str]:
    """Yield the table in aligned columns; the words of a row go below it where it is too wide."""
    if not sizing.rows:
        return
    head, *rows = table_rows(sizing)
    numbers = [row[:-1] for row in (head, *rows)]
    widths = [max(cells(row[n]) for row in numbers) for n in range(len(head) - 1)]
    taken = 2 + sum(widths) + _GAP * len(widths)
    room = width - taken
    for number, row in enumerate((head, *rows)):
        shown = [
            " " * (size - cells(text)) + text for text, size in zip(row[:-1], widths, strict=True)
        ]
        line = "  " + (" " * _GAP).join(shown)
        if number == 0:
            yield paint(line, "dim")
            continue
        if room >= _LEAST_ROOM:
            first, *rest = wrap(row[-1], width=room)
            yield line + " " * _GAP + first
            yield from (" " * taken + text for text in rest)
        else:
            yield line
            yield from (pad("", width=4) + text for text in wrap(row[-1], width=width - 4))


def _design(sizing: Sizing) -> str:
    parts = []
    if sizing.items > 1:
        parts.append(f"{show_count(sizing.items)} tasks in each unit")
    if sizing.epochs > 1:
        parts.append(f"{show_count(sizing.epochs)} attempts at each task")
    alike = (
        "taken as copies of each other, because no correlation (--icc) is given"
        if sizing.icc is None
        else f"with a correlation of {show_plain(sizing.icc)} within a unit"
    )
    return f"There are {' and '.join(parts)},{NBSP}{alike}."
