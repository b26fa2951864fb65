"""A capability line: its clause, its tree, its presumption, and what it obliges to with others."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from tierlock.core.criterion import Measured, Node, Undisclosed, leaves
from tierlock.core.record import Record
from tierlock.core.rules import Modality

Precaution = Literal["treat_as_reached", "hold"]
PRESUMPTION: Final = "presumed/"
"""Path prefix of the findings that decide whether a threshold's presumption holds."""


class About(Record):
    """The clause of a threshold in parts: who is helped, compared with what, at what, how much."""

    actor: str = ""
    baseline: str = ""
    task: str = ""
    degree: str = ""
    harm: str = ""
    signal: Literal["leading", "lagging", ""] = ""


class Presumption(Record):
    """When a threshold that nobody measured is taken as ruled out (spec/determination.md F-4).

    Attributes:
        unless: facts and attestations that defeat it; undecided ones defeat it too.
    """

    says: str = Field(min_length=1)
    unless: Node
    cite: str = ""

    @model_validator(mode="after")
    def _without_measurement(self) -> Self:
        if any(isinstance(leaf, Measured | Undisclosed) for leaf in leaves(self.unless)):
            raise ValueError("a presumption rests on facts and attestations, not on evaluations")
        return self


class Combination(Record):
    """Standards that thresholds oblige to only together (spec/determination.md C-7).

    Attributes:
        if_all: groups of thresholds; of each group one must be crossed.
    """

    says: str = Field(min_length=1)
    if_all: tuple[tuple[str, ...], ...] = Field(min_length=1)
    obliges: tuple[str, ...] = Field(min_length=1)
    cite: str = ""

    @model_validator(mode="after")
    def _no_empty_group(self) -> Self:
        if not all(self.if_all):
            raise ValueError("a group of `if_all` names no threshold")
        return self


class Threshold(Record):
    """A capability line and the obligations that follow when it is not ruled out.

    Attributes:
        kind: a `critical` line, an early signal that is `tracked`, an `alert` set before a critical
            line, a `checkpoint` on the way, or a `research` matter that obliges only together.
    """

    domain: str
    tier: str
    says: str = Field(min_length=1)
    kind: Literal["critical", "tracked", "alert", "checkpoint", "research"] = "critical"
    about: About = About()
    modality: Modality = "must"
    cite: str = ""
    obliges: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    precaution: Precaution | None = None
    rule_out: float | None = Field(default=None, gt=0, le=0.2)
    presumed_out: Presumption | None = None
    crossed_if: Node
