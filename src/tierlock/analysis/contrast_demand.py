"""How much a criterion or a safeguard asks of one and the same evidence, in two frameworks.

A demand is a row of numbers, each smaller where more is asked. Where every number of one demand is
at most that of another, whatever satisfies the first satisfies the second; where neither is, both
may be satisfied without the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import inf
from typing import NamedTuple

from tierlock.analysis.criteria import Leaf, leaves_of, trees_of
from tierlock.analysis.direction import days_of
from tierlock.core import (
    ActionRule,
    Attested,
    Evaluation,
    Framework,
    Measured,
    SafeguardCriterion,
)

Demand = tuple[float, ...]


class Asked(NamedTuple):
    """What a measured criterion asks of its evidence.

    Attributes:
        evidence: what tells one body of evidence from another.
        rule_out: demand for ruling it out.
        rule_in: demand for showing it.
        badness_out: corrected limit under which the evidence must look, larger is worse.
        badness_in: limit above which it must look to be shown, on the same scale.
        able: whether anything can rule it out at all.
    """

    evidence: Hashable
    rule_out: Demand
    rule_in: Demand
    badness_out: float
    badness_in: float
    able: bool


def asked_of(framework: Framework) -> Mapping[str, Asked]:
    """Return what every measured criterion of a framework asks, by its path."""
    return {
        leaf.path: _asked(leaf, leaf.criterion, framework)
        for tree in trees_of(framework)
        for leaf in leaves_of(tree)
        if isinstance(leaf.criterion, Measured)
    }


def at_least_as_strict(one: Demand, *, other: Demand) -> bool:
    """Tell whether whatever satisfies `one` satisfies `other`.

    >>> [at_least_as_strict((0.1, 0.05), other=other) for other in ((0.2, 0.05), (0.2, 0.01))]
    [True, False]
    """
    return all(a <= b for a, b in zip(one, other, strict=True))


def attested_demand(criterion: Attested, *, parts: tuple[str, ...]) -> Demand:
    """Return what an attestation must satisfy: the parts that it covers, and its age."""
    covered = (-float(part in criterion.over) for part in parts)
    return (*covered, inf if criterion.max_age is None else days_of(criterion.max_age))


def claim_demand(criterion: SafeguardCriterion, *, rule: ActionRule) -> Demand:
    """Return what a claim must satisfy when an action is asked."""
    kinds = ("declaration", "document", "measured", "audit")
    return (
        *(float(kind in criterion.accepts) for kind in kinds),
        inf if criterion.max_age is None else days_of(criterion.max_age),
        -float(criterion.scope == "paths"),
        -float(rule.survives_weight_access),
    )


def _asked(leaf: Leaf, criterion: Measured, framework: Framework) -> Asked:
    evaluation = framework.evaluations[criterion.evaluation]
    general = framework.corrections
    factor = (criterion.elicitation_factor or general.elicitation_factor).value
    buffer = (criterion.buffer or general.buffer).value
    if criterion.higher_is_worse:
        out, shown = criterion.rule_out_bound / factor - buffer, criterion.rule_in_bound
    else:
        out, shown = -(criterion.rule_out_bound * factor + buffer), -criterion.rule_in_bound
    proved = -float(criterion.guarantee == "proved")
    able = evaluation.status == "current" and criterion.decides != "rule_in"
    inherited = -inf if criterion.inherit is None else criterion.inherit.margin
    alpha_in = framework.error_control.rule_in / leaf.rule_in_factor
    return Asked(
        evidence=_evidence(criterion, evaluation),
        rule_out=(out, leaf.alpha, evaluation.max_missing, proved, float(able), inherited),
        rule_in=(-shown, alpha_in, proved, float(criterion.decides != "rule_out")),
        badness_out=out,
        badness_in=shown,
        able=able,
    )


def _evidence(criterion: Measured, evaluation: Evaluation) -> Hashable:
    """What two criteria must agree in for one run to be evidence for both."""
    return (
        criterion.evaluation,
        criterion.estimand,
        criterion.higher_is_worse,
        evaluation.higher_is,
        frozenset(evaluation.tasks),
        evaluation.scorer,
        evaluation.range,
        evaluation.cluster_by,
        evaluation.arm_by,
        evaluation.refusal,
        frozenset(evaluation.limits),
        evaluation.mitigation,
    )
