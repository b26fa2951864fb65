"""Relations between items: which exist, what they are from the other end, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tierlock.core import RELATIONS, CrosswalkItem, CrosswalkRelation, inverse_of

A = CrosswalkItem(framework="a/x-1", id="T1")
B = CrosswalkItem(framework="b/y-1", id="T2")
WHOLE = CrosswalkItem(framework="b/y-1", kind="framework")


def relation(
    item: CrosswalkItem = A, *, kind: str = "intersects", other: CrosswalkItem = B
) -> CrosswalkRelation:
    values = {"item": item, "relation": kind, "other": other}
    return CrosswalkRelation.model_validate(
        {**values, "why": "differs", "cite": "section 1", "confidence": "low"}
    )


@given(st.sampled_from(RELATIONS))
def test_the_inverse_of_the_inverse_is_the_relation(kind: str) -> None:
    stated = relation(kind=kind)
    assert stated.inverse().inverse() == stated
    assert (stated.inverse().item, stated.inverse().other) == (B, A)
    assert inverse_of(inverse_of(stated.relation)) == stated.relation


def test_only_containment_has_a_direction() -> None:
    assert {kind: inverse_of(kind) for kind in RELATIONS if inverse_of(kind) != kind} == {
        "subset": "superset",
        "superset": "subset",
    }


def test_a_relation_is_between_two_frameworks() -> None:
    with pytest.raises(ValidationError, match="between two"):
        relation(other=CrosswalkItem(framework="a/x-1", id="T9"))


@pytest.mark.parametrize("kind", [kind for kind in RELATIONS if kind != "none"])
def test_a_whole_framework_is_no_end_of_another_relation(kind: str) -> None:
    assert relation(kind="none", other=WHOLE).inverse().item == WHOLE
    for stated in ((A, WHOLE), (WHOLE, A)):
        with pytest.raises(ValidationError, match="can only be `none`"):
            relation(stated[0], kind=kind, other=stated[1])


@pytest.mark.parametrize("values", [{"kind": "framework", "id": "x"}, {"kind": "tier"}, {}])
def test_an_item_has_an_id_and_a_whole_framework_has_none(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="`id` names the item"):
        CrosswalkItem.model_validate({"framework": "a/x-1", **values})
