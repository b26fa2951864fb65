"""What one determination is about: the inputs that every step reads and none changes."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tierlock.core import (
    Attestation,
    Determination,
    Evidence,
    Framework,
    Negatives,
    Plan,
    RunRegister,
    SpentAlpha,
    Subject,
    add_period,
)


class Case(NamedTuple):
    """The inputs of one determination, checked and without duplicates."""

    framework: Framework
    plan: Plan
    evidence: tuple[Evidence, ...]
    subject: Subject
    at: datetime
    register: RunRegister
    attestations: tuple[Attestation, ...]
    negatives: Negatives
    history: tuple[SpentAlpha, ...]
    parent: Determination | None

    def alpha_spent(self, threshold: str) -> bool:
        """Tell whether earlier weights of this lineage used up the period's budget (E-2)."""
        control = self.framework.error_control
        mine = self.subject.parts.weights or self.subject.name
        others = {
            entry.weights
            for entry in self.history
            if entry.threshold == threshold
            and entry.lineage == self.subject.lineage_id
            and entry.weights != mine
            and self.at < add_period(entry.spent_at, period=control.period)
        }
        return len(others) >= control.checkpoints
