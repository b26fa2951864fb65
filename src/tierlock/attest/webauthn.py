"""WebAuthn assertions as signatures: a person's authenticator signs in a browser (A-41 to A-45).

The challenge is the digest of what a DSSE signature is over, so nothing else can be meant by the
touch. Everything is checked offline, with the key, site and origins of the reader's trust file.

Source: W3C, Web Authentication Level 2, sections 5.8.1, 6.1 and 7.2; SEC 1 section 4.1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from pydantic import Field, field_validator, model_validator

from tierlock.attest.public_key import PublicKey
from tierlock.attest.strict_json import parse_strict
from tierlock.core import InputError, Record, canonical_json

MOST_BYTES: Final = 16 * 2**10
"""Of an assertion; a browser's is under 2 KiB."""
_SCHEMES: Final = ("ecdsa-sha2-nistp256", "ed25519", "rsa-pkcs1v15-sha256")
"""ES256, EdDSA and RS256 of the registry of COSE algorithms."""
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_KEYS: Final = ("authenticatorData", "clientDataJSON", "signature")
# Authenticator data: digest of the site's id, flags, a counter; nothing else in an assertion.
_AUTHENTICATOR_BYTES: Final = 32 + 1 + 4
_PRESENT, _VERIFIED, _ELIGIBLE, _BACKED_UP, _MORE = 0x01, 0x04, 0x08, 0x10, 0xC0
_SITE: Final = re.compile(r"(?!\d+(\.\d+)*$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)*")
_ORIGIN: Final = re.compile(r"(https?)://([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?")


class Authenticator(Record):
    """Where a key signs by WebAuthn assertions, and only by them.

    Attributes:
        rp_id: the site's id: a domain, for which the authenticator made the key.
        origins: pages on which a signature may have been made, such as
            `https://reviews.example.org`; each at `rp_id` or below it.
        credential: the authenticator's own name of the key in base64url; a browser asks for it by
            this name. Without it the authenticator must find the key itself.
    """

    rp_id: str
    origins: tuple[str, ...] = Field(min_length=1)
    credential: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,1400}$")

    @field_validator("rp_id")
    @classmethod
    def _is_a_domain(cls, value: str) -> str:
        if not _SITE.fullmatch(value):
            raise ValueError(f"`{value}` is no domain in lower case; an address is none either")
        return value

    @model_validator(mode="after")
    def _origins_are_of_the_site(self) -> Authenticator:
        for origin in self.origins:
            found = _ORIGIN.fullmatch(origin)
            if found is None:
                raise ValueError(f"`{origin}` is no origin, such as `https://{self.rp_id}`")
            scheme, host, port = found.groups()
            if host != self.rp_id and not host.endswith(f".{self.rp_id}"):
                raise ValueError(f"the origin `{origin}` is not at `{self.rp_id}` or below it")
            if scheme == "http" and host != "localhost" and not host.endswith(".localhost"):
                raise ValueError(f"`{origin}` is not https; only localhost may do without")
            if (scheme, port) in {("https", "443"), ("http", "80")}:
                raise ValueError(f"leave the port out of `{origin}`: browsers do")
        return self


class Assertion(NamedTuple):
    """What an authenticator returns for one challenge.

    Attributes:
        authenticator_data: site, flags and counter, as the authenticator signed them.
        client_data: what the browser saw, in JSON; the authenticator signed its digest.
        signature: over both.
    """

    authenticator_data: bytes
    client_data: bytes
    signature: bytes


def challenge_of(data: bytes) -> str:
    """Return the challenge under which `data` (the PAE of an envelope) is signed, in base64url.

    >>> challenge_of(b"DSSEv1 0  0 ")
    'lW5iUIRmfFC0ku3oy9ZHUkUogHlJjD721DPzq9kT9jY'
    """
    return to_base64url(hashlib.sha256(data).digest())


def assertion_key(pem: bytes) -> PublicKey:
    """Return the key of an authenticator: ECDSA on P-256, Ed25519, or RSA by PKCS #1 v1.5.

    Raises:
        InputError: `key.read`, it is none of them.
    """
    key = PublicKey(pem)
    if key.scheme.startswith("rsa"):
        key = PublicKey(pem, scheme="rsa-pkcs1v15-sha256")
    if key.scheme not in _SCHEMES:
        raise InputError(
            "key.read",
            f"no authenticator signs by `{key.scheme}` here",
            hint="ES256 on P-256, EdDSA on Ed25519, or RS256",
        )
    return key


