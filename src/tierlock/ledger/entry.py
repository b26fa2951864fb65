"""What a ledger takes and gives back: opaque bytes with a media type, a place and a time."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tierlock.core import InputError, printable
from tierlock.ledger.tree import leaf_hash

MAX_BYTES: Final = 16 * 1024 * 1024
"""The largest payload: a record, not the logs it speaks of."""
LEAF_PREFIX: Final = b"tierlock-entry/1\n"

_PART: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE: Final = re.compile(f"{_PART}/{_PART}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Bytes to be appended.

    Attributes:
        media_type: what the bytes are, for example `application/vnd.in-toto+json`.
        payload: the bytes; a ledger never looks into them.
        logged_at: when they are appended, as the one who appends says; to the microsecond.

    Raises:
        InputError: `ledger.content`; the media type, the time or the number of bytes.
    """

    media_type: str
    payload: bytes
    logged_at: datetime

    def __post_init__(self) -> None:
        # No line feed, no blank, nothing beyond ASCII: the leaf's parts can not run together.
        if _MEDIA_TYPE.fullmatch(self.media_type) is None:
            shown = printable(self.media_type[:80])
            raise InputError(
                "ledger.content",
                f"`{shown}` is not a media type",
                hint="use one such as `application/vnd.in-toto+json`, without parameters",
            )
        if len(self.payload) > MAX_BYTES:
            raise InputError(
                "ledger.content",
                f"{len(self.payload)} bytes are more than one entry may hold ({MAX_BYTES})",
                hint="append the digest of large data, and keep the data elsewhere",
            )
        if self.logged_at.utcoffset() is None:
            raise InputError("input.naive-time", "the time of an entry has no time zone")

    @property
    def content(self) -> bytes:
        """SHA-256 of media type and payload: equal for the same bytes whenever they come."""
        return hashlib.sha256(self.media_type.encode("ascii") + b"\n" + self.payload).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Draft):
    """An entry of a ledger.

    Attributes:
        index: its place, counted from 0; the order of entries is the order of their places.
    """

    index: int

    @property
    def leaf(self) -> bytes:
        """The hash of the entry's leaf in the tree."""
        return leaf_of(self)


@dataclass(frozen=True, slots=True)
class Appended:
    """Where the bytes of a draft are.

    Attributes:
        index: the entry's place.
        added: whether this call added it; otherwise it was there before and keeps its time.
    """

    index: int
    added: bool


def leaf_of(draft: Draft) -> bytes:
    """Return the leaf hash of a draft (spec/ledger.md E-3); its place is not part of it."""
    return leaf_hash(canonical_leaf(draft))


def canonical_leaf(draft: Draft) -> bytes:
    r"""Return the bytes that a leaf hash is taken of.

    >>> at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    >>> canonical_leaf(Draft(media_type="text/plain", payload=b"hello", logged_at=at))
    b'tierlock-entry/1\ntext/plain\n2026-01-02T03:04:05.000000Z\nhello'
    """
    head = f"{draft.media_type}\n{format_time(draft.logged_at)}\n"
    return LEAF_PREFIX + head.encode("ascii") + draft.payload


def format_time(instant: datetime) -> str:
    """Return the one textual form of a time in a ledger: UTC with six digits."""
    text = instant.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Return the instant that `format_time` wrote.

    Raises:
        InputError: `ledger.content`; it is written in any other way.
    """
    try:
        if _TIME.fullmatch(text) and text.isascii():
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise InputError("ledger.content", f"`{printable(text[:40])}` is not a time of a ledger")
