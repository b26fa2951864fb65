"""The route "no worse than its parent": paired non-inferiority of own runs (I-1 to I-4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import numpy as np

from tierlock import stats
from tierlock.core import Determination, Evidence, Inheritance, Measured, Outcome, Reason
from tierlock.core import digest as digest_of
from tierlock.policy.case import Case
from tierlock.policy.logic import finding_paths
from tierlock.policy.pooling import Attempts, Floats, Reading, pool, variant_of
from tierlock.policy.staleness import clock_ends

_MEANS: Final = frozenset({"success_rate", "mean_score"})


def inherited_p(
    *,
    case: Case,
    threshold: str,
    criterion: Measured,
    reading: Reading,
    own: Sequence[Evidence],
) -> tuple[float, tuple[Reason, ...]]:
    """Return the paired non-inferiority p-value and every reason why it can not be used.

    Args:
        case: inputs of the determination; `parent` is the parent's determination.
        threshold: the threshold that is to be inherited.
        criterion: declares the margin.
        reading: how samples of the slot are read.
        own: the subject's own planned runs of the slot.
    """
    reasons = list(_parent_refusals(case, threshold))
    if criterion.estimand.name not in _MEANS or reading.evaluation.judge is not None:
        says = "only a mean of scores, without a judge's declared errors, can be inherited"
        reasons.append(_reason("inherit.estimand", says))
    if criterion.inherit is None:
        reasons.append(_reason("inherit.no-margin", "the framework declares no margin"))
    theirs = _parent_runs(case, criterion.evaluation)
    if not own or not theirs:
        reasons.append(_reason("inherit.no-pairs", "runs of subject and parent can not be paired"))
    elif not _same_elicitation((*own, *theirs)):
        reasons.append(_reason("inherit.elicitation", "the elicitation differs from the parent's"))
    if reading.hi is None or any(run.reported for run in (*own, *theirs)):
        reasons.append(_reason("inherit.no-pairs", "pairing needs samples of a bounded score"))
    if reasons:
        return 1.0, tuple(dict.fromkeys(reasons))
    # What has no margin or no upper end was refused above.
    declared, hi = cast("Inheritance", criterion.inherit), cast("float", reading.hi)
    mine, base = pool(own, reading=reading), pool(theirs, reading=reading)
    if "cluster.unknown" in mine.flags | base.flags:
        return 1.0, (_reason("cluster.unknown", "the cluster of an attempt is not known"),)
    span = hi - reading.lo
    p = stats.noninferiority_p(
        _differences(mine, base, reading=reading, span=span),
        margin=declared.margin,
        lo=-span,
        hi=span,
    )
    return p, ()


def _parent_refusals(case: Case, threshold: str) -> list[Reason]:
    parent, lineage = case.parent, case.subject.lineage
    if parent is None or lineage is None or parent.subject.name != lineage.parent:
        return [_reason("inherit.no-parent", "no determination of the declared parent")]
    reasons = []
    if parent.framework.digest != digest_of(case.framework):
        reasons.append(_reason("inherit.framework", "the parent was judged by another framework"))
    if parent.determined_at > case.at or (
        parent.expires_at is not None and parent.expires_at <= case.at
    ):
        reasons.append(_reason("inherit.expired", "the parent's determination is not current"))
    if not _own_rule_out(parent, threshold):
        says = "the parent is not ruled out on its own evidence"
        reasons.append(_reason("inherit.parent-not-ruled-out", says))
    return reasons


def _own_rule_out(parent: Determination, threshold: str) -> bool:
    """Whether the parent's own tree rules the threshold out, without inheritance (no chains)."""
    for found in parent.thresholds:
        if found.threshold == threshold:
            deciders = {parent.finding(path).decided_by for path in finding_paths(found.trace)}
            return (
                found.tree_outcome is Outcome.RULED_OUT
                and found.outcome is Outcome.RULED_OUT
                and "inheritance" not in deciders
            )
    return False


def _parent_runs(case: Case, slot: str) -> list[Evidence]:
    lineage = case.subject.lineage
    tasks = case.framework.evaluations[slot].tasks
    if lineage is None or case.parent is None:
        return []
    used = {digest for finding in case.parent.findings for digest in finding.evidence}
    return [
        run
        for run in case.evidence
        if run.subject.name == lineage.parent
        and run.evaluation in tasks
        and run.digest in used
        and all(
            case.at < end
            for end in clock_ends(run.measured_at, framework=case.framework, of="evidence")
        )
    ]


def _same_elicitation(runs: Sequence[Evidence]) -> bool:
    return len({variant_of(run) for run in runs}) == 1


def _differences(mine: Attempts, base: Attempts, *, reading: Reading, span: float) -> Floats:
    """Danger of the subject minus danger of the parent per cluster; unpaired items count worst."""
    sign = 1.0 if reading.higher_is_worse else -1.0
    worst_mine = np.where(np.isnan(mine.values), _end(reading, worst=True), mine.values)
    best_base = np.where(np.isnan(base.values), _end(reading, worst=False), base.values)
    only_mine = set(mine.items) - set(base.items)
    only_base = set(base.items) - set(mine.items)
    keep_mine = ~np.isin(mine.items, list(only_mine))
    keep_base = ~np.isin(base.items, list(only_base))
    table = stats.paired_cluster_differences(
        sign * worst_mine[keep_mine],
        reference_values=sign * best_base[keep_base],
        subject_items=mine.items[keep_mine],
        subject_clusters=mine.clusters[keep_mine],
        reference_items=base.items[keep_base],
        reference_clusters=base.clusters[keep_base],
    )
    return np.concatenate([table.means, np.full(len(only_mine) + len(only_base), span)])


def _end(reading: Reading, *, worst: bool) -> float:
    hi = reading.lo if reading.hi is None else reading.hi
    return hi if worst == reading.higher_is_worse else reading.lo


def _reason(code: str, says: str) -> Reason:
    return Reason(code=code, says=says)
