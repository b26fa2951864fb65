"""What the reference engine answers: plain values, no more than the comparison needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tierlock.core import Outcome


@dataclass(frozen=True)
class Leaf:
    """One criterion: its outcome and what clauses F-2, C-5 and X-5 ask of it."""

    outcome: Outcome
    owes: bool = False
    error: bool = False
    doubtful: bool = False
    missing: bool = False
    measured: bool = False
    vetoed: bool = False
    codes: frozenset[str] = frozenset()
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One threshold."""

    outcome: Outcome
    tree: Outcome
    owes: bool
    complete: bool
    missing: bool
    measured: bool = False
    vetoed: bool = False
    contradiction: bool = False


@dataclass(frozen=True)
class Judgement:
    """A determination, as far as the reference engine goes."""

    framework: str
    subject: str
    determined_at: datetime
    lines: dict[str, Line]
    leaves: dict[str, Leaf]
    scope: Outcome | None
    safeguards: dict[str, Outcome]
    owed: frozenset[str]
    holds: frozenset[str]
    label: str
    label_if_settled: str
    union_bound: float
    expires_at: datetime | None
    soft_lapse: bool
    looked_since: datetime
    adjustments: dict[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A decision, as far as the reference engine goes; `reasons` are (code, about, verdict)."""

    verdict: str
    reasons: frozenset[tuple[str, str, str]] = frozenset()
    conditions: frozenset[str] = field(default=frozenset())
    expires_at: datetime | None = None

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(code for code, _, _ in self.reasons)
