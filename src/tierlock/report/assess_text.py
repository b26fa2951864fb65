"""The first screen: what was imported, each threshold with its number, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierlock.report.document import short
from tierlock.report.layout import Paint, bullets, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean
from tierlock.report.threshold_table import threshold_table
from tierlock.report.values import AssessReport
from tierlock.report.wording import (
    TIME,
    binding_line,
    binding_sentence,
    confidence_sentence,
    gaps,
    level_sentence,
    owed_sentence,
    plan_line,
    plan_sentence,
    scope_sentence,
    time_sentence,
    verdict_sentence,
)
from tierlock.report.work import next_way

_PROBLEMS_SHOWN = 8
_GAP_LINES = 3
_SUMMARY = len("  Confidence  ")


def render_assess_text(report: AssessReport, *, width: int = 80, color: bool = False) -> str:
    """Return the first screen of an assessment for a terminal of `width` columns."""
    paint = Paint(color=color)
    found = problem_lines(report)
    framework = f"{clean(report.framework.name)} ({short(report.determination.framework.digest)})"
    lines = [
        *wrap(f"{clean(report.subject.name)} under {framework}", width=width),
        imported_line(report, problems=len(found)),
        "",
        *mock_lines(report.mock_models, width=width, paint=paint),
        *threshold_table(report, width=width, paint=paint),
        "",
        *labelled(_summary(report, width=width - _SUMMARY), width=width),
    ]
    if found:
        shown = found[:_PROBLEMS_SHOWN]
        hidden = len(found) - len(shown)
        more = [f"{count_of(hidden, one='more problem')} in the report"] if hidden else []
        lines += ["", *bullets([*shown, *more], width=width, mark="!")]
    lines += ["", *_next(report, width=width)]
    return finish(lines)


def problem_lines(report: AssessReport) -> list[str]:
    """Return what a reader must know beside the table: doubts about logs come first."""
    doubts, notes = [], []
    for evidence in report.evidence:
        file = clean(evidence.source.file)
        for problem in evidence.problems:
            if problem.severity == "doubt":
                doubts.append(f"{file}: {clean(problem.says)}; can not support a rule-out")
            else:
                notes.append(f"{file}: {clean(problem.says)}")
    determination = report.determination
    stated = [clean(note.says) for note in (*determination.soft_lapses, *determination.notes)]
    unused = [f"not used: {clean(o.what)}: {clean(o.says)}" for o in determination.unused]
    return list(dict.fromkeys((*doubts, *stated, *notes, *unused)))


def mock_lines(names: Iterable[str], *, width: int, paint: Paint) -> list[str]:
    """Return the warning that evidence comes from mock models; nothing where there are none."""
    quoted = ", ".join(f"`{clean(name)}`" for name in names)
    if not quoted:
        return []
    says = f"MOCK MODEL: evidence by {quoted} shows how Tierlock works and nothing about a model"
    return [*(paint(line, "bad") for line in bullets([says], width=width, mark="!")), ""]


def imported_line(report: AssessReport, *, problems: int) -> str:
    """Return what the store holds, and how many problems are listed below."""
    samples = sum(len(evidence.samples) for evidence in report.evidence)
    reported = sum(1 for evidence in report.evidence if evidence.reported)
    parts = [f"{count_of(len(report.evidence), one='log')}, {count_of(samples, one='sample')}"]
    if reported:
        parts.append(f"{count_of(reported, one='published result')}")
    if problems:
        parts.append(f"{count_of(problems, one='problem')} (see below)")
    return f"In the store: {' · '.join(parts)}"


def _summary(report: AssessReport, *, width: int) -> Iterator[tuple[str, str]]:
    determination = report.determination
    if report.decision is not None:
        decision = report.decision
        yield "Verdict", f"{decision.verdict.value}: {verdict_sentence(decision)}"
    yield "Level", level_sentence(determination)
    yield "Owed", owed_sentence(report)
    if determination.scope_outcome is not None:
        yield "Scope", scope_sentence(determination.scope_outcome)
    yield "Confidence", confidence_sentence(determination)
    if determination.outside_guarantee:
        outside = count_of(len(determination.outside_guarantee), one="finding")
        yield "", f"{outside} outside this guarantee (attested, declared, inherited)"
    yield "Rests on", f"{plan_line(determination)} ({plan_sentence(determination)})"
    yield "", f"{binding_line(determination)} ({binding_sentence(determination)})"
    yield "", f"{TIME} ({time_sentence()})"
    yield "Not shown", _not_shown(report, width=width)


def _not_shown(report: AssessReport, *, width: int) -> str:
    """Return what is not established, cut at whole statements to three lines."""
    found = gaps(report)
    for count in range(len(found), 0, -1):
        more = len(found) - count
        rest = (f"and {more} more (see report)",) if more else ()
        text = "; ".join((*found[:count], *rest))
        if count == 1 or len(wrap(text, width=width)) <= _GAP_LINES:
            return text
    return "the framework does not say"


def _next(report: AssessReport, *, width: int) -> Iterator[str]:
    explanation = report.explanation
    step = explanation.next_step or next(iter(explanation.work), None)
    if step is None:
        yield from labelled(
            [("Next", "nothing is open; ask the gate for an action")], width=width, indent=0
        )
        return
    way = next_way(
        step,
        framework=report.framework,
        explanation=explanation,
        decision=report.decision,
    )
    yield from labelled([("Next", way.first)], width=width, indent=0)
    yield from bullets(way.rest, width=width, mark="·", indent=len("Next  "))
