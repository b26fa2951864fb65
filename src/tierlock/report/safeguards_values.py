"""What is known about safeguards, as the safeguard reports and the OSCAL export want it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from tierlock.core import (
    Action,
    Claim,
    Determination,
    Explanation,
    Framework,
    Outcome,
    Owed,
    Reason,
    SafeguardCriterion,
    Subject,
)

State = Literal["met", "pending", "missing", "incomplete", "failed", "expired"]
"""`incomplete`: claimed, but a path, a test or evidence is lacking."""
STATES: Final[tuple[State, ...]] = (
    "failed",
    "expired",
    "missing",
    "pending",
    "incomplete",
    "met",
)
"""From what needs somebody first to what needs nobody."""


@dataclass(frozen=True, kw_only=True)
class CellView:
    """A traffic path where it runs, and whether claims that count cover it."""

    surface: str
    path: str
    environment: str | None
    covered: bool


@dataclass(frozen=True, kw_only=True)
class SafeguardView:
    """One criterion of an owed standard, and how it stands.

    Attributes:
        path: `<standard>:<criterion>`.
        state: the worst over the actions asked about.
        reasons: why it is not met, over those actions.
        conditions: what its being met rests on.
        until: when it lapses as things stand; None is never, or not met now.
        cells: paths and environments that claims must cover together.
        closes: actions that it keeps closed by itself or with others.
        met_for: actions for which it is met.
        tested: outcome of its test; None without a test.
        claims: claims on record for it.
    """

    path: str
    criterion: SafeguardCriterion
    binding: bool
    state: State
    reasons: tuple[Reason, ...]
    conditions: tuple[Reason, ...]
    until: datetime | None
    cells: tuple[CellView, ...]
    closes: tuple[str, ...]
    met_for: tuple[str, ...]
    tested: Outcome | None
    claims: tuple[Claim, ...]

    @property
    def owner(self) -> str:
        """Who answers for it by the newest claim that says so; empty where nobody does."""
        named = [claim for claim in self.claims if claim.owner]
        return max(named, key=lambda claim: claim.claimed_at).owner if named else ""


@dataclass(frozen=True, kw_only=True)
class ActionView:
    """An action, the safeguards that bind it, and what else keeps it closed."""

    action: Action
    standards: tuple[str, ...]
    verdict: str
    others: int


@dataclass(frozen=True, kw_only=True)
class SafeguardsReport:
    """Everything about the safeguards of one subject at one instant.

    Attributes:
        actions: the actions asked about.
        owed: standards that are owed and bind one of them, in the framework's order.
        safeguards: their criteria.
        unmeetable: owed standards that nobody can meet.
        hours: hours of attack behind each finding whose evaluation counts them.
    """

    framework: Framework
    subject: Subject
    determination: Determination
    explanation: Explanation
    at: datetime
    actions: tuple[ActionView, ...]
    owed: tuple[Owed, ...]
    safeguards: tuple[SafeguardView, ...]
    unmeetable: tuple[str, ...]
    hours: Mapping[str, float]

    def of(self, standard: str) -> tuple[SafeguardView, ...]:
        """Return the criteria of one standard."""
        return tuple(view for view in self.safeguards if view.path.startswith(f"{standard}:"))
