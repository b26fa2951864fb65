"""Whether a slot with looks has ended: the same determination decides that the gate uses."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tierlock.core import Finding, Outcome, Plan
from tierlock.policy import all_limits, planned_rules
from tierlock.stats import StoppingRule
from tierlock.usecases.project import Project
from tierlock.usecases.question import determined
from tierlock.usecases.stated import read_stated

Ending = Literal["complete", "ruled_out", "reached", "futile"]


def ending_of(
    project: Project, *, plan: Plan, slot: str, looks: int, at: datetime
) -> Ending | None:
    """Return how a slot ends after so many looks, by the gravest of its criteria.

    Args:
        project: framework, subject, statements, store.
        plan: the plan in force.
        slot: one of its slots with looks.
        looks: how many were taken.
        at: now.

    Returns:
        None while a criterion that asks for the slot is open and may still be ruled out.
    """
    found = determined(project, at=at, stated=read_stated(project, at=at))
    findings = {
        one.path: one for one in (*found.findings, *found.safeguard_findings) if one.slot == slot
    }
    asked = {
        one.leaf.path for one in all_limits(project.framework) if one.criterion.evaluation == slot
    }
    rules = planned_rules(project.framework, plan=plan)
    endings: list[Ending] = []
    for path in asked:
        finding = findings.get(path)
        outcome = Outcome.UNDETERMINED if finding is None else finding.outcome
        if outcome is Outcome.RULED_OUT:
            endings.append("ruled_out")
        elif outcome is Outcome.REACHED:
            endings.append("reached")
        elif (
            finding is not None
            and path in rules
            and is_futile(rules[path], finding=finding, looks=looks)
        ):
            endings.append("futile")
        else:
            return None
    gravest: tuple[Ending, ...] = ("reached", "futile", "ruled_out")
    return next((one for one in gravest if one in endings), None)


def is_futile(rule: StoppingRule, *, finding: Finding, looks: int) -> bool:
    """Tell whether no later look can rule a criterion out, whatever comes.

    Where the values of clusters lie between the ends, the finding tells their mean only. Of all
    clusters with this mean those that are alike speak most for safety: a stake's wealth is a
    product of terms that are linear in the value, and its logarithm is concave (Jensen). If even
    they could not rule out any more, nothing can (spec/statistics.md S-20, S-21).

    Args:
        rule: the stopping rule of the criterion.
        finding: what was found; missing clusters count at their worst.
        looks: how many looks were taken.
    """
    estimate, limits = finding.estimate, finding.limits
    if estimate is None or limits is None or estimate.worst is None or limits.hi is None:
        return False
    mean = min(max(estimate.worst, limits.lo), limits.hi)
    if rule.kind == "betting":
        safe = limits.lo if limits.higher_is_worse else limits.hi
        alike = rule.look([mean] * estimate.units, best=[safe] * estimate.units)
        return alike.verdict == "futile"
    futile = rule.boundaries()[looks - 1].futile_at_least
    share = (mean - limits.lo) / (limits.hi - limits.lo)
    dangerous = round((share if limits.higher_is_worse else 1.0 - share) * estimate.units)
    return futile is not None and dangerous >= futile
