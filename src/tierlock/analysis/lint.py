"""A framework -> what is weak in it: outcomes that can not occur, bounds that nobody can clear.

A framework that parses can be used; lint says whether it can be relied on. It judges the rules,
never a subject.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tierlock.analysis.diff import diff_frameworks
from tierlock.analysis.lint_rules import (
    gate_without_people,
    no_alpha_schedule,
    no_baseline,
    no_citation,
    no_expiry,
    same_readings,
    unassessed,
    unused,
)
from tierlock.analysis.lint_trees import never_ruled_out, sample_sizes, unbounded, unreachable
from tierlock.analysis.values import Change, Remark
from tierlock.core import Framework

LINT_CODES: Final[Mapping[str, str]] = {
    "lint.unreachable": "nothing, or only a ruling, can say that a threshold is crossed",
    "lint.never-ruled-out": "nothing can rule out a threshold, a test or a single criterion",
    "lint.alpha": "the whole data set is too small to rule out a bound",
    "lint.power": "a data set is too small unless a subject is much safer than the bound",
    "lint.weakened": "the previous version asked for more",
    "lint.no-citation": "a bound, threshold, standard, clause or grace does not name its source",
    "lint.no-baseline": "nothing is owed by every subject",
    "lint.no-alpha-schedule": "one period's error budget meets more looks than it is divided among",
    "lint.no-expiry": "evidence, claims or attestations never become stale",
    "lint.unassessed": "a domain has no threshold and does not say so",
    "lint.gate-without-process": "no action needs a ruling or a sign-off",
    "lint.same-readings": "every reading of a contested clause obliges to the same",
    "lint.unused": "nothing asks for an evaluation, or owes a standard that is written or adjusted",
}
"""Every code of a remark, with its meaning, in the order in which remarks are listed."""

_CHECKS: Final = (
    unreachable,
    never_ruled_out,
    unbounded,
    sample_sizes,
    no_citation,
    no_baseline,
    no_alpha_schedule,
    no_expiry,
    unassessed,
    gate_without_people,
    same_readings,
    unused,
)
# Items whose removal leaves a subject with less to show or to do. What the removal of a criterion
# of a tree means is seen by the tree as a whole.
_RESTRICTING: Final = frozenset({"thresholds", "combinations", "standards", "triggers", "duties"})


def lint_framework(
    framework: Framework, *, previous: Framework | None = None
) -> tuple[Remark, ...]:
    """Return what is weak in a framework: problems first, each kind in the order of `LINT_CODES`.

    Args:
        framework: a framework that parses.
        previous: the version before it, for what was weakened since.
    """
    found = [remark for check in _CHECKS for remark in check(framework)]
    if previous is not None:
        found += weakened(previous, new=framework)
    rank = {code: place for place, code in enumerate(LINT_CODES)}
    return tuple(
        sorted(found, key=lambda remark: (remark.severity != "problem", rank[remark.code]))
    )


def weakened(old: Framework, *, new: Framework) -> Iterator[Remark]:
    """Yield what asks for less than in the version before; a note where the new text says why."""
    changes = diff_frameworks(old, new=new).changes
    explained = {
        (change.section, change.item, change.field.removesuffix("reason"))
        for change in changes
        if change.kind == "reworded" and change.field.endswith("reason") and change.new
    }
    for change in changes:
        if change.kind != "weakened" and not _takes_away(change, old):
            continue
        key = change.field.rpartition(".")[0]
        parts = {"", f"{key}." if key else ""}
        why = any((change.section, change.item, part) in explained for part in parts)
        yield Remark(
            code="lint.weakened",
            severity="note" if why else "problem",
            where=_where(change),
            says=_less(change, old.name) + (", with a new reason" if why else ""),
            hint="" if why else _mending(change),
        )


def _takes_away(change: Change, old: Framework) -> bool:
    """Tell whether a removed item is one that restricted, and not a leaf of a tree."""
    if change.kind != "removed" or change.section not in _RESTRICTING:
        return False
    if change.section == "thresholds":
        return change.item in old.thresholds
    if change.section == "standards":
        name, _, criterion = change.item.partition(":")
        return not criterion or criterion in old.standards[name].criteria
    return True


def _where(change: Change) -> str:
    """Return the path of a change; thresholds and standards are known by their names alone."""
    if change.section in {"thresholds", "standards"}:
        return change.item
    return f"{change.section}.{change.item}" if change.item else change.section


def _less(change: Change, previous: str) -> str:
    if change.kind == "removed":
        return f"{previous} had it: {change.old}"
    asked = f"`{change.field}` asks for less than in {previous}" if change.field else "less is owed"
    if change.old and change.new:
        return f"{asked}: {change.old} -> {change.new}"
    return f"{asked}: {'without' if change.old else 'with'} {change.old or change.new}"


def _mending(change: Change) -> str:
    if change.field.startswith(("rule_out_", "rule_in_")):
        return "say in the criterion's `reason` why the new bound is enough"
    return "take it back, or have those who answer for the framework agree to it"
