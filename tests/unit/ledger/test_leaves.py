"""A ledger of which only some entries are shown proves as much about order and beginning."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import IntegrityError
from tierlock.ledger import (
    Draft,
    MemoryLedger,
    TreeHead,
    check_extended,
    parse_head,
    read_leaves,
    write_leaves,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)


def ledger(size: int) -> MemoryLedger:
    made = MemoryLedger("a.example/log")
    made.append(
        [
            Draft(media_type="text/plain", payload=b"entry %d" % place, logged_at=AT)
            for place in range(size)
        ]
    )
    return made


@given(st.integers(0, 20), st.sets(st.integers(0, 19)))
def test_what_is_shown_is_read_again_and_the_rest_is_a_leaf(size: int, hidden: set[int]) -> None:
    made = ledger(size)
    data, head = write_leaves(made, at=AT, hidden=lambda entry: entry.index in hidden)
    shown = read_leaves(data, head=head)
    assert shown.head == made.head(AT) == parse_head(head)
    assert shown.hidden == tuple(sorted(place for place in hidden if place < size))
    assert list(shown.entries) == [e for e in made.entries() if e.index not in hidden]
    for early in range(size + 1):
        assert shown.root(early) == made.root(early)
        check_extended(shown, held=made.head(AT, size=early))


def test_another_beginning_is_refused() -> None:
    made = ledger(5)
    data, head = write_leaves(made, at=AT, hidden=lambda _: True)
    shown = read_leaves(data, head=head)
    assert b"entry" not in data
    for held in (
        TreeHead(origin="a.example/log", size=3, root=b"\x01" * 32, observed_at=AT),
        TreeHead(origin="b.example/log", size=3, root=made.root(3), observed_at=AT),
        ledger(6).head(AT),
    ):
        with pytest.raises(IntegrityError) as caught:
            check_extended(shown, held=held)
        assert caught.value.code == "ledger.inconsistent"


@given(st.data())
def test_a_changed_byte_is_refused(data: st.DataObject) -> None:
    text, head = write_leaves(ledger(4), at=AT, hidden=lambda entry: entry.index == 1)
    place = data.draw(st.integers(0, len(text) - 1))
    changed = bytearray(text)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(IntegrityError) as caught:
        read_leaves(bytes(changed), head=head)
    assert caught.value.code == "ledger.damaged"


def lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True)


@pytest.mark.parametrize("how", ["cut", "order", "doubled", "empty", "no head", "other head"])
def test_lines_in_another_number_or_order_are_refused(how: str) -> None:
    text, head = write_leaves(ledger(4), at=AT, hidden=lambda entry: entry.index == 1)
    rows = lines(text)
    changed = {
        "cut": b"".join(rows[:-1]),
        "order": b"".join([rows[0], rows[2], rows[1], *rows[3:]]),
        "doubled": b"".join([*rows[:2], rows[1], *rows[2:]]),
        "empty": b"",
    }.get(how, text)
    head = {"no head": b"", "other head": head.replace(b"\n4\n", b"\n3\n")}.get(how, head)
    with pytest.raises(IntegrityError):
        read_leaves(changed, head=head)


@pytest.mark.parametrize("leaf", ["", "00" * 31, "00" * 33, "AA" * 32, "zz" * 32, 5])
def test_a_leaf_has_one_spelling(leaf: object) -> None:
    text, head = write_leaves(ledger(1), at=AT, hidden=lambda _: True)
    rows = lines(text)
    rows[1] = json.dumps({"leaf": leaf}, separators=(",", ":")).encode() + b"\n"
    with pytest.raises(IntegrityError):
        read_leaves(b"".join(rows), head=head)
