"""What a crosswalk says between the frameworks asked about, and which pairs it leaves open.

Nothing is concluded: a relation is shown as it was stated or turned around, and two relations
never make a third. These are judgements about texts, not about sets that anybody counted.
"""

from __future__ import annotations

from itertools import combinations

from tierlock.core import (
    ConceptView,
    Crosswalk,
    CrosswalkConcept,
    CrosswalkItem,
    CrosswalkPair,
    CrosswalkRelation,
)

_Pair = tuple[CrosswalkItem, CrosswalkItem]


def view_crosswalk(crosswalk: Crosswalk, *, asked: tuple[str, ...] = ()) -> tuple[ConceptView, ...]:
    """Return the concepts that say something between the frameworks in `asked`.

    Args:
        crosswalk: what was stated.
        asked: names of frameworks or sources. None: everything as it was stated; one: it against
            all others, seen from it; two: between them, seen from the first.
    """
    stated = _both_ways(crosswalk)
    views = (
        _view(name, concept=concept, asked=asked, stated=stated)
        for name, concept in crosswalk.concepts.items()
    )
    return tuple(view for view in views if view.relations or view.not_stated)


def view_thresholds(
    crosswalk: Crosswalk, *, frameworks: tuple[str, ...]
) -> tuple[ConceptView, ...]:
    """Return what is stated, and what is not, between thresholds of any two of `frameworks`.

    Args:
        crosswalk: what was stated.
        frameworks: names; a relation is seen from the one that comes first here, and `none` in a
            whole framework from the line that has no counterpart there.
    """
    found: dict[str, ConceptView] = {}
    for pair in combinations(frameworks, 2):
        for view in view_crosswalk(crosswalk, asked=pair):
            earlier = found.get(view.concept, ConceptView(concept=view.concept, title=view.title))
            stated = (
                # What has no counterpart is the line, not the whole framework that lacks one.
                one.inverse() if one.item.kind == "framework" else one
                for one in view.relations
                if _on_lines(one)
            )
            found[view.concept] = earlier.model_copy(
                update={
                    "relations": (*earlier.relations, *stated),
                    "not_stated": (*earlier.not_stated, *filter(_on_lines, view.not_stated)),
                }
            )
    views = (found[name] for name in crosswalk.concepts if name in found)
    return tuple(view for view in views if view.relations or view.not_stated)


def _on_lines(pair: CrosswalkRelation | CrosswalkPair) -> bool:
    """Tell whether both ends are thresholds, or one is and the other has nothing like it."""
    return {pair.item.kind, pair.other.kind} <= {"threshold", "framework"}


def _view(
    name: str, *, concept: CrosswalkConcept, asked: tuple[str, ...], stated: set[_Pair]
) -> ConceptView:
    turned = (_turned(one, asked) for one in concept.relations)
    return ConceptView(
        concept=name,
        title=concept.title,
        relations=tuple(one for one in turned if one is not None),
        not_stated=tuple(
            CrosswalkPair(item=item, other=other)
            for item, other in _pairs(concept.items(), asked)
            if not _is_stated(item, other, stated)
        ),
    )


def _both_ways(crosswalk: Crosswalk) -> set[_Pair]:
    """Return the pairs that any concept states something about, from both ends."""
    ends = [
        (one.item, one.other)
        for concept in crosswalk.concepts.values()
        for one in concept.relations
    ]
    return {pair for item, other in ends for pair in ((item, other), (other, item))}


def _turned(stated: CrosswalkRelation, asked: tuple[str, ...]) -> CrosswalkRelation | None:
    """Return the relation as seen from the first framework asked about; None if it is not asked."""
    ends = (stated.item.framework, stated.other.framework)
    if not set(asked) <= set(ends):
        return None
    return stated.inverse() if asked and ends[0] != asked[0] else stated


def _pairs(items: tuple[CrosswalkItem, ...], asked: tuple[str, ...]) -> list[_Pair]:
    """Return the pairs of items from two different frameworks that are asked about.

    Where a concept is a commitment, it is held against each item, and those not against each other.
    """
    pairs = [(a, b) for a, b in combinations(items, 2) if a.framework != b.framework]
    if any(item.kind == "commitment" for item in items):
        pairs = [pair for pair in pairs if "commitment" in {end.kind for end in pair}]
    pairs = [(a, b) for a, b in pairs if set(asked) <= {a.framework, b.framework}]
    return [(b, a) if asked and a.framework != asked[0] else (a, b) for a, b in pairs]


def _is_stated(item: CrosswalkItem, other: CrosswalkItem, stated: set[_Pair]) -> bool:
    """Tell whether somebody stated something about two items, or that one has no counterpart."""
    pairs = (
        (item, other),
        (item, other.whole),
        (item.whole, other),
        (item.whole, other.whole),
    )
    return any(pair in stated for pair in pairs)
