"""The test language: measured, attested and fact criteria under strong Kleene connectives.

The proposition is always the bad one: the subject crosses, or the safeguard falls short
(spec/determination.md O-1).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, cast

from pydantic import Discriminator, Field, Tag, model_validator

from tierlock.core.bound import AsPublished, Basis, Correction, Estimand, Inheritance
from tierlock.core.instants import Period
from tierlock.core.record import Record
from tierlock.core.subject import FactValue, Part


class Measured(Record):
    """A criterion that evidence decides through a confidence bound.

    Exactly one pair of bounds is given. Where higher is worse: `rule_out_below` and, if there is
    a grey zone, `rule_in_above`. Where lower is worse: `rule_out_above` and `rule_in_below`.

    Attributes:
        decides: which outcomes it can have; a `rule_out` instrument (a canary) that is crossed
            only loses its say, and shows nothing (spec/determination.md M-15).
    """

    evaluation: str
    id: str | None = None
    says: str = ""
    estimand: Estimand = Estimand()
    polarity: Literal["danger", "protection"] = "danger"
    decides: Literal["both", "rule_out", "rule_in"] = "both"
    rule_out_below: float | None = None
    rule_in_above: float | None = None
    rule_out_above: float | None = None
    rule_in_below: float | None = None
    elicitation_factor: Correction | None = None
    buffer: Correction | None = None
    guarantee: Literal["default", "proved"] = "default"
    basis: Basis
    reason: str = ""
    cite: str = ""
    as_published: AsPublished | None = None
    inherit: Inheritance | None = None

    @model_validator(mode="after")
    def _bounds_agree(self) -> Self:
        below = (self.rule_out_below, self.rule_in_above)
        above = (self.rule_out_above, self.rule_in_below)
        if (self.rule_out_below is None) == (self.rule_out_above is None):
            raise ValueError("give exactly one of `rule_out_below` and `rule_out_above`")
        if self.rule_out_below is not None and above != (None, None):
            raise ValueError("`rule_out_below` goes with `rule_in_above`, not `rule_in_below`")
        if self.rule_out_above is not None and below != (None, None):
            raise ValueError("`rule_out_above` goes with `rule_in_below`, not `rule_in_above`")
        if self.higher_is_worse and self.rule_out_bound > self.rule_in_bound:
            raise ValueError("`rule_out_below` exceeds `rule_in_above`: both could hold")
        if not self.higher_is_worse and self.rule_out_bound < self.rule_in_bound:
            raise ValueError("`rule_out_above` is under `rule_in_below`: both could hold")
        if self.elicitation_factor is not None and self.elicitation_factor.value < 1:
            raise ValueError("`elicitation_factor` is at least 1")
        if self.buffer is not None and self.buffer.value < 0:
            raise ValueError("`buffer` is at least 0")
        if self.basis == "published" and not self.cite:
            raise ValueError("a published bound needs a citation in `cite`")
        return self

    @property
    def name(self) -> str:
        """The criterion's id within its threshold or standard."""
        return self.id or self.evaluation

    @property
    def higher_is_worse(self) -> bool:
        """Direction of danger, as the bounds state it."""
        return self.rule_out_below is not None

    @property
    def rule_out_bound(self) -> float:
        """The limit that the confidence bound must clear for a rule-out, before corrections."""
        if self.rule_out_below is not None:
            return self.rule_out_below
        return cast("float", self.rule_out_above)  # the validator saw exactly one of them

    @property
    def rule_in_bound(self) -> float:
        """The limit that the other confidence bound must clear for a rule-in."""
        bound = self.rule_in_above if self.higher_is_worse else self.rule_in_below
        return self.rule_out_bound if bound is None else bound


class Undisclosed(Record):
    """A criterion whose bound the publisher keeps to itself: nobody else can settle it (M-16)."""

    undisclosed: Literal[True]
    evaluation: str
    id: str | None = None
    says: str = ""
    basis: Literal["published"] = "published"
    reason: str = ""
    cite: str = Field(min_length=1)

    @property
    def name(self) -> str:
        """The criterion's id within its threshold or standard."""
        return self.id or self.evaluation


