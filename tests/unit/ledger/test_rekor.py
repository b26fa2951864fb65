"""Entries of a log over a tree head: what shows a time, and everything that must not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sigstore.models import TransparencyLogEntry

from tests.unit.ledger.ledgers import AT, ORIGIN, drafts
from tests.unit.ledger.rekor import TAKEN_AT, Log, b64, canonical
from tierlock.core import InputError, IntegrityError, TierlockError
from tierlock.ledger import MemoryLedger, RekorAnchor, canonical_head, check_entry_about

LEDGER = MemoryLedger(ORIGIN)
LEDGER.append(drafts(5))
HEAD = canonical_head(LEDGER.head(AT))
OTHER = canonical_head(LEDGER.head(AT, size=4))
LOG = Log()
ANSWER = LOG.answer(HEAD)


def anchor(said: object, *, head: bytes = HEAD, log: Log = LOG) -> RekorAnchor:
    return RekorAnchor(head, json.dumps(said).encode(), log.pem)


def entry_in(said: dict[str, Any]) -> Any:
    (entry,) = said.values()
    return entry


def changed(change: Callable[[Any], None], *, said: dict[str, Any] = ANSWER) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(said))
    change(entry_in(copy))
    return copy


@pytest.mark.parametrize("before", [0, 1, 2, 5, 12])
@pytest.mark.parametrize("ed25519", [False, True])
def test_an_entry_and_a_bundle_show_head_and_time(before: int, *, ed25519: bool) -> None:
    log = Log(before=before, ed25519=ed25519)
    for said in (log.answer(HEAD), log.bundle(HEAD)):
        found = anchor(said, log=log).confirm()
        assert found.head == LEDGER.head(AT)
        assert found.not_after == datetime.fromtimestamp(TAKEN_AT, tz=UTC)
        assert "rekor.example" in found.by


def test_our_log_writes_what_sigstore_reads() -> None:
    """Else the vectors here would show nothing about real entries."""
    read = TransparencyLogEntry._from_v1_response(ANSWER)
    promised = {
        key: entry_in(ANSWER)[key] for key in ("body", "integratedTime", "logID", "logIndex")
    }
    assert read._encode_canonical() == canonical(promised)


def test_a_signed_note_may_be_what_was_logged() -> None:
    signed = HEAD + b"\n" + "— a ".encode() + b64(b"1234sig").encode() + b"\n"
    assert anchor(LOG.answer(signed), head=signed).confirm().head.size == 5
    assert anchor(LOG.answer(HEAD), head=signed).confirm().head.size == 5


def refused(found: RekorAnchor, *, code: str = "ledger.anchor") -> None:
    with pytest.raises(IntegrityError) as caught:
        found.confirm()
    assert caught.value.code == code
    assert caught.value.hint


def test_an_entry_about_another_tree_head() -> None:
    refused(anchor(LOG.answer(OTHER)))
    refused(anchor(ANSWER, head=OTHER))
    with pytest.raises(IntegrityError):
        check_entry_about(json.dumps(ANSWER).encode(), head=OTHER)


def test_another_log() -> None:
    refused(anchor(ANSWER, log=Log()))
    # Our log's id over somebody else's signatures.
    forged = Log()
    said = changed(lambda e: e.update(logID=LOG.log_id.hex()), said=forged.answer(HEAD))
    refused(anchor(said))


def test_another_time_place_or_body() -> None:
    refused(anchor(changed(lambda e: e.update(integratedTime=TAKEN_AT - 1))))
    refused(anchor(changed(lambda e: e.update(logIndex=7))))
    body = b64(LOG.body(HEAD, apiVersion="0.0.2"))
    refused(anchor(changed(lambda e: e.update(body=body))))


def proof_of(entry: Any) -> Any:
    return entry["verification"]["inclusionProof"]


def test_a_proof_that_leads_elsewhere() -> None:
    changes: list[Callable[[Any], None]] = [
        lambda e: proof_of(e).update(hashes=proof_of(e)["hashes"][:-1]),
        lambda e: proof_of(e).update(hashes=["00" * 32, *proof_of(e)["hashes"][1:]]),
        lambda e: proof_of(e).update(hashes=["00", *proof_of(e)["hashes"][1:]]),
        lambda e: proof_of(e).update(logIndex=0),
    ]
    for change in changes:
        refused(anchor(changed(change)), code="ledger.proof")
    refused(anchor(changed(lambda e: proof_of(e).update(treeSize=9))))


def test_a_checkpoint_that_the_log_did_not_sign() -> None:
    """An entry may be promised and never included; or included in somebody else's tree."""
    checkpoint = proof_of(entry_in(ANSWER))["checkpoint"]
    other = proof_of(entry_in(Log().answer(HEAD)))["checkpoint"]
    text, _, lines = checkpoint.partition("\n\n")
    for wrong in (other, f"{text}\n", f"{text}1\n\n{lines}", checkpoint.replace("— ", "—  ")):
        found = anchor(changed(lambda e, wrong=wrong: proof_of(e).update(checkpoint=wrong)))  # type: ignore[misc]
        with pytest.raises(TierlockError) as caught:
            found.confirm()
        assert caught.value.code in {"ledger.anchor", "ledger.head"}


def test_an_entry_of_another_kind() -> None:
    for body in (
        LOG.body(HEAD, kind="intoto"),
        LOG.body(HEAD, spec={"data": {"hash": {"algorithm": "sha512", "value": "00"}}}),
        LOG.body(HEAD, spec=[]),
        b"{",
        b'{"kind":"hashedrekord","kind":"hashedrekord"}',
    ):
        refused(anchor(LOG.answer(HEAD, body=body)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"a": {}, "b": {}}',
        b'{"verificationMaterial": {}}',
        b'{"verificationMaterial": {"tlogEntries": []}}',
        b"x" * 2_000_000,
        json.dumps(changed(lambda e: e["verification"].pop("signedEntryTimestamp"))).encode(),
        json.dumps(changed(lambda e: e.update(integratedTime=2**52))).encode(),
        json.dumps(changed(lambda e: e.update(integratedTime=-1))).encode(),
        json.dumps(changed(lambda e: e.update(integratedTime=True))).encode(),
        json.dumps(changed(lambda e: e.update(integratedTime=float("nan")))).encode(),
        json.dumps(changed(lambda e: e.update(body="!"))).encode(),
        json.dumps(ANSWER).encode()[:-20],
    ],
)
def test_what_is_no_entry(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        RekorAnchor(HEAD, data, LOG.pem).confirm()
    assert caught.value.code == "ledger.anchor-file"


def test_what_is_no_key() -> None:
    for key in (b"", b"-----BEGIN PUBLIC KEY-----\n", LOG.pem[:-40]):
        with pytest.raises(InputError) as caught:
            RekorAnchor(HEAD, json.dumps(ANSWER).encode(), key).confirm()
        assert caught.value.code == "key.read"


@settings(max_examples=300)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_one_changed_byte_never_shows_another_time_or_head(place: int, flip: int) -> None:
    data = bytearray(json.dumps(ANSWER).encode())
    data[place % len(data)] ^= flip
    try:
        found = RekorAnchor(HEAD, bytes(data), LOG.pem).confirm()
    except TierlockError as error:
        said = error.code
    else:
        # What names the entry (its key in the answer, the proof's own root) shows nothing.
        assert found == anchor(ANSWER).confirm()
        return
    assert said in {"ledger.anchor", "ledger.anchor-file", "ledger.proof", "ledger.head"}
