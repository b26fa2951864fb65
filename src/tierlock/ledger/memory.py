"""A ledger in memory: the plainest one, for tests and for checking an export."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence

from tierlock.ledger.entry import Appended, Draft, Entry
from tierlock.ledger.growth import check_expected, grow
from tierlock.ledger.head import check_origin
from tierlock.ledger.interface import Ledger
from tierlock.ledger.tree import Frontier


class MemoryLedger(Ledger):
    """A ledger that ends with the process.

    Args:
        origin: its name in tree heads.
    """

    def __init__(self, origin: str) -> None:
        self.origin = check_origin(origin)
        self._entries: list[Entry] = []
        self._hashes: list[bytes] = []
        self._places: dict[bytes, int] = {}
        self._frontier = Frontier()
        self._lock = threading.Lock()

    def append(
        self, drafts: Sequence[Draft], *, expected: int | None = None
    ) -> tuple[Appended, ...]:
        """Append all of `drafts` or none."""
        with self._lock:
            check_expected(len(self._entries), expected=expected)
            rows, appended = grow(self._frontier, drafts=drafts, known=self._places)
            for row in rows:
                self._entries.append(
                    Entry(
                        index=row.position,
                        media_type=row.draft.media_type,
                        payload=row.draft.payload,
                        logged_at=row.draft.logged_at,
                    )
                )
                self._hashes.append(row.hashes)
                self._places[row.content] = row.position
            return appended

    def size(self) -> int:
        """Return how many entries there are."""
        return len(self._entries)

    def entries(self, since: int = 0, *, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries from place `since` up to `until`."""
        yield from self._entries[max(since, 0) : self.size() if until is None else until]

    def find(self, draft: Draft) -> Entry | None:
        """Return the entry with the bytes and media type of `draft`."""
        place = self._places.get(draft.content)
        return None if place is None else self._entries[place]

    def stored_hashes(self, indices: Sequence[int]) -> Mapping[int, bytes]:
        """Return for each place the hashes that its leaf completed."""
        return {index: self._hashes[index] for index in indices if index < len(self._hashes)}
