"""Values: a permit, and the status without which no permit counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple


class Head(NamedTuple):
    """The size and root of a ledger.

    Attributes:
        origin: which ledger.
        size: how many entries.
        root: hex of the Merkle root over them.
    """

    origin: str
    size: int
    root: str


class Condition(NamedTuple):
    """What must hold while the permit is used: its code, and what it says."""

    code: str
    says: str


class Permit(NamedTuple):
    """This subject may do this, for a while.

    Attributes:
        id: digest of the statement; what a revocation names.
        subject: the subject's name; it identifies nothing.
        parts: digest of each part of the subject that must be live, weights always.
        action, surface, audience: what is permitted; None where the action has none.
        framework, framework_digest: under which framework.
        determination: identity of the determination that it rests on.
        decision: digest of the decision.
        conditions: what must hold meanwhile.
        issued_at, not_before, expires_at: its times; the end is not part of it.
        head: the ledger when it was issued, decision included.
    """

    id: str
    subject: str
    parts: Mapping[str, str]
    action: str
    surface: str | None
    audience: str | None
    framework: str
    framework_digest: str
    determination: str
    decision: str
    conditions: tuple[Condition, ...]
    issued_at: datetime
    not_before: datetime
    expires_at: datetime
    head: Head


class Status(NamedTuple):
    """Which permits hold and which do not any more, by a ledger that has not been rolled back.

    Attributes:
        head: the ledger when the status was issued.
        standing: ids of the permits that hold; one that is not among them does not.
        revoked: ids of permits that somebody revoked.
        revoked_subjects: digests of parts; no permit that names one holds.
        closed: ids of permits that the gate would not allow any more.
        issued_at, expires_at: the time in which it counts; the end is not part of it.
    """

    head: Head
    standing: frozenset[str]
    revoked: frozenset[str]
    revoked_subjects: frozenset[str]
    closed: frozenset[str]
    issued_at: datetime
    expires_at: datetime
