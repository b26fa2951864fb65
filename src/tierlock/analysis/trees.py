"""What a tree of criteria can come to, and which of two trees is crossed more easily."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from tierlock.core import (
    AllOf,
    AnyOf,
    AtLeast,
    Attested,
    Criterion,
    Fact,
    Measured,
    Node,
    Undisclosed,
    children,
    leaves,
    needed,
)

Ease = Literal["same", "easier", "harder", "other"]

# A truth table has 2 to this power rows; larger trees are compared by their words only.
_MOST_LEAVES: Final = 16


def can_reach(node: Node, *, leaf_can: Callable[[Criterion], bool]) -> bool:
    """Tell whether a tree can be REACHED when exactly the leaves that `leaf_can` accepts can be.

    >>> never = Fact(fact="f", says="s", crossed_if={"one_of": ()})
    >>> can_reach(AnyOf(any=(never,)), leaf_can=lambda leaf: leaf is not never)
    False
    """
    if isinstance(node, AnyOf | AllOf | AtLeast):
        able = sum(can_reach(child, leaf_can=leaf_can) for child in children(node))
        return able >= needed(node)
    return leaf_can(node)


def can_rule_out(node: Node, *, leaf_can: Callable[[Criterion], bool]) -> bool:
    """Tell whether a tree can be RULED_OUT when exactly the accepted leaves can be."""
    if isinstance(node, AnyOf | AllOf | AtLeast):
        below = children(node)
        able = sum(can_rule_out(child, leaf_can=leaf_can) for child in below)
        return able >= len(below) - needed(node) + 1
    return leaf_can(node)


def compare_ease(old: Node, *, new: Node) -> Ease:
    """Return whether the new tree is crossed more easily, by its connectives alone.

    `easier`: whatever crosses the old tree crosses the new one, and more does. Leaves are told
    apart by name; what a leaf itself asks for is compared elsewhere.

    >>> a, b = (Fact(fact=name, says="s", crossed_if={"equals": True}) for name in "ab")
    >>> compare_ease(AllOf(all=(a, b)), new=AnyOf(any=(a, b)))
    'easier'
    >>> compare_ease(AnyOf(any=(a, b)), new=a), compare_ease(a, new=b)
    ('harder', 'other')
    """
    names = sorted({leaf.name for tree in (old, new) for leaf in leaves(tree)})
    if len(names) > _MOST_LEAVES:
        return "same" if tree_words(old) == tree_words(new) else "other"
    before, after = _table(old, names), _table(new, names)
    if before == after:
        return "same"
    if before | after == after:
        return "easier"
    return "harder" if before | after == before else "other"


def tree_words(node: Node) -> str:
    """Return a tree as one line of criterion names.

    >>> a, b = (Fact(fact=name, says="s", crossed_if={"equals": True}) for name in "ab")
    >>> tree_words(AllOf(all=(a, AtLeast(at_least=1, of=(a, b)))))
    'a and (at least 1 of a, b)'
    """
    if not isinstance(node, AnyOf | AllOf | AtLeast):
        return node.name
    parts = [
        f"({tree_words(child)})"
        if isinstance(child, AnyOf | AllOf | AtLeast) and len(children(child)) > 1
        else tree_words(child)
        for child in children(node)
    ]
    if isinstance(node, AtLeast):
        return f"at least {node.at_least} of {', '.join(parts)}"
    return (" or " if isinstance(node, AnyOf) else " and ").join(parts)


def kind_of(leaf: Criterion) -> str:
    """Return which kind of criterion a leaf is, as people write it."""
    if isinstance(leaf, Measured | Undisclosed):
        return "measured" if isinstance(leaf, Measured) else "undisclosed"
    return "attested" if isinstance(leaf, Attested) else "fact"


def is_impossible(leaf: Criterion) -> bool:
    """Tell whether a fact criterion names no value that would cross it."""
    return isinstance(leaf, Fact) and leaf.crossed_if.one_of == ()


def _table(node: Node, names: Sequence[str]) -> int:
    """The truth table of a tree: bit r is set when row r of the leaves' values crosses it."""
    rows = 1 << len(names)
    everything = (1 << rows) - 1
    columns = {}
    for place, name in enumerate(names):
        half = 1 << place
        # Blocks of `half` rows without and `half` rows with the leaf, repeated.
        block = ((1 << half) - 1) << half
        columns[name] = block * (everything // ((1 << 2 * half) - 1))
    return _crossing(node, columns, everything)


def _crossing(node: Node, columns: dict[str, int], everything: int) -> int:
    if not isinstance(node, AnyOf | AllOf | AtLeast):
        return columns[node.name]
    # at[c]: the rows in which at least c of the children seen so far are crossed.
    k = needed(node)
    at = [everything, *([0] * k)]
    for child in children(node):
        crossed = _crossing(child, columns, everything)
        for count in range(k, 0, -1):
            at[count] |= at[count - 1] & crossed
    return at[k]
