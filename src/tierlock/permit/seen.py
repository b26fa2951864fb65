"""The newest status that a checker has seen: what keeps an older one from being shown to it."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from tierlock.permit.refusal import PermitRefused
from tierlock.permit.strict import Fields, format_instant, read_json, write_json
from tierlock.permit.values import Head, Status

_WHAT: Final = "note of the newest status"
_KEYS: Final = frozenset({"issuedAt", "origin", "root", "size"})


class Seen(NamedTuple):
    """What a checker remembers of the newest status.

    Attributes:
        head: the ledger that it named.
        issued_at: when it was issued.
    """

    head: Head
    issued_at: datetime


def check_newer(status: Status, *, seen: Seen) -> None:
    """Refuse a status that is older than one seen before, or of another ledger.

    Raises:
        PermitRefused: `permit.head`.
    """
    check_extends(status.head, earlier=seen.head, what="status seen before")
    if status.issued_at < seen.issued_at:
        raise PermitRefused(
            "permit.head",
            f"the status was issued at {format_instant(status.issued_at)}, one of "
            f"{format_instant(seen.issued_at)} was seen before",
        )


def check_extends(head: Head, *, earlier: Head, what: str) -> None:
    """Refuse a tree head that can not be that of a ledger which had the earlier one.

    Raises:
        PermitRefused: `permit.head`.
    """
    if head.origin != earlier.origin:
        raise PermitRefused(
            "permit.head", f"the status is of the ledger `{head.origin}`, not `{earlier.origin}`"
        )
    if head.size < earlier.size:
        raise PermitRefused(
            "permit.head",
            f"the status knows {head.size} entries of the ledger, the {what} {earlier.size}",
        )
    if head.size == earlier.size and head.root != earlier.root:
        raise PermitRefused(
            "permit.head",
            f"the ledger of the status contradicts that of the {what}",
            hint="two ledgers go by one name: stop, and compare them with an auditor's tree head",
        )


def read_seen(data: bytes) -> Seen:
    """Return what `write_seen` wrote.

    Raises:
        PermitRefused: `permit.form`.
    """
    fields = Fields(read_json(data.removesuffix(b"\n"), what=_WHAT), keys=_KEYS, what=_WHAT)
    return Seen(
        head=Head(fields.text("origin"), fields.number("size"), fields.hex("root")),
        issued_at=fields.instant("issuedAt"),
    )


def write_seen(seen: Seen) -> bytes:
    """Return a note of the newest status as one line, for a file beside the process."""
    said = {
        "issuedAt": format_instant(seen.issued_at),
        "origin": seen.head.origin,
        "root": seen.head.root,
        "size": seen.head.size,
    }
    return write_json(said) + b"\n"
