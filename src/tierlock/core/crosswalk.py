"""How lines of one framework relate to lines of another: typed, directional, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self, get_args

from pydantic import Field, model_validator

from tierlock.core.record import Record

Relation = Literal["equal", "subset", "superset", "intersects", "none"]
"""What the first of two items is to the second; `none`: it has no counterpart there."""
RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)
_INVERSE: Final[Mapping[Relation, Relation]] = {
    "equal": "equal",
    "subset": "superset",
    "superset": "subset",
    "intersects": "intersects",
    "none": "none",
}


def inverse_of(relation: Relation) -> Relation:
    """Return what B is to A where A is `relation` to B.

    >>> inverse_of("subset")
    'superset'
    """
    return _INVERSE[relation]


class CrosswalkItem(Record):
    """One end of a relation.

    Attributes:
        framework: `publisher/name-version` of a framework, or the name of another source.
        kind: what `id` names there; `framework` is the whole of it, which has no id.
        id: the name of the threshold, standard, tier or commitment.
    """

    framework: str = Field(min_length=1)
    kind: Literal["threshold", "standard", "tier", "commitment", "framework"] = "threshold"
    id: str = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.kind == "framework") == bool(self.id):
            raise ValueError("`id` names the item, and the whole framework has none")
        return self

    @property
    def whole(self) -> CrosswalkItem:
        """The framework or source that the item belongs to."""
        return CrosswalkItem(framework=self.framework, kind="framework")


class CrosswalkRelation(Record):
    """What one item is to another, as somebody judged it.

    Attributes:
        item: the first end.
        relation: what `item` is to `other`.
        other: the second end.
        why: the reason, and where it is not `equal`, what keeps the two apart.
        cite: the clauses that were compared.
        confidence: how sure the judgement is.
    """

    item: CrosswalkItem
    relation: Relation
    other: CrosswalkItem
    why: str = Field(min_length=1)
    cite: str = Field(min_length=1)
    confidence: Literal["high", "medium", "low"]

    @model_validator(mode="after")
    def _between_two(self) -> Self:
        if self.item.framework == self.other.framework:
            raise ValueError("`other` belongs to the same framework: a relation is between two")
        if self.relation != "none" and "framework" in {self.item.kind, self.other.kind}:
            raise ValueError("`relation` to a whole framework can only be `none`")
        return self

    def inverse(self) -> CrosswalkRelation:
        """Return the same judgement as seen from the other end."""
        changes = {
            "item": self.other,
            "relation": inverse_of(self.relation),
            "other": self.item,
        }
        return self.model_copy(update=changes)


class CrosswalkConcept(Record):
    """What items of several frameworks are about, and what they are to each other.

    Attributes:
        also: items that are about the same, whether or not a relation names them too.
    """

    title: str = Field(min_length=1)
    also: tuple[CrosswalkItem, ...] = ()
    relations: tuple[CrosswalkRelation, ...] = ()

    def items(self) -> tuple[CrosswalkItem, ...]:
        """Return the items that the concept brings together.

        A whole framework is one only where `also` lists it, not where a relation ends in it.
        """
        ends = (end for stated in self.relations for end in (stated.item, stated.other))
        return tuple(dict.fromkeys((*self.also, *(end for end in ends if end.kind != "framework"))))


class CrosswalkSource(Record):
    """A document with commitments that is not a framework of one publisher."""

    title: str = Field(min_length=1)
    says: str = ""
    cite: str = ""
    commitments: dict[str, str] = Field(min_length=1)


class Crosswalk(Record):
    """One or several crosswalk files; concepts by id, in the order to show them."""

    sources: dict[str, CrosswalkSource] = {}
    concepts: dict[str, CrosswalkConcept] = {}


class CrosswalkPair(Record):
    """Two items of one concept about which nobody stated anything."""

    item: CrosswalkItem
    other: CrosswalkItem


class ConceptView(Record):
    """A concept as seen from the frameworks asked about.

    Attributes:
        relations: what was stated, turned so that `item` is on the side asked about first.
        not_stated: pairs that nobody wrote down; never to be read as `none`.
    """

    concept: str
    title: str
    relations: tuple[CrosswalkRelation, ...] = ()
    not_stated: tuple[CrosswalkPair, ...] = ()
