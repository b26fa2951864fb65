"""Claims against one criterion of a standard: do they cover it, and until when (G-9, G-13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import (
    EVERY,
    ActionRule,
    Claim,
    ClaimEvidence,
    Framework,
    Reason,
    SafeguardCriterion,
    Subject,
    add_period,
)
from tierlock.policy.claimed import Cell, cell_words, cells_of, is_outside
from tierlock.policy.staleness import clock_ends


class Coverage(NamedTuple):
    """Whether claims cover a criterion now.

    Attributes:
        covered: whether they do.
        reasons: why not, one per obstacle.
        interim: interim claims that the coverage needs.
        excepted: claims with exceptions for trusted users that the coverage needs.
        lapsed: claims that the coverage needs and whose soft clock has run out.
        until: when the coverage ends; None is never.
    """

    covered: bool
    reasons: tuple[Reason, ...]
    interim: tuple[Claim, ...] = ()
    excepted: tuple[Claim, ...] = ()
    lapsed: tuple[Claim, ...] = ()
    until: datetime | None = None


class _Asked(NamedTuple):
    """What a criterion's claims are held against."""

    path: str
    criterion: SafeguardCriterion
    framework: Framework
    rule: ActionRule
    subject: Subject
    cells: tuple[Cell, ...]
    audience: str | None


class _Standing(NamedTuple):
    """A claim that counts, until when (None is for ever), and whether a soft clock ran out."""

    claim: Claim
    until: datetime | None
    lapsed: bool


def coverage(
    path: str,
    *,
    criterion: SafeguardCriterion,
    claims: Iterable[Claim],
    framework: Framework,
    rule: ActionRule,
    subject: Subject,
    required_paths: frozenset[str],
    audience: str | None = None,
    at: datetime,
) -> Coverage:
    """Return whether the current claims for `path` together cover the criterion.

    Args:
        path: `<standard>:<criterion>`.
        criterion: what must be in place.
        claims: all claims; those for other paths or subjects are skipped.
        framework: its triggers that expire claims apply.
        rule: the action's rule; it may accept only claims that survive weight access.
        subject: the subject with its present part digests.
        required_paths: `<surface>/<path>` names that a criterion of scope `paths` must cover.
        audience: the audience asked for; None where the action is not asked per audience.
        at: the instant of the question.
    """
    cells = cells_of(criterion, subject=subject, required_paths=required_paths)
    asked = _Asked(path, criterion, framework, rule, subject, cells, audience)
    mine = [c for c in claims if c.criterion == path and subject.answers_to(c.subject)]
    if not mine:
        says = f"nobody claims `{path}`: {criterion.says}"
        return Coverage(covered=False, reasons=(Reason(code="claim.missing", says=says),))
    judged = [_judge(claim, asked=asked, at=at) for claim in mine]
    standing = [item for item in judged if isinstance(item, _Standing)]
    refusals = tuple(dict.fromkeys(item for item in judged if isinstance(item, Reason)))
    gap = _gap(standing, asked)
    if gap or not standing:
        return Coverage(covered=False, reasons=(*refusals, *gap))
    firm = [item for item in standing if item.claim.interim is None]
    plain = [item for item in standing if not item.claim.exceptions]
    fresh = [item for item in standing if not item.lapsed]
    return Coverage(
        covered=True,
        reasons=(),
        interim=() if _covers(firm, asked) else _claims(standing, firm),
        excepted=() if _covers(plain, asked) else _claims(standing, plain),
        lapsed=() if _covers(fresh, asked) else _claims(standing, fresh),
        until=_covered_until(standing, asked),
    )


def counting_claims(
    path: str,
    *,
    criterion: SafeguardCriterion,
    claims: Iterable[Claim],
    framework: Framework,
    rule: ActionRule,
    subject: Subject,
    audience: str | None,
    at: datetime,
) -> tuple[Claim, ...]:
    """Return the claims for `path` that count now, whatever they cover."""
    asked = _Asked(path, criterion, framework, rule, subject, (), audience)
    mine = (c for c in claims if c.criterion == path and subject.answers_to(c.subject))
    return tuple(c for c in mine if isinstance(_judge(c, asked=asked, at=at), _Standing))


def _covers(standing: Sequence[_Standing], asked: _Asked) -> bool:
    return bool(standing) and not _gap(standing, asked)


def _claims(standing: Sequence[_Standing], others: Sequence[_Standing]) -> tuple[Claim, ...]:
    """The claims that are not among `others`: those that the coverage needs besides them."""
    return tuple(item.claim for item in standing if item not in others)


def _gap(standing: Sequence[_Standing], asked: _Asked) -> tuple[Reason, ...]:
    """Traffic paths and environments that the claims leave open."""
    missing = [
        cell for cell in asked.cells if not any(cell.is_covered(item.claim) for item in standing)
    ]
    if not missing:
        return ()
    every = {cell.path for cell in asked.cells} - {""}
    partly = {cell.path for cell in asked.cells if cell not in missing}
    nowhere = sorted({cell.path for cell in missing} - partly - {""})
    somewhere = [cell for cell in missing if cell.path not in nowhere] if standing else []
    reasons = []
    if nowhere:
        names = ", ".join(f"`{name}`" for name in nowhere)
        done = len(every) - len(nowhere)
        says = f"{asked.path} covers {done} of {len(every)} traffic paths; open: {names}"
        reasons.append(Reason(code="claim.paths", says=says))
    if somewhere:
        names = ", ".join(cell_words(cell) for cell in somewhere)
        says = f"{asked.path} is not claimed for every environment; open: {names}"
        reasons.append(Reason(code="claim.environments", says=says))
    return tuple(reasons)


