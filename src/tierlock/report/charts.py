"""Forest plots as inline SVG: one strip per criterion, readable in greyscale and at 320 px.

A strip shows the range that is ruled out, the grey zone and the range that is reached; on it the
estimate as a point with its two one-sided limits, and thin whiskers for missing attempts counted
at their worst and best. Shape and words carry the meaning, colour only repeats it. Horizontal
positions are percentages and text is never scaled, so a chart fits any width.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from tierlock.core import Measured, Outcome
from tierlock.report.lines import CriterionLine
from tierlock.report.numbers import Scale

_ROW = 92
_AXIS = 30
_LEFT, _RIGHT = 1.5, 98.5
_LABEL_CHARS = 38
_NOTE = 24.0  # percent of the width that the words "no evidence" need on a phone
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
# Shapes tell the outcomes apart: circle, diamond, square. The arrow is an unbounded limit.
_SHAPES = {
    "ruled-out": "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z",
    "undetermined": "M0 -7 7 0 0 7 -7 0Z",
    "reached": "M-6 -6H6V6H-6Z",
    "arrow": "M-8 -5 0 0 -8 5",
}


@dataclass(frozen=True, kw_only=True)
class Strip:
    """One row of a forest plot: numbers in the criterion's own unit, and the words beside them."""

    label: str
    outcome: Outcome
    value: float | None
    lower: float | None
    upper: float | None
    worst: float | None
    best: float | None
    measured: bool
    rule_out: float
    rule_in: float
    higher_is_worse: bool


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A linear axis: its range and its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def x(self, value: float) -> float:
        """Return the position of `value` in percent of the width, clipped to the axis."""
        share = (value - self.low) / (self.high - self.low)
        return round(_LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share)), 3)


def render_forest(lines: Sequence[CriterionLine], *, name: str, title: str) -> str:
    """Return one SVG with a strip per measured criterion of `lines`; empty if there is none.

    Args:
        lines: criteria of one threshold that share a scale.
        name: prefix of the ids inside the SVG, unique on the page.
        title: accessible name; the criteria are spelled out in the description.
    """
    strips = [strip for line in lines if (strip := strip_of(line)) is not None]
    if not strips:
        return ""
    scale = next(line.scale for line in lines if strip_of(line) is not None)
    axis = axis_of(strips, scale=scale)
    height = _ROW * len(strips) + _AXIS
    described = ". ".join(
        f"{line.name}: {line.outcome.words}, {line.evidence}; {line.bounds}" for line in lines
    )
    labels = f'role="img" aria-labelledby="{name}-t {name}-d"'
    parts = [
        f'<svg class="forest" {labels} width="100%" height="{height}">',
        f'<title id="{name}-t">{escape(title)}</title>',
        f'<desc id="{name}-d">{escape(described)}</desc>',
        _patterns(name),
    ]
    for number, strip in enumerate(strips):
        parts += _strip(strip, axis, scale, name=name, top=number * _ROW)
    parts += _ticks(axis, scale, top=len(strips) * _ROW)
    return "\n".join([*parts, "</svg>"])


def strip_of(line: CriterionLine) -> Strip | None:
    """Return what a chart shows of a criterion, or None where it has no bounds to show."""
    criterion, limits, estimate = line.criterion, line.finding.limits, line.finding.estimate
    if limits is not None:
        rule_out, rule_in, worse = limits.rule_out, limits.rule_in, limits.higher_is_worse
    elif isinstance(criterion, Measured):
        rule_out, rule_in = criterion.rule_out_bound, criterion.rule_in_bound
        worse = criterion.higher_is_worse
    else:
        return None
    return Strip(
        label=line.title,
        outcome=line.outcome,
        value=estimate.value if estimate else None,
        lower=estimate.lower if estimate else None,
        upper=estimate.upper if estimate else None,
        worst=estimate.worst if estimate else None,
        best=estimate.best if estimate else None,
        measured=estimate is not None,
        rule_out=rule_out,
        rule_in=rule_in,
        higher_is_worse=worse,
    )


def axis_of(strips: Sequence[Strip], *, scale: Scale) -> Axis:
    """Return an axis that holds every number of `strips`, with three to six round ticks.

    It starts at the scale's low end unless everything lies in the upper half of the range.
    """
    shown = [
        value
        for s in strips
        for value in (s.value, s.lower, s.upper, s.worst, s.best, s.rule_out, s.rule_in)
        if value is not None
    ]
    low, high = min(shown), max(shown)
    floor, top = scale.lo, scale.hi
    # What differs in its last digits only is one number: no axis has a tick between.
    width = high - low if high - low > 1e-9 * max(abs(low), abs(high)) else 0.0
    if floor <= 0 <= low or low < floor:
        start = min(floor, low)
        in_upper_half = top is not None and low > floor + (top - floor) / 2
        start = low - 0.3 * (width or abs(low)) if in_upper_half else start
    else:
        start = low - 0.1 * (width or abs(low) or 1.0)
    end = high + 0.08 * (high - start or 1.0)
    step = _nice_step((end - start) / 4)
    first, last = math.floor(start / step), math.ceil(end / step)
    ticks = [round(n * step, 12) for n in range(first, last + 1)]
    if top is not None and high <= top:
        ticks = [tick for tick in ticks if tick <= top]
    return Axis(low=ticks[0], high=max(ticks[-1], high), ticks=tuple(ticks))


def _nice_step(rough: float) -> float:
    base = 10.0 ** math.floor(math.log10(rough))
    return next(base * nice for nice in _NICE if base * nice >= rough * 0.999)


