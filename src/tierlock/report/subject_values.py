"""Where a subject stands, for its first page: outcomes computed and official, gate, what is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import Decision, Instant, Outcome, ThresholdFinding, Verdict, WorkItem
from tierlock.report.criterion_values import criterion_chart
from tierlock.report.lines import CriterionLine, deciding_line
from tierlock.report.reasons import grouped, reasons_of
from tierlock.report.sanitize import clean
from tierlock.report.summary import ThresholdSummary, summary_of
from tierlock.report.values import AssessReport

_REASONS = 3


class Official(NamedTuple):
    """What decision makers ruled, beside what was computed.

    Attributes:
        outcomes: threshold -> the outcome that binds the gate.
        ruled: threshold -> what the standing rulings say, where they say something.
        notes: where the two differ, in words.
        by: who ruled and when; empty without a ruling.
        required: whether the framework asks for a ruling.
    """

    outcomes: Mapping[str, Outcome]
    ruled: Mapping[str, Outcome]
    notes: tuple[str, ...]
    by: str
    required: bool


class ThresholdRow(NamedTuple):
    """One threshold: what was computed, what was ruled, and what binds.

    Attributes:
        ruled: None without a ruling.
        path: the criterion on which it hangs; empty where another threshold decided.
    """

    summary: ThresholdSummary
    tier: str
    ruled: Outcome | None
    binds: Outcome
    path: str


class GateRow(NamedTuple):
    """The answer to one action on one surface for one audience.

    Attributes:
        reasons: the first of them, in words; `more` how many others there are.
    """

    action: str
    surface: str
    audience: str
    verdict: Verdict
    until: datetime | None
    reasons: tuple[str, ...]
    more: int
    conditions: tuple[str, ...]


class LapseRow(NamedTuple):
    """What may lapse, when, and who renews it."""

    what: str
    at: Instant
    owner: str
    renew: str


class WaitRow(NamedTuple):
    """What somebody is asked to do, for which closed action."""

    do: str
    kind: str
    owner: str
    action: str
    settles: str


class SubjectView(NamedTuple):
    """The first page of a subject, below the board's block."""

    thresholds: tuple[ThresholdRow, ...]
    official: Official
    gates: tuple[GateRow, ...]
    not_asked: tuple[str, ...]
    lapses: tuple[LapseRow, ...]
    waits: tuple[WaitRow, ...]


def subject_view(
    report: AssessReport,
    *,
    official: Official,
    decisions: Sequence[Decision],
    not_asked: Sequence[str],
    lapses: Sequence[LapseRow],
) -> SubjectView:
    """Return the values of a subject's first page.

    Args:
        report: the answer.
        official: what was ruled.
        decisions: the answer to every action.
        not_asked: surfaces of the framework that the subject does not declare.
        lapses: what may lapse, soonest first.
    """
    return SubjectView(
        thresholds=tuple(_thresholds(report, official)),
        official=official,
        gates=tuple(gate_row(report, decision=one) for one in decisions),
        not_asked=tuple(map(clean, not_asked)),
        lapses=tuple(
            LapseRow(clean(one.what), one.at, clean(one.owner), clean(one.renew)) for one in lapses
        ),
        waits=tuple(_waits(report, decisions)),
    )


def deciding_charts(report: AssessReport) -> Mapping[str, str]:
    """Return threshold -> forest plot of the criterion on which it hangs."""
    found = {}
    for number, threshold in enumerate(report.determination.thresholds):
        line = _deciding(report, threshold)
        if line is None or line.finding.estimate is None:
            continue
        name = clean(threshold.threshold)
        svg = criterion_chart(line, name=f"s{number}", threshold=name)
        if svg:
            found[name] = svg
    return found


def gate_row(report: AssessReport, *, decision: Decision) -> GateRow:
    """Return the answer to one action in a row."""
    action = decision.action
    lines = [
        line.text if group.about in line.text else f"{group.about}: {line.text}"
        for group in grouped(reasons_of(decision), decision=decision, framework=report.framework)
        for line in group.lines
    ]
    return GateRow(
        action=clean(action.name),
        surface=clean(action.surface or ""),
        audience=clean(action.audience or ""),
        verdict=decision.verdict,
        until=decision.expires_at,
        reasons=tuple(lines[:_REASONS]),
        more=max(0, len(lines) - _REASONS),
        conditions=tuple(clean(one.says) for one in decision.conditions),
    )


def _thresholds(report: AssessReport, official: Official) -> Iterator[ThresholdRow]:
    for threshold, summary in zip(report.determination.thresholds, summary_of(report), strict=True):
        name = threshold.threshold
        line = _deciding(report, threshold)
        yield ThresholdRow(
            summary=summary,
            tier=clean(threshold.tier),
            ruled=official.ruled.get(name),
            binds=official.outcomes.get(name, threshold.outcome),
            path="" if line is None else clean(line.finding.path),
        )


def _deciding(report: AssessReport, threshold: ThresholdFinding) -> CriterionLine | None:
    return None if threshold.changed_by else deciding_line(report, threshold=threshold)


def _waits(report: AssessReport, decisions: Sequence[Decision]) -> Iterator[WaitRow]:
    """Yield the work that closed actions wait for, each item once, by owner."""
    closed = [one for one in decisions if one.verdict is not Verdict.ALLOW]
    if not closed:
        return
    asked = report.decision
    found: dict[tuple[str, str], WaitRow] = {}
    if asked is not None and asked.verdict is not Verdict.ALLOW:
        found |= _asked(asked.work, action=asked.action.name)
    for decision in closed:
        found = _asked(decision.work, action=decision.action.name) | found
    found = found or _asked(report.explanation.work, action="")
    yield from sorted(found.values(), key=lambda row: (not row.owner, row.owner))


def _asked(items: Sequence[WorkItem], *, action: str) -> dict[tuple[str, str], WaitRow]:
    return {
        (item.kind, item.settles): WaitRow(
            clean(item.do), item.kind, clean(item.owner), clean(action), clean(item.settles)
        )
        for item in items
    }
