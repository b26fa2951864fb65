"""Why a threshold's outcome is not what its criteria give: implication, scope, presumption."""

from __future__ import annotations

from tierlock.core import Outcome, ThresholdFinding
from tierlock.report.reasons import all_of
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport

STATED = frozenset(
    {
        "threshold.implied-out",
        "threshold.implied",
        "threshold.out-of-scope",
        "threshold.presumed-out",
    }
)
"""Codes of the reasons that these words replace."""


def changed_words(report: AssessReport, *, threshold: ThresholdFinding) -> str:
    """Return in short why the outcome differs from what the criteria give; empty if it does not.

    A threshold is ruled out when crossing it would cross one that is ruled out, and raised when
    crossing one that is reached, unfinished or vetoed would cross it.
    """
    if threshold.changed_by == "scope":
        return "out of scope by declared facts"
    if threshold.changed_by == "presumption":
        return "presumed out: nobody measured it, and nothing defeats the presumption"
    if threshold.changed_by == "implied_below":
        names = _names(report, _implied_by(report, threshold.threshold), ruled_out=True)
        return f"crossing it would cross {names}, ruled out"
    if threshold.changed_by == "implied_above":
        thresholds = report.framework.thresholds
        above = [name for name, t in thresholds.items() if threshold.threshold in t.implies]
        names = _names(report, above, ruled_out=False)
        return f"crossing {names} would cross it, and that is {threshold.outcome.words}"
    return ""


def changed_sentence(report: AssessReport, *, threshold: ThresholdFinding) -> str:
    """Return the same with what the criteria alone give."""
    words = changed_words(report, threshold=threshold)
    return f"criteria alone: {threshold.tree_outcome.words}; {words}" if words else ""


def _implied_by(report: AssessReport, threshold: str) -> tuple[str, ...]:
    defined = report.framework.thresholds.get(threshold)
    return defined.implies if defined is not None else ()


def _names(report: AssessReport, names: tuple[str, ...] | list[str], *, ruled_out: bool) -> str:
    """Return those of `names` that are ruled out, or those that are not."""
    outcomes = {t.threshold: t.outcome for t in report.determination.thresholds}
    found = [
        clean(name)
        for name in names
        if name in outcomes and (outcomes[name] is Outcome.RULED_OUT) == ruled_out
    ]
    return all_of(found) if found else "another threshold"
