"""The trees of a framework and their criteria, each with the path of its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from tierlock.core import AllOf, AnyOf, AtLeast, Criterion, Framework, Node, children
from tierlock.frameworks.nodes import Path


class Tree(NamedTuple):
    """One tree of criteria: of a threshold, of the scope, or a test of a safeguard."""

    of: str
    path: Path
    node: Node
    polarity: Literal["danger", "protection"]


class Leaf(NamedTuple):
    """A criterion and the path of its place."""

    path: Path
    criterion: Criterion


def trees(framework: Framework) -> Iterator[Tree]:
    """Yield every tree of the framework."""
    for name, threshold in framework.thresholds.items():
        path: Path = ("thresholds", name, "crossed_if")
        yield Tree(f"threshold `{name}`", path, threshold.crossed_if, "danger")
        if threshold.presumed_out is not None:
            path = ("thresholds", name, "presumed_out", "unless")
            yield Tree(f"presumption of `{name}`", path, threshold.presumed_out.unless, "danger")
    for name, adjustment in framework.adjustments.items():
        path = ("adjustments", name, "unless")
        yield Tree(f"adjustment `{name}`", path, adjustment.unless, "danger")
    for standard, criterion, node in framework.safeguard_tests():
        path = ("standards", standard, "criteria", criterion, "falls_short_if")
        yield Tree(f"safeguard `{standard}:{criterion}`", path, node, "protection")
    if framework.scope is not None:
        yield Tree("`scope`", ("scope", "in_scope_if"), framework.scope.in_scope_if, "danger")


def leaves_of(tree: Tree) -> Iterator[Leaf]:
    """Yield the criteria of a tree, left to right."""
    return _below(tree.node, tree.path)


def _below(node: Node, path: Path) -> Iterator[Leaf]:
    if isinstance(node, AnyOf | AllOf | AtLeast):
        key = {AnyOf: "any", AllOf: "all", AtLeast: "of"}[type(node)]
        for position, child in enumerate(children(node)):
            yield from _below(child, (*path, key, position))
    else:
        yield Leaf(path, node)
