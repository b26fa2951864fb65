"""Tree heads: one text per value, and nothing else is one."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.ledgers import AT, ORIGIN, drafts
from tierlock.core import InputError, IntegrityError
from tierlock.ledger import (
    SELF_ASSERTED,
    HeldHead,
    InclusionProof,
    MemoryLedger,
    TreeHead,
    canonical_head,
    parse_head,
    render_time,
    verify_consistency,
    verify_inclusion,
    verify_ledger,
)

ORIGINS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="+"),
    min_size=1, max_size=30,
)  # fmt: skip
HEADS = st.builds(
    TreeHead,
    origin=ORIGINS,
    size=st.integers(1, 2**63 - 1),
    root=st.binary(min_size=32, max_size=32),
    observed_at=st.integers(0, 2**40).map(lambda micros: AT + timedelta(microseconds=micros)),
)  # fmt: skip
ROOT = base64.b64encode(bytes(range(32))).decode()
TIME = "time 2026-01-01T00:00:00.000000Z"
GOOD = f"{ORIGIN}\n7\n{ROOT}\n{TIME}\n"


@given(HEADS)
def test_a_text_is_read_back(head: TreeHead) -> None:
    assert parse_head(canonical_head(head)) == head


@given(HEADS, st.text(max_size=40))
def test_signatures_after_the_text_are_left_alone(head: TreeHead, after: str) -> None:
    assert parse_head(canonical_head(head) + b"\n" + after.encode()) == head


@given(HEADS, st.integers(0, 200), st.integers(1, 255))
def test_another_byte_is_another_tree_head_or_none(head: TreeHead, at: int, flip: int) -> None:
    data = bytearray(canonical_head(head))
    data[at % len(data)] ^= flip
    try:
        found = parse_head(bytes(data))
    except InputError as error:
        said = error
    else:
        # A line break may have become the end of the text only where it was one.
        assert found != head or bytes(data).startswith(canonical_head(head)[:-1])
        return
    assert said.code in {"ledger.head", "ledger.content"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        GOOD.replace("7", "07"),
        GOOD.replace("\n7\n", "\n+7\n"),
        GOOD.replace("\n7\n", "\n-1\n"),
        GOOD.replace("\n7\n", "\n٧\n"),
        GOOD.replace("\n7\n", "\n9223372036854775808\n"),
        GOOD.replace("\n7\n", "\n0\n"),
        GOOD.replace("\n7\n", "\n7 \n"),
        GOOD.replace(ROOT, ROOT[:-4]),
        GOOD.replace(ROOT, ROOT[:-2] + "9="),
        GOOD.replace(ROOT, ROOT.replace("=", "")),
        GOOD.replace(ROOT, f" {ROOT}"),
        GOOD.replace(TIME, "time now"),
        GOOD.replace(TIME, TIME.upper()),
        GOOD.replace(f"{TIME}\n", ""),
        GOOD.replace(TIME, f"{TIME}\nmore"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace(ORIGIN, ""),
        GOOD.replace(ORIGIN, "a b"),
        GOOD.replace(ORIGIN, "a+b"),
        GOOD.replace(ORIGIN, "é"),
        GOOD.replace(ORIGIN, "x" * 2000),
        "\ufeff" + GOOD,
    ],
)
def test_what_is_no_tree_head(text: str) -> None:
    assert parse_head(GOOD.encode()).size == 7
    with pytest.raises(InputError) as caught:
        parse_head(text.encode())
    assert caught.value.code in {"ledger.head", "ledger.content"}


@pytest.mark.parametrize(
    ("size", "root"), [(-1, bytes(32)), (2**63, bytes(32)), (1, b"x"), (0, bytes(32))]
)
def test_what_no_ledger_can_have(size: int, root: bytes) -> None:
    with pytest.raises(InputError) as caught:
        TreeHead(origin=ORIGIN, size=size, root=root, observed_at=AT)
    assert caught.value.code == "ledger.head"


def test_a_tree_head_has_a_zone() -> None:
    with pytest.raises(InputError) as caught:
        TreeHead(origin=ORIGIN, size=1, root=bytes(32), observed_at=AT.replace(tzinfo=None))
    assert caught.value.code == "input.naive-time"


def test_a_proof_about_something_else_is_refused() -> None:
    ledger = MemoryLedger(ORIGIN)
    ledger.append(drafts(9))
    old, new = ledger.head(AT, size=4), ledger.head(AT)
    entry, proof = ledger.entry(3), ledger.inclusion_proof(3, size=9)
    assert verify_inclusion(entry, proof=proof, head=new) == entry
    wrong = [
        (ledger.entry(2), proof, new),
        (entry, proof, old),
        (entry, InclusionProof(3, 9, proof.path[:-1]), new),
        (entry, ledger.inclusion_proof(3, size=8), new),
    ]
    for which, by, head in wrong:
        with pytest.raises(IntegrityError) as caught:
            verify_inclusion(which, proof=by, head=head)
        assert caught.value.code == "ledger.proof"
    grown = ledger.consistency_proof(4, size=9)
    assert verify_consistency(new, proof=grown, earlier=old) == new
    with pytest.raises(IntegrityError) as caught:
        verify_consistency(new, proof=grown, earlier=ledger.head(AT, size=5))
    assert caught.value.code == "ledger.proof"
    other = TreeHead(origin="example.org/other", size=4, root=old.root, observed_at=AT)
    with pytest.raises(IntegrityError) as caught:
        verify_consistency(new, proof=grown, earlier=other)
    assert caught.value.code == "ledger.inconsistent"


def test_a_tree_head_in_the_auditors_hands(tmp_path: Path) -> None:
    ledger = MemoryLedger(ORIGIN)
    ledger.append(drafts(4))
    path = tmp_path / "held.txt"
    path.write_bytes(canonical_head(ledger.head(AT)))
    ledger.append(drafts(6))
    unknown, known = HeldHead(path).confirm(), HeldHead(path, received_at=AT).confirm()
    found = verify_ledger(ledger, at=AT, held=[unknown.head])
    assert found.held == 4
    assert render_time(found, confirmed=[]) == (SELF_ASSERTED,)
    assert render_time(found, confirmed=[unknown]) == (
        (
            "time: entries before 4 existed when the tree head was received, says the holder of "
            "`held.txt`"
        ),
        "time: self-asserted from entry 4 on",
    )
    assert render_time(found, confirmed=[known])[0].startswith(
        "time: entries before 4 existed by 2026-01-01T00:00:00Z"
    )
    path.write_bytes(canonical_head(ledger.head(AT)))
    assert len(render_time(found, confirmed=[HeldHead(path).confirm()])) == 1


def test_a_file_that_holds_no_tree_head(tmp_path: Path) -> None:
    path = tmp_path / "held.txt"
    with pytest.raises(InputError) as caught:
        HeldHead(path).confirm()
    assert caught.value.code == "input.file"
    path.write_bytes(b"x" * 10_000_000)
    with pytest.raises(InputError) as caught:
        HeldHead(path).confirm()
    assert caught.value.code == "ledger.head"
