"""Looks: a slot that may be settled after each of its runs, by its sequential design (S-8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from tierlock import stats
from tierlock.core import Evidence, Framework, Limits, Looks, Plan
from tierlock.policy.findings import Leafed
from tierlock.policy.limits import all_limits
from tierlock.policy.pooling import Attempts, Floats, pool
from tierlock.policy.tested import Test, clustered, imputed

_ESTIMANDS: Final = frozenset({"success_rate", "mean_score"})
_WORDS: Final = {
    "group_sequential": "group sequential",
    "e_process": "e-process",
    "betting": "betting",
}


def sealed_order(plan: Plan, *, slot: str) -> tuple[str, ...]:
    """Return the clusters of a slot in the order in which the looks of a plan take them (S-8).

    The order is drawn by SHA-256 from the labels and from what the plan is for. Nothing that may be
    chosen while sealing enters it, not even the instant: whoever seals can not draw again, and
    nobody can put easy items first.

    Args:
        plan: the promises.
        slot: an evaluation of its framework; one without looks has no order, which is empty.
    """
    promise = plan.slot(slot)
    if promise is None or promise.looks is None:
        return ()
    items = promise.looks.items
    seed = f"{plan.framework} {slot} {plan.subject}"
    return tuple(items[place] for place in stats.pre_registered_order(items, seed=seed))


def stopping_rule(limits: Limits, *, looks: Looks, hi: float) -> stats.StoppingRule:
    """Return the rule that runner, plan and determination share for one criterion.

    Args:
        limits: corrected bounds and allocated alpha of the criterion.
        looks: what the plan promised.
        hi: upper end of the score.
    """
    return stats.StoppingRule(
        kind=looks.kind,
        bound=limits.rule_out,
        rule_in_bound=limits.rule_in,
        looks=looks.clusters,
        alpha_out=limits.alpha_rule_out,
        alpha_in=limits.alpha_rule_in,
        planned=looks.planned,
        lo=limits.lo,
        hi=hi,
        worse_is="high" if limits.higher_is_worse else "low",
    )


def planned_rules(framework: Framework, *, plan: Plan) -> dict[str, stats.StoppingRule]:
    """Return the stopping rule per criterion of the slots that a plan promises looks at.

    Args:
        framework: the framework that the plan is for.
        plan: the promises.

    Raises:
        InvalidNumbers: looks that can not be taken at a criterion, for instance a planned value
            that is not better than its bound.
    """
    rules = {}
    for leaf, criterion, limits in all_limits(framework):
        promise = plan.slot(criterion.evaluation)
        if promise is None or promise.looks is None or limits.hi is None:
            continue
        if criterion.estimand.name in _ESTIMANDS and criterion.estimand.population == "tasks":
            rules[leaf.path] = stopping_rule(limits, looks=promise.looks, hi=limits.hi)
    return rules


def take_looks(
    me: Leafed,
    *,
    test: Test,
    runs: Sequence[Evidence],
    looks: Looks,
    order: Sequence[str],
    declared: str,
    variants: int,
) -> Test:
    """Return the sequential test of a slot that was planned with looks.

    Args:
        me: the criterion with its limits and its reading.
        test: the fixed test of all planned runs together; its bars stay.
        runs: the planned runs with evidence, in the order of S-2.
        looks: what the plan promised.
        order: the clusters as the plan sealed them, `sealed_order`.
        declared: whether the plan was made `before` or `after`.
        variants: how many elicitations the planned runs have.
    """
    hi = me.limits.hi
    estimand = me.criterion.estimand
    bars = set(test.barred)
    if estimand.name not in _ESTIMANDS or estimand.population != "tasks" or hi is None:
        bars.add("looks.estimand")
    if me.reading.evaluation.judge is not None or any(run.reported for run in runs):
        bars.add("looks.estimand")
    if declared != "before":
        bars.add("looks.not-before")
    if variants > 1:
        bars.add("looks.variants")
    batches = [pool([run], reading=me.reading) for run in runs]
    bars |= _not_as_planned(batches, looks=looks, order=order)
    # What the fixed test says is no result of looks, and what it proves neither.
    nothing = test._replace(rule_out_p=1.0, rule_in_p=1.0, barred=frozenset(bars))
    nothing = nothing._replace(proved_rule_out_p=None, proved_rule_in_p=None)
    if bars or hi is None:
        return nothing
    worst, best = _in_order(me, batches, order=order, hi=hi)
    rule = stopping_rule(me.limits, looks=looks, hi=hi)
    if looks.kind != "betting" and not np.isin(worst, (me.limits.lo, hi)).all():
        return nothing._replace(barred=frozenset({"looks.not-binary"}))
    decision = rule.look(worst, best=best)
    lower, upper = stats.sequential_limits(rule, worst=worst, best=best)
    return test._replace(
        rule_out_p=decision.p_out,
        rule_in_p=decision.p_in,
        proved_rule_out_p=decision.p_out,
        proved_rule_in_p=decision.p_in,
        lower=lower,
        upper=upper,
        method=f"{_WORDS[looks.kind]}, look {len(runs)} of {len(looks.clusters)}",
        barred=frozenset(bars),
    )


def _not_as_planned(
    batches: Sequence[Attempts], *, looks: Looks, order: Sequence[str]
) -> frozenset[str]:
    """What keeps these runs from being looks: other numbers of clusters, or not those sealed."""
    taken = 0
    for number, attempts in enumerate(batches):
        names = [_name(label) for label in np.unique(attempts.clusters).tolist()]
        until = looks.clusters[number]
        if taken + len(names) != until:
            return frozenset({"looks.other-size"})
        if sorted(names) != sorted(order[taken:until]):
            return frozenset({"looks.other-items"})
        taken = until
    return frozenset()


def _name(label: str) -> str:
    """The id of a sample or the label of a cluster, without what pooling puts before it."""
    return label.rpartition("\x1f")[2]


def _in_order(
    me: Leafed, batches: Sequence[Attempts], *, order: Sequence[str], hi: float
) -> tuple[Floats, Floats]:
    """Cluster means at worst and at best, in the order that the plan sealed."""
    places = {name: place for place, name in enumerate(order)}
    worst: list[Floats] = []
    best: list[Floats] = []
    for attempts in batches:
        rows = np.argsort([places[_name(label)] for label in np.unique(attempts.clusters).tolist()])
        pair = imputed(attempts, lo=me.limits.lo, hi=hi, worse=me.limits.higher_is_worse)
        for values, into in zip(pair, (worst, best), strict=True):
            into.append(clustered(values, attempts=attempts).means[rows])
    return np.concatenate(worst), np.concatenate(best)
