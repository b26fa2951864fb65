"""The official ruling beside the computed determination: the gate uses the worse one (G-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tierlock.core import (
    Determination,
    Framework,
    Outcome,
    Reason,
    Ruling,
    Subject,
    ThresholdFinding,
)
from tierlock.policy.leeway import signed_by_all


class Effective(NamedTuple):
    """The outcomes that bind the gate, and whether a required ruling is there."""

    outcomes: Mapping[str, Outcome]
    notes: tuple[Reason, ...]
    ruling: Ruling | None
    official: bool


def effective_outcomes(
    determination: Determination,
    *,
    determination_digest: str,
    subject: Subject,
    framework: Framework,
    rulings: Iterable[Ruling],
) -> Effective:
    """Return, per threshold, the worse of determination and the rulings that stand.

    Args:
        determination: the computed outcomes.
        determination_digest: its identity; only a ruling on exactly this may be laxer.
        subject: the subject, with the names it answers to.
        framework: its ruling rule names the roles.
        rulings: every ruling on this subject. One that all roles signed takes the place of the
            earlier ones; whatever is later, or all of them without such a one, stands beside it.
    """
    computed = {found.threshold: found for found in determination.thresholds}
    standing = _standing(rulings, subject=subject, framework=framework)
    official = bool(standing) and all(
        ruling.determination == determination_digest and _by_all(ruling, framework)
        for ruling in standing
    )
    outcomes: dict[str, Outcome] = {}
    notes = []
    for name, found in computed.items():
        ruled = [r.outcomes[name] for r in standing if name in r.outcomes]
        outcome = max(ruled, default=found.outcome)
        if outcome < found.outcome and not (
            official and len(ruled) == len(standing) and _may_lower(found, framework)
        ):
            says = f"`{name}` was ruled {outcome.words}, but stays {found.outcome.words}"
            notes.append(Reason(code="ruling.not-lowered", says=says))
            outcome = found.outcome
        elif outcome != found.outcome:
            says = f"`{name}` is computed {found.outcome.words} and was ruled {outcome.words}"
            notes.append(Reason(code="ruling.differs", says=says))
        outcomes[name] = outcome
    latest = max(standing, key=lambda ruling: ruling.ruled_at, default=None)
    return Effective(outcomes, tuple(notes), latest, official)


def _standing(rulings: Iterable[Ruling], *, subject: Subject, framework: Framework) -> list[Ruling]:
    """The rulings that count: a stricter one ends only by a later one that every role signed."""
    mine = [ruling for ruling in rulings if subject.answers_to(ruling.subject)]
    whole = [ruling.ruled_at for ruling in mine if _by_all(ruling, framework)]
    return [ruling for ruling in mine if not whole or ruling.ruled_at >= max(whole)]


def _by_all(ruling: Ruling, framework: Framework) -> bool:
    return signed_by_all(ruling.signatures, roles=framework.ruling.roles, framework=framework)


def _may_lower(found: ThresholdFinding, framework: Framework) -> bool:
    """A laxer ruling cures neither an omission, an expiry nor an integrity failure."""
    if not found.complete or found.missing:
        return False
    return found.outcome is Outcome.UNDETERMINED or framework.ruling.may_lower_reached
