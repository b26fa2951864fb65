"""One body of evidence under several frameworks: the values, and what is said of all of them."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from pydantic import Field

from tierlock.core import (
    Action,
    ConceptView,
    CrosswalkRelation,
    Outcome,
    Record,
    Subject,
    Verdict,
)
from tierlock.report.numbers import count_of
from tierlock.report.reasons import why
from tierlock.report.sanitize import clean
from tierlock.report.values import EXIT_CODES, AssessReport
from tierlock.report.wording import TIME, binding_line, day, plan_line

RULE: Final = (
    "Lines that stand together are not the same line. A relation is Tierlock's reading of the "
    "texts and carries no outcome over: each framework judged the evidence by its own lines."
)
CAVEAT: Final = (
    "Nothing computed here is a statement of a publisher, and none of it says that the subject is "
    "safe; each framework's report lists what it does not establish."
)


class Side(Record):
    """One framework's own answer.

    Attributes:
        undecided: why there is no decision under this framework although an action was asked.
    """

    report: AssessReport
    undecided: str = ""

    @property
    def name(self) -> str:
        """Full name of the framework."""
        return self.report.framework.name


class SideBySide(Record):
    """One body of evidence under several frameworks.

    Attributes:
        sides: one per framework, in the order asked; they are called A, B, C and so on.
        action: what was asked under each, if anything.
        covered: names of the frameworks that the crosswalk speaks about.
        concepts: what the crosswalk states, and does not, between their thresholds.
    """

    sides: tuple[Side, ...] = Field(min_length=2)
    action: Action | None = None
    covered: tuple[str, ...] = ()
    concepts: tuple[ConceptView, ...] = ()

    @property
    def subject(self) -> Subject:
        """Whom all answers are about."""
        return self.sides[0].report.subject

    @property
    def generated_at(self) -> datetime:
        """The instant of the question."""
        return self.sides[0].report.generated_at

    @property
    def letters(self) -> dict[str, str]:
        """A short sign per framework name: A to Z, then AA, BB."""
        signs = string.ascii_uppercase
        return {
            side.name: signs[number % len(signs)] * (number // len(signs) + 1)
            for number, side in enumerate(self.sides)
        }

    @property
    def relations(self) -> tuple[CrosswalkRelation, ...]:
        """Every stated relation, as seen from the framework that was named first."""
        return tuple(one for view in self.concepts for one in view.relations)

    @property
    def exit_code(self) -> int:
        """Exit code of the worst answer, DENY before HOLD; no decision counts as HOLD."""
        decisions = [side.report.decision for side in self.sides]
        verdicts = {decision.verdict if decision else Verdict.HOLD for decision in decisions}
        return EXIT_CODES[
            next(v for v in (Verdict.DENY, Verdict.HOLD, Verdict.ALLOW) if v in verdicts)
        ]


def rows_of(found: SideBySide) -> Iterator[tuple[str, tuple[str | Verdict, ...]]]:
    """Yield the rows of the first table: a label, and one cell per framework."""
    reports = [side.report for side in found.sides]
    if found.action is not None:
        yield (
            "Verdict",
            tuple(
                "no decision" if report.decision is None else report.decision.verdict
                for report in reports
            ),
        )
    yield "Level", tuple(_level(report) for report in reports)
    counts = [Counter(t.outcome for t in report.determination.thresholds) for report in reports]
    for outcome in Outcome:
        yield (
            outcome.words.capitalize(),
            tuple(f"{count[outcome]} of {count.total()}" for count in counts),
        )
    yield "Lapses", tuple(_lapses(report) for report in reports)


def rests_on_all(found: SideBySide) -> str:
    """Return what the answers rest on, in one line; frameworks whose plans differ are named."""
    plans: dict[str, list[str]] = {}
    for side in found.sides:
        plan = plan_line(side.report.determination)
        plans.setdefault(plan, []).append(found.letters[side.name])
    declared = [
        plan if len(plans) == 1 else f"{_and(signs)} {plan}" for plan, signs in plans.items()
    ]
    binding = binding_line(found.sides[0].report.determination)
    return " · ".join((*declared, binding, TIME))


def _level(report: AssessReport) -> str:
    found = report.determination
    label, settled = clean(found.label), clean(found.label_if_settled)
    return label if label == settled else f"{label} until settled, {settled} at best"


def _lapses(report: AssessReport) -> str:
    decision = report.decision
    ends = (report.determination.expires_at, decision.expires_at if decision else None)
    known = [end for end in ends if end is not None]
    if not known:
        return "no date"
    end = min(known)
    return f"lapsed {day(end)}" if end <= report.at else day(end)


def notes_of(found: SideBySide) -> Iterator[str]:
    """Yield what stands below the first table: who did not decide, who is not covered."""
    letters = found.letters
    for side in found.sides:
        sign, decision = letters[side.name], side.report.decision
        if side.undecided:
            yield f"{sign} has no decision: {clean(side.undecided)}"
        elif decision is not None and decision.verdict is not Verdict.ALLOW:
            report = side.report
            because = why(decision, explanation=report.explanation, framework=report.framework)
            yield f"{sign} {decision.verdict.value}: {because}"
        elif decision is not None and decision.conditions:
            terms = count_of(len(decision.conditions), one="condition")
            yield f"{sign} {decision.verdict.value} under {terms}, which its report lists"
    for side in found.sides:
        for lapse in side.report.determination.soft_lapses:
            yield f"{letters[side.name]}: {clean(lapse.says)}"
    absent = [letters[side.name] for side in found.sides if side.name not in found.covered]
    if absent:
        yield f"the crosswalk does not compare {_and(absent)} with any of the others"


def evidence_notes(found: SideBySide) -> Iterator[str]:
    """Yield doubts about logs, then evidence that was not used, once for all frameworks."""
    for evidence in found.sides[0].report.evidence:
        for problem in evidence.problems:
            more = "; can not support a rule-out" if problem.severity == "doubt" else ""
            yield f"{clean(evidence.source.file)}: {clean(problem.says)}{more}"
    yield from _unused(found)


def _unused(found: SideBySide) -> Iterator[str]:
    """Yield runs that no framework used, then those that only some did not, by reason."""
    by_run: dict[str, dict[str, str]] = {}
    for side in found.sides:
        for omission in side.report.determination.unused:
            by_run.setdefault(omission.what, {})[side.name] = omission.says
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for run, reasons in by_run.items():
        groups.setdefault(tuple(reasons.items()), []).append(run)
    letters = found.letters
    for causes, runs in sorted(groups.items(), key=lambda group: -len(group[0])):
        everywhere = len(causes) == len(found.sides)
        by = "any framework" if everywhere else _and([letters[name] for name, _ in causes])
        says = {text for _, text in causes}
        each = (f"{letters[name]}: {clean(text)}" for name, text in causes)
        text = clean(causes[0][1]) if len(says) == 1 else "; ".join(each)
        yield f"not used by {by}: {count_of(len(runs), one='run')} ({_some(runs)}): {text}"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _some(runs: Sequence[str]) -> str:
    shown = [f"`{clean(run)}`" for run in runs[:2]]
    return ", ".join([*shown, f"{len(runs) - 2} more"] if len(runs) > 2 else shown)
