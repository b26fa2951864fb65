"""Is one owed standard met: clauses G-8, G-9, G-13 and G-14 of spec/gate.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.reference.assurances import refused_assurances
from tests.reference.settle import elapsed_end
from tierlock.core import (
    Action,
    Claim,
    Framework,
    Negatives,
    Outcome,
    SafeguardCriterion,
    Subject,
    Surface,
    add_period,
)

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Shield:
    """One owed standard as the gate sees it."""

    reasons: frozenset[tuple[str, str, str]] = frozenset()
    conditions: frozenset[str] = frozenset()
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Look:
    """What every claim is looked at with."""

    framework: Framework
    subject: Subject
    action: Action
    at: datetime
    claims: Sequence[Claim]
    negatives: Negatives


def settle_standard(
    framework: Framework,
    standard: str,
    *,
    hard: bool,
    subject: Subject,
    action: Action,
    at: datetime,
    claims: Sequence[Claim],
    negatives: Negatives,
    tests: dict[str, Outcome],
) -> Shield:
    """Return what one owed standard says; `hard` is the DENY of G-8."""
    look = Look(framework, subject, action, at, claims, negatives)
    rule = framework.standards[standard]
    reasons = set()
    conditions: set[str] = set()
    binds = rule.modality == "must" and rule.addressee == "self"
    if rule.undefined or any(not one.accepts for one in rule.criteria.values()):
        if binds:
            reasons.add(("standard.undefined", standard, "DENY" if hard else "HOLD"))
        else:
            conditions.add("criterion.recommended")
    ends = []
    for name, criterion in rule.criteria.items():
        path = f"{standard}:{name}"
        shield = _criterion(look, path, criterion, tests.get(path))
        if criterion.modality != "must" or not binds:
            conditions |= {"criterion.recommended"} if shield.reasons else set()
            continue
        reasons |= shield.reasons
        conditions |= shield.conditions
        ends.append(shield.expires_at)
    known = [end for end in ends if end is not None]
    return Shield(frozenset(reasons), frozenset(conditions), min(known, default=None))


def _criterion(
    look: Look, path: str, criterion: SafeguardCriterion, test: Outcome | None
) -> Shield:
    reasons = set()
    for record in look.negatives.records:
        about = look.subject.answers_to(record.subject) and record.concerns == path
        if record.kind == "failed_claim" and record.resolved_at is None and about:
            reasons.add(("claim.failed", path, "DENY"))
    if test is Outcome.REACHED:
        reasons.add(("safeguard.falls-short", path, "DENY"))
    if test is Outcome.UNDETERMINED:
        reasons.add(("safeguard.undetermined", path, "HOLD"))
    if not criterion.accepts:
        return Shield(frozenset(reasons))
    if criterion.scope == "paths" and not _declared_paths(look):
        return Shield(frozenset({*reasons, ("surface.undeclared", path, "HOLD")}))
    ours = [
        claim
        for claim in look.claims
        if claim.criterion == path and look.subject.answers_to(claim.subject)
    ]
    counting = [claim for claim in ours if not claim_problems(look, claim, criterion)]
    end = covered_until(look, criterion, counting)
    if end is None:
        reasons |= {(code, path, "HOLD") for code in _codes(look, ours, criterion)}
        return Shield(frozenset(reasons))
    lasting = {
        "claim.interim": [claim for claim in counting if claim.interim is None],
        "claim.exception": [claim for claim in counting if not claim.exceptions],
        "clock.soft": [claim for claim in counting if not _is_lapsed(look, claim)],
    }
    return Shield(
        frozenset(reasons),
        frozenset(code for code, some in lasting.items() if not covers(look, criterion, some)),
        None if end == FOREVER else end,
    )


def _codes(look: Look, ours: Sequence[Claim], criterion: SafeguardCriterion) -> set[str]:
    if not ours:
        return {"claim.missing"}
    codes = {code for claim in ours for code in claim_problems(look, claim, criterion)}
    counting = [claim for claim in ours if not claim_problems(look, claim, criterion)]
    return codes | (_open_codes(look, counting, criterion) if counting else set())


def _open_codes(look: Look, counting: Sequence[Claim], criterion: SafeguardCriterion) -> set[str]:
    """What is open everywhere, and what in some environment only."""
    places = _places(look, criterion)
    covered = {
        place[:2]
        for place in places
        for claim in counting
        if _covers_place(claim, place, criterion)
    }
    return {
        "claim.environments"
        if criterion.scope == "subject" or place[:2] in covered
        else "claim.paths"
        for place in places
        if not any(_covers_place(claim, place, criterion) for claim in counting)
    }


def _covers_place(
    claim: Claim, place: tuple[str, str, str | None], criterion: SafeguardCriterion
) -> bool:
    surface, path, environment = place
    names = {"*", f"{surface}/*", f"{surface}/{path}"}
    return bool(criterion.scope == "subject" or names & set(claim.paths)) and (
        "*" in claim.environments or environment in claim.environments
    )


def claim_problems(look: Look, claim: Claim, criterion: SafeguardCriterion) -> set[str]:
    """G-9 (c): why a claim does not count; empty where it does."""
    if claim.status == "pending":
        return {"claim.pending"}
    found = set()
    per = look.framework.actions[look.action.name].per
    asked = look.action.audience if "audience" in per else None
    if "*" not in claim.audiences and asked not in claim.audiences:
        found.add("claim.audience")
    if any(
        known != getattr(look.subject.parts, part) for part, known in claim.parts.items()
    ) or _part_changed(look, claim):
        found.add("claim.other-parts")
    if look.at >= _own_end(look, claim):
        found.add("claim.expired")
    if not _shown(claim, criterion):
        found.add("claim.evidence")
    elif look.at >= _evidence_end(claim, criterion):
        found.add("claim.stale")
    rule = look.framework.actions[look.action.name]
    if rule.survives_weight_access and not claim.holds_with_weights:
        found.add("claim.weights")
    if claim.interim and not set(claim.interim.approved_by) <= set(look.framework.roles):
        found.add("claim.interim-role")
    for exception in claim.exceptions:
        if not set(exception.approved_by) <= set(look.framework.roles):
            found.add("claim.exception-role")
    by_roles = claim.exceptions or claim.interim
    if by_roles and claim.assurance in refused_assurances(look.framework):
        found.add("claim.unsigned")
    return found


def _shown(claim: Claim, criterion: SafeguardCriterion) -> list[datetime]:
    """When evidence that the criterion accepts was produced; an owner's own audit is none."""
    return [
        piece.produced_at
        for piece in claim.evidence
        if piece.kind in criterion.accepts
        if piece.kind != "audit"
        or (piece.by and piece.by != claim.owner and piece.access and piece.independence)
    ]


