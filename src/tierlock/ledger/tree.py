"""The Merkle tree of RFC 9162 section 2.1, over SHA-256: roots, proofs and their verification.

Numbers and hashes in, hashes out: nothing here knows what an entry is or where it is kept.
Hashes of perfect subtrees are named by `(level, position)`: that subtree covers the leaves
`position * 2**level` up to `(position + 1) * 2**level` (spec/ledger.md M-1 to M-6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tierlock.core import InputError, IntegrityError

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
MAX_SIZE: Final = 2**63 - 1

Node = tuple[int, int]
Span = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, *, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The perfect subtrees of a growing tree: all that is needed to append and to know the root.

    Attributes:
        size: how many leaves there are.
        peaks: hashes of the perfect subtrees, largest first; one per set bit of `size`.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def push(self, leaf: bytes) -> bytes:
        """Append a leaf hash; return the hashes it completes, leaf first, joined.

        Leaf n completes one perfect subtree per trailing zero bit of n + 1.
        """
        done = [leaf]
        size = self.size
        while size & 1:
            done.append(node_hash(self.peaks.pop(), right=done[-1]))
            size >>= 1
        self.peaks.append(done[-1])
        self.size += 1
        return b"".join(done)

    def root(self) -> bytes:
        """Return the tree's root."""
        return fold(self.peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees, largest first; of none, the empty tree's."""
    if not peaks:
        return EMPTY_ROOT
    found = peaks[-1]
    for left in reversed(peaks[:-1]):
        found = node_hash(left, right=found)
    return found


def nodes_of(span: Span) -> tuple[Node, ...]:
    """Return the perfect subtrees of the leaves `start` up to `end`, largest first.

    >>> nodes_of((0, 7))
    ((2, 0), (1, 2), (0, 6))
    """
    start, end = span
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return tuple(nodes)


def completed_by(node: Node) -> int:
    """Return the index of the leaf that completes a perfect subtree, its last one."""
    level, position = node
    return ((position + 1) << level) - 1


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_spans(index: int, *, size: int) -> tuple[Span, ...]:
    """Return the leaves under each hash of an inclusion proof, from the leaf up (2.1.3.1).

    Raises:
        InputError: there is no such leaf in a tree of that size.

    >>> inclusion_spans(2, size=5)
    ((3, 4), (0, 2), (4, 5))
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise InputError("ledger.size", f"no entry `{index}` in a tree of size `{size}`")
    start, end = 0, size
    spans: list[Span] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return tuple(reversed(spans))


def consistency_spans(old: int, *, size: int) -> tuple[Span, ...]:
    """Return the leaves under each hash of a consistency proof (2.1.4.1).

    An empty tree is consistent with every tree, and every tree with itself, by an empty proof.

    Raises:
        InputError: the sizes are not in order.

    >>> consistency_spans(6, size=8)
    ((4, 6), (6, 8), (0, 4))
    """
    if not 0 <= old <= size <= MAX_SIZE:
        raise InputError("ledger.size", f"a tree of size `{size}` extends none of size `{old}`")
    if old in {0, size}:
        return ()
    start, end = 0, size
    spans: list[Span] = []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    # The old tree as a whole is what the verifier has already.
    last = [(start, end)] if start else []
    return tuple(last + spans[::-1])


def hashes_of(
    spans: Iterable[Span], *, read: Callable[[set[Node]], Mapping[Node, bytes]]
) -> tuple[bytes, ...]:
    """Return the subtree hash of each span, from the hashes of perfect subtrees.

    Args:
        spans: leaves `start` up to `end`, as proofs need them.
        read: returns stored hashes; it is called once.
    """
    parts = [nodes_of(span) for span in spans]
    stored = read({node for nodes in parts for node in nodes})
    return tuple(fold([stored[node] for node in nodes]) for nodes in parts)


def check_inclusion(
    leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf hash is at `index` of the tree with this size and root (2.1.3.2).

    Raises:
        IntegrityError: it is not, or the proof is not one.
    """
    found = leaf if 0 <= index < size <= MAX_SIZE else b""
    spans = inclusion_spans(index, size=size) if found else ()
    if not found or len(spans) != len(path):
        raise _refused("inclusion", f"entry `{index}` and size `{size}`")
    for (start, _), sibling in zip(spans, path, strict=True):
        if start > index:
            found = node_hash(found, right=sibling)
        else:
            found = node_hash(sibling, right=found)
    if found != root or not _all_hashes(path):
        raise _refused("inclusion", f"entry `{index}` and size `{size}`")


def check_consistency(
    old_root: bytes, *, old: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that the tree of `size` begins with the tree of `old` leaves (2.1.4.2).

    Raises:
        IntegrityError: it does not, or the proof is not one.
    """
    refused = _refused("consistency", f"sizes `{old}` and `{size}`")
    if not 0 <= old <= size <= MAX_SIZE:
        raise refused
    spans = consistency_spans(old, size=size)
    if len(spans) != len(path) or not _all_hashes(path):
        raise refused
    if not spans:
        trivial = old_root == (EMPTY_ROOT if old == 0 else root)
        if not trivial or (size == 0 and root != EMPTY_ROOT):
            raise refused
        return
    whole = old & (old - 1) == 0
    before = after = old_root if whole else path[0]
    for (start, _), sibling in zip(
        spans if whole else spans[1:], path if whole else path[1:], strict=True
    ):
        if start >= old:
            after = node_hash(after, right=sibling)
        else:
            before = node_hash(sibling, right=before)
            after = node_hash(sibling, right=after)
    if before != old_root or after != root:
        raise refused


def _all_hashes(path: Sequence[bytes]) -> bool:
    return all(len(part) == HASH_SIZE for part in path)


def _refused(kind: str, what: str) -> IntegrityError:
    return IntegrityError(
        "ledger.proof",
        f"the {kind} proof for {what} does not hold",
        hint="ask for the proof again; if it fails again, entries were changed or removed",
    )
