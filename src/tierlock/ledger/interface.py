"""What every ledger offers; the tree and its proofs are the same for all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from tierlock.core import InputError, IntegrityError
from tierlock.ledger.entry import Appended, Draft, Entry
from tierlock.ledger.head import TreeHead
from tierlock.ledger.tree import (
    HASH_SIZE,
    Frontier,
    Node,
    check_consistency,
    check_inclusion,
    completed_by,
    consistency_spans,
    hashes_of,
    inclusion_spans,
    nodes_of,
)


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Shows that an entry is in a tree.

    Attributes:
        index: the entry's place.
        size: the tree's size.
        path: hashes from the leaf up (RFC 9162, 2.1.3.1).
    """

    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """Shows that a tree begins with an earlier one.

    Attributes:
        old: size of the earlier tree.
        size: size of the later tree.
        path: hashes (RFC 9162, 2.1.4.1).
    """

    old: int
    size: int
    path: tuple[bytes, ...]


def verify_inclusion(entry: Entry, *, proof: InclusionProof, head: TreeHead) -> Entry:
    """Return `entry` where the proof shows that it is in the tree of `head`.

    Raises:
        IntegrityError: `ledger.proof`.
    """
    if (entry.index, head.size) != (proof.index, proof.size):
        raise IntegrityError("ledger.proof", "the proof is about another entry or another tree")
    check_inclusion(entry.leaf, index=proof.index, size=proof.size, path=proof.path, root=head.root)
    return entry


def verify_consistency(head: TreeHead, *, proof: ConsistencyProof, earlier: TreeHead) -> TreeHead:
    """Return `head` where the proof shows that its ledger extends that of `earlier`.

    Raises:
        IntegrityError: `ledger.proof`; or the two are of different ledgers.
    """
    if head.origin != earlier.origin:
        raise IntegrityError(
            "ledger.inconsistent",
            f"the tree heads are of two ledgers, `{earlier.origin}` and `{head.origin}`",
        )
    if (earlier.size, head.size) != (proof.old, proof.size):
        raise IntegrityError("ledger.proof", "the proof is about trees of other sizes")
    check_consistency(earlier.root, old=proof.old, size=proof.size, path=proof.path, root=head.root)
    return head


class Ledger(ABC):
    """An append-only list of opaque bytes with a Merkle tree over it.

    Attributes:
        origin: the name of the ledger in its tree heads.
    """

    origin: str

    @abstractmethod
    def append(
        self, drafts: Sequence[Draft], *, expected: int | None = None
    ) -> tuple[Appended, ...]:
        """Append all of `drafts` or none; when this returns they survive a crash.

        Bytes that are there already, with the same media type, are not added again: the first
        entry stands with its time. To append again what may have been appended is therefore safe.

        Args:
            drafts: what to append, in this order.
            expected: refuse where the ledger has another size.

        Raises:
            InputError: `ledger.moved` where the size is not the expected one;
                `ledger.unavailable` where nothing could be written.
            IntegrityError: `ledger.damaged`; the ledger can not be continued.
        """

    @abstractmethod
    def size(self) -> int:
        """Return how many entries there are."""

    @abstractmethod
    def entries(self, since: int = 0, *, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries from place `since` up to `until`, by default all there are now.

        Raises:
            InputError: `ledger.unavailable`.
            IntegrityError: `ledger.damaged`; an entry is missing or can not be read.
        """

    def entries_of(self, media_type: str) -> Iterator[Entry]:
        """Yield the entries of one media type, oldest first; raises what `entries` raises."""
        return (entry for entry in self.entries() if entry.media_type == media_type)

    @abstractmethod
    def find(self, draft: Draft) -> Entry | None:
        """Return the entry with the bytes and media type of `draft`, whatever its time."""

    @abstractmethod
    def stored_hashes(self, indices: Sequence[int]) -> Mapping[int, bytes]:
        """Return for each place the hashes that its leaf completed, leaf first, joined."""

    def close(self) -> None:  # noqa: B027  # not every ledger holds something open
        """Release what the ledger holds open; it can not be used afterwards."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- the tree ---------------------------------------------------------------------------

    def entry(self, index: int) -> Entry:
        """Return the entry at a place.

        Raises:
            InputError: `ledger.size`; there is none.
        """
        if not 0 <= index < self.size():
            raise InputError("ledger.size", f"the ledger has no entry `{index}`")
        return next(self.entries(index, until=index + 1))

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` entries."""
        return self.frontier(size).root()

    def frontier(self, size: int) -> Frontier:
        """Return the perfect subtrees of the first `size` entries, as they are stored."""
        self._check_size(size)
        nodes = nodes_of((0, size))
        stored = self._nodes(set(nodes))
        return Frontier(size, [stored[node] for node in nodes])

    def head(self, at: datetime, *, size: int | None = None) -> TreeHead:
        """Return the tree head as of now, or of an earlier size; `at` is its time."""
        wanted = self.size() if size is None else size
        return TreeHead(origin=self.origin, size=wanted, root=self.root(wanted), observed_at=at)

    def inclusion_proof(self, index: int, *, size: int) -> InclusionProof:
        """Return the proof that the entry at `index` is in the tree of the first `size`."""
        self._check_size(size)
        spans = inclusion_spans(index, size=size)
        return InclusionProof(index, size, hashes_of(spans, read=self._nodes))

    def consistency_proof(self, old: int, *, size: int) -> ConsistencyProof:
        """Return the proof that the tree of the first `size` begins with that of `old`."""
        self._check_size(size)
        spans = consistency_spans(old, size=size)
        return ConsistencyProof(old, size, hashes_of(spans, read=self._nodes))

    def _check_size(self, size: int) -> None:
        known = self.size()
        if not 0 <= size <= known:
            raise InputError(
                "ledger.size",
                f"the ledger has {known} entries, not `{size}`",
                hint="if it had more before, entries were removed",
            )

    def _nodes(self, nodes: set[Node]) -> dict[Node, bytes]:
        return select_nodes(nodes, stored=self.stored_hashes([completed_by(n) for n in nodes]))


def select_nodes(nodes: set[Node], *, stored: Mapping[int, bytes]) -> dict[Node, bytes]:
    """Return the hashes of perfect subtrees out of what was stored with their last leaves.

    Raises:
        IntegrityError: `ledger.damaged`; one is not there.
    """
    found = {}
    for node in nodes:
        level, _ = node
        index = completed_by(node)
        hashes = stored.get(index, b"")
        part = hashes[level * HASH_SIZE : (level + 1) * HASH_SIZE]
        if len(part) != HASH_SIZE:
            raise damaged(f"entry {index} is missing, or what is stored with it")
        found[node] = part
    return found


def damaged(why: str) -> IntegrityError:
    """Return the error for a ledger whose stored entries can not be relied on."""
    return IntegrityError(
        "ledger.damaged",
        f"the ledger is damaged: {why}",
        hint="restore it from a backup or an export; nothing is appended to a damaged ledger",
    )
