"""Permits and revocations in the ledger: what was issued, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import Field, model_validator

from tierlock.attest import parse_envelope
from tierlock.core import (
    Digest,
    InputError,
    Instant,
    IntegrityError,
    Parts,
    Record,
    Subject,
    format_instant,
)
from tierlock.ledger import Entry, Ledger
from tierlock.permit import Permit, PermitRefused, parse_permit

PERMIT_ENTRY: Final = "application/vnd.tierlock.permit+json"
REVOCATION_ENTRY: Final = "application/vnd.tierlock.revocation+json"


class Revocation(Record):
    """A permit, or everything permitted for a part of a subject, is taken back for ever.

    Attributes:
        permit: id of the permit.
        subject: digest of a part; every permit that names it is revoked.
        reason: why; shown wherever the ledger is.
        revoked_at: when.
    """

    permit: Digest | None = None
    subject: Digest | None = None
    reason: str = Field(min_length=1)
    revoked_at: Instant

    @model_validator(mode="after")
    def _of_one_thing(self) -> Revocation:
        if (self.permit is None) == (self.subject is None):
            raise ValueError("give either `permit` or `subject`")
        return self


def permits_in(ledger: Ledger, *, size: int) -> Iterator[Permit]:
    """Yield the permits among the first `size` entries, oldest first.

    Raises:
        IntegrityError: `ledger.damaged`, an entry that should hold a permit does not.
    """
    for entry in ledger.entries_of(PERMIT_ENTRY):
        if entry.index < size:
            yield _permit_in(entry)


def revocations_in(ledger: Ledger, *, size: int) -> Iterator[Revocation]:
    """Yield the revocations among the first `size` entries, oldest first.

    Raises:
        IntegrityError: `ledger.damaged`, an entry that should hold a revocation does not.
    """
    for entry in ledger.entries_of(REVOCATION_ENTRY):
        if entry.index < size:
            yield _revocation_in(entry)


def named_by(permit: Permit, *, subject: Subject) -> Subject | None:
    """Return the project's subject with name and parts of a permit, None for another subject's.

    Whoever renames the subject in the project file, or changes a part there, takes no permit out of
    the gate's sight.
    """
    same = permit.parts.get("weights") == subject.parts.weights
    if not same and not subject.answers_to(permit.subject):
        return None
    others = [name for name in (*subject.known_as, subject.name) if name != permit.subject]
    return subject.model_copy(
        update={
            "name": permit.subject,
            "known_as": subject.known_as if permit.subject == subject.name else tuple(others),
            "parts": Parts.model_validate(dict(permit.parts)),
        }
    )


def words_of_permit(entry: Entry) -> tuple[str, str] | None:
    """Return kind and words of an entry of this file, None for any other."""
    try:
        if entry.media_type == PERMIT_ENTRY:
            return "permit", _permit_words(_permit_in(entry))
        if entry.media_type == REVOCATION_ENTRY:
            revoked = _revocation_in(entry)
            return "revocation", f"{revoked.permit or revoked.subject}: {revoked.reason}"
    except IntegrityError as error:
        return "other", error.message
    return None


def _permit_words(permit: Permit) -> str:
    asked = " / ".join(filter(None, (permit.action, permit.surface, permit.audience)))
    until = format_instant(permit.expires_at)
    return f"{permit.subject}: {asked} until {until}, permit {permit.id}"


def _permit_in(entry: Entry) -> Permit:
    try:
        return parse_permit(parse_envelope(entry.payload).payload)
    except (IntegrityError, PermitRefused) as error:
        raise _damaged(entry, error.message) from None


def _revocation_in(entry: Entry) -> Revocation:
    try:
        return Revocation.parse(entry.payload)
    except InputError as error:
        raise _damaged(entry, error.message) from None


def _damaged(entry: Entry, says: str) -> IntegrityError:
    return IntegrityError(
        "ledger.damaged", f"entry {entry.index} is not what its media type says: {says}"
    )
