"""Signing by login: a server signs for a person whom it saw logged in; it counts for less.

The label is `attested`. A framework takes it where it asks for a signature only if it says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tierlock.core import InputError, digest_bytes
from tierlock.usecases.hands import Hand
from tierlock.usecases.keeping import Kept, keep
from tierlock.usecases.project import Project
from tierlock.usecases.sign_requests import SignRequest, offer_of
from tierlock.usecases.signing import Offer
from tierlock.usecases.signing_browser import Pending, offered_again

if TYPE_CHECKING:
    from tierlock.attest import Login, Signer


class LoginOffer(NamedTuple):
    """What a server would sign for a person, and what the page sends back if they want it."""

    offer: Offer
    pending: Pending


def hand_of_login(project: Project, *, login: Login, signer: Signer, at: datetime) -> Hand:
    """Return a person for whom a server may sign, as the project's trust file names them.

    Args:
        project: its trust file says which server may, and for whom.
        login: who is logged in; the caller has checked it.
        signer: the server's key.
        at: the instant of signing.

    Raises:
        InputError: `sign.trust`; nothing that it signs would count.
    """
    trusted = project.trust.keys.get(signer.key_id) if project.trust is not None else None
    attests = None if trusted is None else trusted.attests
    if trusted is None or attests is None:
        raise InputError(
            "sign.trust",
            "the trust file does not let this server sign for people who are logged in",
            hint="sign with an authenticator or with `tierlock sign`; or whoever keeps the trust "
            "file adds `attests` to the entry of the server's key",
        )
    found = attests.find(login.person)
    ended = trusted.revoked_at is not None or not trusted.was_valid(at)
    if found is None or login.issuer != attests.issuer or ended:
        why = "its key is not valid now" if ended else "the trust file does not name them there"
        raise InputError(
            "sign.trust",
            f"the server may not sign for `{login.person}` of `{login.issuer}`: {why}",
            hint="sign with an authenticator or with `tierlock sign`",
        )
    return Hand(signer, found[0], found[1], login)


def offer_by_login(
    project: Project, *, login: Login, signer: Signer, request: SignRequest, at: datetime
) -> LoginOffer:
    """Return what the server would sign for a person: the page says whose key, and the label.

    Args:
        project: framework, subject, statements and store.
        login: who is logged in; the caller has checked it.
        signer: the server's key.
        request: what the person asks for.
        at: the instant of signing.

    Raises:
        InputError: `sign.*`, or the request names something that there is not or that needs the
            person's own key (`input.type`).
        IntegrityError: `sign.expect`, the determination is another one.
    """
    from tierlock.attest import canonical_statement

    hand = hand_of_login(project, login=login, signer=signer, at=at)
    offer = offer_of(project, request=request, hand=hand, at=at)
    role = str(offer.statement.predicate["role"])
    pending = Pending(
        request=request.model_copy(update={"role": role}),
        at=at,
        states=digest_bytes(canonical_statement(offer.statement)),
    )
    return LoginOffer(offer, pending)


def complete_by_login(
    project: Project, *, login: Login, signer: Signer, pending: Pending, at: datetime
) -> Kept:
    """Sign what was offered with the server's key, and keep it in store and ledger.

    Raises:
        InputError: `sign.lapsed`, `sign.replayed`, or as for the offer.
        IntegrityError: `sign.expect`, it is not what would be offered now.
    """
    hand = hand_of_login(project, login=login, signer=signer, at=at)
    offer = offered_again(project, pending=pending, at=at, hand=hand, person=hand.person)
    return keep(project, offer=offer)
