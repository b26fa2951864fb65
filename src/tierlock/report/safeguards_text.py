"""Safeguards for a terminal: by standard, how each of them stands and what shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlock.core import Outcome, leaves
from tierlock.report.layout import Paint, cells, finish, labelled, pad, wrap
from tierlock.report.lines import criterion_line
from tierlock.report.numbers import NBSP
from tierlock.report.safeguards_values import SafeguardsReport, SafeguardView, State
from tierlock.report.safeguards_words import asked_words, cost_words, headline, lack_words
from tierlock.report.sanitize import clean
from tierlock.report.wording import day

_MARKS: Final[dict[State, str]] = {
    "met": "●",
    "pending": "◐",
    "incomplete": "◐",
    "missing": "○",
    "expired": "○",
    "failed": "■",
}
_STYLES: Final[dict[State, str]] = {"met": "good", "failed": "bad"}
BECAUSE: Final = {"baseline": "always owed", "reached": "reached", "undetermined": "not ruled out"}


def render_safeguards_text(
    report: SafeguardsReport, *, width: int = 80, color: bool = False
) -> str:
    """Return every owed safeguard by standard: state, owner, end, cost, evidence, cover, tests."""
    paint = Paint(color=color)
    lines = [paint(headline(report), "bold"), *wrap(asked_words(report), width=width), ""]
    column = max((cells(_name(view)) for view in report.safeguards), default=0)
    for owed in report.owed:
        standard = report.framework.standards[owed.standard]
        why = BECAUSE[owed.because]
        of = f": {', '.join(map(clean, owed.thresholds))}" if owed.thresholds else ""
        head = f"{clean(owed.standard)}  {clean(standard.title)}"
        lines += [paint(head, "bold"), *labelled([("owed", f"{why}{of}")], width=width)]
        if standard.undefined:
            lines.append("  ■ not defined: nobody can meet it")
        for view in report.of(owed.standard):
            lines += _view_lines(view, report=report, column=column, width=width, paint=paint)
        lines.append("")
    return finish([*lines, *_legend(width)])


def _name(view: SafeguardView) -> str:
    return clean(view.path.partition(":")[2])


def _view_lines(
    view: SafeguardView, *, report: SafeguardsReport, column: int, width: int, paint: Paint
) -> Iterator[str]:
    style = _STYLES.get(view.state, "open")
    partly = bool(view.met_for) and view.state != "met"
    mark = "◐" if partly else _MARKS[view.state]
    word: str = "partly" if partly else view.state
    word = "on terms" if view.state == "met" and view.conditions else word
    state = pad(word, width=10)
    facts = [
        clean(view.owner) or "no owner",
        f"until {day(view.until)}" if view.until else "",
        cost_words(view),
    ]
    head = f"  {mark} {state}  "
    hang = " " * (cells(head) + column + 2)
    room = width - len(hang)
    first, *rest = wrap(" · ".join(fact for fact in facts if fact), width=max(20, room))
    yield f"{paint(head, style)}{pad(_name(view), width=column)}  {first}"
    yield from (hang + line for line in rest)
    detail = " " * 16
    for label, text in detail_rows(view, report=report):
        column_of = 10
        first, *rest = wrap(text, width=width - len(detail) - column_of)
        yield f"{detail}{pad(label, width=column_of)}{first}"
        yield from (detail + " " * column_of + line for line in rest)


def detail_rows(view: SafeguardView, *, report: SafeguardsReport) -> Iterator[tuple[str, str]]:
    """Yield what is known of a safeguard, as labels with texts; an empty label continues."""
    if not view.binding:
        yield "binds", "not: it is recommended"
    for claim in view.claims:
        for proof in claim.evidence:
            by = f", by {clean(proof.by)}" if proof.by else ""
            access = f", {proof.access.replace('_', ' ')} access" if proof.access else ""
            free = f", {clean(proof.independence)}" if proof.independence else ""
            yield proof.kind, f"{clean(proof.says)}{by}{access}{free} ({day(proof.produced_at)})"
        if claim.implementation:
            yield "how", clean(claim.implementation)
        for exception in claim.exceptions:
            roles = ", ".join(map(clean, exception.approved_by))
            end = f"until {day(exception.expires_at)}, by {roles}"
            yield "excepts", f"{clean(exception.users)}: {clean(exception.argument)} ({end})"
        if claim.audiences != ("*",):
            yield "audiences", ", ".join(map(clean, claim.audiences)) or "none"
    yield from _matrix(view)
    yield from _tests(view, report)
    for reason in view.reasons:
        yield "lacks", lack_words(view, reason=reason)
    if view.closes and view.met_for:
        yield "closes", ", ".join(map(clean, view.closes))
    for note in view.conditions:
        if note.code != "claim.exception":
            yield "on terms", lack_words(view, reason=note)


def _matrix(view: SafeguardView) -> Iterator[tuple[str, str]]:
    """Yield one line per surface and environment: its paths, each covered or not."""
    if not any(cell.path for cell in view.cells):
        return
    rows: dict[tuple[str, str | None], list[str]] = {}
    for cell in view.cells:
        mark = "●" if cell.covered else "○"
        path = cell.path.removeprefix(f"{cell.surface}/")
        rows.setdefault((cell.surface, cell.environment), []).append(f"{mark}{NBSP}{clean(path)}")
    for number, ((surface, environment), paths) in enumerate(rows.items()):
        where = clean(surface) + (f" in {clean(environment)}" if environment else "")
        yield "" if number else "covers", f"{where}: {'  '.join(paths)}"


def _tests(view: SafeguardView, report: SafeguardsReport) -> Iterator[tuple[str, str]]:
    tree = view.criterion.falls_short_if
    if tree is None:
        return
    criteria = {leaf.name: leaf for leaf in leaves(tree)}
    for finding in report.determination.safeguard_findings:
        if not finding.path.startswith(f"{view.path}/"):
            continue
        name = finding.path.rpartition("/")[2]
        line = criterion_line(
            finding,
            criterion=criteria.get(name),
            framework=report.framework,
            explanation=report.explanation,
        )
        verdict = {
            Outcome.RULED_OUT: "holds",
            Outcome.UNDETERMINED: "not shown to hold",
            Outcome.REACHED: "falls short",
        }[finding.outcome]
        hours = report.hours.get(finding.path)
        tried = ""
        if hours is not None and finding.estimate is not None:
            got = f"{(finding.estimate.value or 0) * hours:.0f}"
            tried = f"{got} got through in {hours:,.0f}{NBSP}hours of trying"
        seen = line.evidence or line.seen or "not measured"
        parts = [line.title, tried, seen, line.margin]
        yield "test", f"{verdict}: {', '.join(part for part in parts if part)}"


def _legend(width: int) -> list[str]:
    marks = "●" + NBSP + "met  ◐" + NBSP + "pending or incomplete  ○" + NBSP
    marks += "missing or expired  ■" + NBSP + "failed"
    return wrap(marks, width=width)
