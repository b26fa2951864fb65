"""Claims about safeguards: what is in place, for whom and where, at which cost, and what shows it.

`StatedClaim` is what people write, in a file that names the subject once; `Claim` adds the subject.
Keys that were added later are left out of the bytes of a record that does not use them, so that a
record keeps the digest under which it was first stored.
"""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from tierlock.core.instants import Instant
from tierlock.core.record import Record
from tierlock.core.safeguard import Assurance
from tierlock.core.subject import Digest, Part

EvidenceKind = Literal["declaration", "document", "measured", "audit"]
Access = Literal["documents", "black_box", "grey_box", "white_box", "on_site"]
"""What an outside party could look at: papers only, the interface, more than that, everything."""
EVERY: Final = "*"
"""Stands for every path, audience or environment there is."""


class ClaimEvidence(Record):
    """One piece of evidence behind a claim.

    Attributes:
        kind: what sort of evidence it is; a criterion lists the kinds it accepts.
        says: what it shows, in one sentence.
        digest: digest of the document, report or measurement, where there is one.
        by: who produced it; an outside party is named.
        produced_at: when; the criterion's `max_age` counts from here.
        access: of an audit, what the auditor could look at.
        independence: of an audit, why the auditor is free to say what it found.
    """

    kind: EvidenceKind
    says: str = Field(min_length=1)
    digest: Digest | None = None
    by: str = ""
    produced_at: Instant
    access: Access | None = Field(default=None, exclude_if=lambda value: value is None)
    independence: str = Field(default="", exclude_if=lambda value: not value)

    @model_validator(mode="after")
    def _only_audits_have_access(self) -> Self:
        if self.kind != "audit" and (self.access or self.independence):
            raise ValueError("`access` and `independence` belong to evidence of kind `audit`")
        return self


class Interim(Record):
    """An interim claim: equal assurance by other means, for a short time, by named roles."""

    argument: str = Field(min_length=1)
    approved_by: tuple[str, ...] = Field(min_length=1)
    notice: str = ""


class TrustedUsers(Record):
    """Users to whom the safeguard does not apply, by decision of named roles and for a time."""

    users: str = Field(min_length=1)
    argument: str = Field(min_length=1)
    approved_by: tuple[str, ...] = Field(min_length=1)
    expires_at: Instant


class SafeguardCost(Record):
    """What a safeguard costs, in parts; at least one of them is given.

    Attributes:
        people_days: work to put it in place.
        usd: money to put it in place; `usd_per_year` to keep it.
        latency_ms: what it adds to an answer, in milliseconds.
        over_refusal: share of harmless requests that it refuses, 0 to 1.
    """

    people_days: float | None = Field(default=None, ge=0)
    usd: float | None = Field(default=None, ge=0)
    usd_per_year: float | None = Field(default=None, ge=0)
    latency_ms: float | None = Field(default=None, ge=0)
    over_refusal: float | None = Field(default=None, ge=0, le=1)
    says: str = ""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(value in (None, "") for value in dict(self).values()):
            raise ValueError(f"give at least one of {', '.join(type(self).model_fields)}")
        return self


class StatedClaim(Record):
    """A claim as people write it: about the subject of the file that it stands in.

    Attributes:
        criterion: path of the criterion, `<standard>:<criterion>`.
        status: `met`, `pending`, or `unmet`, which makes it a negative record (`failed_claim`).
        says: one sentence; implementation: how it is put in place.
        paths: traffic paths it covers, as `<surface>/<path>`; `*` covers every declared path.
        audiences: audiences it covers; `*` covers every action.
        environments: where the subject runs that it covers; `*` covers every environment.
        holds_with_weights: whether it also binds somebody who has the weights.
        parts: digests of the parts that it was established on; other digests void it.
        exceptions: trusted users to whom the safeguard does not apply.
        owner: who answers for it.
        cost: declared cost, as text or in parts.
        claimed_at: when it was stated.
        expires_at: when it lapses; None only where the criterion's `max_age` governs.
        interim: present for an interim claim; the decision then carries a condition.
    """

    criterion: str
    status: Literal["met", "pending", "unmet"]
    says: str = ""
    implementation: str = Field(default="", exclude_if=lambda value: not value)
    paths: tuple[str, ...] = (EVERY,)
    audiences: tuple[str, ...] = Field(default=(EVERY,), exclude_if=lambda value: value == (EVERY,))
    environments: tuple[str, ...] = Field(
        default=(EVERY,), exclude_if=lambda value: value == (EVERY,)
    )
    holds_with_weights: bool = False
    parts: dict[Part, Digest] = {}
    evidence: tuple[ClaimEvidence, ...] = ()
    exceptions: tuple[TrustedUsers, ...] = Field(default=(), exclude_if=lambda value: not value)
    owner: str = ""
    cost: SafeguardCost | str = ""
    claimed_at: Instant
    expires_at: Instant | None = None
    interim: Interim | None = None

    @model_validator(mode="after")
    def _interim_is_short(self) -> Self:
        if self.interim is not None and self.expires_at is None:
            raise ValueError("an interim claim needs `expires_at`")
        return self


class Claim(StatedClaim):
    """The statement that one criterion of a standard is met or on its way.

    That a criterion is shown *not* to hold is a negative record (`failed_claim`).

    Attributes:
        assurance: `signed` where somebody whom the reader trusts signed it.
    """

    subject: str
    status: Literal["met", "pending"]
    assurance: Assurance = Field(default="declared", exclude_if=lambda value: value == "declared")
