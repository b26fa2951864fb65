"""What people state in one file: claims, attestations, sign-offs, rulings, choices, negatives."""

from __future__ import annotations

from typing import TypeVar

from tierlock.core import (
    Approval,
    Attestation,
    Choice,
    Claim,
    Instant,
    Negative,
    Negatives,
    Record,
    RoleSignature,
    Ruling,
    StatedApproval,
    StatedAttestation,
    StatedChoice,
    StatedClaim,
    StatedNegative,
    StatedRuling,
)

R = TypeVar("R", bound=Record)


class Statements(Record):
    """One statements file: about one subject, unsigned, complete as of a stated instant.

    Attributes:
        complete_as_of: the writer's statement that no negative record up to here is missing.
    """

    subject: str
    complete_as_of: Instant | None = None
    claims: tuple[StatedClaim, ...] = ()
    attestations: tuple[StatedAttestation, ...] = ()
    approvals: tuple[StatedApproval, ...] = ()
    rulings: tuple[StatedRuling, ...] = ()
    choices: tuple[StatedChoice, ...] = ()
    records: tuple[StatedNegative, ...] = ()

    def to_claims(self) -> tuple[Claim, ...]:
        """Return the claims that say met or pending."""
        return tuple(
            _extended(claim, into=Claim, subject=self.subject)
            for claim in self.claims
            if claim.status != "unmet"
        )

    def to_attestations(self) -> tuple[Attestation, ...]:
        """Return the attestations about the file's subject, all unsigned."""
        return tuple(
            _extended(stated, into=Attestation, subject=self.subject)
            for stated in self.attestations
        )

    def to_approvals(self) -> tuple[Approval, ...]:
        """Return the sign-offs, all unsigned."""
        return tuple(_extended(stated, into=Approval) for stated in self.approvals)

    def to_rulings(self) -> tuple[Ruling, ...]:
        """Return the rulings about the file's subject, all unsigned."""
        return tuple(
            _extended(
                stated,
                into=Ruling,
                subject=self.subject,
                signatures=tuple(_extended(part, into=RoleSignature) for part in stated.signatures),
            )
            for stated in self.rulings
        )

    def to_choices(self) -> tuple[Choice, ...]:
        """Return the readings chosen of contested clauses, all unsigned."""
        return tuple(
            _extended(
                stated,
                into=Choice,
                signatures=tuple(_extended(part, into=RoleSignature) for part in stated.signatures),
            )
            for stated in self.choices
        )

    def to_negatives(self) -> Negatives:
        """Return the negative records; a claim stated `unmet` is one."""
        stated = [_extended(record, into=Negative, subject=self.subject) for record in self.records]
        failed = [
            Negative(
                kind="failed_claim",
                subject=self.subject,
                concerns=claim.criterion,
                says=claim.says or "claimed unmet",
                happened_at=claim.claimed_at,
            )
            for claim in self.claims
            if claim.status == "unmet"
        ]
        return Negatives(records=(*stated, *failed), complete_as_of=self.complete_as_of)


def _extended(stated: Record, *, into: type[R], **added: object) -> R:
    """Return what was stated as the record that it becomes, with what the file says once."""
    return into.model_validate({**dict(stated), **added})
