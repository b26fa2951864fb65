"""Claims about safeguards as people sign them: for good, for an interim, or with exceptions."""

from __future__ import annotations

from datetime import datetime

from tierlock.core import Claim, InputError, StatedClaim
from tierlock.usecases.hands import Hand, check_apart, check_end, find_signed, role_for
from tierlock.usecases.project import Project
from tierlock.usecases.signature_list import words_of
from tierlock.usecases.signing import Offer, offer_alone
from tierlock.usecases.stated import approvers_of, read_stated


def offer_claim(
    project: Project, *, hand: Hand, at: datetime, role: str | None, stated: StatedClaim
) -> Offer:
    """Return a claim about a safeguard, to be signed; exceptions and interim claims too.

    Raises:
        InputError: an unknown criterion or role, an end that has passed, or `sign.*`.
    """
    if stated.status == "unmet":
        raise InputError(
            "input.type",
            "that a safeguard is not there is a negative record",
            hint="tierlock dissent --kind failed_claim --about STANDARD:NAME",
        )
    known = {
        f"{name}:{criterion}"
        for name, standard in project.framework.standards.items()
        for criterion in standard.criteria
    }
    if stated.criterion not in known:
        raise InputError("input.not-found", f"no safeguard criterion `{stated.criterion}`")
    claim = Claim.model_validate({**dict(stated), "subject": project.subject.name})
    asked = sorted(approvers_of(claim))
    unknown = sorted(set(asked) - project.framework.roles.keys())
    if unknown:
        roles = ", ".join(project.framework.roles)
        raise InputError("sign.role", f"no role `{unknown[0]}`", hint=f"one of: {roles}")
    for end in (claim.expires_at, *(users.expires_at for users in claim.exceptions)):
        check_end(end, at=at)
    return _claim_offer(project, claim=claim, hand=hand, role=role, at=at)


def cosign_claim(
    project: Project, *, hand: Hand, at: datetime, role: str | None, name: str
) -> Offer:
    """Return a claim that somebody signed, to be signed by another role in the same words."""
    claim = find_signed(read_stated(project, at=at), name=name, kind=Claim)
    return _claim_offer(project, claim=claim, hand=hand, role=role, at=at)


def _claim_offer(
    project: Project, *, claim: Claim, hand: Hand, role: str | None, at: datetime
) -> Offer:
    asked = sorted(approvers_of(claim))
    chosen = role_for(hand, asked=asked, given=role)
    check_apart(
        project,
        hand=hand,
        role=chosen,
        stated=read_stated(project, at=at),
        record=claim,
        all_apart=False,
    )
    says = [words_of(claim)]
    if asked:
        says.append(f"it counts once each of these roles has signed it: {', '.join(asked)}")
        says.append("it is shown for ever, also when it has lapsed")
    return offer_alone(project, record=claim, role=chosen, hand=hand, at=at, says=says)


def standing_claim(project: Project, *, criterion: str, at: datetime) -> StatedClaim:
    """Return the latest claim that says met for a criterion, as a person would state it again.

    Raises:
        InputError: there is none to which an exception could be made.
    """
    mine = [
        claim
        for claim in read_stated(project, at=at).claims
        if claim.criterion == criterion and claim.status == "met"
    ]
    if not mine:
        raise InputError(
            "input.not-found",
            f"nobody claims `{criterion}`, so there is nothing to except from",
            hint="claim it first, or give --interim for other means of equal assurance",
        )
    latest: Claim = max(mine, key=lambda claim: claim.claimed_at)
    kept = {name: value for name, value in dict(latest).items() if name in StatedClaim.model_fields}
    return StatedClaim.model_validate(kept)