def _patterns(name: str) -> str:
    hatch = '<path d="M-2 8 8 -2 M2 12 12 2" class="hatch"/>'
    cross = '<path d="M0 8 8 0 M0 0 8 8" class="hatch"/>'
    box = 'width="8" height="8" patternUnits="userSpaceOnUse"'
    markers = "".join(
        f'<marker id="{name}-{kind}" class="{kind}" viewBox="-8 -8 16 16" markerWidth="16" '
        f'markerHeight="16" markerUnits="userSpaceOnUse" overflow="visible">'
        f'<path d="{path}"/></marker>'
        for kind, path in _SHAPES.items()
    )
    return (
        f'<defs><pattern id="{name}-grey" {box}>{hatch}</pattern>'
        f'<pattern id="{name}-bad" {box}>{cross}</pattern>{markers}</defs>'
    )


def _strip(strip: Strip, axis: Axis, scale: Scale, *, name: str, top: int) -> Iterator[str]:
    label = strip.label
    if len(label) > _LABEL_CHARS:
        label = label[: _LABEL_CHARS - 1].rstrip() + "…"
    yield f'<text x="{_LEFT}%" y="{top + 14}" class="name">{escape(label)}</text>'
    yield from _zones(strip, axis, name=name, top=top + 36)
    out, into = axis.x(strip.rule_out), axis.x(strip.rule_in)
    safe, bad = ("below", "above") if strip.higher_is_worse else ("above", "below")
    yield _bound(out, top=top, mark=f"ruled out {safe} {scale.show(strip.rule_out)}", above=True)
    yield _bound(into, top=top, mark=f"reached {bad} {scale.show(strip.rule_in)}", above=False)
    yield from _whiskers(strip, axis, name=name, y=top + 49)
    if strip.value is not None:
        kind = strip.outcome.value.replace("_", "-")
        yield _shape(axis.x(strip.value), y=top + 49, name=name, kind=kind)
    elif not strip.measured:
        # In the safe zone where that is wide enough: on hatched ground it reads worse.
        start, end = (_LEFT, out) if strip.higher_is_worse else (out, _RIGHT)
        middle = round((start + end) / 2, 3) if end - start > _NOTE else 50
        yield f'<text x="{middle}%" y="{top + 53}" class="none">no evidence</text>'


def _zones(strip: Strip, axis: Axis, *, name: str, top: int) -> Iterator[str]:
    edges = sorted((axis.x(strip.rule_out), axis.x(strip.rule_in)))
    kinds = ("safe", "grey", "bad") if strip.higher_is_worse else ("bad", "grey", "safe")
    spans = zip(kinds, (_LEFT, *edges), (*edges, _RIGHT), strict=True)
    for kind, start, end in spans:
        if end - start <= 0:
            continue
        place = f'x="{start}%" y="{top}" width="{round(end - start, 3)}%" height="26"'
        yield f'<rect {place} class="zone {kind}"/>'
        if kind != "safe":
            yield f'<rect {place} fill="url(#{name}-{kind})"/>'


def _bound(x: float, *, top: int, mark: str, above: bool) -> str:
    anchor, shift = ("end", -4) if x > 50 else ("start", 4)
    y = top + 30 if above else top + 76
    line = (top + 22, top + 62) if above else (top + 36, top + 80)
    kind = "out" if above else "in"
    return (
        f'<line x1="{x}%" x2="{x}%" y1="{line[0]}" y2="{line[1]}" class="bound {kind}"/>'
        f'<text x="{x}%" dx="{shift}" y="{y}" text-anchor="{anchor}" class="mark">'
        f"{escape(mark)}</text>"
    )


def _whiskers(strip: Strip, axis: Axis, *, name: str, y: int) -> Iterator[str]:
    if strip.lower is not None:
        low = axis.x(strip.lower)
        high = _RIGHT if strip.upper is None else axis.x(strip.upper)
        yield f'<line x1="{low}%" x2="{high}%" y1="{y}" y2="{y}" class="interval"/>'
        yield _cap(low, y=y, half=6, kind="interval")
        if strip.upper is None:
            yield _shape(high, y=y, name=name, kind="arrow")
        else:
            yield _cap(high, y=y, half=6, kind="interval")
    if strip.worst is not None and strip.best is not None and strip.worst != strip.best:
        start, end = sorted((axis.x(strip.worst), axis.x(strip.best)))
        yield f'<line x1="{start}%" x2="{end}%" y1="{y + 9}" y2="{y + 9}" class="missing"/>'
        yield _cap(start, y=y + 9, half=3, kind="missing-cap")
        yield _cap(end, y=y + 9, half=3, kind="missing-cap")


def _cap(x: float, *, y: int, half: int, kind: str) -> str:
    return f'<line x1="{x}%" x2="{x}%" y1="{y - half}" y2="{y + half}" class="{kind}"/>'


def _shape(x: float, *, y: int, name: str, kind: str) -> str:
    """Place a shape at a percentage: a marker is what SVG lets stand there unscaled."""
    place = f'x1="{x}%" x2="{x}%" y1="{y}" y2="{y}"'
    return f'<line {place} marker-start="url(#{name}-{kind})"/>'


def _ticks(axis: Axis, scale: Scale, *, top: int) -> Iterator[str]:
    yield f'<line x1="{_LEFT}%" x2="{_RIGHT}%" y1="{top}" y2="{top}" class="axis"/>'
    for tick in axis.ticks:
        x = axis.x(tick)
        anchor = "start" if x < 6 else "end" if x > 94 else "middle"
        yield f'<line x1="{x}%" x2="{x}%" y1="{top}" y2="{top + 5}" class="axis"/>'
        yield (
            f'<text x="{x}%" y="{top + 20}" text-anchor="{anchor}" class="tick">'
            f"{escape(scale.show(tick))}</text>"
        )
