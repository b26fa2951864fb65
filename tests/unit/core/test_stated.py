"""What people state: the digests of the records stay what they were when they were first stored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from tierlock.core import (
    Approval,
    Attestation,
    Claim,
    ClaimEvidence,
    Interim,
    Negative,
    Outcome,
    Record,
    RoleSignature,
    Ruling,
    StatedClaim,
    canonical_bytes,
    digest,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
A = "sha256:" + "a" * 64

# Signatures and ledgers rest on these bytes: a change here breaks what people have signed.
STORED = [
    (
        Claim(
            criterion="s:c",
            subject="m",
            status="met",
            says="x",
            parts={"weights": A},
            evidence=(ClaimEvidence(kind="audit", says="y", produced_at=AT),),
            claimed_at=AT,
            expires_at=AT,
            interim=Interim(argument="z", approved_by=("r",)),
        ),
        "5f120c47a196f9836cb300d50ff37d844e6f5d6dfa2cb336c24d50c9d300e5e4",
    ),
    (
        Attestation(criterion="t:c", subject="m", role="r", signer="s", attested_at=AT),
        "629ea93280e8f98e0edd4a69c980324d928178b8c88c8e977c564da4174e51df",
    ),
    (
        Approval(role="r", signer="s", action="a", determination=A, approved_at=AT),
        "6bd6f2a08da6d079eee0153e06589ddd99b68a789449033800f1b3533e916269",
    ),
    (
        RoleSignature(role="r", signer="s", assurance="signed"),
        "ecf2252050f557b6cbc8c74a1b66ed8f23f4f19194bd994143cdec28b44c5461",
    ),
    (
        Ruling(
            determination=A,
            subject="m",
            outcomes={"t": Outcome.REACHED},
            signatures=(RoleSignature(role="r", signer="s"),),
            reasons="w",
            ruled_at=AT,
        ),
        "191956f16a24a75560241c874e5789c93ea874b5ec519f89e6ecb13811d11aa8",
    ),
    (
        Negative(kind="incident", subject="m", says="q", happened_at=AT),
        "3f6b6e7a8e8541bd0b51fe9c4c6f0e9cb2d3eb737caae8280df2f69b830cc6b8",
    ),
]


@pytest.mark.parametrize(("value", "known"), STORED, ids=[type(v).__name__ for v, _ in STORED])
def test_a_record_keeps_its_digest(value: Record, known: str) -> None:
    assert digest(value) == f"sha256:{known}"
    assert type(value).parse(canonical_bytes(value)) == value


def test_only_what_is_stated_can_be_unmet() -> None:
    stated = StatedClaim(criterion="s:c", status="unmet", claimed_at=AT)
    with pytest.raises(ValidationError, match="status"):
        Claim.model_validate({**dict(stated), "subject": "m"})


@pytest.mark.parametrize("kind", [StatedClaim, Claim])
def test_an_interim_claim_needs_an_end(kind: type[Record]) -> None:
    said = {"criterion": "s:c", "status": "met", "claimed_at": AT}
    said |= {"interim": Interim(argument="z", approved_by=("r",))}
    said |= {"subject": "m"} if kind is Claim else {}
    with pytest.raises(ValidationError, match="an interim claim needs `expires_at`"):
        kind.model_validate(said)
