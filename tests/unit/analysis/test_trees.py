"""What trees can come to, and which of two is crossed more easily, against brute force."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.analysis.trees import can_reach, can_rule_out, compare_ease, tree_words
from tierlock.core import (
    AllOf,
    AnyOf,
    AtLeast,
    Criterion,
    Fact,
    FactTest,
    Node,
    children,
    leaves,
    needed,
)

NAMES = "abcde"


def leaf(name: str) -> Fact:
    return Fact(fact=name, says=name, crossed_if=FactTest(equals=True))


A, B, C = map(leaf, "abc")


def node(below: list[Node], op: str, k: int) -> Node:
    branches = tuple(below)
    if op == "any":
        return AnyOf(any=branches)
    if op == "all":
        return AllOf(all=branches)
    return AtLeast(at_least=1 + k % len(branches), of=branches)


TREES: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from(NAMES).map(leaf),
    lambda below: st.builds(
        node,
        st.lists(below, min_size=1, max_size=3),
        st.sampled_from(["any", "all", "at_least"]),
        st.integers(0, 2),
    ),
    max_leaves=8,
)


def is_crossed(tree: Node, crossed: dict[str, bool]) -> bool:
    if isinstance(tree, AnyOf | AllOf | AtLeast):
        return sum(is_crossed(child, crossed) for child in children(tree)) >= needed(tree)
    return crossed[tree.name]


@given(TREES, TREES)
def test_ease_is_that_of_every_way_to_cross(old: Node, new: Node) -> None:
    rows = [
        (is_crossed(old, crossed), is_crossed(new, crossed))
        for values in product([False, True], repeat=len(NAMES))
        for crossed in [dict(zip(NAMES, values, strict=True))]
    ]
    up = all(after or not before for before, after in rows)
    down = all(before or not after for before, after in rows)
    expected = {(True, True): "same", (True, False): "easier", (False, True): "harder"}
    assert compare_ease(old, new=new) == expected.get((up, down), "other")


@given(TREES, st.sets(st.sampled_from(NAMES)))
def test_what_can_be_reached_and_ruled_out(tree: Node, able: set[str]) -> None:
    leaf_can: Callable[[Criterion], bool] = lambda one: one.name in able  # noqa: E731  # a typed one
    crossed = {name: name in able for name in NAMES}
    assert can_reach(tree, leaf_can=leaf_can) == is_crossed(tree, crossed)
    # A tree can be ruled out when it is not crossed although every other leaf is.
    spared = {name: name not in able for name in NAMES}
    assert can_rule_out(tree, leaf_can=leaf_can) == (not is_crossed(tree, spared))


def test_trees_with_very_many_leaves_are_compared_by_their_words() -> None:
    many = tuple(leaf(f"x{number}") for number in range(30))
    assert compare_ease(AnyOf(any=many), new=AnyOf(any=many)) == "same"
    assert compare_ease(AnyOf(any=many), new=AllOf(all=many)) == "other"


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (A, "a"),
        (AnyOf(any=(A, B)), "a or b"),
        (AllOf(all=(A, AnyOf(any=(B, C)))), "a and (b or c)"),
        (AllOf(all=(A, AnyOf(any=(B,)))), "a and b"),
        (AnyOf(any=(AtLeast(at_least=2, of=(A, B, C)), A)), "(at least 2 of a, b, c) or a"),
    ],
)
def test_trees_in_words(tree: Node, words: str) -> None:
    assert tree_words(tree) == words
    assert {one.name for one in leaves(tree)} <= set("abc")
