"""Public keys: their names, and whether a signature is theirs."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from tierlock.core import InputError, digest_bytes
from tierlock.permit import anybody_signs

_CURVES: Final = {
    "secp256r1": "ecdsa-sha2-nistp256",
    "secp384r1": "ecdsa-sha2-nistp384",
    "secp521r1": "ecdsa-sha2-nistp521",
}
_RSA_SCHEMES: Final = (
    "rsassa-pss-sha256",
    "rsassa-pss-sha384",
    "rsassa-pss-sha512",
    "rsa-pkcs1v15-sha256",
    "rsa-pkcs1v15-sha384",
    "rsa-pkcs1v15-sha512",
)
_LEAST_RSA_BITS: Final = 2048


class PublicKey:
    """A public key under which signatures are checked.

    Args:
        pem: SubjectPublicKeyInfo in PEM: Ed25519, ECDSA on P-256, P-384 or P-521, RSA from 2048
            bits on.
        scheme: how an RSA key signs; PSS with SHA-256 if not said. Others have one way.

    Raises:
        InputError: `key.read`, no such key.

    Attributes:
        key_id: `sha256:<hex>` over the DER form, what `openssl pkey -pubin -outform DER` gives.
        scheme: the scheme in the words of securesystemslib.
    """

    def __init__(self, pem: bytes, *, scheme: str | None = None) -> None:
        try:
            self.key: PublicKeyTypes = load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm):
            raise InputError(
                "key.read", "not a public key in PEM", hint="it starts with -----BEGIN PUBLIC KEY"
            ) from None
        self.scheme = _scheme_of(self.key, asked=scheme)
        self.key_id = digest_bytes(
            self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )

    @property
    def pem(self) -> bytes:
        """The key in PEM, always the same text for the same key."""
        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def verifies(self, data: bytes, *, signature: bytes) -> bool:
        """Tell whether `signature` over `data` was made with this key's private half."""
        if isinstance(self.key, Ed25519PublicKey):
            try:
                self.key.verify(signature, data)
            except InvalidSignature:
                return False
            return True
        # Imported here: most keys are Ed25519, and this costs as much as the rest together.
        from securesystemslib.exceptions import UnverifiedSignatureError
        from securesystemslib.signer import Signature, SSlibKey

        key = SSlibKey.from_crypto(self.key, keyid=self.key_id, scheme=self.scheme)
        try:
            key.verify_signature(Signature(self.key_id, signature.hex()), data)
        except UnverifiedSignatureError:
            return False
        return True


def _scheme_of(key: PublicKeyTypes, *, asked: str | None) -> str:
    """The scheme in which `key` signs."""
    known: tuple[str, ...]
    if isinstance(key, Ed25519PublicKey) and not anybody_signs(key):
        known = ("ed25519",)
    elif isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES:
        known = (_CURVES[key.curve.name],)
    elif isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS:
        known = _RSA_SCHEMES
    else:
        raise InputError(
            "key.read",
            "a key of this kind is not accepted",
            hint="use Ed25519, ECDSA on P-256, P-384 or P-521, or RSA from 2048 bits on",
        )
    if asked is not None and asked not in known:
        raise InputError(
            "key.read", f"a key of this kind does not sign by `{asked}`", hint=f"use `{known[0]}`"
        )
    return asked or known[0]
