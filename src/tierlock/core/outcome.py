"""The three outcomes and their order (spec/determination.md O-1, O-2)."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Outcome of a bad proposition, from good to bad: REACHED is always bad.

    >>> Outcome.RULED_OUT < Outcome.UNDETERMINED < Outcome.REACHED
    True
    >>> max(Outcome.RULED_OUT, Outcome.UNDETERMINED)
    <Outcome.UNDETERMINED: 'undetermined'>
    """

    RULED_OUT = "ruled_out"
    UNDETERMINED = "undetermined"
    REACHED = "reached"

    @property
    def rank(self) -> int:
        """0, 1, 2 from good to bad."""
        return _ORDER[self]

    def __lt__(self, other: str) -> bool:
        return self.rank < Outcome(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Outcome(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Outcome(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Outcome(other).rank

    @property
    def words(self) -> str:
        """The outcome as people read it: `ruled out`, `undetermined`, `reached`."""
        return self.value.replace("_", " ")


_ORDER = {Outcome.RULED_OUT: 0, Outcome.UNDETERMINED: 1, Outcome.REACHED: 2}
