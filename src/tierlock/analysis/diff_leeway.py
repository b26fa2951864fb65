"""Which way a change of a contested clause or of an adjustment points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tierlock.analysis.direction import Step, more_is_stricter, shown
from tierlock.analysis.trees import compare_ease, tree_words
from tierlock.analysis.values import ChangeKind
from tierlock.core import (
    Adjustment,
    AllOf,
    AnyOf,
    ClauseReading,
    Combination,
    Fact,
    FactTest,
    Interpretation,
    Node,
    Record,
)


class _Rule(NamedTuple):
    """One standard, and the tree of thresholds that owes it."""

    crossed: Node
    standard: str


def meaning_of(combination: Combination) -> tuple[frozenset[frozenset[str]], frozenset[str]]:
    """Return what a combination says beside its texts and the order of its names."""
    return frozenset(map(frozenset, combination.if_all)), frozenset(combination.obliges)


def groups_tree(groups: Sequence[Sequence[str]]) -> Node:
    """Return the groups of a combination as a tree, each threshold a leaf."""
    return AllOf(
        all=tuple(
            AnyOf(
                any=tuple(
                    Fact(fact=name, says=name, crossed_if=FactTest(equals=True)) for name in group
                )
            )
            for group in groups
        )
    )


def rules_words(combinations: Sequence[Combination]) -> str:
    """Return what combinations oblige to as one line.

    >>> rules_words([Combination(says="s", if_all=(("a", "b"), ("c",)), obliges=("x", "y"))])
    '(a or b) and c obliges x, y'
    >>> rules_words([])
    'nothing'
    """
    said = (
        f"{tree_words(groups_tree(rule.if_all))} obliges {shown(rule.obliges)}"
        for rule in combinations
    )
    return "; ".join(said) or "nothing"


def appears(item: Record, *, beside: Mapping[str, Record]) -> ChangeKind:
    """Return what it means that a named item appears; where it goes, the opposite.

    An adjustment is one more way to be free of an obligation, and so is a reading that can be
    chosen instead of others, unless it owes all that one of them does. What a clause owes that
    was not there is owed until a reading is chosen.

    Args:
        item: what appears.
        beside: the other items of its kind at the same place.
    """
    if isinstance(item, Adjustment):
        return "weakened"
    if isinstance(item, Interpretation):
        return "strengthened" if item.all_combinations else "reworded"
    if isinstance(item, ClauseReading):
        others = [one for one in beside.values() if isinstance(one, ClauseReading)]
        covers = any(_cover(item.combinations, one.combinations) for one in others)
        return "changed" if covers else "weakened"
    return "added"


def rules_step(old: Sequence[Combination], *, new: Sequence[Combination]) -> Step:
    """Return how a reading's combinations changed, which differ in more than their texts."""
    more, fewer = _cover(new, old), _cover(old, new)
    kind: ChangeKind = "changed"
    if more != fewer:
        kind = "strengthened" if more else "weakened"
    return Step(kind, rules_words(old), rules_words(new))


def instead_steps(
    old: Mapping[str, Sequence[str]], *, new: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Step]]:
    """Yield, per standard that is adjusted, how what stands in for it changed.

    One more standard that can be adjusted is weaker; one more that must be met instead, stricter.
    """
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield name, Step("strengthened", shown(old[name]), "")
        elif name not in old:
            yield name, Step("weakened", "", shown(new[name]))
        else:
            yield from ((name, step) for step in more_is_stricter(old[name], new[name]))


def _cover(some: Sequence[Combination], others: Sequence[Combination]) -> bool:
    """Tell whether all that the others oblige to is obliged to by some as well."""
    return all(any(_covers(rule, other) for rule in _rules(some)) for other in _rules(others))


def _covers(rule: _Rule, other: _Rule) -> bool:
    if rule.standard != other.standard:
        return False
    return compare_ease(other.crossed, new=rule.crossed) in ("same", "easier")


def _rules(combinations: Sequence[Combination]) -> list[_Rule]:
    return [
        _Rule(groups_tree(combination.if_all), standard)
        for combination in combinations
        for standard in combination.obliges
    ]
