"""What a measured criterion is judged by: corrected bounds and allocated alpha (M-6, M-7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from tierlock.core import Framework, Limits, Measured, Node
from tierlock.policy.logic import Leaf, walk

SCOPE: Final = "scope"


def limits_of(
    leaf: Leaf, *, criterion: Measured, framework: Framework, alpha_out: float, alpha_in: float
) -> Limits:
    """Return the bounds after the declared corrections and the alpha of this leaf.

    Args:
        leaf: path and factors of the criterion in its tree.
        criterion: the criterion at the leaf.
        framework: the rules that it stands in.
        alpha_out: rule-out budget of the whole tree; the leaf's factors divide it.
        alpha_in: rule-in budget of the whole tree.
    """
    standard = framework.corrections
    factor = (criterion.elicitation_factor or standard.elicitation_factor).value
    buffer = (criterion.buffer or standard.buffer).value
    bound = criterion.rule_out_bound
    worse = criterion.higher_is_worse
    lo, hi = framework.evaluations[criterion.evaluation].range
    return Limits(
        higher_is_worse=worse,
        rule_out=bound / factor - buffer if worse else bound * factor + buffer,
        rule_out_declared=bound,
        rule_in=criterion.rule_in_bound,
        alpha_rule_out=alpha_out / leaf.out_factor,
        alpha_rule_in=alpha_in / leaf.in_factor,
        basis=criterion.basis,
        cite=criterion.cite,
        lo=lo,
        hi=hi,
    )


class Tree(NamedTuple):
    """A tree of criteria that is settled from evidence, and the error that it may spend.

    Attributes:
        kind: whether a threshold, the scope or a safeguard test is behind it.
        name: the threshold, `scope`, or `<standard>:<criterion>`.
        prefix: what the paths of its leaves begin with.
        account: what its alpha is spent from.
        root: its criteria.
        rule_out: error for ruling out in one period, over all weights versions together.
        alpha: the same for one weights version.
    """

    kind: Literal["threshold", "scope", "safeguard"]
    name: str
    prefix: str
    account: str
    root: Node
    rule_out: float
    alpha: float


def trees_of(framework: Framework) -> Iterator[Tree]:
    """Yield every tree of the framework that evidence settles: thresholds, scope, safeguard tests.

    Presumptions and adjustments are no such trees: what they ask for is offered, not owed.
    """
    control = framework.error_control
    plain = control.rule_out
    share = control.checkpoints
    for name, threshold in framework.thresholds.items():
        total = plain if threshold.rule_out is None else threshold.rule_out
        root = threshold.crossed_if
        yield Tree("threshold", name, f"{name}:", name, root, total, total / share)
    if framework.scope is not None:
        root = framework.scope.in_scope_if
        yield Tree("scope", SCOPE, f"{SCOPE}:", SCOPE, root, plain, plain / share)
    for standard, criterion, root in framework.safeguard_tests():
        name = f"{standard}:{criterion}"
        yield Tree("safeguard", name, f"{name}/", standard, root, plain, plain / share)


class Limited(NamedTuple):
    """A measured criterion in its tree, with what it is judged by."""

    leaf: Leaf
    criterion: Measured
    limits: Limits


def all_limits(framework: Framework) -> Iterator[Limited]:
    """Yield every measured criterion of the framework, safeguard tests and scope included."""
    for tree in trees_of(framework):
        for leaf in walk(tree.root, prefix=tree.prefix):
            if isinstance(leaf.criterion, Measured):
                limits = limits_of(
                    leaf,
                    criterion=leaf.criterion,
                    framework=framework,
                    alpha_out=tree.alpha,
                    alpha_in=framework.error_control.rule_in,
                )
                yield Limited(leaf, leaf.criterion, limits)
