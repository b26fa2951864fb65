"""An authenticator in software: makes keys and assertions as a browser hands them out."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.attest.keys import T0
from tierlock.attest import Assertion, PublicKey, Trust, TrustedKey, to_base64url

RP_ID = "reviews.example.org"
ORIGIN = "https://reviews.example.org"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED, EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
CREDENTIAL = b"credential-1"


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class SoftAuthenticator:
    """One key of one kind: `ES256`, `EdDSA` or `RS256`."""

    def __init__(self, kind: str = "ES256", *, number: int = 7) -> None:
        self.kind = kind
        self.private: Any
        if kind == "ES256":
            self.private = ec.derive_private_key(number, ec.SECP256R1())
        elif kind == "EdDSA":
            self.private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        else:
            self.private = _rsa_key()
        self.pem = self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def key_id(self) -> str:
        return PublicKey(self.pem).key_id

    def raw_sign(self, data: bytes) -> bytes:
        how: dict[str, tuple[object, ...]] = {
            "ES256": (ec.ECDSA(hashes.SHA256()),),
            "EdDSA": (),
            "RS256": (padding.PKCS1v15(), hashes.SHA256()),
        }
        made: bytes = self.private.sign(data, *how[self.kind])
        return made

    def sign(
        self,
        challenge: str,
        /,
        *,
        rp_id: str = RP_ID,
        flags: int = PRESENT | VERIFIED,
        tail: bytes = b"",
        **said: object,
    ) -> Assertion:
        """Return an assertion; `said` replaces what the browser says, `client_data` all of it."""
        client_data = said.pop("client_data", None) or client_data_of(challenge, **said)
        assert isinstance(client_data, bytes)
        data = hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + bytes(4) + tail
        signature = self.raw_sign(data + hashlib.sha256(client_data).digest())
        return Assertion(data, client_data, signature)

    def respond(self, challenge: str, /, **said: Any) -> bytes:
        """Return an assertion as `PublicKeyCredential.toJSON()` gives it."""
        made = self.sign(challenge, **said)
        name = to_base64url(CREDENTIAL)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "authenticatorAttachment": "platform",
                "clientExtensionResults": {},
                "response": {
                    "authenticatorData": to_base64url(made.authenticator_data),
                    "clientDataJSON": to_base64url(made.client_data),
                    "signature": to_base64url(made.signature),
                    "userHandle": None,
                },
            }
        ).encode()

    def register(
        self,
        challenge: str,
        /,
        *,
        rp_id: str = RP_ID,
        flags: int = PRESENT | VERIFIED | ATTESTED,
        cose: dict[int, object] | None = None,
        **said: object,
    ) -> bytes:
        """Return a new key as `PublicKeyCredential.toJSON()` gives it, attestation `none`."""
        client_data = client_data_of(challenge, **{"type": "webauthn.create", **said})
        key = cbor2.dumps(cose or self._cose())
        data = hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + bytes(4)
        data += bytes(16) + len(CREDENTIAL).to_bytes(2, "big") + CREDENTIAL + key
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        name = to_base64url(CREDENTIAL)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": {
                    "attestationObject": to_base64url(made),
                    "clientDataJSON": to_base64url(client_data),
                },
            }
        ).encode()

    def _cose(self) -> dict[int, object]:
        if self.kind == "EdDSA":
            raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return {1: 1, 3: -8, -1: 6, -2: raw}
        numbers = self.private.public_key().public_numbers()
        if self.kind == "RS256":
            return {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}
        return {
            1: 2, 3: -7, -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }  # fmt: skip


def client_data_of(challenge: str, /, **said: object) -> bytes:
    """Return what a browser writes, in the order in which browsers write it."""
    found = {
        "type": "webauthn.get",
        "challenge": challenge,
        "origin": ORIGIN,
        "crossOrigin": False,
        **said,
    }
    return json.dumps({key: value for key, value in found.items() if value is not None}).encode()


def enrolled(
    device: SoftAuthenticator, person: str, /, *roles: str, **fields: object
) -> dict[str, TrustedKey]:
    """Return the trust file's entry of an authenticator."""
    entry = TrustedKey.model_validate(
        {
            "person": person,
            "roles": roles,
            "public_key": device.pem.decode(),
            "webauthn": {"rp_id": RP_ID, "origins": (ORIGIN,)},
            "valid_from": T0,
            **fields,
        }
    )
    return {device.key_id: entry}


def trusting(device: SoftAuthenticator, **fields: object) -> Trust:
    return Trust(keys=enrolled(device, "Ann", "rso", **fields))
