"""Signing what was offered, and keeping what is signed: in the store and in the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tierlock.core import InputError, IntegrityError, TierlockError, format_instant
from tierlock.ledger import Draft
from tierlock.usecases.ledger import log_records
from tierlock.usecases.project import Project
from tierlock.usecases.question import record
from tierlock.usecases.signed import ENVELOPE, placed
from tierlock.usecases.signing import Offer

if TYPE_CHECKING:
    from tierlock.attest import Envelope


class Kept(NamedTuple):
    """A signed statement that is kept.

    Attributes:
        name: digest of what is signed.
        place: where it is in the ledger.
        envelope: the signed envelope.
    """

    name: str
    place: int
    envelope: bytes


def keep(project: Project, *, offer: Offer) -> Kept:
    """Sign what was offered, and keep it in the store and in the ledger.

    The determination that it is about is stored with it, so that others find what was signed.

    Raises:
        InputError: `key.signer`, or the store or the ledger can not be written.
        IntegrityError: the signature would not count under the project's trust file.
    """
    from tierlock.attest import canonical_envelope, sign_statement, verify_envelope

    envelope = sign_statement(offer.statement, signer=offer.hand.signer)
    if offer.hand.person and project.trust is not None:
        verify_envelope(envelope, trust=project.trust, at=offer.at)
    if offer.answer is not None:
        record(project, answer=offer.answer)
    data = canonical_envelope(envelope)
    _check_fits(data, at=offer.at)
    name = project.store.add_signed(data)
    return Kept(name=name, place=log_signed(project, envelope=data, at=offer.at), envelope=data)


def log_signed(project: Project, *, envelope: bytes, at: datetime) -> int:
    """Append what the store holds to the ledger; return the place of a signed envelope."""
    log_records(project, records=(), at=at)
    place = placed(project)[envelope]
    if place is None:
        raise IntegrityError(
            "integrity.signed", "the ledger lacks what it was just given", location=project.ledger
        )
    return place


def receive(project: Project, *, envelope: bytes, at: datetime) -> Kept:
    """Keep an envelope that somebody signed elsewhere, in the store and in the ledger.

    Whether it counts is asked whenever it is read; one that does not is listed with the reason.

    Raises:
        InputError: the store or the ledger can not be written; `ledger.content`, it is too large;
            `input.future`, it was signed later than `at`.
        IntegrityError: `attest.envelope`, it is no envelope.
    """
    from tierlock.attest import canonical_envelope, parse_envelope

    read = parse_envelope(envelope)
    _check_date(read, at=at)
    data = canonical_envelope(read)
    _check_fits(data, at=at)
    name = project.store.add_signed(data)
    return Kept(name=name, place=log_signed(project, envelope=data, at=at), envelope=data)


def _check_date(envelope: Envelope, *, at: datetime) -> None:
    """Refuse what is dated later: an objection of then would block every question until then.

    Raises:
        InputError: `input.future`.
    """
    from tierlock.attest import predicate_of, statement_of

    try:
        _, predicate = predicate_of(statement_of(envelope))
    except TierlockError:
        return  # what can not be read has no date; it is listed with the reason
    if predicate.signed_at > at:
        raise InputError(
            "input.future",
            f"it was signed at {format_instant(predicate.signed_at)}, after {format_instant(at)}",
            hint="check the clocks of both machines, and sign it again",
        )


def _check_fits(envelope: bytes, *, at: datetime) -> None:
    """Refuse what the ledger could never hold: in the store it would close every later command.

    Raises:
        InputError: `ledger.content`.
    """
    Draft(media_type=ENVELOPE, payload=envelope, logged_at=at)