class Attested(Record):
    """A criterion that a named role decides by an attestation over named digests."""

    attested: str
    says: str = Field(min_length=1)
    by: str
    over: tuple[Part, ...] = ("weights",)
    max_age: Period | None = None
    cite: str = ""

    @property
    def name(self) -> str:
        """The criterion's id within its threshold or standard."""
        return self.attested


class FactTest(Record):
    """When a declared fact makes the bad proposition true; exactly one test is given."""

    equals: FactValue | None = None
    at_least: float | None = None
    below: float | None = None
    one_of: tuple[FactValue, ...] | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        given = [self.equals, self.at_least, self.below, self.one_of]
        if sum(test is not None for test in given) != 1:
            raise ValueError("give exactly one of `equals`, `at_least`, `below`, `one_of`")
        return self


class Fact(Record):
    """A criterion that a declared fact decides; an undeclared fact is unknown."""

    fact: str
    says: str = Field(min_length=1)
    crossed_if: FactTest
    id: str | None = None
    basis: Basis = "proposal"
    cite: str = ""

    @property
    def name(self) -> str:
        """The criterion's id within its threshold or standard."""
        return self.id or self.fact


Criterion = Measured | Undisclosed | Attested | Fact


class AnyOf(Record):
    """Crossed if at least one branch is; ruled out only when every branch is."""

    any: tuple[Node, ...] = Field(min_length=1)


class AllOf(Record):
    """Crossed only if every branch is; ruled out when one branch is."""

    all: tuple[Node, ...] = Field(min_length=1)


class AtLeast(Record):
    """Crossed if at least k of M branches are (1 <= k <= M)."""

    at_least: int = Field(ge=1)
    of: tuple[Node, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _k_of_m(self) -> Self:
        if self.at_least > len(self.of):
            raise ValueError(f"at_least({self.at_least}) of {len(self.of)}: need 1 <= k <= M")
        return self


_KINDS = ("any", "all", "at_least", "undisclosed", "evaluation", "attested", "fact")


def _kind(value: object) -> str | None:
    if isinstance(value, Record):
        return next((key for key in _KINDS if key in type(value).model_fields), None)
    if isinstance(value, dict):
        return next((key for key in _KINDS if key in value or _camel(key) in value), None)
    return None


def _camel(key: str) -> str:
    return "atLeast" if key == "at_least" else key


Node = Annotated[
    Annotated[AnyOf, Tag("any")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[Undisclosed, Tag("undisclosed")]
    | Annotated[Measured, Tag("evaluation")]
    | Annotated[Attested, Tag("attested")]
    | Annotated[Fact, Tag("fact")],
    Discriminator(
        _kind,
        custom_error_type="criterion_kind",
        custom_error_message="a criterion needs one of `any`, `all`, `at_least`, `evaluation`, "
        "`attested`, `fact`",
    ),
]

AnyOf.model_rebuild()
AllOf.model_rebuild()
AtLeast.model_rebuild()


def children(node: AnyOf | AllOf | AtLeast) -> tuple[Node, ...]:
    """Return the branches of a connective, in order."""
    if isinstance(node, AnyOf):
        return node.any
    return node.all if isinstance(node, AllOf) else node.of


def needed(node: AnyOf | AllOf | AtLeast) -> int:
    """Return k: how many branches must be crossed for the node to be (any 1, all M)."""
    if isinstance(node, AnyOf):
        return 1
    return len(node.all) if isinstance(node, AllOf) else node.at_least


def leaves(node: Node) -> tuple[Criterion, ...]:
    """Return the criteria of a tree, left to right."""
    if isinstance(node, AnyOf | AllOf | AtLeast):
        return tuple(leaf for child in children(node) for leaf in leaves(child))
    return (node,)
