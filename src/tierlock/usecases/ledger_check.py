"""`ledger verify`: a ledger recomputed, and held against tree heads and the anchors beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tierlock.attest import Trust, Witnesses
from tierlock.core import InputError
from tierlock.ledger import (
    Confirmed,
    HeldHead,
    Ledger,
    TreeHead,
    parse_head,
    render_time,
    verify_ledger,
)
from tierlock.report import LedgerState
from tierlock.usecases.anchoring import StoredAnchor, confirm_anchors, stored_anchors
from tierlock.usecases.head_signing import verify_signed_head
from tierlock.usecases.project import read_bytes


def verify_all(
    ledger: Ledger,
    *,
    at: datetime,
    held: Sequence[Path] = (),
    trusted: Path | None = None,
    trust: Trust | None = None,
    anchors: Path | None = None,
    witnesses: Witnesses | None = None,
) -> LedgerState:
    """Recompute a ledger and hold it against tree heads in files.

    Args:
        ledger: the ledger.
        at: now.
        held: files of tree heads that somebody received earlier; the ledger must extend them.
        trusted: file of the tree head of an earlier verification: what it covers is not read again.
        trust: whose signature each of `held` must carry; without it they need none.
        anchors: folder of anchors beside the ledger; it must extend their tree heads too.
        witnesses: whose anchors count; those of others are listed as not checked.

    Raises:
        InputError: a file or the ledger can not be read.
        IntegrityError: the ledger does not agree with itself or with a tree head; a tree head is
            not signed as it must be, or an anchor does not hold.
    """
    stored = () if anchors is None else stored_anchors(anchors)
    shown = confirm_anchors(stored, witnesses=witnesses or Witnesses())
    confirmed = [*(_held(path, trust=trust, at=at) for path in held), *shown.confirmed]
    found = verify_ledger(
        ledger,
        at=at,
        held=[*(one.head for one in confirmed), *_heads(stored)],
        trusted=None if trusted is None else parse_head(read_bytes(trusted)),
    )
    unchecked = (
        f"anchor `{path.name}` was not checked: name the witness's certificate or key"
        for path in shown.unchecked
    )
    return LedgerState(
        origin=found.head.origin,
        size=found.head.size,
        root=found.head.root.hex(),
        since=found.since,
        held=found.held,
        backdated=found.backdated,
        time=(*render_time(found, confirmed=confirmed), *unchecked),
    )


def read_witnesses(
    trust: Trust | None, *, tsa: Sequence[Path] = (), rekor: Sequence[Path] = ()
) -> Witnesses:
    """Return whose anchors a reader believes: those of a trust file, and those in files.

    Raises:
        InputError: `input.file` or `ledger.anchor-file`; a file can not be read as text.
    """
    known = Witnesses() if trust is None else trust.witnesses
    return Witnesses(
        tsa=(*known.tsa, *map(_pem, tsa)),
        rekor=(*known.rekor, *map(_pem, rekor)),
    )


def _pem(path: Path) -> str:
    try:
        return read_bytes(path).decode("ascii")
    except UnicodeDecodeError:
        raise InputError(
            "ledger.anchor-file",
            "not a certificate or key in PEM",
            location=str(path),
            hint="`openssl x509 -inform DER -in FILE` writes a certificate as PEM",
        ) from None


def _heads(stored: Sequence[StoredAnchor]) -> tuple[TreeHead, ...]:
    """The tree heads of all anchors: also one whose witness nobody checks is held against."""
    return tuple({one.head: parse_head(one.head) for one in stored}.values())


def _held(path: Path, *, trust: Trust | None, at: datetime) -> Confirmed:
    """What a tree head in somebody's file shows, signed as it must be."""
    found = HeldHead(path).confirm()
    if trust is None:
        return found
    people = verify_signed_head(read_bytes(path), trust=trust, at=at)
    return replace(found, by=f"{found.by}, signed by {', '.join(people)}")
