"""The tree against published vectors, against another implementation, and against lies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.ledgers import mth
from tierlock.core import InputError, IntegrityError
from tierlock.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    Node,
    check_consistency,
    check_inclusion,
    completed_by,
    consistency_spans,
    hashes_of,
    inclusion_spans,
    leaf_hash,
)

# Published test data of Certificate Transparency (RFC 6962; the tree of RFC 9162 is the same):
# leaves, the root over the first n of them, audit paths and consistency proofs.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
G = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
PATHS = [  # leaf, size, path
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], B, D]),
]
PROOFS = [  # old size, new size, path
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, [F, E, ROOTS[4]]),
    (2, 5, [B, D]),
    (6, 7, [F, G, ROOTS[4]]),
]


def reader(leaves: Sequence[bytes]) -> Callable[[set[Node]], dict[Node, bytes]]:
    """Read hashes as a ledger stores them: with the leaf that completed them."""
    frontier = Frontier()
    stored = [frontier.push(leaf_hash(leaf)) for leaf in leaves]

    def read(nodes: set[Node]) -> dict[Node, bytes]:
        return {
            (level, place): stored[completed_by((level, place))][32 * level : 32 * (level + 1)]
            for level, place in nodes
        }

    return read


def inclusion(leaves: Sequence[bytes], *, index: int, size: int) -> tuple[bytes, ...]:
    return hashes_of(inclusion_spans(index, size=size), read=reader(leaves))


def consistency(leaves: Sequence[bytes], *, old: int, size: int) -> tuple[bytes, ...]:
    return hashes_of(consistency_spans(old, size=size), read=reader(leaves))


# -- published --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.push(leaf_hash(leaf))
    assert frontier.root().hex() == ROOTS[size] == mth(LEAVES[:size]).hex()


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_published_audit_paths(index: int, size: int, path: list[str]) -> None:
    found = inclusion(LEAVES, index=index, size=size)
    assert [part.hex() for part in found] == path
    root = bytes.fromhex(ROOTS[size])
    check_inclusion(leaf_hash(LEAVES[index]), index=index, size=size, path=found, root=root)


@pytest.mark.parametrize(("old", "size", "path"), PROOFS)
def test_published_consistency_proofs(old: int, size: int, path: list[str]) -> None:
    found = consistency(LEAVES, old=old, size=size)
    assert [part.hex() for part in found] == path
    check_consistency(
        bytes.fromhex(ROOTS[old]), old=old, size=size, path=found, root=bytes.fromhex(ROOTS[size])
    )


# -- pymerkle ---------------------------------------------------------------------------------


def test_pymerkle_agrees_on_every_tree_up_to_forty() -> None:
    leaves = [b"leaf %d" % number for number in range(40)]
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    frontier = Frontier()
    assert tree.get_root() == frontier.root() == EMPTY_ROOT
    for size, leaf in enumerate(leaves, start=1):
        frontier.push(leaf_hash(leaf))
        tree.append_entry(leaf)
        root = frontier.root()
        assert tree.get_root() == root == mth(leaves[:size])
        for index in range(size):
            path = inclusion(leaves, index=index, size=size)
            theirs = tree.prove_inclusion(index + 1, size)
            assert theirs.path[1:] == list(path)
            check_inclusion(leaf_hash(leaves[index]), index=index, size=size, path=path, root=root)
        for old in range(1, size):
            path = consistency(leaves, old=old, size=size)
            before = mth(leaves[:old])
            check_consistency(before, old=old, size=size, path=path, root=root)
            theirs = tree.prove_consistency(old, size)
            pymerkle.verify_consistency(before, root, theirs)


# -- lies -------------------------------------------------------------------------------------

ZERO = bytes(32)
PROBED = [(index, size) for size in range(1, 10) for index in range(size)]


@pytest.mark.parametrize(("index", "size"), PROBED)
def test_no_probe_of_an_inclusion_proof_is_accepted(index: int, size: int) -> None:
    """The probes of the published negative tests, and one flipped bit in each hash."""
    leaves = [b"%d" % number for number in range(size)]
    root, path = mth(leaves), list(inclusion(leaves, index=index, size=size))
    leaf = leaf_hash(leaves[index])
    probes: list[tuple[bytes, int, int, list[bytes], bytes]] = [
        (leaf, index - 1, size, path, root),
        (leaf, index + 1, size, path, root),
        (leaf, index ^ 2, size, path, root),
        (leaf, index, size // 2, path, root),
        (leaf, index, size * 2, path, root),
        (leaf, index, 2**63, path, root),
        (leaf, index, 0, path, root),
        (leaf, -1, size, path, root),
        (ZERO, index, size, path, root),
        (leaf, index, size, path, EMPTY_ROOT),
        (leaf, index, size, path, ZERO),
        (leaf, index, size, [*path, ZERO], root),
        (leaf, index, size, [*path, root], root),
        (leaf, index, size, [ZERO, *path], root),
        (leaf, index, size, [root, *path], root),
    ]
    probes += [(leaf, index, size, flipped, root) for flipped in flips(path)]
    probes += [(leaf, index, size, path[:-1], root)] if path else []
    for claimed, place, among, hashes, under in probes:
        with pytest.raises(IntegrityError) as caught:
            check_inclusion(claimed, index=place, size=among, path=hashes, root=under)
        assert caught.value.code == "ledger.proof"


GROWN = [(old, size) for size in range(2, 10) for old in range(1, size)]


@pytest.mark.parametrize(("old", "size"), GROWN)
def test_no_probe_of_a_consistency_proof_is_accepted(old: int, size: int) -> None:
    leaves = [b"%d" % number for number in range(size)]
    before, after = mth(leaves[:old]), mth(leaves)
    path = list(consistency(leaves, old=old, size=size))
    probes: list[tuple[int, int, bytes, bytes, list[bytes]]] = [
        (old - 1, size, before, after, path),
        (old + 1, size, before, after, path),
        (old ^ 2, size, before, after, path),
        (old, size * 2, before, after, path),
        (old, size // 2, before, after, path),
        (size, old, before, after, path),
        (-1, size, before, after, path),
        (old, 2**63, before, after, path),
        (old, size, ZERO, after, path),
        (old, size, before, ZERO, path),
        (old, size, after, before, path),
        (old, size, before, after, []),
        (old, size, before, after, path[:-1]),
        (old, size, before, after, [*path, ZERO]),
        (old, size, before, after, [*path, before]),
        (old, size, before, after, [*path, after]),
        (old, size, before, after, [ZERO, *path]),
        (old, size, before, after, [before, *path]),
        (old, size, before, after, [path[0], *path]),
    ]
    probes += [(old, size, before, after, flipped) for flipped in flips(path)]
    for first, second, one, two, hashes in probes:
        with pytest.raises(IntegrityError) as caught:
            check_consistency(one, old=first, size=second, path=hashes, root=two)
        assert caught.value.code == "ledger.proof"


def flips(path: Sequence[bytes]) -> list[list[bytes]]:
    return [
        [*path[:i], bytes([part[0] ^ 4]) + part[1:], *path[i + 1 :]] for i, part in enumerate(path)
    ]


def test_equal_sizes_need_equal_roots_and_nothing_else() -> None:
    check_consistency(EMPTY_ROOT, old=0, size=0, path=[], root=EMPTY_ROOT)
    check_consistency(EMPTY_ROOT, old=0, size=3, path=[], root=mth([b"a", b"b", b"c"]))
    for old, size, before, after in [
        (0, 0, ZERO, ZERO),
        (0, 0, EMPTY_ROOT, ZERO),
        (0, 3, ZERO, mth([b"a", b"b", b"c"])),
        (3, 3, ZERO, mth([b"a", b"b", b"c"])),
    ]:
        with pytest.raises(IntegrityError):
            check_consistency(before, old=old, size=size, path=[], root=after)


@given(st.lists(st.binary(max_size=2), min_size=1, max_size=70), st.data())
def test_another_leaf_is_never_included(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.binary(max_size=2).filter(lambda leaf: leaf != leaves[index]))
    path = inclusion(leaves, index=index, size=len(leaves))
    with pytest.raises(IntegrityError):
        check_inclusion(
            leaf_hash(other), index=index, size=len(leaves), path=path, root=mth(leaves)
        )


def test_an_inner_node_is_no_leaf() -> None:
    """Leaves and nodes are hashed apart: else a node's two hashes could pass as an entry."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != hashlib.sha256(b"\1" + left + right).digest()
    with pytest.raises(IntegrityError):
        check_inclusion(leaf_hash(left + right), index=0, size=1, path=[], root=mth([b"a", b"b"]))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3), (0, 2**63)])
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(InputError) as caught:
        inclusion_spans(index, size=size)
    assert caught.value.code == "ledger.size"


@pytest.mark.parametrize(("old", "size"), [(-1, 3), (4, 3), (0, 2**63)])
def test_no_proof_against_the_order(old: int, size: int) -> None:
    with pytest.raises(InputError) as caught:
        consistency_spans(old, size=size)
    assert caught.value.code == "ledger.size"
