"""The test suite of a framework as text: lines with their evaluations, then what is not covered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from tierlock.report.coverage import GapKind, Suite, SuiteLine, SuiteTest
from tierlock.report.layout import Paint, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean

_ROUTES: Final = {
    "evaluations": "evaluations can rule it out",
    "evaluations and people": "evaluations and attestations together can rule it out",
    "people": "attestations and facts alone can rule it out",
    "nobody": "nobody outside can rule it out",
}
_KINDS: Final[dict[GapKind, str]] = {
    "unassessed threat": "the framework says that no evaluation here covers it",
    "domain without a line": "nothing in it can hold a decision",
    "line without an evaluation": "people and facts decide",
    "bound not disclosed": "the publisher keeps it",
    "evaluations that can not rule out": "the line stays open whatever they show",
    "evaluation bound to no line": "its results decide nothing",
    "evaluation without evidence": "nothing was measured",
}
_SAID: Final = frozenset(
    {"domain without a line", "line without an evaluation", "evaluation bound to no line"}
)
"""Kinds of which the heading says all but the name."""


def render_suite_json(suite: Suite) -> str:
    """Return the suite as indented JSON."""
    return suite.model_dump_json(by_alias=True, indent=2, ensure_ascii=True) + "\n"


def render_suite_text(suite: Suite, *, width: int = 80, color: bool = False) -> str:
    """Return the suite by domain and line, then its gaps by kind.

    Args:
        suite: what is shown.
        width: cells per line.
        color: whether headings are bold.
    """
    paint = Paint(color=color)
    head = f"{suite.framework}: which evaluations bind which line"
    lines = [*(paint(text, "bold") for text in wrap(clean(head), width=width))]
    if suite.subject is not None:
        lines += wrap(clean(f"evidence in the store about {suite.subject}"), width=width)
    for domain in suite.domains:
        lines += ["", paint(clean(f"{domain.name}: {domain.title}"), "bold")]
        for line in domain.lines:
            lines += _line(line, width=width)
        if not domain.lines:
            lines.append("  no line")
    if suite.safeguards:
        lines += ["", paint("safeguards that are tested", "bold")]
        for line in suite.safeguards:
            lines += _line(line, width=width)
    return finish([*lines, "", *_gaps(suite, width=width, paint=paint)])


def _line(line: SuiteLine, *, width: int) -> Iterator[str]:
    tier = f" ({line.tier})" if line.tier else ""
    yield from (f"  {part}" for part in wrap(clean(f"{line.name}{tier}"), width=width - 2))
    rows = [("threat", clean(line.threat)), ("route", _route(line))]
    yield from labelled(rows, width=width, indent=4)
    yield from labelled(
        ((clean(test.name), _test(test)) for test in line.tests), width=width, indent=6
    )


def _route(line: SuiteLine) -> str:
    words = _ROUTES[line.route]
    if line.falls_with:
        words += f"; ruled out with {clean(' or '.join(line.falls_with))}"
    return f"{words}; presumed out while nobody measured it" if line.presumed else words


def _test(test: SuiteTest) -> str:
    if test.kind == "undisclosed":
        return "the bound is not disclosed"
    if test.kind != "measured":
        return "people attest it" if test.kind == "attested" else "a declared fact"
    slot = "" if test.evaluation == test.name else f"{test.evaluation}: "
    words = f"{slot}{test.bound} ({test.basis}); logs know it as {', '.join(test.tasks)}"
    if test.status != "current":
        words += f"; {test.status}, so it can not rule out"
    if test.held is not None:
        words += f"; {count_of(test.held.runs, one='run')}"
        if test.held.newest is not None:
            words += f", newest of {test.held.newest:%Y-%m-%d}"
        if test.held.doubtful:
            words += f", {test.held.doubtful} in doubt"
    return clean(words)


def _gaps(suite: Suite, *, width: int, paint: Paint) -> Iterator[str]:
    if not suite.gaps:
        yield "Nothing that the framework names is left without an evaluation."
        return
    yield paint(f"{count_of(len(suite.gaps), one='gap')}", "bold")
    for kind, found in groupby(suite.gaps, key=lambda gap: gap.kind):
        yield from (f"  {part}" for part in wrap(f"{kind}: {_KINDS[kind]}", width=width - 2))
        if kind in _SAID:
            names = clean(", ".join(gap.where for gap in found))
            yield from (f"    {part}" for part in wrap(names, width=width - 4))
        else:
            rows = ((clean(gap.where), clean(gap.says)) for gap in found)
            yield from labelled(rows, width=width, indent=4)
