"""Sizes as a chart: units against the true value, as SVG by itself or in a page.

Own SVG without scripts, as in reports (docs/adr/0003). The vertical axis is logarithmic; the bound
is a line that no size crosses. Every number of the chart stands in the page's table too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from tierlock.core import SizeRow, Sizing
from tierlock.report.numbers import show_count
from tierlock.report.sanitize import clean
from tierlock.report.size_text import (
    note_words,
    question_words,
    resolving_words,
    scale_of_sizing,
    table_rows,
)

_WIDTH, _HEIGHT = 640, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 24, 46, 62
_LABELLED = 5
_STYLE = """
svg.size{max-width:100%;height:auto;font:14px/1.3 system-ui,sans-serif}
svg.size{color:#1a1a1a;background:#fff}
svg.size text{fill:currentColor}
svg.size .mark{font-size:13px}
svg.size .axis{stroke:currentColor;stroke-width:1}
svg.size .grid{stroke:currentColor;stroke-opacity:.18}
svg.size .line{fill:none;stroke:#1f5fa8;stroke-width:2.5}
svg.size .point{fill:#fff;stroke:#1f5fa8;stroke-width:2.5}
svg.size .bound{stroke:#b3261e;stroke-width:2;stroke-dasharray:6 4}
@media (prefers-color-scheme:dark){svg.size{color:#eee;background:#16181b}
svg.size .line,svg.size .point{stroke:#8ab8f0}svg.size .point{fill:#16181b}
svg.size .bound{stroke:#ff8a80}}
"""
_PAGE_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid #8886}
th:last-child,td:last-child{text-align:left}
h1{font-size:1.3rem}.scroll{overflow-x:auto}
"""


def render_size_svg(sizing: Sizing) -> str:
    """Return the chart as one SVG document; empty where there is nothing to draw."""
    points = _points(sizing)
    if len(points) < 2:
        return ""
    title = f"{clean(sizing.unit)} needed against the true value"
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    says = 'role="img" aria-labelledby="size-t size-d"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="size" {box} {says}>',
        f'<title id="size-t">{escape(title)}</title>',
        f'<desc id="size-d">{escape(_described(sizing))}</desc>',
        f"<style>{_STYLE}</style>",
        *_Plot(sizing, points).parts(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def render_size_html(sizing: Sizing) -> str:
    """Return a page with the chart, its table and its notes; it needs nothing from outside."""
    name = clean(sizing.path) or "a bound"
    head, *rows = table_rows(sizing) if sizing.rows else (("",),)
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    notes = note_words(sizing)
    if sizing.resolves is not None:
        notes = [resolving_words(sizing), *notes]
    if sizing.not_computable:
        notes = [f"not computable: {sizing.not_computable}", *notes]
    table = f'<div class="scroll"><table><tr>{heads}</tr>{body}</table></div>' if rows else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>How much evidence: {escape(name)}</title>\n<style>{_PAGE_STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n<h1>How much evidence: {escape(name)}</h1>\n"
        f"<p>{escape(question_words(sizing))}</p>\n{render_size_svg(sizing)}{table}\n<ul>"
        + "".join(f"<li>{escape(note)}</li>" for note in notes)
        + "</ul>\n</main>\n</body>\n</html>\n"
    )


def _points(sizing: Sizing) -> list[SizeRow]:
    """Rows and curve with a size, from safe to dangerous; a true value once."""
    known = {row.truth: row for row in (*sizing.curve, *sizing.rows) if row.units}
    return sorted(known.values(), key=lambda row: row.truth)


def _described(sizing: Sizing) -> str:
    scale = scale_of_sizing(sizing)
    said = [
        f"{scale.show(row.truth)}: {show_count(math.ceil(row.units))}"
        for row in sizing.rows
        if row.units
    ]
    return f"Bound {scale.show(sizing.bound)}. " + "; ".join(said)


class _Plot:
    """The drawing: positions of values, then its parts."""

    def __init__(self, sizing: Sizing, points: list[SizeRow]) -> None:
        self.sizing, self.points = sizing, points
        self.scale = scale_of_sizing(sizing)
        truths = [row.truth for row in points]
        self.start, self.end = min(*truths, sizing.bound), max(*truths, sizing.bound)
        sizes = [row.units or 1 for row in points]
        self.low = 10.0 ** math.floor(math.log10(max(1.0, min(sizes))))
        self.high = 10.0 ** math.ceil(math.log10(max(sizes) * 1.05))

    def x(self, truth: float) -> float:
        share = (truth - self.start) / (self.end - self.start)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, units: float) -> float:
        share = math.log(units / self.low) / math.log(self.high / self.low)
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)

    def parts(self) -> Iterator[str]:
        """Yield axes, line, points with their numbers, and the bound."""
        base, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        yield f'<text x="8" y="22">{escape(clean(self.sizing.unit))}, logarithmic</text>'
        tick = self.low
        while tick <= self.high * 1.001:
            y = self.y(tick)
            yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}"/>'
            text = show_count(round(tick))
            yield f'<text x="{_LEFT - 8}" y="{y + 5}" text-anchor="end">{text}</text>'
            tick *= 10
        yield f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{base}" y2="{base}"/>'
        for number in range(_LABELLED):
            truth = self.start + (self.end - self.start) * number / (_LABELLED - 1)
            x, anchor = self.x(truth), "middle" if number < _LABELLED - 1 else "end"
            yield f'<line class="axis" x1="{x}" x2="{x}" y1="{base}" y2="{base + 5}"/>'
            shown = escape(self.scale.show(round(truth, 6)))
            yield f'<text x="{x}" y="{base + 22}" text-anchor="{anchor}">{shown}</text>'
        yield f'<text x="{right}" y="{base + 46}" text-anchor="end">true value</text>'
        x = self.x(self.sizing.bound)
        side, shift = ("end", -6) if x > _WIDTH / 2 else ("start", 6)
        yield f'<line class="bound" x1="{x}" x2="{x}" y1="{_TOP - 8}" y2="{base}"/>'
        bound = escape(self.scale.show(self.sizing.bound))
        yield f'<text x="{x + shift}" y="{_TOP - 12}" text-anchor="{side}">bound {bound}</text>'
        line = " ".join(f"{self.x(row.truth)},{self.y(row.units or 1)}" for row in self.points)
        yield f'<polyline class="line" points="{line}"/>'
        yield from self._marks()

    def _marks(self) -> Iterator[str]:
        """Yield the rows of the table as points with their numbers."""
        for row in self.sizing.rows:
            if not row.units:
                continue
            x, y = self.x(row.truth), self.y(row.units)
            yield f'<circle class="point" cx="{x}" cy="{y}" r="5"/>'
            rising = self.sizing.higher_is_worse
            side = "end" if rising and x > _LEFT + 60 else "start"
            shift = -8 if side == "end" else 8
            text = show_count(math.ceil(row.units))
            yield (
                f'<text class="mark" x="{x + shift}" y="{y - 9}" text-anchor="{side}">{text}</text>'
            )
