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
from tierlock.policy.pooling import Attempts, Floats, Labels, Reading, pool, variant_of
from tierlock.policy.staleness import clock_ends

_MEANS: Final = frozenset({"success_rate", "mean_score"})


def inherited_p(
    *,
    case: Case,
    threshold: str,
    path: str,
    criterion: Measured,
    reading: Reading,
    own: Sequence[Evidence],
) -> tuple[float, tuple[Reason, ...]]:
    """Return the paired non-inferiority p-value and every reason why it can not be used.

    Args:
        case: inputs of the determination; `parent` is the parent's determination.
        threshold: the threshold that is to be inherited.
        path: path of the criterion, which the parent was judged by too.
        criterion: declares the margin.
        reading: how samples of the slot are read.
        own: the subject's own planned runs of the slot.
    """
    reasons = _parent_refusals(case, threshold=threshold, path=path)
    if criterion.estimand.name not in _MEANS or reading.evaluation.judge is not None:
        says = "only a mean of scores, without a judge's declared errors, can be inherited"
        reasons.append(_reason("inherit.estimand", says))
    if criterion.inherit is None:
        reasons.append(_reason("inherit.no-margin", "the framework declares no margin"))
    theirs = _parent_runs(case, path)
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


def usable_parent(case: Case) -> Determination | None:
    """Return the parent's determination where I-1 can use it, whatever it rules out.

    It is of the declared parent, under the same framework, and current.
    """
    return None if _unusable(case) else case.parent


def _declared_parent(case: Case) -> Determination | None:
    parent, lineage = case.parent, case.subject.lineage
    named = parent is not None and lineage is not None and parent.subject.name == lineage.parent
    return parent if named else None


def _unusable(case: Case) -> list[Reason]:
    parent = _declared_parent(case)
    if parent is None:
        return [_reason("inherit.no-parent", "no determination of the declared parent")]
    reasons = []
    if parent.framework.digest != digest_of(case.framework):
        reasons.append(_reason("inherit.framework", "the parent was judged by another framework"))
    if parent.determined_at > case.at or (
        parent.expires_at is not None and parent.expires_at <= case.at
    ):
        reasons.append(_reason("inherit.expired", "the parent's determination is not current"))
    return reasons


def _parent_refusals(case: Case, *, threshold: str, path: str) -> list[Reason]:
    reasons, parent = _unusable(case), _declared_parent(case)
    if parent is not None and not _own_rule_out(parent, threshold, path):
        says = "the parent is not ruled out on its own evidence"
        reasons.append(_reason("inherit.parent-not-ruled-out", says))
    return reasons


def _own_rule_out(parent: Determination, threshold: str, path: str) -> bool:
    """Whether threshold and criterion are the parent's own rule-outs, without inheritance.

    The criterion too: who is no worse than a parent that only another criterion ruled out is not
    shown to be safe by that one.
    """
    for found in parent.thresholds:
        if found.threshold == threshold:
            under = {one: parent.finding(one) for one in finding_paths(found.trace)}
            return (
                found.tree_outcome is Outcome.RULED_OUT
                and found.outcome is Outcome.RULED_OUT
                and path in under
                and under[path].outcome is Outcome.RULED_OUT
                and all(finding.decided_by != "inheritance" for finding in under.values())
            )
    return False


def _parent_runs(case: Case, path: str) -> list[Evidence]:
    """All evidence that the parent's finding rests on; none of it where some is lost or too old.

    A part of it could make the parent look worse than it was found, and the subject better.
    """
    parent = _declared_parent(case)
    found = () if parent is None else parent.findings
    used = {name for finding in found if finding.path == path for name in finding.evidence}
    theirs = [
        run
        for run in case.evidence
        if run.digest in used
        and all(
            case.at < end
            for end in clock_ends(run.measured_at, framework=case.framework, of="evidence")
        )
    ]
    return theirs if len(theirs) == len(used) else []


def _same_elicitation(runs: Sequence[Evidence]) -> bool:
    return len({variant_of(run) for run in runs}) == 1


def _differences(mine: Attempts, base: Attempts, *, reading: Reading, span: float) -> Floats:
    """Danger of the subject minus danger of the parent per cluster; unpaired items count worst."""
    sign = 1.0 if reading.higher_is_worse else -1.0
    worst_mine = np.where(np.isnan(mine.values), _end(reading, worst=True), mine.values)
    best_base = np.where(np.isnan(base.values), _end(reading, worst=False), base.values)
    my_items, base_items = _items(mine), _items(base)
    unpaired = np.setxor1d(my_items, base_items)
    keep_mine, keep_base = ~np.isin(my_items, unpaired), ~np.isin(base_items, unpaired)
    table = stats.paired_cluster_differences(
        sign * worst_mine[keep_mine],
        reference_values=sign * best_base[keep_base],
        subject_items=my_items[keep_mine],
        subject_clusters=mine.clusters[keep_mine],
        reference_items=base_items[keep_base],
        reference_clusters=base.clusters[keep_base],
    )
    return np.concatenate([table.means, np.full(len(unpaired), span)])


def _items(attempts: Attempts) -> Labels:
    """Items by label and cluster: what stands in another cluster on the other side is no pair."""
    return np.char.add(np.char.add(attempts.clusters, "\x1e"), attempts.items)


def _end(reading: Reading, *, worst: bool) -> float:
    hi = reading.lo if reading.hi is None else reading.hi
    return hi if worst == reading.higher_is_worse else reading.lo


def _reason(code: str, says: str) -> Reason:
    return Reason(code=code, says=says)
