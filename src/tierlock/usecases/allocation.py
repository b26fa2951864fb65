"""How a framework spends the error that it allows: one row per criterion and look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tierlock import stats
from tierlock.core import AllOf, AnyOf, AtLeast, Framework, Measured, Node, children, leaves, needed
from tierlock.frameworks import get_framework
from tierlock.policy import trees_of, union_bound
from tierlock.usecases.project import load_project
from tierlock.usecases.question import active_plan


class Spending(NamedTuple):
    """What the trees of a framework may spend.

    Attributes:
        framework: the framework.
        rows: per tree, its name and one share per criterion and look, for one weights version.
        union_bound: probability bound of at least one false rule-out of a threshold, at most 1.
    """

    framework: Framework
    rows: tuple[tuple[str, tuple[stats.Share, ...]], ...]
    union_bound: float


def spending(name: str | None, *, project: Path | None = None) -> Spending:
    """Return how a framework divides its alpha over criteria, weights versions and looks (S-22).

    Args:
        name: a shipped framework or a file; None takes the project's.
        project: folder of a project, whose plan may promise looks.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: no such project, or neither is given.
    """
    planned: dict[str, tuple[int, ...]] = {}
    if project is not None or name is None:
        loaded = load_project(project or Path(), framework=name)
        framework, plan = loaded.framework, active_plan(loaded)
        for slot in plan.slots if plan is not None else ():
            if slot.looks is not None:
                planned[slot.slot] = slot.looks.clusters
    else:
        framework = get_framework(name)
    rows = tuple(_rows(framework, planned))
    return Spending(framework, rows, union_bound(framework))


def _rows(
    framework: Framework, planned: dict[str, tuple[int, ...]]
) -> Iterator[tuple[str, tuple[stats.Share, ...]]]:
    control = framework.error_control
    for tree in trees_of(framework):
        measured = [leaf for leaf in leaves(tree.root) if isinstance(leaf, Measured)]
        if not measured or tree.kind == "scope":  # the scope rules out no threshold
            continue
        shares = stats.allocate(
            _connective(tree.root),
            alpha_out=tree.rule_out,
            alpha_in=control.rule_in,
            checkpoints=control.checkpoints,
            shown=1,
            looks={
                leaf.name: planned[leaf.evaluation]
                for leaf in measured
                if leaf.evaluation in planned
            },
        )
        kept = {leaf.name for leaf in measured}
        yield tree.name, tuple(share for share in shares if share.leaf in kept)


def _connective(node: Node) -> stats.Connective | str:
    if isinstance(node, AnyOf | AllOf | AtLeast):
        return stats.Connective(needed(node), tuple(_connective(one) for one in children(node)))
    return node.name
