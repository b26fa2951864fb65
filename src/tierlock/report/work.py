"""The work order in words: what to do, what it is for, what it costs."""

from __future__ import annotations

from typing import Final

from tierlock.core import Decision, Explanation, Framework, Outcome, WorkItem
from tierlock.report.numbers import count_of, show_count, show_duration, show_money
from tierlock.report.sanitize import clean

_INSTEAD: Final = "or instead of ruling out"
_NOT_ENOUGH: Final = "not enough"


def work_cost(item: WorkItem) -> str:
    """Return what a work item costs, as far as it is known; empty where nothing is."""
    parts = []
    if item.samples is not None and str(item.samples) not in item.do:
        parts.append(f"at least {count_of(item.samples, one='sample')}")
    if item.likely_samples is not None and item.likely_samples != item.samples:
        parts.append(f"likely {show_count(item.likely_samples)}")
    if item.seconds is not None:
        parts.append(show_duration(item.seconds))
    if item.usd is not None:
        parts.append(show_money(item.usd))
    if item.effort:
        parts.append(clean(item.effort))
    return ", ".join(parts)


def work_words(item: WorkItem) -> str:
    """Return a work item with its cost and owner in one line."""
    notes = [work_cost(item), f"owner: {clean(item.owner)}" if item.owner else ""]
    tail = "; ".join(note for note in notes if note)
    return f"{clean(item.do)} ({tail})" if tail else clean(item.do)


def work_ways(
    items: tuple[WorkItem, ...],
    *,
    framework: Framework,
    explanation: Explanation,
    decision: Decision | None,
) -> list[tuple[str, WorkItem]]:
    """Return each work item with what it is for: what must be done, then what may replace it.

    Signatures come after what they are to be given on. Items of one group are parts of one way,
    so all of them are needed. Meeting a standard can
    stand in for ruling out the thresholds that owe it, unless it is owed whatever happens or
    they also owe a standard that nobody can meet.
    """
    outcomes = {entry.threshold: entry.outcome for entry in explanation.deciding}
    unmeetable = _unmeetable(framework, decision)
    ways = [(_way(item.group, framework, outcomes, unmeetable), item) for item in items]
    return sorted(
        ways, key=lambda way: (way[0].startswith((_INSTEAD, _NOT_ENOUGH)), way[1].kind == "sign")
    )


def way_lines(
    items: tuple[WorkItem, ...],
    *,
    framework: Framework,
    explanation: Explanation,
    decision: Decision | None,
) -> list[str]:
    """Return the work order as sentences, each saying what it is for where that is not plain."""
    ways = work_ways(items, framework=framework, explanation=explanation, decision=decision)
    return [f"{way}: {work_words(item)}" if way else work_words(item) for way, item in ways]


def _unmeetable(framework: Framework, decision: Decision | None) -> set[str]:
    """Return the standards that nobody can meet, of those that bind the action where one is."""
    if decision is None:
        return {name for name, standard in framework.standards.items() if standard.undefined}
    return {reason.about for reason in decision.reasons if reason.code == "standard.undefined"}


def _way(
    group: str, framework: Framework, outcomes: dict[str, Outcome], unmeetable: set[str]
) -> str:
    if group in framework.thresholds:
        return f"rule out {clean(group)}"
    if group not in framework.standards or group in framework.baseline:
        return ""
    owing = [
        name
        for name, threshold in framework.thresholds.items()
        if group in threshold.obliges and outcomes.get(name) is not Outcome.RULED_OUT
    ]
    if not owing or any(outcomes.get(name) is not Outcome.UNDETERMINED for name in owing):
        return ""
    also = {other for name in owing for other in framework.thresholds[name].obliges} & unmeetable
    if also:
        return f"{_NOT_ENOUGH} while nobody can meet {', '.join(map(clean, sorted(also)))}"
    return f"{_INSTEAD} {', '.join(map(clean, owing))}"
