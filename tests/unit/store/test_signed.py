"""Signed envelopes in the store: once each, in one form, and never half of one."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.attest.keys import ANN, SIGNED, objection
from tierlock.attest import canonical_envelope, make_statement, parse_envelope, sign_statement
from tierlock.core import InputError, IntegrityError, digest_bytes
from tierlock.store import LocalStore


def envelope(says: str = "it was weak") -> bytes:
    statement = make_statement(objection(says=says), role="lead", signed_at=SIGNED)
    return canonical_envelope(sign_statement(statement, signer=ANN))


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def test_an_envelope_is_stored_once_in_its_one_form_and_named_by_what_is_signed(store: LocalStore):
    data = envelope()
    spelled = json.dumps(json.loads(data), indent=2).encode()
    named = parse_envelope(data).payload_digest
    assert [store.add_signed(each) for each in (data, spelled, data)] == [named] * 3
    assert LocalStore(store.folder).signed() == (data,)


def test_order_is_that_of_arrival(store: LocalStore):
    sent = tuple(envelope(f"number {number}") for number in (3, 1, 2))
    for each in sent:
        store.add_signed(each)
    assert store.signed() == sent


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"payload": "AA", "signatures": []}'])
def test_what_is_no_envelope_is_refused_and_leaves_nothing(store: LocalStore, data: bytes):
    with pytest.raises(IntegrityError) as caught:
        store.add_signed(data)
    assert caught.value.code == "attest.envelope"
    assert not store.folder.exists()


def test_a_changed_line_is_damage_and_a_cut_last_line_was_never_acknowledged(store: LocalStore):
    store.add_signed(envelope("one"))
    path = store.folder / "signed.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + envelope("two")[:40])
    assert len(store.signed()) == 1
    store.add_signed(envelope("three"))
    assert [b"{" in line for line in store.signed()] == [True, True]
    path.write_bytes(b" " + whole)
    with pytest.raises(IntegrityError, match="damaged"):
        store.signed()


def test_many_writers_lose_nothing(store: LocalStore):
    sent = [envelope(f"number {number}") for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda data: LocalStore(store.folder).add_signed(data), [*sent, *sent]))
    assert sorted(store.signed()) == sorted(sent)


def test_a_store_that_can_not_be_written_says_so(tmp_path: Path):
    (tmp_path / "store").write_text("a file")
    with pytest.raises(InputError) as caught:
        LocalStore(tmp_path / "store").add_signed(envelope())
    assert caught.value.code == "input.store"


def test_what_the_ledger_acknowledged_is_noted_once(store: LocalStore):
    data = envelope()
    store.note_logged([data])
    store.note_logged([data, envelope("other")])
    assert store.logged() == {digest_bytes(data), digest_bytes(envelope("other"))}
    assert len((store.folder / "signed.logged").read_bytes().splitlines()) == 2
