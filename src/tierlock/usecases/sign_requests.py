"""What somebody asks to sign, as a value: the same on a page and on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Literal

from tierlock.core import Action, InputError, Instant, Outcome, Record, canonical_json
from tierlock.usecases.hands import Hand
from tierlock.usecases.project import Project
from tierlock.usecases.signing import Offer, offer_approval
from tierlock.usecases.signing_claims import cosign_claim, offer_claim
from tierlock.usecases.signing_judgements import (
    Objection,
    offer_negative,
    offer_resolution,
    offer_ruling,
)
from tierlock.usecases.signing_kinds import (
    offer_attestation,
    offer_choice,
    offer_determination,
    offer_evidence,
    offer_plan,
)

What = Literal[
    "approval", "ruling", "negative", "resolution", "attestation", "claim", "choice", "plan",
    "determination", "evidence",
]  # fmt: skip
MOST_TEXT: Final = 20_000
_OUTCOME: Final = "outcome."
TAKES: Final[dict[What, tuple[frozenset[str], frozenset[str]]]] = {
    "approval": (frozenset(), frozenset({"action", "expires_at", "expect"})),
    "ruling": (frozenset(), frozenset({"outcomes", "says", "cosign", "expect"})),
    "negative": (frozenset({"says"}), frozenset({"kind", "name", "happened_at"})),
    "resolution": (frozenset({"name", "says"}), frozenset()),
    "attestation": (frozenset({"name", "says"}), frozenset({"expires_at"})),
    "claim": (frozenset(), frozenset({"name", "cosign"})),
    "choice": (frozenset({"name"}), frozenset({"reading", "says", "expires_at", "cosign"})),
    "plan": (frozenset(), frozenset()),
    "determination": (frozenset(), frozenset({"expect"})),
    "evidence": (frozenset({"name"}), frozenset()),
}
"""What each kind needs, and what it takes besides."""


class SignRequest(Record):
    """What somebody asks to sign.

    Attributes:
        what: the kind of statement; `negative` is dissent and what else restricts.
        role: as what; found where only one fits.
        name: the criterion, contested clause, run or record (by digest) that it is about.
        action: what is approved; by default what the project asks.
        expires_at: when the signature lapses.
        expect: the determination that the person has read, or the beginning of its digest.
        says: the reasons or what is attested, in the person's words.
        reading: how the clause is read.
        outcomes: the ruled outcome per threshold.
        cosign: digest of a signed ruling, choice or claim, whose very words are signed again.
        kind: what restricts.
        happened_at: when that happened.
    """

    what: What
    role: str | None = None
    name: str | None = None
    action: Action | None = None
    expires_at: Instant | None = None
    expect: str | None = None
    says: str = ""
    reading: str = ""
    outcomes: dict[str, Outcome] = {}
    cosign: str | None = None
    kind: Objection = "dissent"
    happened_at: Instant | None = None


def parse_sign_request(fields: Mapping[str, str]) -> SignRequest:
    """Return the request that the fields of a form make; what is blank is not said.

    An outcome is a field `outcome.THRESHOLD`; action, surface and audience are a field each.

    Raises:
        InputError: `input.schema`, or `input.type`: something is missing or surplus.
    """
    said: dict[str, object] = {key: value for key, value in fields.items() if value.strip()}
    outcomes = {
        key.removeprefix(_OUTCOME): said.pop(key) for key in list(said) if key.startswith(_OUTCOME)
    }
    asked = {
        field: said.pop(key)
        for key, field in (("action", "name"), ("surface", "surface"), ("audience", "audience"))
        if key in said
    }
    request = SignRequest.parse(
        canonical_json(
            {
                **said,
                **({"outcomes": outcomes} if outcomes else {}),
                **({"action": asked} if asked else {}),
            }
        )
    )
    check_sign_request(request)
    return request


def check_sign_request(request: SignRequest) -> None:
    """Refuse a request that lacks what its kind needs, or says what its kind does not take.

    Raises:
        InputError: `input.type`.
    """
    needs, takes = TAKES[request.what]
    given = {
        name for name, field in SignRequest.model_fields.items()
        if getattr(request, name) != field.default
    } - {"what", "role"}  # fmt: skip
    wrong = sorted(needs - given) or sorted(given - needs - takes)
    if wrong:
        word = "needs" if needs - given else "does not take"
        raise InputError("input.type", f"a request to sign `{request.what}` {word} `{wrong[0]}`")
    if len(request.says) > MOST_TEXT:
        raise InputError("input.type", f"the text is longer than {MOST_TEXT} characters")


def offer_of(project: Project, *, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    """Return what a person is asked to sign, the same as the command line offers.

    Raises:
        InputError: `sign.*`, or the request names something that there is not.
        IntegrityError: `sign.expect`, the determination is another one.
    """
    check_sign_request(request)
    return _OFFERS[request.what](project, request, hand, at)


def _approval(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    action = request.action or project.action
    if action is None:
        known = ", ".join(project.framework.actions)
        raise InputError("input.action", "no action was named", hint=f"one of: {known}")
    return offer_approval(
        project,
        hand=hand,
        action=action,
        at=at,
        role=request.role,
        expires_at=request.expires_at,
        expect=request.expect,
    )


def _ruling(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    if request.cosign is not None and (request.outcomes or request.says):
        raise InputError("input.type", "a ruling is co-signed as it is")
    return offer_ruling(
        project,
        hand=hand,
        at=at,
        outcomes=request.outcomes,
        reasons=request.says,
        role=request.role,
        cosign=request.cosign,
        expect=request.expect,
    )


def _negative(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    return offer_negative(
        project,
        hand=hand,
        at=at,
        role=request.role,
        says=request.says,
        kind=request.kind,
        concerns=request.name or "",
        happened_at=request.happened_at,
    )


def _resolution(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    name = request.name or ""
    return offer_resolution(
        project, hand=hand, at=at, role=request.role, name=name, says=request.says
    )


def _attestation(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    return offer_attestation(
        project,
        hand=hand,
        at=at,
        path=request.name or "",
        says=request.says,
        role=request.role,
        expires_at=request.expires_at,
    )


def _claim(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    if (request.name is None) == (request.cosign is None):
        raise InputError("input.type", "a claim is named by its criterion, or co-signed")
    if request.cosign is not None:
        return cosign_claim(project, hand=hand, at=at, role=request.role, name=request.cosign)
    mine = [claim for claim in project.statements.claims if claim.criterion == request.name]
    if not mine:
        raise InputError(
            "input.not-found",
            f"the statements file claims nothing about `{request.name}`",
            hint="state it first: tierlock safeguards claim",
        )
    return offer_claim(project, hand=hand, at=at, role=request.role, stated=mine[-1])


def _choice(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    return offer_choice(
        project,
        hand=hand,
        at=at,
        clause=request.name or "",
        reading=request.reading,
        reasons=request.says,
        role=request.role,
        expires_at=request.expires_at,
        cosign=request.cosign,
    )


def _plan(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    return offer_plan(project, hand=hand, at=at, role=request.role)


def _determination(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    expect = request.expect
    return offer_determination(project, hand=hand, at=at, role=request.role, expect=expect)


def _evidence(project: Project, request: SignRequest, hand: Hand, at: datetime) -> Offer:
    return offer_evidence(project, hand=hand, at=at, role=request.role, run=request.name or "")


_OFFERS: Final[dict[What, Callable[[Project, SignRequest, Hand, datetime], Offer]]] = {
    "approval": _approval,
    "ruling": _ruling,
    "negative": _negative,
    "resolution": _resolution,
    "attestation": _attestation,
    "claim": _claim,
    "choice": _choice,
    "plan": _plan,
    "determination": _determination,
    "evidence": _evidence,
}
