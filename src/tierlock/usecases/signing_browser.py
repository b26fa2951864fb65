"""Signing in a browser: what an authenticator is asked for, and what comes back is kept.

Nothing is remembered between the two: what was offered is made again from what the page sends back,
and must be the same to the byte. The person is never taken from the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tierlock.core import (
    Digest,
    InputError,
    Instant,
    IntegrityError,
    Record,
    digest_bytes,
    format_instant,
)
from tierlock.usecases.authenticators import Authenticators, hand_of_person, keys_of_person
from tierlock.usecases.hands import Hand
from tierlock.usecases.keeping import Kept, keep
from tierlock.usecases.project import Project
from tierlock.usecases.sign_commands import sign_command
from tierlock.usecases.sign_requests import SignRequest, offer_of
from tierlock.usecases.signing import Offer

if TYPE_CHECKING:
    from tierlock.attest import TrustedKey

OFFER_LIFETIME: Final = timedelta(minutes=10)
"""How long a person may read before the page must be asked for again."""


class Pending(Record):
    """What was offered, as the page keeps it and sends it back.

    Attributes:
        request: what was asked for, with the role in which it is signed.
        at: the instant of signing.
        states: digest of the statement that was shown.
    """

    request: SignRequest
    at: Instant
    states: Digest


class BrowserOffer(NamedTuple):
    """What a person is shown, and what their authenticator is asked for.

    Attributes:
        offer: the statement, and the page with everything that is asserted.
        pending: what the page sends back beside the assertion.
        payload: the bytes of the statement.
        options: for `navigator.credentials.get`, in JSON form; None where the person has no
            authenticator that may sign on this page.
        command: the command that signs the same with a key of one's own.
    """

    offer: Offer
    pending: Pending
    payload: bytes
    options: dict[str, object] | None
    command: str


def offer_in_browser(
    project: Project,
    *,
    person: str,
    request: SignRequest,
    origin: str,
    at: datetime,
    framework: str | None = None,
) -> BrowserOffer:
    """Return what a person is asked to sign on a page, the very statement that `sign` would sign.

    Args:
        project: framework, subject, statements and store.
        person: whose login the caller has checked; who has no key in the trust file can still
            read what they would object to, and how.
        request: what they ask to sign.
        origin: of the page, such as `https://reviews.example.org`.
        at: the instant of signing.
        framework: its name for the command line, where the project's own is not meant.

    Raises:
        InputError: `sign.*`, or the request names something that there is not.
        IntegrityError: `sign.expect`, the determination is another one.
    """
    from tierlock.attest import PAYLOAD_TYPE, canonical_statement, pae

    hand = _hand(project, person=person, request=request, at=at)
    offer = offer_of(project, request=request, hand=hand, at=at)
    payload = canonical_statement(offer.statement)
    role = str(offer.statement.predicate["role"])
    request = request.model_copy(update={"role": role})
    keys = {} if not hand.person else keys_of_person(project, person=person, at=at, role=role)
    data = pae(payload, payload_type=PAYLOAD_TYPE)
    return BrowserOffer(
        offer=offer,
        pending=Pending(request=request, at=at, states=digest_bytes(payload)),
        payload=payload,
        options=_options(tuple(keys.values()), origin=origin, data=data),
        command=sign_command(request, binds=offer.page.binds, framework=framework),
    )


def complete_in_browser(
    project: Project, *, person: str, pending: Pending, response: bytes, at: datetime
) -> Kept:
    """Verify what an authenticator returned for an offer, and keep it in store and ledger.

    Args:
        project: as for the offer.
        person: whose login the caller has checked, again.
        pending: what the page sent back.
        response: `PublicKeyCredential.toJSON()` of the assertion.
        at: now.

    Raises:
        InputError: `sign.lapsed`, `sign.replayed`, `sign.assertion`, or as for the offer.
        IntegrityError: `sign.expect`, it is not what would be offered now; `attest.signature`, the
            assertion is not over this statement by a key of this person.
    """
    from tierlock.attest import read_assertion

    name, assertion = read_assertion(response)
    offer = offered_again(project, pending=pending, at=at, hand=None, person=person)
    role = str(offer.statement.predicate["role"])
    keys = keys_of_person(project, person=person, at=pending.at, role=role)
    signer = Authenticators(keys, (name, assertion))
    return keep(project, offer=offer._replace(hand=offer.hand._replace(signer=signer)))


def offered_again(
    project: Project, *, pending: Pending, at: datetime, hand: Hand | None, person: str
) -> Offer:
    """Return what was offered, made anew, if it is still what would be offered.

    Args:
        project: as for the offer.
        pending: what the page sent back.
        at: now.
        hand: who signs; None finds the person's keys in the trust file.
        person: whose login the caller has checked.

    Raises:
        InputError: `sign.lapsed` or `sign.replayed`, or as for the offer.
        IntegrityError: `sign.expect`.
    """
    from tierlock.attest import canonical_statement, parse_envelope

    if not pending.at <= at < pending.at + OFFER_LIFETIME:
        raise InputError(
            "sign.lapsed",
            f"this was offered at {format_instant(pending.at)}, and is open for 10 minutes",
            hint="read the page again, as it is now, and sign that",
        )
    if any(parse_envelope(one).payload_digest == pending.states for one in project.store.signed()):
        raise InputError(
            "sign.replayed",
            f"this very statement is signed already: {pending.states}",
            hint="it is kept and listed; nothing needs to be done",
        )
    request = pending.request
    found = hand or _hand(project, person=person, request=request, at=pending.at)
    try:
        offer = offer_of(project, request=request, hand=found, at=pending.at)
    except InputError as error:
        # What has come in meanwhile is dated later than the offer.
        if error.code != "input.future":
            raise
        raise _changed() from None
    if digest_bytes(canonical_statement(offer.statement)) != pending.states:
        raise _changed()
    return offer


def _hand(project: Project, *, person: str, request: SignRequest, at: datetime) -> Hand:
    """The person with their keys; whoever objects needs no key to be shown how."""
    try:
        return hand_of_person(project, person=person, at=at)
    except InputError:
        if request.what != "negative":
            raise
        return Hand(Authenticators({}, None), "", ())


def _options(keys: Sequence[TrustedKey], *, origin: str, data: bytes) -> dict[str, object] | None:
    """What `navigator.credentials.get` is asked for; None where no authenticator fits the page."""
    from tierlock.attest import challenge_of

    places = [
        key.webauthn for key in keys if key.webauthn is not None and origin in key.webauthn.origins
    ]
    if not places:
        return None
    site = places[0].rp_id
    fitting = [place.credential for place in places if place.rp_id == site]
    named = [name for name in fitting if name is not None]
    # A key without a name can only be found by the authenticator itself: then none is named.
    allowed = [{"type": "public-key", "id": name} for name in named]
    return {
        "challenge": challenge_of(data),
        "rpId": site,
        "userVerification": "required",
        "allowCredentials": allowed if len(named) == len(fitting) else [],
    }


def _changed() -> IntegrityError:
    return IntegrityError(
        "sign.expect",
        "what was shown is not what would be signed now",
        hint="evidence, plan, framework, subject, an outcome or a signature has changed since: "
        "read the page again before you sign",
    )
