"""What the text about an impact needs to know of its values, wherever they are made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tierlock.core import Action, GateReason, Reason


class EffectLike(Protocol):
    """One threshold, standard or summary under two versions."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def old(self) -> str:
        """What it is under the old version; empty where that has no such thing."""

    @property
    def new(self) -> str:
        """Likewise under the new one."""

    @property
    def direction(self) -> str:
        """`more permissive`, `stricter`, `other` or `none`."""

    @property
    def related(self) -> Sequence[str]:
        """What the other version has instead."""


class VerdictEffectLike(Protocol):
    """The answer to one action under two versions."""

    @property
    def action(self) -> Action:
        """What was asked."""

    @property
    def old(self) -> str:
        """Verdict under the old version; empty where that has no such action."""

    @property
    def new(self) -> str:
        """Likewise under the new one."""

    @property
    def direction(self) -> str:
        """`more permissive`, `stricter` or `none`."""

    @property
    def reasons(self) -> Sequence[GateReason]:
        """Why it is closed, or was."""

    @property
    def dropped(self) -> Sequence[Reason]:
        """Conditions that are gone."""

    @property
    def added(self) -> Sequence[Reason]:
        """Conditions that are new."""

    @property
    def old_expires_at(self) -> datetime | None:
        """End of the old permission."""

    @property
    def new_expires_at(self) -> datetime | None:
        """End of the new permission."""


class ImpactLike(Protocol):
    """One determination under two versions."""

    @property
    def subject(self) -> str:
        """Name of the subject."""

    @property
    def old(self) -> str:
        """Name of the version that it was recorded under."""

    @property
    def new(self) -> str:
        """Name of the other version."""

    @property
    def recorded(self) -> str:
        """Digest of the determination on record."""

    @property
    def recorded_at(self) -> datetime:
        """Its instant."""

    @property
    def at(self) -> datetime:
        """The instant of both answers."""

    @property
    def drift(self) -> Sequence[str]:
        """Where the record is not reproduced."""

    @property
    def old_declared(self) -> str:
        """`before` or `after`."""

    @property
    def new_declared(self) -> str:
        """`before` or `after`."""

    @property
    def notes(self) -> Sequence[str]:
        """What a reader must know beside it."""

    @property
    def summary(self) -> Sequence[EffectLike]:
        """The label, and when it lapses."""

    @property
    def verdicts(self) -> Sequence[VerdictEffectLike]:
        """Answers to actions."""

    @property
    def thresholds(self) -> Sequence[EffectLike]:
        """Outcomes of thresholds."""

    @property
    def standards(self) -> Sequence[EffectLike]:
        """Standards that one version owes."""


class NotRedecidedLike(Protocol):
    """A determination about which nothing can be said."""

    @property
    def subject(self) -> str:
        """Name of the subject."""

    @property
    def framework(self) -> str:
        """Name of the version that it was recorded under."""

    @property
    def recorded_at(self) -> datetime:
        """Its instant."""

    @property
    def says(self) -> str:
        """Why not."""

    @property
    def hint(self) -> str:
        """What would help."""
