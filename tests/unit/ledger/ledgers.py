"""Ledgers to test, drafts to put in, and the tree written down as the RFC defines it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tierlock.ledger import Draft

ORIGIN = "example.org/ledger"
AT = datetime(2026, 1, 1, tzinfo=UTC)


def draft(number: int, *, media_type: str = "text/plain", minutes: int = 0) -> Draft:
    return Draft(
        media_type=media_type,
        payload=f"entry {number}".encode(),
        logged_at=AT + timedelta(minutes=minutes),
    )


def drafts(number: int) -> list[Draft]:
    return [draft(i, minutes=i) for i in range(number)]


def leaf_bytes(item: Draft) -> bytes:
    """The bytes of a leaf as spec/ledger.md E-3 says, written a second time."""
    time = item.logged_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return b"tierlock-entry/1\n%s\n%s\n%s" % (
        item.media_type.encode(), time.encode(), item.payload,
    )  # fmt: skip


def mth(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 9162 section 2.1.1, as the definition reads."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def root_of(items: Sequence[Draft]) -> bytes:
    return mth([leaf_bytes(item) for item in items])
