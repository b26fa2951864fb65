"""One question to the gate, and the answer as it is drafted clause by clause."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tierlock.core import (
    Action,
    ActionRule,
    Claim,
    Determination,
    Framework,
    GateReason,
    Negative,
    Negatives,
    Reason,
    Subject,
)


class Ask(NamedTuple):
    """The inputs of one decision."""

    framework: Framework
    determination: Determination
    name: str
    subject: Subject
    action: Action
    rule: ActionRule
    at: datetime
    claims: tuple[Claim, ...]
    negatives: Negatives


class Draft:
    """Reasons, conditions and ends, gathered while the clauses are checked one by one."""

    def __init__(self) -> None:
        self.reasons: list[GateReason] = []
        self.conditions: list[Reason] = []
        self.ends: list[datetime] = []

    def hold(self, code: str, *, says: str, about: str) -> None:
        """Add a reason that alone gives HOLD."""
        self.reasons.append(GateReason(code=code, says=says, about=about, verdict="HOLD"))

    def deny(self, code: str, *, says: str, about: str) -> None:
        """Add a reason that alone gives DENY."""
        self.reasons.append(GateReason(code=code, says=says, about=about, verdict="DENY"))

    def take(self, found: Draft) -> None:
        """Add everything that was found elsewhere."""
        self.reasons += found.reasons
        self.conditions += found.conditions
        self.ends += found.ends

    def end(self, instant: datetime | None) -> None:
        """Note an instant at which the permission ends, if there is one."""
        if instant is not None:
            self.ends.append(instant)


def open_records(ask: Ask, *, kind: str) -> list[Negative]:
    """Return the unresolved negative records of a kind about the subject."""
    return [
        record
        for record in ask.negatives.records
        if record.kind == kind
        and record.resolved_at is None
        and ask.subject.answers_to(record.subject)
    ]
