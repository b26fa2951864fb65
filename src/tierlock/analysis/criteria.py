"""Every tree of a framework with its path and alpha, and what each of its leaves can come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tierlock.analysis.trees import is_impossible
from tierlock.core import (
    ADJUSTMENT,
    PRESUMPTION,
    AllOf,
    AnyOf,
    AtLeast,
    Attested,
    Criterion,
    Evaluation,
    Fact,
    Framework,
    Measured,
    Node,
    Undisclosed,
    children,
    needed,
)

RATES = frozenset({"success_rate", "mean_score", "best_of_k"})
"""Estimands that lie within the declared range of the evaluation."""
SHARES = frozenset({"pass_at_k", "refusal_rate"})
"""Estimands that lie between 0 and 1, whatever the range of the evaluation."""


class Tree(NamedTuple):
    """A tree, the path before its leaves' names, and its rule-out alpha.

    Attributes:
        of: the threshold, `adjusted/<adjustment>` or `<standard>:<criterion>` that it decides;
            empty for the scope.
        presumption: whether it is the tree that defeats a threshold's presumption.
    """

    of: str
    path: str
    node: Node
    alpha: float
    presumption: bool = False


class Leaf(NamedTuple):
    """A criterion with its path, the alpha left for ruling it out, and what divides the other."""

    path: str
    criterion: Criterion
    alpha: float
    rule_in_factor: int


def trees_of(framework: Framework) -> Iterator[Tree]:
    """Yield every tree of a framework, in the order of its file."""
    plain = framework.error_control.rule_out / framework.error_control.checkpoints
    if framework.scope is not None:
        yield Tree("", "scope:", framework.scope.in_scope_if, plain)
    for name, threshold in framework.thresholds.items():
        alpha = framework.alpha_rule_out(name)
        yield Tree(name, f"{name}:", threshold.crossed_if, alpha)
        if threshold.presumed_out is not None:
            unless = threshold.presumed_out.unless
            yield Tree(name, f"{PRESUMPTION}{name}:", unless, alpha, presumption=True)
    for name, adjustment in framework.adjustments.items():
        of = f"{ADJUSTMENT}{name}"
        yield Tree(of, f"{of}:", adjustment.unless, plain)
    for standard, criterion, node in framework.safeguard_tests():
        of = f"{standard}:{criterion}"
        yield Tree(of, f"{of}/", node, plain)


def leaves_of(tree: Tree) -> tuple[Leaf, ...]:
    """Return the criteria of a tree, each with its share of alpha (spec/determination.md M-7)."""
    return tuple(_below(tree.node, tree.path, tree.alpha, 1))


def _below(node: Node, path: str, alpha: float, rule_in_factor: int) -> Iterator[Leaf]:
    if isinstance(node, AnyOf | AllOf | AtLeast):
        below, k = children(node), needed(node)
        for child in below:
            further = rule_in_factor * (len(below) - k + 1)
            yield from _below(child, path, alpha / k, further)
    else:
        yield Leaf(f"{path}{node.name}", node, alpha, rule_in_factor)


def why_never_reached(leaf: Criterion, *, framework: Framework) -> str:
    """Return why a criterion can never be REACHED; empty where it can be."""
    if isinstance(leaf, Attested):
        return ""
    if isinstance(leaf, Fact):
        return "names no value that would cross it" if is_impossible(leaf) else ""
    if isinstance(leaf, Undisclosed):
        return "compares with a bound that is not disclosed"
    if leaf.decides == "rule_out":
        return "decides rule_out only"
    evaluation = framework.evaluations.get(leaf.evaluation)
    if evaluation is not None and _at_dangerous_end(leaf, evaluation):
        return f"asks for more than {leaf.rule_in_bound:g}, where the range ends"
    return ""


def why_never_ruled_out(leaf: Criterion, *, framework: Framework) -> str:
    """Return why a criterion can never be RULED_OUT; empty where it can be."""
    if isinstance(leaf, Undisclosed):
        return "compares with a bound that is not disclosed"
    if not isinstance(leaf, Measured):
        return ""
    if leaf.decides == "rule_in":
        return "decides rule_in only"
    evaluation = framework.evaluations.get(leaf.evaluation)
    if evaluation is not None and evaluation.status != "current":
        return f"rests on `{leaf.evaluation}`, which is {evaluation.status}"
    return ""


def corrected_share(leaf: Measured, *, framework: Framework) -> float | None:
    """Return the rule-out limit where 0 is the safe end of the range and 1 the dangerous one.

    After elicitation factor and buffer (spec/determination.md M-6). None where the estimand has
    no such range, or where the limit lies at its ends or beyond.
    """
    evaluation = framework.evaluations.get(leaf.evaluation)
    lo, hi = (None, None) if evaluation is None else _range_of(leaf, evaluation)
    if lo is None or hi is None:
        return None
    general = framework.corrections
    factor = (leaf.elicitation_factor or general.elicitation_factor).value
    buffer = (leaf.buffer or general.buffer).value
    if leaf.higher_is_worse:
        share = (leaf.rule_out_bound / factor - buffer - lo) / (hi - lo)
    else:
        share = (hi - leaf.rule_out_bound * factor - buffer) / (hi - lo)
    return share if 0 < share < 1 else None


def _range_of(leaf: Measured, evaluation: Evaluation) -> tuple[float | None, float | None]:
    """The ends of the values that the estimand can have; None where it has no declared end."""
    if leaf.estimand.name in SHARES:
        return 0.0, 1.0
    return evaluation.range if leaf.estimand.name in RATES else (None, None)


def _at_dangerous_end(leaf: Measured, evaluation: Evaluation) -> bool:
    lo, hi = _range_of(leaf, evaluation)
    if leaf.higher_is_worse:
        return hi is not None and leaf.rule_in_bound >= hi
    return lo is not None and leaf.rule_in_bound <= lo
