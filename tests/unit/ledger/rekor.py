"""A log in the format of Rekor with a key of its own: entries, proofs, signed heads and times."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.ledger.ledgers import mth

NAME = "rekor.example"
TAKEN_AT = 1_767_225_600  # 2026-01-01T00:00:00Z


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162 section 2.1.3.1, as the definition reads."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*path_of(index, leaves[:k]), mth(leaves[k:])]
    return [*path_of(index - k, leaves[k:]), mth(leaves[:k])]


class Log:
    """A log with `before` entries of others in front of ours and two behind it."""

    def __init__(self, *, before: int = 5, ed25519: bool = False) -> None:
        self.key: EllipticCurvePrivateKey | Ed25519PrivateKey = (
            Ed25519PrivateKey.generate() if ed25519 else generate_private_key(SECP256R1())
        )
        self.before = before

    @property
    def pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def log_id(self) -> bytes:
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).digest()

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(data)
        return self.key.sign(data, ECDSA(SHA256()))

    def body(self, artifact: bytes, **changed: Any) -> bytes:
        whole = {
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": {
                    "hash": {"algorithm": "sha256", "value": hashlib.sha256(artifact).hexdigest()}
                },
                "signature": {"content": b64(b"sig"), "publicKey": {"content": b64(b"key")}},
            },
        }
        return canonical({**whole, **changed})

    def checkpoint(self, leaves: list[bytes], *, name: str = NAME) -> str:
        text = f"{name} - 42\n{len(leaves)}\n{b64(mth(leaves))}\n".encode()
        return f"{text.decode()}\n— {name} {b64(self.log_id[:4] + self.sign(text))}\n"

    def answer(
        self, artifact: bytes, *, at: int = TAKEN_AT, body: bytes | None = None
    ) -> dict[str, Any]:
        """Return what the log's API answers about the entry over `artifact`."""
        body = self.body(artifact) if body is None else body
        leaves = [f"other {n}".encode() for n in range(self.before)] + [body, b"x", b"y"]
        promised = {"body": b64(body), "integratedTime": at, "logID": self.log_id.hex(),
                    "logIndex": 1000 + self.before}  # fmt: skip
        return {
            "24296fb24b8ad77a" + "0" * 48: {
                **promised,
                "verification": {
                    "inclusionProof": {
                        "checkpoint": self.checkpoint(leaves),
                        "hashes": [part.hex() for part in path_of(self.before, leaves)],
                        "logIndex": self.before,
                        "rootHash": mth(leaves).hex(),
                        "treeSize": len(leaves),
                    },
                    "signedEntryTimestamp": b64(self.sign(canonical(promised))),
                },
            }
        }

    def bundle(self, artifact: bytes) -> dict[str, Any]:
        """Return the same in a Sigstore bundle."""
        (entry,) = self.answer(artifact).values()
        proof = entry["verification"]["inclusionProof"]
        return {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "tlogEntries": [
                    {
                        "logIndex": str(entry["logIndex"]),
                        "logId": {"keyId": b64(self.log_id)},
                        "kindVersion": {"kind": "hashedrekord", "version": "0.0.1"},
                        "integratedTime": str(entry["integratedTime"]),
                        "inclusionPromise": {
                            "signedEntryTimestamp": entry["verification"]["signedEntryTimestamp"]
                        },
                        "inclusionProof": {
                            "logIndex": str(proof["logIndex"]),
                            "rootHash": b64(bytes.fromhex(proof["rootHash"])),
                            "treeSize": str(proof["treeSize"]),
                            "hashes": [b64(bytes.fromhex(part)) for part in proof["hashes"]],
                            "checkpoint": {"envelope": proof["checkpoint"]},
                        },
                        "canonicalizedBody": entry["body"],
                    }
                ]
            },
            "messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": ""}},
        }
