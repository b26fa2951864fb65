"""How a ledger grows: which drafts become entries, and what is stored with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tierlock.core import InputError
from tierlock.ledger.entry import Appended, Draft, leaf_of
from tierlock.ledger.tree import Frontier


class Row(NamedTuple):
    """One entry as it is stored.

    Attributes:
        position: its place.
        draft: its content and time.
        content: digest of media type and payload; no two rows have the same.
        hashes: the leaf hash and those of all perfect subtrees that it completes, joined.
    """

    position: int
    draft: Draft
    content: bytes
    hashes: bytes


def grow(
    frontier: Frontier, *, drafts: Sequence[Draft], known: Mapping[bytes, int]
) -> tuple[list[Row], tuple[Appended, ...]]:
    """Return the rows to be stored, and where each draft's bytes are then.

    Args:
        frontier: of the ledger as it is; it is moved on.
        drafts: what is appended.
        known: digest of content -> place, of those drafts that are there already.
    """
    places = dict(known)
    rows: list[Row] = []
    appended = []
    for draft in drafts:
        content = draft.content
        place = places.get(content)
        if place is None:
            places[content] = frontier.size
            hashes = frontier.push(leaf_of(draft))
            rows.append(Row(frontier.size - 1, draft, content, hashes))
        appended.append(Appended(places[content], place is None))
    return rows, tuple(appended)


def check_expected(size: int, *, expected: int | None) -> None:
    """Refuse to append where the ledger is not as the caller last saw it.

    Raises:
        InputError: `ledger.moved`.
    """
    if expected not in {None, size}:
        raise InputError(
            "ledger.moved",
            f"the ledger has {size} entries, and {expected} were expected",
            hint="look at what was added, then do it again",
        )
