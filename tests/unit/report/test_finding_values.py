"""Thresholds, criteria and first pages as values: every number with where it comes from."""

from __future__ import annotations

import pytest

from tests.unit.report import factory
from tierlock.core import Outcome, Step, ThresholdFinding, Verdict
from tierlock.report import (
    Official,
    SubjectView,
    criterion_lines,
    criterion_view,
    deciding_charts,
    subject_view,
    threshold_charts,
    threshold_view,
)
from tierlock.report.lines import CriterionLine
from tierlock.report.threshold_values import tree_of

REPORT = factory.report()
THRESHOLDS = REPORT.determination.thresholds
MEASURED = [
    line
    for threshold in THRESHOLDS
    for line in criterion_lines(REPORT, threshold=threshold.threshold)
    if line.finding.estimate is not None
]
NOTHING_RULED = Official({}, {}, (), "", required=False)


def shown(verdict: Verdict = Verdict.HOLD, *, official: Official = NOTHING_RULED) -> SubjectView:
    report = factory.report(verdict)
    asked = [] if report.decision is None else [report.decision]
    return subject_view(report, official=official, decisions=asked, not_asked=(), lapses=())


@pytest.mark.parametrize("line", MEASURED, ids=lambda line: line.finding.path)
def test_every_number_has_a_source_and_a_rule(line: CriterionLine) -> None:
    numbers = criterion_view(REPORT, line=line).numbers
    assert {"Rule-out bound", "Upper limit", "Rule-out p"} <= {one.name for one in numbers}
    assert all(one.value and one.source and one.rule for one in numbers)
    assert len({one.name for one in numbers}) == len(numbers)


def test_missing_attempts_are_shown_at_their_worst_and_best() -> None:
    line = next(
        one
        for one in MEASURED
        if one.finding.estimate is not None and one.finding.estimate.counts.missing
    )
    names = {one.name: one for one in criterion_view(REPORT, line=line).numbers}
    assert {"Estimate, missing at worst", "Estimate, missing at best"} <= set(names)
    assert names["Missing attempts"].value != "0"


def test_a_tree_keeps_its_connectives_and_its_order() -> None:
    leaves = tuple(
        Step(op="leaf", finding=f"t:{name}", outcome=Outcome.UNDETERMINED) for name in "ab"
    )
    tree = tree_of(Step(op="any", outcome=Outcome.UNDETERMINED, steps=leaves))
    assert [one.name for one in tree.nodes] == ["a", "b"]
    assert (tree.path, tree.nodes[0].says, tree.nodes[0].path) == ("", "", "t:a")


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=lambda one: one.threshold)
def test_a_threshold_shows_only_what_is_its_own(threshold: ThresholdFinding) -> None:
    view = threshold_view(REPORT, threshold=threshold)
    assert {one.group for one in view.criteria} <= {view.threshold}
    charts = threshold_charts(REPORT, threshold=threshold.threshold)
    assert set(charts) <= {one.path for one in view.criteria}


def test_charts_have_ids_of_their_own() -> None:
    charts = "".join(deciding_charts(REPORT).values())
    ids = [part.partition('"')[0] for part in charts.split(' id="')[1:]]
    assert len(ids) == len(set(ids)) > 0


def test_a_closed_gate_waits_for_its_work_and_an_open_one_for_nobody() -> None:
    closed, opened = shown(Verdict.HOLD), shown(Verdict.ALLOW)
    assert {one.settles for one in closed.waits} >= {item.settles for item in factory.work()}
    assert opened.waits == ()


def test_a_ruling_stands_beside_what_was_computed() -> None:
    name = THRESHOLDS[0].threshold
    ruled = Official({name: Outcome.REACHED}, {name: Outcome.REACHED}, (), "a board", required=True)
    row = shown(official=ruled).thresholds[0]
    assert (row.summary.outcome, row.ruled, row.binds) == (
        THRESHOLDS[0].outcome,
        Outcome.REACHED,
        Outcome.REACHED,
    )


def test_foreign_text_is_cleaned() -> None:
    report = factory.report(None, task="evil\x1b[31m\u202e", mock=True)
    texts = str([threshold_view(report, threshold=one) for one in report.determination.thresholds])
    assert "\\x1b" not in texts
    assert "\\u202e" not in texts
