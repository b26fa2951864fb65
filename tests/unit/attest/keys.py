"""Keys, people and records for the tests of `attest`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tierlock.attest import EnvelopeSignature, PublicKey, Trust, TrustedKey
from tierlock.core import Approval, Negative, Parts, Ruling

T0 = datetime(2026, 1, 1, tzinfo=UTC)
SIGNED = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = datetime(2026, 6, 1, tzinfo=UTC)
WEIGHTS = "sha256:" + "ab" * 32
DETERMINATION = "sha256:" + "cd" * 32
PARTS = Parts(weights=WEIGHTS)
VECTORS = Path(__file__).parent / "vectors"


class Key:
    """An Ed25519 key in memory, from a seed; satisfies `Signer`."""

    def __init__(self, seed: bytes) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(
            self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )

    @property
    def key_id(self) -> str:
        return self.public.key_id

    def sign(self, data: bytes) -> EnvelopeSignature:
        return EnvelopeSignature(sig=self.private.sign(data), keyid=self.key_id)


ANN, BOB, EVE = (Key(bytes([number]) * 32) for number in (1, 2, 3))


def trusted(key: Key, person: str, *roles: str, **fields: object) -> dict[str, TrustedKey]:
    found = TrustedKey.model_validate(
        {
            "person": person,
            "roles": roles,
            "public_key": key.public.pem.decode(),
            "valid_from": T0,
            **fields,
        }
    )
    return {key.key_id: found}


def trust(**fields: object) -> Trust:
    keys = {**trusted(ANN, "Ann", "rso", "lead"), **trusted(BOB, "Bob", "ceo")}
    return Trust.model_validate({"keys": keys, **fields})


def approval(**fields: object) -> Approval:
    return Approval.model_validate(
        {
            "role": "rso",
            "signer": "Ann",
            "action": "deploy",
            "determination": DETERMINATION,
            "approved_at": SIGNED,
            **fields,
        }
    )


def ruling(**fields: object) -> Ruling:
    return Ruling.model_validate(
        {
            "subject": "m",
            "determination": DETERMINATION,
            "reasons": "as computed",
            "ruled_at": SIGNED,
            **fields,
        }
    )


def objection(**fields: object) -> Negative:
    return Negative.model_validate(
        {
            "kind": "dissent",
            "subject": "m",
            "says": "the elicitation was weak",
            "happened_at": SIGNED,
            **fields,
        }
    )