def _part_changed(look: Look, claim: Claim) -> bool:
    """G-13: a part that the claim does not name has changed."""
    for trigger in look.framework.triggers:
        part = trigger.when.changed
        if "claims" in trigger.expires and part is not None:
            noted = claim.parts.get(part)
            if noted is None or noted != getattr(look.subject.parts, part):
                return True
    return False


def _own_end(look: Look, claim: Claim) -> datetime:
    ends = [claim.expires_at, *(exception.expires_at for exception in claim.exceptions)] + [
        elapsed_end(trigger, claim.claimed_at)
        for trigger in look.framework.triggers
        if "claims" in trigger.expires
    ]
    return min((end for end in ends if end is not None), default=FOREVER)


def _is_lapsed(look: Look, claim: Claim) -> bool:
    """G-12: whether a soft clock of claims has run out, also while its grace lasts."""
    return any(
        look.at >= add_period(claim.claimed_at, period=trigger.when.elapsed)
        for trigger in look.framework.triggers
        if "claims" in trigger.expires and trigger.grace and trigger.when.elapsed
    )


def _evidence_end(claim: Claim, criterion: SafeguardCriterion) -> datetime:
    if criterion.max_age is None:
        return FOREVER
    return max(add_period(at, period=criterion.max_age) for at in _shown(claim, criterion))


def covered_until(
    look: Look, criterion: SafeguardCriterion, counting: Sequence[Claim]
) -> datetime | None:
    """G-14: until when these claims cover the criterion; None where they do not."""
    ends = {
        id(claim): min(_own_end(look, claim), _evidence_end(claim, criterion)) for claim in counting
    }
    if not counting:
        return None
    per_place = []
    for place in _places(look, criterion):
        covering = [ends[id(claim)] for claim in counting if _covers_place(claim, place, criterion)]
        if not covering:
            return None
        per_place.append(max(covering))
    return min(per_place)


def covers(look: Look, criterion: SafeguardCriterion, counting: Sequence[Claim]) -> bool:
    return covered_until(look, criterion, counting) is not None


def _places(look: Look, criterion: SafeguardCriterion) -> list[tuple[str, str, str | None]]:
    """Surface, path and environment of everything that must be covered."""
    surfaces = _asked_surfaces(look)
    places = [
        (name, path, environment)
        for name, one in surfaces.items()
        for path in one.paths
        for environment in (one.environments or (None,))
    ]
    return places or ([("", "", None)] if criterion.scope == "subject" else [])


def _declared_paths(look: Look) -> list[str]:
    return [f"{name}/{path}" for name, one in _asked_surfaces(look).items() for path in one.paths]


def _asked_surfaces(look: Look) -> dict[str, Surface]:
    """The surface asked for where the action is per surface, else every one."""
    surfaces = look.subject.surfaces
    if "surface" in look.framework.actions[look.action.name].per:
        surfaces = {name: one for name, one in surfaces.items() if name == look.action.surface}
    return surfaces
