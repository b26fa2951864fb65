"""What a framework leaves open: readings of a contested clause, and adjustments."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, model_validator

from tierlock.core.criterion import Measured, Node, Undisclosed, leaves
from tierlock.core.record import Record
from tierlock.core.threshold import Combination

ADJUSTMENT: Final = "adjusted/"
"""Path prefix of the findings that decide whether an adjustment's preconditions hold."""


class ClauseReading(Record):
    """One reading of a contested clause: what follows if the clause means this."""

    says: str = Field(min_length=1)
    combinations: tuple[Combination, ...] = ()


class Interpretation(Record):
    """A clause that can be read in several ways (spec/determination.md C-8).

    Until the roles in `by` have chosen a reading, every reading obliges.

    Attributes:
        says: the question that the readings answer.
        by: the roles that choose, all of them together.
    """

    says: str = Field(min_length=1)
    by: tuple[str, ...] = Field(min_length=1)
    readings: dict[str, ClauseReading] = Field(min_length=2)
    cite: str = ""

    @property
    def all_combinations(self) -> tuple[Combination, ...]:
        """Everything that any reading obliges to."""
        return tuple(rule for reading in self.readings.values() for rule in reading.combinations)


class Adjustment(Record):
    """Other standards instead of owed ones, under preconditions (spec/determination.md C-9).

    Attributes:
        unless: what defeats it, in the bad form: it holds only while all of this is ruled out.
        instead: the standards that may stand in, per standard that they stand in for.
        notices: duties that its use makes due.
    """

    says: str = Field(min_length=1)
    unless: Node
    instead: dict[str, tuple[str, ...]] = Field(min_length=1)
    notices: tuple[str, ...] = ()
    cite: str = ""

    @model_validator(mode="after")
    def _without_measurement(self) -> Self:
        if any(isinstance(leaf, Measured | Undisclosed) for leaf in leaves(self.unless)):
            raise ValueError("an adjustment rests on facts and attestations, not on evaluations")
        return self

    @model_validator(mode="after")
    def _never_nothing(self) -> Self:
        if not all(self.instead.values()):
            raise ValueError("a standard is adjusted to others, never to nothing")
        return self
