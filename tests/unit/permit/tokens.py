"""Permits and statuses of one small model, signed without any room but the one under test."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tierlock.permit import (
    ROLES,
    Condition,
    Head,
    Key,
    Keys,
    Permit,
    Status,
    permit_payload,
    status_payload,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEAD = Head("example.org/log", 7, "ab" * 32)
PARTS = {"weights": "sha256:" + "1" * 64, "elicitation": "sha256:" + "2" * 64}
TYPE = "application/vnd.in-toto+json"
ASKED: dict[str, Any] = {"action": "deploy", "surface": "api", "audience": "general"}
ISSUER = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
TELLER = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\x03" * 32)
HASHES: dict[int, type[SHA256 | SHA384 | SHA512]] = {256: SHA256, 384: SHA384, 521: SHA512}
ISSUED: set[str] = set()
"""Digests of everything that was signed here: a status names the permits that hold."""
Private = Ed25519PrivateKey | EllipticCurvePrivateKey


def public(key: Private) -> str:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode("ascii")


KEYS = Keys(
    [
        Key(public(ISSUER), frozenset({"permit-issuer"})),
        Key(public(TELLER), frozenset({"permit-status"})),
    ]
)


def permit(**changed: Any) -> Permit:
    """Return a permit of a day; its id is that of no statement until it is signed."""
    known = Permit(
        id="",
        subject="model-1",
        parts=PARTS,
        action="deploy",
        surface="api",
        audience="general",
        framework="lab/small-1",
        framework_digest="sha256:" + "3" * 64,
        determination="sha256:" + "4" * 64,
        decision="sha256:" + "5" * 64,
        conditions=(Condition("claim.interim", "an interim claim: é"),),
        issued_at=AT,
        not_before=AT,
        expires_at=AT + timedelta(days=1),
        head=HEAD,
    )
    return known._replace(**changed)


def status(**changed: Any) -> Status:
    """Return a status of an hour by which nothing is revoked."""
    known = Status(
        head=HEAD,
        standing=frozenset(ISSUED),
        revoked=frozenset(),
        revoked_subjects=frozenset(),
        closed=frozenset(),
        issued_at=AT,
        expires_at=AT + timedelta(hours=1),
    )
    return known._replace(**changed)


def envelope(payload: bytes, *, key: Private, kind: str = TYPE) -> bytes:
    """Return the canonical envelope of any bytes."""
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    if isinstance(key, Ed25519PrivateKey):
        signature = key.sign(signed)
    else:
        algorithm = HASHES[key.key_size]
        signature = key.sign(signed, ECDSA(algorithm()))
    ISSUED.add("sha256:" + hashlib.sha256(payload).hexdigest())
    value = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"keyid": key_id(key), "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def key_id(key: Private) -> str:
    return Key(public(key), frozenset(ROLES)).key_id


def token(key: Private = ISSUER, **changed: Any) -> bytes:
    return envelope(permit_payload(permit(**changed)), key=key)


def stated(key: Private = TELLER, **changed: Any) -> bytes:
    return envelope(status_payload(status(**changed)), key=key)


def signed_json(value: object, *, key: Private = ISSUER) -> bytes:
    """Return the envelope of a value in canonical form, whatever it says."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return envelope(text.encode(), key=key)


def permit_json() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(permit_payload(permit()))
    return value


GOOD = token()


def asked(**changed: Any) -> dict[str, Any]:
    """Return the arguments of a check that passes, with some of them changed."""
    known: Mapping[str, Any] = {
        **ASKED, "keys": KEYS, "digests": PARTS, "status": stated(), "at": AT,
    }  # fmt: skip
    return {**known, **changed}
