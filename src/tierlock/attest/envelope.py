"""DSSE envelopes: exact bytes, what they are, and signatures over both (A-1 to A-5).

Source: DSSE v1.0.0, protocol.md and envelope.md of secure-systems-lab/dsse.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tierlock.attest.strict_json import parse_strict
from tierlock.core import IntegrityError, canonical_json, digest_bytes

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
MOST_BYTES: Final = 64 * 2**20
MOST_SIGNATURES: Final = 64
_KEYS: Final = frozenset({"payload", "payloadType", "signatures"})
_SIGNATURE_KEYS: Final = frozenset({"keyid", "sig", "extension"})


@dataclass(frozen=True)
class EnvelopeSignature:
    """One signature over an envelope's payload and its type.

    Attributes:
        sig: the signature's bytes.
        keyid: a hint at the key; it is not signed, and nothing is decided by it.
        extension: further material (DSSE extensions.md), such as a Sigstore bundle.
    """

    sig: bytes
    keyid: str = ""
    extension: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Envelope:
    """Signed bytes.

    Attributes:
        payload: the exact bytes that were signed.
        payload_type: what the bytes are; signed with them.
        signatures: at least one.
    """

    payload: bytes
    payload_type: str
    signatures: tuple[EnvelopeSignature, ...]

    @property
    def signed_bytes(self) -> bytes:
        """What the signatures are over."""
        return pae(self.payload, payload_type=self.payload_type)

    @property
    def payload_digest(self) -> str:
        """Digest of the payload: it does not change when somebody adds a signature."""
        return digest_bytes(self.payload)


def pae(payload: bytes, *, payload_type: str) -> bytes:
    """Return the pre-authentication encoding: unambiguous bytes of a type and a payload.

    >>> pae(b"hello world", payload_type="http://example.com/HelloWorld")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def canonical_envelope(envelope: Envelope) -> bytes:
    """Return the envelope as RFC 8785 JSON; the inverse of `parse_envelope`."""
    return canonical_json(
        {
            "payload": _encoded(envelope.payload),
            "payloadType": envelope.payload_type,
            "signatures": [_to_json(signature) for signature in envelope.signatures],
        }
    )


def _to_json(signature: EnvelopeSignature) -> dict[str, object]:
    found: dict[str, object] = {"keyid": signature.keyid, "sig": _encoded(signature.sig)}
    if signature.extension is not None:
        found["extension"] = dict(signature.extension)
    return found


def parse_envelope(data: bytes) -> Envelope:
    """Return the envelope that JSON `data` holds; nothing about its signatures is checked.

    Standard and URL-safe base64 are read, as DSSE asks. What is not signed is kept small: unknown
    keys, doubled keys and a second spelling of the same bytes are refused.

    Raises:
        IntegrityError: `attest.envelope`.
    """
    if len(data) > MOST_BYTES:
        raise _damaged(f"larger than {MOST_BYTES} bytes")
    try:
        value = parse_strict(data)
    except ValueError as error:
        raise _damaged(f"not JSON: {error}") from None
    if not isinstance(value, dict) or set(value) != _KEYS:
        raise _damaged("it needs the keys `payload`, `payloadType` and `signatures`, and no other")
    kind, entries = value["payloadType"], value["signatures"]
    if not isinstance(kind, str):
        raise _damaged("`payloadType` is not text")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_SIGNATURES:
        raise _damaged(f"`signatures` is not a list of 1 to {MOST_SIGNATURES} signatures")
    return Envelope(
        payload=_decoded(value["payload"], what="payload"),
        payload_type=kind,
        signatures=tuple(_signature(entry) for entry in entries),
    )


def _signature(entry: object) -> EnvelopeSignature:
    if not isinstance(entry, dict) or "sig" not in entry or not set(entry) <= _SIGNATURE_KEYS:
        raise _damaged("a signature has the keys `sig`, `keyid` and `extension`, and no other")
    keyid, extension = entry.get("keyid", ""), entry.get("extension")
    if not isinstance(keyid, str) or not isinstance(extension, dict | None):
        raise _damaged("a signature's `keyid` is not text, or its `extension` no block of keys")
    return EnvelopeSignature(
        sig=_decoded(entry["sig"], what="sig"), keyid=keyid, extension=extension
    )


def _encoded(data: bytes) -> str:
    return base64.standard_b64encode(data).decode("ascii")


def _decoded(text: object, *, what: str) -> bytes:
    if not isinstance(text, str):
        raise _damaged(f"`{what}` is not text")
    standard = text.replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(standard, validate=True)
    except (ValueError, binascii.Error):
        raise _damaged(f"`{what}` is not base64") from None
    # Unused bits at the end would let one envelope have several spellings.
    if _encoded(data) != standard:
        raise _damaged(f"`{what}` is not base64 in its one form")
    return data


def _damaged(says: str) -> IntegrityError:
    return IntegrityError("attest.envelope", f"not a DSSE envelope: {says}")
