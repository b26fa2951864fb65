"""What people state in one file: claims, attestations, approvals, rulings, negative records."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tierlock.core import (
    Approval,
    Attestation,
    Claim,
    ClaimEvidence,
    Digest,
    Instant,
    Interim,
    Negative,
    Negatives,
    Outcome,
    Part,
    Record,
    RoleSignature,
    Ruling,
)


class StatedClaim(Record):
    """A claim as people write it; `status: unmet` becomes a negative record (`failed_claim`)."""

    criterion: str
    status: Literal["met", "pending", "unmet"]
    says: str = ""
    paths: tuple[str, ...] = ("*",)
    holds_with_weights: bool = False
    parts: dict[Part, Digest] = {}
    evidence: tuple[ClaimEvidence, ...] = ()
    owner: str = ""
    cost: str = ""
    claimed_at: Instant
    expires_at: Instant | None = None
    interim: Interim | None = None


class StatedAttestation(Record):
    """An attestation as people write it; the subject is the file's."""

    criterion: str
    role: str
    signer: str
    over: dict[Part, Digest] = {}
    attested_at: Instant
    expires_at: Instant | None = None
    says: str = ""


class StatedApproval(Record):
    """A sign-off as people write it; what stands in a file is unsigned, whatever it says."""

    role: str
    signer: str
    action: str
    determination: Digest
    approved_at: Instant
    expires_at: Instant | None = None


class StatedSignature(Record):
    """One role's part in a ruling, as people write it; unsigned."""

    role: str
    signer: str


class StatedRuling(Record):
    """A ruling as people write it."""

    determination: Digest
    outcomes: dict[str, Outcome] = {}
    signatures: tuple[StatedSignature, ...] = ()
    reasons: str = Field(min_length=1)
    ruled_at: Instant


class StatedNegative(Record):
    """A negative record as people write it."""

    kind: Literal[
        "revocation", "incident", "new_attack_class", "dissent", "objection", "failed_claim"
    ]
    concerns: str = ""
    says: str = Field(min_length=1)
    happened_at: Instant
    resolved_at: Instant | None = None


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
    records: tuple[StatedNegative, ...] = ()

    def to_claims(self) -> tuple[Claim, ...]:
        """Return the claims that say met or pending."""
        return tuple(
            Claim(
                subject=self.subject,
                status=stated.status,
                **{
                    name: getattr(stated, name)
                    for name in StatedClaim.model_fields
                    if name != "status"
                },
            )
            for stated in self.claims
            if stated.status != "unmet"
        )

    def to_attestations(self) -> tuple[Attestation, ...]:
        """Return the attestations about the file's subject, all unsigned."""
        return tuple(
            Attestation(
                subject=self.subject,
                **{name: getattr(stated, name) for name in StatedAttestation.model_fields},
            )
            for stated in self.attestations
        )

    def to_approvals(self) -> tuple[Approval, ...]:
        """Return the sign-offs, all unsigned."""
        return tuple(
            Approval(**{name: getattr(stated, name) for name in StatedApproval.model_fields})
            for stated in self.approvals
        )

    def to_rulings(self) -> tuple[Ruling, ...]:
        """Return the rulings about the file's subject, all unsigned."""
        return tuple(
            Ruling(
                subject=self.subject,
                determination=stated.determination,
                outcomes=stated.outcomes,
                signatures=tuple(
                    RoleSignature(role=part.role, signer=part.signer) for part in stated.signatures
                ),
                reasons=stated.reasons,
                ruled_at=stated.ruled_at,
            )
            for stated in self.rulings
        )

    def to_negatives(self) -> Negatives:
        """Return the negative records; a claim stated `unmet` is one."""
        stated = [
            Negative(
                subject=self.subject,
                **{name: getattr(record, name) for name in StatedNegative.model_fields},
            )
            for record in self.records
        ]
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
