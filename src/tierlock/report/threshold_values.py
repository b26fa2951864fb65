"""One threshold for a page: its tree, its criteria, what would flip it, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tierlock.core import Outcome, Step, ThresholdFinding, WorkItem
from tierlock.report.criterion_values import CriterionView, criterion_chart, criterion_view
from tierlock.report.explain_text import connective_words
from tierlock.report.flips import flip_lines
from tierlock.report.implied import STATED, changed_sentence
from tierlock.report.lines import criterion_lines
from tierlock.report.numbers import show_share
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport
from tierlock.report.work import way_text, work_cost, work_ways


class TreeNode(NamedTuple):
    """A node of the trace: a connective over nodes, or one criterion.

    Attributes:
        says: the connective in words; empty for a criterion.
        path: path of the criterion's finding; empty for a connective.
    """

    says: str
    path: str
    name: str
    outcome: Outcome
    nodes: tuple[TreeNode, ...] = ()


class WorkLine(NamedTuple):
    """One thing to do, at which cost, and who is asked to."""

    do: str
    settles: str
    cost: str
    owner: str


class WorkWay(NamedTuple):
    """One way forward: all of its lines are needed."""

    title: str
    lines: tuple[WorkLine, ...]


class ThresholdView(NamedTuple):
    """One threshold as a page shows it.

    Attributes:
        outcome: what obligations follow from, as computed.
        notes: why it differs from what the criteria give, and what else is to be known.
        error: the error allowed for this threshold, in words.
        complete: whether no run is owed and nothing is in doubt under it.
        flips: single facts that would change it, or the gate's answer through it.
        work: ways to settle it.
        obliges: standards that are owed unless it is ruled out.
    """

    threshold: str
    domain: str
    tier: str
    says: str
    cite: str
    outcome: Outcome
    notes: tuple[str, ...]
    error: str
    complete: bool
    tree: TreeNode
    criteria: tuple[CriterionView, ...]
    flips: tuple[str, ...]
    work: tuple[WorkWay, ...]
    obliges: tuple[str, ...]


def threshold_view(report: AssessReport, *, threshold: ThresholdFinding) -> ThresholdView:
    """Return what a page shows of one threshold."""
    name = threshold.threshold
    defined = report.framework.thresholds.get(name)
    domain = report.framework.domains.get(threshold.domain)
    lines = criterion_lines(report, threshold=name)
    return ThresholdView(
        threshold=clean(name),
        domain=clean(domain.title if domain else threshold.domain),
        tier=clean(threshold.tier),
        says=clean(defined.says) if defined else "",
        cite=clean(defined.cite) if defined else "",
        outcome=threshold.outcome,
        notes=tuple(_notes(report, threshold)),
        error=f"A false rule-out has at most probability {show_share(threshold.alpha_rule_out)}, "
        f"a false rule-in {show_share(threshold.alpha_rule_in)}, where evidence decides.",
        complete=threshold.complete,
        tree=tree_of(threshold.trace),
        criteria=tuple(criterion_view(report, line=line) for line in lines),
        flips=tuple(_flips(report, name=name)),
        work=tuple(_work(report, name=name)),
        obliges=tuple(map(clean, defined.obliges)) if defined else (),
    )


def threshold_charts(report: AssessReport, *, threshold: str) -> Mapping[str, str]:
    """Return path of a criterion -> its forest plot, for those that have bounds."""
    lines = criterion_lines(report, threshold=threshold)
    drawn = {
        line.finding.path: criterion_chart(line, name=f"f{number}", threshold=clean(threshold))
        for number, line in enumerate(lines)
    }
    return {clean(path): svg for path, svg in drawn.items() if svg}


def tree_of(step: Step) -> TreeNode:
    """Return a trace as nodes that a page can nest."""
    path = clean(step.finding or "")
    return TreeNode(
        says="" if step.op == "leaf" else connective_words(step),
        path=path,
        name=path.rpartition(":")[2],
        outcome=step.outcome,
        nodes=tuple(map(tree_of, step.steps)),
    )


def _notes(report: AssessReport, threshold: ThresholdFinding) -> Iterator[str]:
    changed = changed_sentence(report, threshold=threshold)
    if changed:
        yield changed
    yield from (clean(one.says) for one in threshold.reasons if one.code not in STATED)
    if threshold.contradiction:
        yield "thresholds that imply each other contradict each other here"
    if threshold.missing:
        yield "a criterion has no evidence at all; no ruling can stand in for that"
    if not threshold.complete:
        yield "a run is owed, or something is in doubt: the evidence is not complete"


def _flips(report: AssessReport, *, name: str) -> Iterator[str]:
    found = [
        flip
        for flip in report.explanation.flips
        if flip.path.rpartition(":")[0] == name or flip.changes.startswith(f"{name}:")
    ]
    for line in flip_lines(found):
        yield f"{line[:1].upper()}{line[1:]}."


def _work(report: AssessReport, *, name: str) -> Iterator[WorkWay]:
    found = [
        item
        for item in report.explanation.work
        if item.group == name or item.settles.rpartition(":")[0] == name
    ]
    return work_tables(report, items=found)


def work_tables(report: AssessReport, *, items: list[WorkItem]) -> Iterator[WorkWay]:
    """Yield ways forward, each as lines with cost and owner."""
    for way in work_ways(
        items,
        framework=report.framework,
        explanation=report.explanation,
        decision=report.decision,
    ):
        title = way_text(way).title.rstrip(":") if way.heading else "to do"
        yield WorkWay(
            title=f"{title[:1].upper()}{title[1:]}",
            lines=tuple(
                WorkLine(
                    do=clean(item.do),
                    settles=clean(item.settles),
                    cost=work_cost(item) or "not known",
                    owner=clean(item.owner),
                )
                for item in way.items
            ),
        )
