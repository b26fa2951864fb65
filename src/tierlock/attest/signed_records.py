"""Verified statements as the records that the gate reads, with the signature that they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tierlock.attest.verify import Verified
from tierlock.core import (
    Approval,
    Attestation,
    Choice,
    Claim,
    InputError,
    Record,
    RoleSignature,
    Ruling,
    digest,
)

S = TypeVar("S", Ruling, Choice)


def as_signed(verified: Verified, *, person: str | None = None) -> Record:
    """Return the record of a verified statement, marked with the signature that it has.

    An approval, an attestation and a claim become `signed`, or `attested` where a server signed for
    the person; a ruling and a choice carry one signature, of this role by this person. Other
    records have no such mark. The person is spelled
    as the reader does, so that one person never counts as two.

    Args:
        verified: the statement.
        person: how the reader spells the signer; by default as the trust file does with the key.
    """
    record, signer = verified.record, person or verified.signer.person
    assurance = verified.assurance
    if isinstance(record, Approval | Attestation):
        return record.model_copy(update={"assurance": assurance, "signer": signer})
    if isinstance(record, Claim):
        return record.model_copy(update={"assurance": assurance})
    if isinstance(record, Ruling | Choice):
        signature = RoleSignature(role=verified.predicate.role, signer=signer, assurance=assurance)
        return record.model_copy(update={"signatures": (signature,)})
    return record


def join_signatures(records: Sequence[S]) -> tuple[S, ...]:
    """Return rulings or choices with the signatures of everybody who signed the same words.

    Each role signs a statement of its own; equal ones, apart from the signatures, are one record.
    Order is that of the first of each; signatures are sorted, and doubled ones count once.

    Raises:
        InputError: records of different kinds.
    """
    if len({type(record) for record in records}) > 1:
        raise InputError("input.type", "rulings and choices are joined apart from each other")
    joined: dict[str, tuple[S, set[tuple[str, str, str]]]] = {}
    for record in records:
        bare = record.model_copy(update={"signatures": ()})
        _, found = joined.setdefault(digest(bare), (bare, set()))
        found.update((each.role, each.signer, each.assurance) for each in record.signatures)
    return tuple(
        bare.model_copy(
            update={
                "signatures": tuple(
                    RoleSignature.model_validate(
                        {"role": role, "signer": signer, "assurance": assurance}
                    )
                    for role, signer, assurance in sorted(found)
                )
            }
        )
        for bare, found in joined.values()
    )
