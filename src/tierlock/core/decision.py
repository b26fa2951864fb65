"""What is asked and what is answered: actions, decisions, work orders."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from tierlock.core.determination import FrameworkRef, Reason
from tierlock.core.instants import Instant
from tierlock.core.record import Record
from tierlock.core.subject import Digest


class Verdict(StrEnum):
    """ALLOW is the only permission; HOLD and DENY are equally closed."""

    ALLOW = "ALLOW"
    HOLD = "HOLD"
    DENY = "DENY"


class Action(Record):
    """What is asked: a named action, on a surface for an audience where the framework says so."""

    name: str
    surface: str | None = None
    audience: str | None = None


class WorkItem(Record):
    """One way forward: what to do, what it settles, at which cost.

    Attributes:
        settles: path of the finding, claim or record that it would settle.
        samples: further samples needed at the least, if every one of them is safe.
        likely_samples: samples that settle with 80 % probability if the observed rate is true.
        seconds, usd: cost where known or declared; `effort` is a declared estimate as text.
        group: items of one group belong to one way forward; all of them are needed for it.
    """

    do: str
    settles: str
    kind: Literal["evaluate", "safeguard", "attest", "declare", "sign", "review", "resolve"]
    samples: int | None = None
    likely_samples: int | None = None
    seconds: float | None = None
    usd: float | None = None
    effort: str = ""
    owner: str = ""
    group: str = ""


class GateReason(Reason):
    """Why the gate is closed: the verdict this reason alone gives, and what it is about."""

    verdict: Literal["HOLD", "DENY"]
    about: str


class Decision(Record):
    """The answer to one action, with every reason; DENY outranks HOLD.

    Attributes:
        conditions: what must hold while the permission is used (interim claims, soft clocks).
        instructs: what the framework orders while the answer is not ALLOW.
        noncompliance: entries that must be recorded once (soft clocks that ran out).
        expires_at: the permission ends here at the latest; None only when not allowed.
        rests_on: digests of everything that the permission rests on.
        readings: the chosen reading per contested clause that matters here; none while open.
    """

    verdict: Verdict
    action: Action
    framework: FrameworkRef
    subject: str
    determination: Digest
    decided_at: Instant
    reasons: tuple[GateReason, ...] = ()
    conditions: tuple[Reason, ...] = ()
    noncompliance: tuple[Reason, ...] = ()
    instructs: tuple[str, ...] = ()
    work: tuple[WorkItem, ...] = ()
    expires_at: Instant | None = None
    rests_on: tuple[Digest, ...] = ()
    readings: dict[str, tuple[str, ...]] = {}
    assurance: tuple[str, ...] = ()
