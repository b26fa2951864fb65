"""A slot that the plan declares inherited: no worse than its parent (clauses I-1 to I-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from tests.reference.judgement import Leaf
from tests.reference.measure import Attempt, Key, Question, attempts, compare, mean
from tests.reference.settle import (
    Case,
    Place,
    elapsed_end,
    question_of,
    settle_measured,
    slot_of,
    variants,
)
from tests.reference.tails import p_at_or_above
from tierlock.core import Determination, Evidence, Measured, Outcome, digest, leaves

NOTHING_THERE = {"inherit.no-parent", "inherit.framework", "inherit.expired", "inherit.no-pairs"}
"""What was to be inherited from is missing or expired (C-5)."""


def is_inherited(case: Case, criterion: Measured) -> bool:
    promise = case.plan.slot(criterion.evaluation)
    return promise is not None and promise.source == "inherited"


def settle_inherited(case: Case, criterion: Measured, place: Place) -> Leaf:
    """I-4: what own runs reach stays; for the rest the pairing takes the place of the p-value."""
    own, slot = settle_measured(case, criterion, place), slot_of(case, criterion, place)
    # The plan promised to pair certain runs, so that any other one vetoes.
    own = replace(own, vetoed=bool(slot.unplanned))
    if own.outcome is Outcome.REACHED:
        return own
    codes = set(own.codes) - {"not-significant", "alpha.tolerance", "slot.unplanned-veto"}
    codes |= {"slot.unplanned-veto"} if slot.unplanned else set()
    codes |= parent_problems(case, criterion, place)
    theirs = parent_runs(case, criterion, place)
    if criterion.inherit is None:
        codes.add("inherit.no-margin")
    if not slot.planned or not theirs:
        codes.add("inherit.no-pairs")
    elif len(variants([*slot.planned, *theirs])) > 1:
        codes.add("inherit.elicitation")
    if not codes:
        codes |= pairing_problems(question_of(case, criterion, place), slot.planned, theirs)
    return replace(
        own,
        outcome=Outcome.UNDETERMINED if codes else Outcome.RULED_OUT,
        codes=frozenset(codes),
        missing=own.missing or bool(codes & NOTHING_THERE),
    )


def usable_parent(case: Case) -> Determination | None:
    """The determination of the declared parent, under the same framework and current."""
    return None if parent_faults(case) else case.parent


def parent_faults(case: Case) -> set[str]:
    parent, lineage = case.parent, case.subject.lineage
    if parent is None or lineage is None or parent.subject.name != lineage.parent:
        return {"inherit.no-parent"}
    faults = set()
    if parent.framework.digest != digest(case.framework):
        faults.add("inherit.framework")
    if parent.expires_at is not None and case.at >= parent.expires_at:
        faults.add("inherit.expired")
    return faults


def parent_problems(case: Case, criterion: Measured, place: Place) -> set[str]:
    """I-1, the margin aside."""
    faults, parent = parent_faults(case), case.parent
    if parent is None or "inherit.no-parent" in faults:
        return faults
    lines = [line for line in parent.thresholds if line.threshold == place.threshold]
    tree = case.framework.thresholds[place.threshold].crossed_if if place.threshold else None
    paths = {f"{place.owner}:{leaf.name}" for leaf in leaves(tree)} if tree else set()
    under = [finding for finding in parent.findings if finding.path in paths]
    ruled_out = (
        any(line.outcome is line.tree_outcome is Outcome.RULED_OUT for line in lines)
        and not any(finding.decided_by == "inheritance" for finding in under)
        and any(
            finding.path == f"{place.owner}:{criterion.name}"
            and finding.outcome is Outcome.RULED_OUT
            for finding in under
        )
    )
    return faults if ruled_out else {*faults, "inherit.parent-not-ruled-out"}


def parent_runs(case: Case, criterion: Measured, place: Place) -> list[Evidence]:
    """The evidence that the parent's finding names; none where a piece is lost or too old."""
    if case.parent is None or "inherit.no-parent" in parent_faults(case):
        return []
    path = f"{place.owner}{place.mark}{criterion.name}"
    found = []
    for finding in case.parent.findings:
        for name in finding.evidence if finding.path == path else ():
            runs = [run for run in case.evidence if run.digest == name]
            if not runs or any(_too_old(case, run) for run in runs):
                return []
            found += runs
    return found


def _too_old(case: Case, run: Evidence) -> bool:
    ends = [
        elapsed_end(trigger, run.measured_at)
        for trigger in case.framework.triggers
        if "evidence" in trigger.expires
    ]
    return any(end is not None and case.at >= end for end in ends)


def pairing_problems(
    question: Question, own: Sequence[Evidence], theirs: Sequence[Evidence]
) -> set[str]:
    """I-2: the reasons why the paired test does not rule out; empty where it does."""
    mine = [row for run in own for row in attempts(question, run, prefix="")]
    base = [row for run in theirs for row in attempts(question, run, prefix="")]
    if any(row.cluster is None for row in (*mine, *base)):
        return {"cluster.unknown"}
    assert question.hi is not None
    assert question.criterion.inherit is not None
    span = question.hi - question.lo
    p = p_at_or_above(
        differences(question, mine, base, span=span),
        bound=Fraction(question.criterion.inherit.margin),
        lo=-span,
        hi=span,
    )
    return {"inherit.worse"} if compare(2 * question.m_out * p, question.alpha_out) else set()


def differences(
    question: Question, mine: Sequence[Attempt], base: Sequence[Attempt], *, span: Fraction
) -> list[Fraction]:
    """How much worse the subject is, per cluster of pairs; what only one has is a unit by itself.

    A missing attempt of the subject takes the worst value, one of the parent the best.
    """
    assert question.hi is not None
    ends = (question.hi, question.lo)
    worst, best = ends if question.criterion.higher_is_worse else ends[::-1]
    mine_by, base_by = by_item(mine, missing=worst), by_item(base, missing=best)
    sign = 1 if question.criterion.higher_is_worse else -1
    clusters: dict[Key | None, list[Fraction]] = {}
    for key in sorted(mine_by.keys() & base_by.keys(), key=repr):
        clusters.setdefault(key[0], []).append(sign * (mine_by[key] - base_by[key]))
    return [mean(pairs) for pairs in clusters.values()] + [span] * len(
        mine_by.keys() ^ base_by.keys()
    )


def by_item(
    rows: Sequence[Attempt], *, missing: Fraction
) -> dict[tuple[Key | None, Key], Fraction]:
    """The mean of every item, by the cluster that it stands in and its name."""
    values: dict[tuple[Key | None, Key], list[Fraction]] = {}
    for row in rows:
        value = missing if row.value is None else Fraction(row.value)
        values.setdefault((row.cluster, row.item), []).append(value)
    return {key: mean(listed) for key, listed in values.items()}
