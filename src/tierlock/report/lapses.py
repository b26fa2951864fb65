"""What lapses next: the values that `tierlock expiring` shows."""

from __future__ import annotations

from typing import Literal

from tierlock.core import Action, GateReason, Instant, Period, Reason, Record

LapseKind = Literal[
    "negative records",
    "determination",
    "evidence",
    "parent",
    "attestation",
    "claim",
    "interim claim",
    "approval",
    "choice",
]
When = Literal["lapsed", "within", "later"]


class Lapse(Record):
    """One thing that lapses, and what the gate says just before and at that instant.

    The gate is asked with everything renewed that had lapsed before and mattered, so that each
    item shows what it does itself.

    Attributes:
        kind: what sort of record it is.
        what: its name.
        at: when it lapses.
        clock: what sets that instant.
        soft: whether only a soft clock runs out: a condition then, and permission until the grace
            ends.
        when: `lapsed` already, `within` the period asked about, or `later`.
        owner: who answers for it; empty where nobody is named.
        renew: what renews it.
        closes: actions that the gate allows just before and no longer then.
        also: actions that are closed for other reasons, and from then on for this one too.
        because: the gate's reasons that come with it.
        conditions: conditions under which the gate still allows from then on.
        outcomes: thresholds whose outcome changes, as `<name>: <outcome> -> <outcome>`.
        together: names of other records that lapse at the same instant and without which nothing
            would change.
    """

    kind: LapseKind
    what: str
    at: Instant
    clock: str
    soft: bool = False
    when: When
    owner: str = ""
    renew: str
    closes: tuple[Action, ...] = ()
    also: tuple[Action, ...] = ()
    because: tuple[GateReason, ...] = ()
    conditions: tuple[Reason, ...] = ()
    outcomes: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether no answer of the gate and no outcome is another one then."""
        return not (self.closes or self.also or self.conditions or self.outcomes)


class Expiring(Record):
    """Everything that lapses, soonest first, about one subject under one framework.

    Attributes:
        within: the period asked about, if one was.
        asked: every action that the gate was asked about.
        allowed: those of them that are allowed now.
        lapses: what changes an answer or an outcome.
        idle: what lapses and changes nothing: something else carries what it shows, or nobody
            asks for it.
    """

    subject: str
    framework: str
    at: Instant
    within: Period | None = None
    asked: tuple[Action, ...]
    allowed: tuple[Action, ...]
    lapses: tuple[Lapse, ...]
    idle: tuple[Lapse, ...]

    @property
    def pressing(self) -> tuple[Lapse, ...]:
        """What has lapsed, and what lapses within the period asked about."""
        return tuple(lapse for lapse in self.lapses if lapse.when != "later")
