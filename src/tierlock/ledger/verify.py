"""Recomputing a ledger: every hash from every byte, and what was seen of it before.

A ledger alone shows only that it agrees with itself: who may write it can write another one. Tree
heads in other hands make a change or a missing end visible (spec/ledger.md V-1 to V-5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tierlock.core import IntegrityError
from tierlock.ledger.head import TreeHead
from tierlock.ledger.interface import Ledger, damaged
from tierlock.ledger.tree import Frontier

_PAGE: Final = 500


class Verified(NamedTuple):
    """A ledger that agrees with itself and with every tree head it was held against.

    Attributes:
        head: its tree head, recomputed.
        since: the first entry that was recomputed; those before rest on a trusted tree head.
        held: how many entries the largest of the given tree heads covers.
        backdated: entries that are dated earlier than an entry before them.
    """

    head: TreeHead
    since: int
    held: int
    backdated: tuple[int, ...]


def verify_ledger(
    ledger: Ledger,
    *,
    at: datetime,
    held: Sequence[TreeHead] = (),
    trusted: TreeHead | None = None,
) -> Verified:
    """Recompute a ledger and hold it against tree heads that were seen before.

    Args:
        ledger: the ledger; what is appended meanwhile is left out.
        at: the time of the recomputed tree head.
        held: tree heads that the ledger must extend.
        trusted: the tree head of an earlier verification: entries that it covers are not read
            again, and the ledger must extend it too.

    Raises:
        InputError: the ledger can not be read.
        IntegrityError: `ledger.damaged` where it does not agree with itself;
            `ledger.inconsistent` where it does not extend one of the tree heads.
    """
    size = ledger.size()
    heads = [*held, trusted] if trusted is not None else list(held)
    _check_heads(heads, origin=ledger.origin, size=size)
    frontier = Frontier() if trusted is None else _start(ledger, trusted=trusted)
    since = frontier.size
    wanted = {head.size: head.root for head in heads if head.size >= since}
    if any(wanted[head.size] != head.root for head in heads if head.size in wanted):
        raise _inconsistent("two of the tree heads contradict each other")
    _check_root(frontier, wanted=wanted)
    backdated = _recompute(ledger, frontier=frontier, size=size, wanted=wanted)
    for head in heads:
        # Before the trusted tree head nothing is recomputed; its own nodes lead to the others.
        if head.size < since and ledger.root(head.size) != head.root:
            raise _inconsistent(f"its first {head.size} entries have another root")
    found = TreeHead(origin=ledger.origin, size=size, root=frontier.root(), observed_at=at)
    return Verified(found, since, max((head.size for head in heads), default=0), backdated)


def _check_heads(heads: Sequence[TreeHead], *, origin: str, size: int) -> None:
    for head in heads:
        if head.origin != origin:
            raise _inconsistent(f"the tree head is of `{head.origin}`, the ledger is `{origin}`")
        if head.size > size:
            raise _inconsistent(
                f"it has {size} entries, and had {head.size} when the tree head was made"
            )


def _start(ledger: Ledger, *, trusted: TreeHead) -> Frontier:
    """The stored subtrees under a trusted tree head, checked against its root."""
    frontier = ledger.frontier(trusted.size)
    if frontier.root() != trusted.root:
        raise _inconsistent(f"its first {trusted.size} entries have another root")
    return frontier


def _recompute(
    ledger: Ledger, *, frontier: Frontier, size: int, wanted: dict[int, bytes]
) -> tuple[int, ...]:
    """Push every entry onto the frontier; return the places of those dated backwards."""
    since = frontier.size
    backdated = []
    latest: datetime | None = None
    seen: set[bytes] = set()
    for start in range(since, size, _PAGE):
        end = min(start + _PAGE, size)
        stored = ledger.stored_hashes(range(start, end))
        for entry in ledger.entries(start, until=end):
            if frontier.push(entry.leaf) != stored.get(entry.index):
                raise damaged(f"entry {entry.index} differs from its hash")
            if entry.content in seen:
                raise damaged(f"entry {entry.index} repeats the bytes of an earlier one")
            seen.add(entry.content)
            if latest is not None and entry.logged_at < latest:
                backdated.append(entry.index)
            latest = entry.logged_at if latest is None else max(latest, entry.logged_at)
            _check_root(frontier, wanted=wanted)
    if frontier.size != size:
        raise damaged(f"entry {frontier.size} is missing")
    return tuple(backdated)


def _check_root(frontier: Frontier, *, wanted: dict[int, bytes]) -> None:
    if frontier.size in wanted and frontier.root() != wanted[frontier.size]:
        raise _inconsistent(f"its first {frontier.size} entries have another root")


def _inconsistent(why: str) -> IntegrityError:
    return IntegrityError(
        "ledger.inconsistent",
        f"the ledger does not extend a tree head that was seen before: {why}",
        hint="entries were changed, removed or put in front; keep the ledger and the tree head, "
        "and find out who could write it",
    )