def _covered_until(standing: Sequence[_Standing], asked: _Asked) -> datetime | None:
    """The first instant at which the remaining claims no longer cover the criterion."""

    def covers_after(end: datetime) -> bool:
        return _covers([i for i in standing if i.until is None or i.until > end], asked)

    ends = {item.until for item in standing if item.until is not None}
    return min((end for end in ends if not covers_after(end)), default=None)


def _judge(claim: Claim, *, asked: _Asked, at: datetime) -> _Standing | Reason:
    """Whether one claim counts; the reason if it does not."""
    path = asked.path
    if claim.status == "pending":
        return Reason(code="claim.pending", says=f"{path} is pending: {claim.says or 'no date'}")
    unapproved = _unapproved(claim, asked)
    if unapproved is not None:
        return unapproved
    changed = _changed_part(claim, asked)
    if changed is not None:
        says = f"the claim for {path} was made for other {changed}"
        return Reason(code="claim.other-parts", says=says)
    if EVERY not in claim.audiences and asked.audience not in claim.audiences:
        says = (
            f"the claim for {path} is made for {', '.join(claim.audiences) or 'no audience'} only"
        )
        return Reason(code="claim.audience", says=says)
    if asked.rule.survives_weight_access and not claim.holds_with_weights:
        says = f"the claim for {path} does not bind somebody who has the weights"
        return Reason(code="claim.weights", says=says)
    if not _accepted(claim, asked):
        return _no_evidence(claim, asked)
    evidence_end = _latest_end(claim, asked)
    if evidence_end is not None and at >= evidence_end:
        says = f"the evidence for {path} is older than {asked.criterion.max_age}"
        return Reason(code="claim.stale", says=says)
    clocks = clock_ends(claim.claimed_at, framework=asked.framework, of="claims")
    exceptions = [exception.expires_at for exception in claim.exceptions]
    ends = [evidence_end, claim.expires_at, *exceptions, *clocks]
    until = min((end for end in ends if end is not None), default=None)
    if until is not None and at >= until:
        return Reason(code="claim.expired", says=f"the claim for {path} expired {until.date()}")
    return _Standing(claim, until, lapsed=_soft_clock_ran_out(claim, asked, at))


def _soft_clock_ran_out(claim: Claim, asked: _Asked, at: datetime) -> bool:
    """Whether the claim lives in the grace of an `elapsed` trigger (G-12, G-13).

    A clock without grace that has run out has ended the claim before this is asked.
    """
    return any(
        trigger.when.elapsed is not None
        and "claims" in trigger.expires
        and at >= add_period(claim.claimed_at, period=trigger.when.elapsed)
        for trigger in asked.framework.triggers
    )


def _changed_part(claim: Claim, asked: _Asked) -> str | None:
    """A part that differs from the one claimed for, by name or by a `changed` trigger (G-13)."""
    for part, then in sorted(claim.parts.items()):
        if getattr(asked.subject.parts, part) != then:
            return part
    for trigger in asked.framework.triggers:
        watched = trigger.when.changed
        if watched is not None and "claims" in trigger.expires and watched not in claim.parts:
            return watched
    return None


def _latest_end(claim: Claim, asked: _Asked) -> datetime | None:
    if asked.criterion.max_age is None:
        return None
    return max(
        add_period(item.produced_at, period=asked.criterion.max_age)
        for item in _accepted(claim, asked)
    )


def _accepted(claim: Claim, asked: _Asked) -> list[ClaimEvidence]:
    """The evidence of an accepted kind; an audit is one by a named outside party."""
    return [
        item
        for item in claim.evidence
        if item.kind in asked.criterion.accepts
        and (item.kind != "audit" or is_outside(item, owner=claim.owner))
    ]


def _no_evidence(claim: Claim, asked: _Asked) -> Reason:
    kinds = ", ".join(asked.criterion.accepts)
    says = f"the claim for {asked.path} has no evidence of kind {kinds}"
    if "audit" in asked.criterion.accepts and any(i.kind == "audit" for i in claim.evidence):
        says += ": an audit names an outside party, its access and its independence"
    return Reason(code="claim.evidence", says=says)


def _unapproved(claim: Claim, asked: _Asked) -> Reason | None:
    """An interim claim or exception that no role approved, or that only a file says is approved."""
    approvals = [
        ("exception to the claim", "claim.exception-role", exception.approved_by)
        for exception in claim.exceptions
    ]
    if claim.interim is not None:
        approvals.insert(0, ("interim claim", "claim.interim-role", claim.interim.approved_by))
    for what, code, roles in approvals:
        for role in roles:
            if role not in asked.framework.roles:
                says = f"{what} for {asked.path} is approved by `{role}`, which is not a role"
                return Reason(code=code, says=says)
    if approvals and not asked.framework.accepts(claim.assurance):
        says = f"the {approvals[0][0]} for {asked.path} is not signed by the roles that approve it"
        return Reason(code="claim.unsigned", says=says)
    return None
