"""Strong Kleene connectives, the trace, and how alpha is allocated down a tree.

Implements spec/determination.md O-2 and the allocation of M-7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from tierlock.core import (
    AllOf,
    AnyOf,
    AtLeast,
    Criterion,
    FrameworkError,
    Node,
    Outcome,
    Step,
    children,
    needed,
)

TOLERANCE: Final = 1e-9
"""p-values this close to alpha differ between machines; the comparison then fails (M-7)."""


class Leaf(NamedTuple):
    """A criterion in its tree, with the factors that its p-values are multiplied by."""

    path: str
    criterion: Criterion
    out_factor: int
    in_factor: int


def combine(outcomes: Sequence[Outcome], *, k: int) -> Outcome:
    """Return the outcome of `at_least(k)` over the children's outcomes.

    Raises:
        FrameworkError: not 1 <= k <= M.

    >>> combine([Outcome.RULED_OUT, Outcome.UNDETERMINED, Outcome.REACHED], k=2)
    <Outcome.UNDETERMINED: 'undetermined'>
    """
    count = len(outcomes)
    if not 1 <= k <= count:
        raise FrameworkError("framework.connective", f"at_least({k}) of {count}")
    if sum(outcome is Outcome.REACHED for outcome in outcomes) >= k:
        return Outcome.REACHED
    if sum(outcome is Outcome.RULED_OUT for outcome in outcomes) >= count - k + 1:
        return Outcome.RULED_OUT
    return Outcome.UNDETERMINED


def walk(node: Node, *, prefix: str, out_factor: int = 1, in_factor: int = 1) -> Iterator[Leaf]:
    """Yield every leaf of a tree with its path and its share of alpha.

    Under `at_least(k)` of M a child's rule-out p-value is multiplied by k and its rule-in p-value
    by M-k+1; with that, Kleene logic equals the partial-conjunction p-values.
    """
    if isinstance(node, AnyOf | AllOf | AtLeast):
        branches, k = children(node), needed(node)
        for branch in branches:
            yield from walk(
                branch,
                prefix=prefix,
                out_factor=out_factor * k,
                in_factor=in_factor * (len(branches) - k + 1),
            )
    else:
        yield Leaf(f"{prefix}{node.name}", node, out_factor, in_factor)


def trace(node: Node, *, prefix: str, outcomes: Mapping[str, Outcome]) -> Step:
    """Return the evaluated tree: nodes with their outcomes, leaves with their findings' paths."""
    if isinstance(node, AnyOf | AllOf | AtLeast):
        steps = tuple(trace(branch, prefix=prefix, outcomes=outcomes) for branch in children(node))
        k = needed(node)
        op: Literal["any", "all", "at_least"] = (
            "any" if isinstance(node, AnyOf) else "all" if isinstance(node, AllOf) else "at_least"
        )
        outcome = combine([step.outcome for step in steps], k=k)
        return Step(op=op, k=k, outcome=outcome, steps=steps)
    path = f"{prefix}{node.name}"
    return Step(op="leaf", finding=path, outcome=outcomes[path])


def reevaluate(step: Step) -> Outcome:
    """Return the outcome that a trace gives when it is evaluated again (law L5)."""
    if step.op == "leaf":
        return step.outcome
    return combine([reevaluate(child) for child in step.steps], k=step.k or 0)


def finding_paths(step: Step) -> tuple[str, ...]:
    """Return the paths of the findings under a step, left to right."""
    if step.finding is not None:
        return (step.finding,)
    return tuple(path for child in step.steps for path in finding_paths(child))


def passes(p: float, *, factor: int, alpha: float) -> bool:
    """Tell whether `factor * p <= alpha` beyond the tolerance, the one form of it (M-7).

    >>> passes(0.05, factor=1, alpha=0.05), passes(0.0249, factor=2, alpha=0.05)
    (False, True)
    """
    return alpha - factor * p > TOLERANCE


def near_alpha(p: float, *, factor: int, alpha: float) -> bool:
    """Tell whether the comparison with alpha lies inside the numeric tolerance."""
    return abs(factor * p - alpha) <= TOLERANCE
