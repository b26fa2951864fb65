"""The first screen: what was imported, each threshold with its number, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import ThresholdFinding
from tierlock.report.layout import Cell, Paint, bullets, finish, labelled, style_of, table
from tierlock.report.lines import deciding_lines
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean
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
from tierlock.report.work import work_words

_CRITERIA_SHOWN = 3
_PROBLEMS_SHOWN = 8


def render_assess_text(report: AssessReport, *, width: int = 80, color: bool = False) -> str:
    """Return the first screen of an assessment for a terminal of `width` columns."""
    paint = Paint(color=color)
    found = problem_lines(report)
    lines = [
        f"{clean(report.subject.name)} under {clean(report.framework.name)}",
        _imported(report, problems=len(found)),
        "",
        *mock_lines(report, width=width, paint=paint),
        *table(
            ("Domain", "Threshold", "Outcome", "Evidence", "Margin to the bound"),
            rows=[row for t in report.determination.thresholds for row in _rows(report, t)],
            width=width,
            paint=paint,
        ),
        "",
        *labelled(_summary(report), width=width),
    ]
    if found:
        shown = found[:_PROBLEMS_SHOWN]
        hidden = len(found) - len(shown)
        more = [f"{count_of(hidden, one='more problem')} in the report"] if hidden else []
        lines += ["", *bullets([*shown, *more], width=width, mark="!")]
    lines += ["", *labelled(_next(report), width=width, indent=0)]
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


def mock_lines(report: AssessReport, *, width: int, paint: Paint) -> list[str]:
    """Return the warning that evidence comes from a mock model; nothing where it does not."""
    if not report.mock_models:
        return []
    names = ", ".join(f"`{clean(name)}`" for name in report.mock_models)
    says = f"MOCK MODEL: evidence by {names} shows how Tierlock works and nothing about a model"
    return [*(paint(line, "bad") for line in bullets([says], width=width, mark="!")), ""]


def _imported(report: AssessReport, *, problems: int) -> str:
    samples = sum(len(evidence.samples) for evidence in report.evidence)
    reported = sum(1 for evidence in report.evidence if evidence.reported)
    parts = [f"{count_of(len(report.evidence), one='log')}, {count_of(samples, one='sample')}"]
    if reported:
        parts.append(f"{count_of(reported, one='published result')}")
    if problems:
        parts.append(f"{count_of(problems, one='problem')} (see below)")
    return f"Imported {' · '.join(parts)}"


def _rows(report: AssessReport, threshold: ThresholdFinding) -> Iterator[list[Cell]]:
    lines = deciding_lines(report, threshold=threshold)
    shown = lines[:_CRITERIA_SHOWN]
    several = threshold.trace.op != "leaf"
    first = [
        Cell(text=clean(threshold.domain)),
        Cell(text=clean(threshold.threshold), style="bold"),
        Cell(text=threshold.outcome.words, style=style_of(threshold.outcome)),
    ]
    if not shown:
        yield [*first, Cell(text="no criterion"), Cell(text="")]
    blank = [Cell(text="")] * 3
    for number, line in enumerate(shown):
        prefix = f"{line.name}: " if several else ""
        yield [
            *(blank if number else first),
            Cell(text=prefix + line.evidence),
            Cell(text=line.margin),
        ]
    if len(lines) > len(shown):
        hidden = count_of(len(lines) - len(shown), one="more criterion", many="more criteria")
        yield [*blank, Cell(text=hidden), Cell(text="")]


def _summary(report: AssessReport) -> Iterator[tuple[str, str]]:
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
    yield "Not shown", "; ".join(gaps(report)) or "the framework does not say"


def _next(report: AssessReport) -> Iterator[tuple[str, str]]:
    step = report.explanation.next_step
    if step is not None:
        yield "Next", work_words(step)
    elif report.explanation.work:
        yield "Next", work_words(report.explanation.work[0])
    else:
        yield "Next", "nothing is open; ask the gate for an action"
