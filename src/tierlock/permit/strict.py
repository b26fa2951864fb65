"""Tokens in their one form: bytes to JSON values and back, with nothing left to interpretation.

A token is the RFC 8785 form of a DSSE envelope with one signature, which is a fixed text around
two base64 strings. Nothing but a regular expression meets bytes that nobody has signed.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from tierlock.permit.refusal import PermitRefused

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
_ENVELOPE: Final = re.compile(
    rb'\{"payload":"([A-Za-z0-9+/]{4,}={0,2})","payloadType":"application/vnd\.in-toto\+json",'
    rb'"signatures":\[\{"keyid":"(sha256:[0-9a-f]{64})","sig":"([A-Za-z0-9+/]{4,}={0,2})"\}\]\}\n?'
)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# Keys are ASCII and numbers are integers here, so that this is the RFC 8785 form.
_WRITER: Final = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    sort_keys=True,
    separators=(",", ":"),
)
MAX_NUMBER: Final = 2**53 - 1
"""Largest number that JSON carries exactly."""


class Opened(NamedTuple):
    """A signed envelope, taken apart.

    Attributes:
        payload: the exact bytes that were signed.
        signed: what the signature is over.
        key_id: whose signature it says to be.
        signature: the signature's bytes.
    """

    payload: bytes
    signed: bytes
    key_id: str
    signature: bytes


def open_envelope(data: object, *, most: int, what: str) -> Opened:
    """Return what an envelope holds; nothing about its signature is checked.

    Args:
        data: the bytes, with or without a line feed at the end.
        most: how many bytes they may be.
        what: what it should be, for the message.

    Raises:
        PermitRefused: `permit.form`.
    """
    if not isinstance(data, bytes) or type(data) is not bytes:
        raise damaged(what, why="it is not given as bytes")
    if len(data) > most:
        raise damaged(what, why=f"it is larger than {most} bytes")
    match = _ENVELOPE.fullmatch(data)
    if match is None:
        raise damaged(what, why="it is no DSSE envelope with one signature in its one form")
    payload, signature = _decoded(match[1], what=what), _decoded(match[3], what=what)
    signed = b"DSSEv1 %d %b %d %b" % (
        len(PAYLOAD_TYPE),
        PAYLOAD_TYPE.encode("ascii"),
        len(payload),
        payload,
    )
    return Opened(payload, signed, match[2].decode("ascii"), signature)


def _decoded(text: bytes, *, what: str) -> bytes:
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        raise damaged(what, why="its base64 is broken") from None
    # Unused bits in the last group would give the same bytes a second spelling.
    if binascii.b2a_base64(data[-(len(data) % 3 or 3) :], newline=False) != text[-4:]:
        raise damaged(what, why="its base64 is not in its one form")
    return data


def read_json(payload: bytes, *, what: str) -> object:
    """Return the JSON value of bytes in RFC 8785 form, with ASCII keys and integers only.

    Writing the value again must give the same bytes: a key that occurs twice, another order, a
    blank, NaN or a second spelling of a character is refused.

    Raises:
        PermitRefused: `permit.form`.
    """
    try:
        text = payload.decode("utf-8")
        value: object = json.loads(text)
        same = _WRITER.encode(value) == text
    except (ValueError, RecursionError):
        raise damaged(what, why="its statement is not JSON") from None
    if not same:
        raise damaged(what, why="its statement is not in canonical form (RFC 8785)")
    return value


def write_json(value: object) -> bytes:
    """Return the RFC 8785 form of a value with ASCII keys and without fractions.

    Raises:
        ValueError: it holds NaN, or a character that UTF-8 does not have.
    """
    return _WRITER.encode(value).encode("utf-8")


def digest_of(data: bytes) -> str:
    """Return `sha256:<hex>` of bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def damaged(what: str, *, why: str) -> PermitRefused:
    """Return the refusal of something that is not in its one form."""
    return PermitRefused("permit.form", f"this is no {what}: {why}")


class Fields:
    """A JSON object whose keys are known beforehand; each is read as what it must be.

    Args:
        value: what was parsed.
        keys: every key that it must have, and may have.
        what: what it belongs to, for messages.

    Raises:
        PermitRefused: `permit.form`.
    """

    __slots__ = ("_value", "what")

    def __init__(self, value: object, *, keys: frozenset[str], what: str) -> None:
        if not isinstance(value, dict) or value.keys() != keys:
            names = ", ".join(f"`{key}`" for key in sorted(keys))
            raise damaged(what, why=f"a part of it needs the keys {names}, and no other")
        self._value: dict[str, object] = value
        self.what = what

    def __getitem__(self, key: str) -> object:
        return self._value[key]

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self._value[key]
        if not isinstance(value, str) or not value:
            raise damaged(self.what, why=f"`{key}` is not text")
        return value

    def perhaps(self, key: str) -> str | None:
        """Return a text, or None where there is none."""
        return None if self._value[key] is None else self.text(key)

    def number(self, key: str) -> int:
        """Return a number of things."""
        value = self._value[key]
        if type(value) is not int or not 0 <= value <= MAX_NUMBER:
            raise damaged(self.what, why=f"`{key}` is not a number")
        return value

    def rows(self, key: str) -> list[object]:
        """Return a list."""
        value = self._value[key]
        if not isinstance(value, list):
            raise damaged(self.what, why=f"`{key}` is not a list")
        return value

    def digest(self, key: str) -> str:
        """Return a `sha256:<hex>` digest."""
        return as_digest(self._value[key], what=self.what)

    def hex(self, key: str) -> str:
        """Return a SHA-256 hash in hexadecimal."""
        value = self._value[key]
        if not isinstance(value, str) or _HEX.fullmatch(value) is None:
            raise damaged(self.what, why=f"`{key}` is not a SHA-256 hash")
        return value

    def digests(self, key: str) -> frozenset[str]:
        """Return digests that are listed in order, each once."""
        rows = self.rows(key)
        found = [row for row in rows if isinstance(row, str) and _DIGEST.fullmatch(row)]
        if found != rows or sorted(set(found)) != found:
            raise damaged(self.what, why=f"`{key}` is not a list of digests in order")
        return frozenset(found)

    def instant(self, key: str) -> datetime:
        """Return an instant, written in UTC to the second."""
        return parse_instant(self._value[key], what=self.what)


def as_digest(value: object, *, what: str) -> str:
    """Return `value` where it is a `sha256:<hex>` digest.

    Raises:
        PermitRefused: `permit.form`.
    """
    if not isinstance(value, str) or _DIGEST.fullmatch(value) is None:
        raise damaged(what, why="a digest in it is not written as `sha256:` and 64 characters")
    return value


def parse_instant(value: object, *, what: str) -> datetime:
    """Return the instant that a text such as `2026-01-02T03:04:05Z` names.

    Raises:
        PermitRefused: `permit.form`.
    """
    try:
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise damaged(what, why="an instant in it is not written like `2026-01-02T03:04:05Z`")


def format_instant(at: datetime) -> str:
    """Return the one text of an instant; parts of a second are cut off.

    >>> format_instant(datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    '2026-01-02T03:04:05Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
