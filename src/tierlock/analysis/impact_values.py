"""Values of an impact: one recorded determination under two framework versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from tierlock.core import (
    Action,
    Decision,
    Determination,
    Digest,
    Framework,
    GateReason,
    Instant,
    Reason,
    Record,
    Verdict,
)

Direction = Literal["more permissive", "stricter", "other", "none"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("more permissive", "stricter", "other", "none")


class Answered(NamedTuple):
    """What one framework version makes of what was known."""

    framework: Framework
    determination: Determination
    decisions: Mapping[Action, Decision]


class Effect(Record):
    """One threshold, standard or summary under two versions.

    Attributes:
        name: its name.
        old: what it is under the old version; empty where that version has no such thing.
        new: likewise under the new one.
        related: what the crosswalk says that the other version has instead.
    """

    name: str
    old: str
    new: str
    direction: Direction
    related: tuple[str, ...] = ()


class VerdictEffect(Record):
    """The answer to one action under two versions.

    Attributes:
        old: verdict under the old version; empty where that version has no such action.
        new: likewise under the new one.
        reasons: why the gate is closed: under the new version, or, if it is open there, before.
        dropped: conditions of the old permission that the new one lacks.
        added: conditions that only the new permission has.
        old_expires_at: end of the old permission.
        new_expires_at: end of the new permission.
    """

    action: Action
    old: Verdict | Literal[""]
    new: Verdict | Literal[""]
    direction: Direction
    reasons: tuple[GateReason, ...] = ()
    dropped: tuple[Reason, ...] = ()
    added: tuple[Reason, ...] = ()
    old_expires_at: Instant | None = None
    new_expires_at: Instant | None = None


class Impact(Record):
    """One recorded determination, decided again under its own version and under another one.

    Attributes:
        old: name of the version that it was recorded under.
        new: name of the other version.
        recorded: digest of the determination on record; recorded_at: its instant.
        at: the instant of both answers.
        drift: where the old answer, computed again, is not what is on record.
        old_declared: whether the plan that counts was declared before the runs, or after.
        notes: what a reader must know beside it.
        summary: the label, and when the first finding lapses that a rule-out rests on.
    """

    subject: str
    old: str
    new: str
    recorded: Digest
    recorded_at: Instant
    at: Instant
    drift: tuple[str, ...] = ()
    old_declared: Literal["before", "after"]
    new_declared: Literal["before", "after"]
    notes: tuple[str, ...] = ()
    summary: tuple[Effect, ...]
    verdicts: tuple[VerdictEffect, ...]
    thresholds: tuple[Effect, ...]
    standards: tuple[Effect, ...]

    def count(self, direction: Direction) -> int:
        """Return how many answers moved this way."""
        effects = (*self.summary, *self.thresholds, *self.standards)
        ways = [effect.direction for effect in effects]
        return (ways + [effect.direction for effect in self.verdicts]).count(direction)

    @property
    def flips(self) -> int:
        """How many answers differ."""
        return sum(self.count(direction) for direction in DIRECTIONS if direction != "none")


class NotRedecided(Record):
    """A recorded determination about which nothing can be said.

    Attributes:
        framework: name of the version that it was recorded under.
        says: why not.
        hint: what would help.
    """

    subject: str
    framework: str
    recorded: Digest
    recorded_at: Instant
    says: str
    hint: str
