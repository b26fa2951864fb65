"""Anchors beside a project's ledger: recorded, verified, and what they show about an entry.

They lie in the store's folder `anchors`: a tree head as text, and beside it what a witness gave
about it. Whose word counts is the reader's to say (spec/ledger.md A-1 to A-8).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from tierlock.attest import Witnesses
from tierlock.core import InputError, IntegrityError
from tierlock.ledger import (
    Anchor,
    Confirmed,
    Ledger,
    RekorAnchor,
    TimeStampAnchor,
    check_entry_about,
    check_token_about,
    parse_head,
)

WitnessKind = Literal["tsa", "rekor"]
ANCHORS: Final = "anchors"
HEAD_SUFFIX: Final = ".txt"
SUFFIXES: Final[dict[WitnessKind, str]] = {"tsa": ".tsr", "rekor": ".rekor.json"}
_LARGEST: Final = 1024 * 1024


class StoredAnchor(NamedTuple):
    """What a witness gave about a tree head, unchecked.

    Attributes:
        path: the witness's file.
        kind: `tsa`, a time stamp of RFC 3161, or `rekor`, an entry of that log.
        head: the bytes of the tree head.
        given: what the witness gave.
    """

    path: Path
    kind: WitnessKind
    head: bytes
    given: bytes


class Anchored(NamedTuple):
    """What the anchors beside a ledger show to one reader.

    Attributes:
        confirmed: what anchors showed under the reader's certificates and keys.
        unchecked: files of anchors for whose kind the reader has neither.
    """

    confirmed: tuple[Confirmed, ...]
    unchecked: tuple[Path, ...]


def keep_anchor(
    folder: Path, *, ledger: Ledger, head: bytes, given: bytes, kind: WitnessKind
) -> Path:
    """Write what a witness gave about a tree head of this ledger, and return its file.

    The same bytes are kept once. Nothing is overwritten.

    Args:
        folder: the folder of anchors; made where it is not there.
        ledger: the ledger that the tree head is of.
        head: the bytes of the tree head, as the witness saw them.
        given: the authority's answer, or the log's entry.
        kind: which of the two it is.

    Raises:
        InputError: `ledger.head` or `ledger.anchor-file`, one of the two can not be read;
            `input.file`, the folder can not be written.
        IntegrityError: `ledger.anchor`, it is about something else; `ledger.inconsistent`, the
            tree head is of another ledger.
    """
    check_extends(ledger, head=head)
    if kind == "tsa":
        check_token_about(given, head=head)
    else:
        check_entry_about(given, head=head)
    stem = f"{parse_head(head).size:08d}-{_short(head)}"
    path = folder / f"{stem}-{_short(given)}{SUFFIXES[kind]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The tree head first: what a witness gave without it says nothing.
        _write(folder / f"{stem}{HEAD_SUFFIX}", data=head)
        _write(path, data=given)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{path}`: {reason}") from None
    return path


def check_extends(ledger: Ledger, *, head: bytes) -> None:
    """Check by its stored hashes that a ledger extends a tree head.

    Raises:
        InputError: `ledger.head`.
        IntegrityError: `ledger.inconsistent`.
    """
    found = parse_head(head)
    if found.origin == ledger.origin and found.size <= ledger.size():
        if ledger.root(found.size) == found.root:
            return
        why = f"its first {found.size} entries have another root"
    else:
        why = f"it is of `{found.origin}`, {found.size} entries"
    raise IntegrityError(
        "ledger.inconsistent",
        f"the tree head is not of this ledger: {why}",
        hint="name the tree head that `tierlock ledger tree-head` printed for this ledger",
    )


def stored_anchors(folder: Path) -> tuple[StoredAnchor, ...]:
    """Return what witnesses gave about tree heads, in the order of their sizes.

    Raises:
        InputError: `input.file`, a file can not be read or is far too large.
        IntegrityError: `ledger.anchor`, the tree head of an anchor is not beside it.
    """
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        for kind, suffix in SUFFIXES.items():
            if path.name.endswith(suffix):
                stem = path.name.removesuffix(suffix).rpartition("-")[0]
                head = folder / f"{stem}{HEAD_SUFFIX}"
                if not head.is_file():
                    raise IntegrityError(
                        "ledger.anchor",
                        f"the tree head of the anchor `{path.name}` is missing",
                        hint=f"put `{head.name}` back beside it, from a backup",
                    )
                found.append(StoredAnchor(path, kind, _read(head), _read(path)))
    return tuple(found)


def confirm_anchors(stored: Iterable[StoredAnchor], *, witnesses: Witnesses) -> Anchored:
    """Verify anchors under a reader's certificates and keys, offline.

    Raises:
        InputError: a file, a certificate or a key can not be read.
        IntegrityError: `ledger.anchor` or `ledger.proof`; there are certificates or keys for an
            anchor's kind, and it holds under none of them.
    """
    confirmed, unchecked = [], []
    for one in stored:
        ways = _ways(one, witnesses=witnesses)
        if ways:
            confirmed.append(_confirm(one, ways=ways))
        else:
            unchecked.append(one.path)
    return Anchored(tuple(confirmed), tuple(unchecked))


def holding_anchors(stored: Iterable[StoredAnchor], *, witnesses: Witnesses) -> list[Confirmed]:
    """Return what those anchors show that hold; whatever does not hold shows nothing."""
    found: list[Confirmed] = []
    for one in stored:
        try:
            found += confirm_anchors([one], witnesses=witnesses).confirmed
        except (InputError, IntegrityError):
            continue
    return found


def _ways(one: StoredAnchor, *, witnesses: Witnesses) -> list[Anchor]:
    if one.kind == "tsa":
        return [TimeStampAnchor(one.head, one.given, pem.encode()) for pem in witnesses.tsa]
    return [RekorAnchor(one.head, one.given, pem.encode()) for pem in witnesses.rekor]


def _confirm(one: StoredAnchor, *, ways: Sequence[Anchor]) -> Confirmed:
    """What the first certificate or key shows under which it holds; else the first refusal."""
    refused: IntegrityError | None = None
    for way in ways:
        try:
            return way.confirm()
        except IntegrityError as error:
            refused = refused or error
    raise IntegrityError(
        "ledger.anchor" if refused is None else refused.code,
        f"the anchor `{one.path.name}` holds under none of the certificates and keys given"
        if refused is None or len(ways) > 1
        else refused.message,
        hint=None if refused is None else refused.hint,
        location=str(one.path),
    )


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not read `{path}`: {reason}") from None


def _write(path: Path, *, data: bytes) -> None:
    """Write a new file whole or not at all; one that is there has the same bytes by its name."""
    if path.exists() and path.read_bytes() == data:
        return
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
