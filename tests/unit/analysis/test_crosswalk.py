"""What is shown between frameworks: what was stated, turned around at most, and what is open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tierlock.analysis import view_crosswalk, view_thresholds
from tierlock.core import (
    RELATIONS,
    ConceptView,
    Crosswalk,
    CrosswalkConcept,
    CrosswalkItem,
    CrosswalkRelation,
)

NAMES = ("a/x-1", "b/y-1", "c/z-1")
ITEMS = [CrosswalkItem(framework=name, id=f"T{n}") for name in NAMES for n in (1, 2)]
A, A2, B, B2, C, C2 = ITEMS


def rel(item: CrosswalkItem, relation: str, other: CrosswalkItem) -> CrosswalkRelation:
    return CrosswalkRelation.model_validate(
        {"item": item, "relation": relation, "other": other, "why": "w", "cite": "c",
         "confidence": "low"}
    )  # fmt: skip


def book(*relations: CrosswalkRelation, also: tuple[CrosswalkItem, ...] = ()) -> Crosswalk:
    concept = CrosswalkConcept(title="T", also=also, relations=relations)
    return Crosswalk(concepts={"t": concept})


def only(crosswalk: Crosswalk, *asked: str) -> ConceptView:
    (view,) = view_crosswalk(crosswalk, asked=asked)
    return view


def open_pairs(view: ConceptView) -> set[frozenset[CrosswalkItem]]:
    return {frozenset((pair.item, pair.other)) for pair in view.not_stated}


PAIRS = [(x, y) for x in ITEMS for y in ITEMS if x.framework < y.framework]


@st.composite
def books(draw: st.DrawFn) -> Crosswalk:
    chosen = draw(st.lists(st.sampled_from(PAIRS), unique=True, max_size=len(PAIRS)))
    turned = [pair if draw(st.booleans()) else pair[::-1] for pair in chosen]
    return book(
        *(rel(x, draw(st.sampled_from(RELATIONS)), y) for x, y in turned), also=tuple(ITEMS)
    )


@given(books(), st.permutations(NAMES), st.integers(0, 2))
def test_composition_is_never_claimed(crosswalk: Crosswalk, names: list[str], count: int) -> None:
    asked = tuple(names[:count])
    stated = crosswalk.concepts["t"].relations
    both = [*stated, *(one.inverse() for one in stated)]
    views = view_crosswalk(crosswalk, asked=asked)
    assert all(one in both for view in views for one in view.relations)
    known = {frozenset((one.item, one.other)) for one in stated}
    asked_pairs = {
        frozenset(pair) for pair in PAIRS if set(asked) <= {end.framework for end in pair}
    }
    shown = {frozenset((one.item, one.other)) for view in views for one in view.relations}
    opened = {pair for view in views for pair in open_pairs(view)}
    # Every pair asked about is shown once: with what was stated, or as open.
    assert shown == known & asked_pairs
    assert opened == asked_pairs - known


@given(books())
def test_seen_from_the_other_side_each_relation_is_its_inverse(crosswalk: Crosswalk) -> None:
    there = [
        one for v in view_crosswalk(crosswalk, asked=("a/x-1", "b/y-1")) for one in v.relations
    ]
    back = [one for v in view_crosswalk(crosswalk, asked=("b/y-1", "a/x-1")) for one in v.relations]
    assert back == [one.inverse() for one in there]
    assert all(one.item.framework == "a/x-1" for one in there)


def test_a_chain_of_subsets_leaves_its_ends_open() -> None:
    view = only(book(rel(A, "subset", B), rel(B, "subset", C)))
    assert open_pairs(view) == {frozenset((A, C))}


def test_one_framework_is_seen_from_its_own_side() -> None:
    view = only(book(rel(B, "subset", A), rel(B, "intersects", C)), "a/x-1")
    assert view.relations == (rel(A, "superset", B),)
    assert open_pairs(view) == {frozenset((A, C))}


def test_no_counterpart_in_a_framework_closes_its_pairs_in_every_concept() -> None:
    crosswalk = Crosswalk(
        concepts={
            "first": CrosswalkConcept(title="1", relations=(rel(A, "none", B.whole),)),
            "second": CrosswalkConcept(title="2", also=(A, B, C)),
        }
    )
    first, second = view_crosswalk(crosswalk)
    assert not first.not_stated
    assert open_pairs(second) == {frozenset((A, C)), frozenset((B, C))}


def test_a_concept_that_says_nothing_about_the_question_is_left_out() -> None:
    assert view_crosswalk(book(rel(A, "equal", B)), asked=("c/z-1",)) == ()


def test_a_commitment_is_held_against_each_item_and_a_whole_framework_can_be_open() -> None:
    promise = CrosswalkItem(framework="s/t", kind="commitment", id="I")
    view = only(book(rel(A, "subset", promise), also=(promise, B, C.whole)))
    assert open_pairs(view) == {frozenset((promise, B)), frozenset((promise, C.whole))}
    assert {pair.item for pair in only(book(also=(B, promise)), "s/t").not_stated} == {promise}


def test_thresholds_of_several_are_what_each_pair_says() -> None:
    standard = CrosswalkItem(framework="b/y-1", kind="standard", id="S")
    crosswalk = book(rel(B, "subset", A), rel(B2, "none", C.whole), rel(standard, "subset", C2))
    (view,) = view_thresholds(crosswalk, frameworks=("a/x-1", "c/z-1", "b/y-1"))
    # Seen from the framework named first; what has no counterpart is the line, on either side.
    assert view.relations == (rel(A, "superset", B), rel(B2, "none", C.whole))
    ends = {item for pair in view.not_stated for item in (pair.item, pair.other)}
    assert standard not in ends
    assert view_thresholds(crosswalk, frameworks=("a/x-1",)) == ()


@given(books(), st.permutations(NAMES))
def test_thresholds_of_all_are_everything_stated_once(
    crosswalk: Crosswalk, names: list[str]
) -> None:
    views = view_thresholds(crosswalk, frameworks=tuple(names))
    found = [one for view in views for one in view.relations]
    stated = crosswalk.concepts["t"].relations
    assert len(found) == len(stated)
    assert all(one in stated or one.inverse() in stated for one in found)