def write_assertion(assertion: Assertion, *, key: PublicKey) -> bytes:
    """Return an assertion as the `sig` of a DSSE signature, in its one form.

    An ECDSA signature and its mirror image are both good; the one with the lower number is written,
    so that nobody can make a second envelope of the first.
    """
    signature = assertion.signature
    if isinstance(key.key, EllipticCurvePublicKey):
        try:
            first, second = decode_dss_signature(signature)
            signature = encode_dss_signature(first, min(second, _P256_ORDER - second))
        except ValueError:
            # It is not written any better: verification says that it is no signature.
            signature = assertion.signature
    parts = (assertion.authenticator_data, assertion.client_data, signature)
    return canonical_json(dict(zip(_KEYS, map(to_base64url, parts), strict=True)))


def assertion_problem(
    data: bytes, *, signature: bytes, key: PublicKey, authenticator: Authenticator
) -> str | None:
    """Return why `signature` is no assertion over `data` by this key; None if it is one.

    Args:
        data: what is signed (the PAE of an envelope).
        signature: the `sig` of a DSSE signature.
        key: the authenticator's key.
        authenticator: the site and the origins that the reader allows.
    """
    assertion = _read(signature)
    if isinstance(assertion, str):
        return assertion
    site = hashlib.sha256(authenticator.rp_id.encode("ascii")).digest()
    return (
        client_data_problem(
            assertion.client_data,
            kind="webauthn.get",
            challenge=challenge_of(data),
            origins=authenticator.origins,
        )
        or _authenticator_problem(assertion.authenticator_data, site=site)
        or _signature_problem(assertion, key=key)
    )


def client_data_problem(
    data: bytes,
    *,
    kind: Literal["webauthn.get", "webauthn.create"],
    challenge: str,
    origins: Sequence[str],
) -> str | None:
    """Return why what a browser says that it saw does not fit; None if it does.

    Args:
        data: `clientDataJSON`, the very bytes.
        kind: signing, or making a key.
        challenge: what was to be signed, in base64url.
        origins: pages that may have asked for it.
    """
    try:
        said = parse_strict(data)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return "what the browser saw is not one block of JSON"
    if said.get("type") != kind:
        return f"it was made for another purpose than `{kind}`"
    if said.get("challenge") != challenge:
        return "it is over other content"
    if said.get("origin") not in origins:
        return f"it was made on a page that is not listed: `{str(said.get('origin'))[:100]}`"
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        return "it was made in a frame of another page"
    return None


def to_base64url(data: bytes) -> str:
    """Return `data` in base64url without padding."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def from_base64url(text: object) -> bytes:
    """Return the bytes of base64url without padding, in its one form.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(text, str) or not re.fullmatch("[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("not base64url") from None
    if to_base64url(data) != text:
        raise ValueError("not base64url in its one form")
    return data


def _read(signature: bytes) -> Assertion | str:
    """The assertion in a `sig`, or why it is none; only one form of it is read."""
    wrong = "it is no assertion of an authenticator"
    if len(signature) > MOST_BYTES:
        return wrong
    try:
        found = parse_strict(signature)
        if not isinstance(found, dict) or set(found) != set(_KEYS):
            return wrong
        parts = [from_base64url(found[key]) for key in _KEYS]
        if canonical_json(found) != signature:
            return f"{wrong} in its one form"
    except ValueError:
        return wrong
    return Assertion(*parts)


def _authenticator_problem(data: bytes, *, site: bytes) -> str | None:
    if len(data) != _AUTHENTICATOR_BYTES:
        return "the authenticator's data are cut, or hold more than an assertion's"
    flags = data[len(site)]
    if data[: len(site)] != site:
        return "the authenticator signed for another site"
    if not flags & _PRESENT:
        return "nobody was there when the authenticator signed"
    if not flags & _VERIFIED:
        return "the authenticator did not check who was there"
    if flags & _MORE or (flags & _BACKED_UP and not flags & _ELIGIBLE):
        return "the authenticator's flags contradict its data"
    return None


def _signature_problem(assertion: Assertion, *, key: PublicKey) -> str | None:
    signature = assertion.signature
    if isinstance(key.key, EllipticCurvePublicKey):
        try:
            first, second = decode_dss_signature(signature)
        except ValueError:
            return "the authenticator's signature is damaged"
        one_form = encode_dss_signature(first, second) == signature
        if not one_form or 2 * second > _P256_ORDER:
            return "the authenticator's signature is not in its one form"
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    if not key.verifies(signed, signature=signature):
        return "the authenticator's signature is by another key, or over something else"
    return None
