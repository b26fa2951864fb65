"""What a measured criterion is judged by: corrected bounds and allocated alpha (M-6, M-7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tierlock.core import Framework, Limits, Measured
from tierlock.policy.logic import Leaf, walk


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


class Limited(NamedTuple):
    """A measured criterion in its tree, with what it is judged by."""

    leaf: Leaf
    criterion: Measured
    limits: Limits


def all_limits(framework: Framework) -> Iterator[Limited]:
    """Yield every measured criterion of the framework, safeguard tests and scope included."""
    control = framework.error_control
    plain = control.rule_out / control.checkpoints
    trees = [
        (f"{name}:", threshold.crossed_if, framework.alpha_rule_out(name))
        for name, threshold in framework.thresholds.items()
    ]
    trees += [
        (f"{standard}:{name}/", node, plain) for standard, name, node in framework.safeguard_tests()
    ]
    if framework.scope is not None:
        trees.append(("scope:", framework.scope.in_scope_if, plain))
    for prefix, node, alpha in trees:
        for leaf in walk(node, prefix=prefix):
            if isinstance(leaf.criterion, Measured):
                limits = limits_of(
                    leaf,
                    criterion=leaf.criterion,
                    framework=framework,
                    alpha_out=alpha,
                    alpha_in=control.rule_in,
                )
                yield Limited(leaf, leaf.criterion, limits)
