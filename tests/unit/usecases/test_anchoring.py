"""Anchors beside a ledger: kept, verified, and what they show about signatures."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.acceptance.projects import project, refused, tierlock
from tests.unit.ledger.rekor import TAKEN_AT, Log
from tests.unit.ledger.tsa import NO_OPENSSL, Authority, authority, has_openssl
from tierlock.attest import (
    Envelope,
    EnvelopeSignature,
    PublicKey,
    Trust,
    Witnesses,
    canonical_envelope,
)
from tierlock.core import IntegrityError
from tierlock.ledger import Draft, MemoryLedger, canonical_head, sign_head
from tierlock.usecases import (
    keep_anchor,
    load_project,
    project_ledger,
    recorded_at,
    recorded_times,
    stored_anchors,
    verify_signed_head,
)
from tierlock.usecases.signed import ENVELOPE

AT = datetime(2026, 1, 1, tzinfo=UTC)
LOG = Log()
SEEN = datetime.fromtimestamp(TAKEN_AT, tz=UTC)


def envelope(payload: bytes = b"{}", *signatures: bytes) -> Envelope:
    signed = tuple(EnvelopeSignature(sig=one) for one in signatures or (b"ann",))
    return Envelope(payload=payload, payload_type="application/x", signatures=signed)


def drafts(*envelopes: Envelope) -> list[Draft]:
    return [
        Draft(media_type=ENVELOPE, payload=canonical_envelope(one), logged_at=AT)
        for one in envelopes
    ]


def made(folder: Path, *, trust: bool = True) -> Path:
    """A project with a sealed plan, and a trust file that believes our log."""
    path = project(folder)
    if trust:
        text = (path / "tierlock.yaml").read_text()
        (path / "tierlock.yaml").write_text(f"{text}trust: trust.yaml\n")
        pem = PublicKey(LOG.pem)
        witnesses = {"rekor": [LOG.pem.decode()]}
        nobody = {
            "person": "nobody",
            "roles": ["none"],
            "public_key": LOG.pem.decode(),
            "valid_from": "2026-01-01T00:00:00Z",
        }
        keys = {pem.key_id: nobody}
        (path / "trust.yaml").write_text(json.dumps({"keys": keys, "witnesses": witnesses}))
    assert tierlock("plan", "seal", "--all", "--at", "2025-12-01", "--project", path).code == 0
    return path


def anchor(folder: Path, *, log: Log = LOG, size: int | None = None) -> Path:
    """Have a log take the tree head, and keep what it answers."""
    loaded = load_project(folder)
    with project_ledger(loaded) as ledger:
        head = canonical_head(ledger.head(AT, size=size))
    (folder / "head.txt").write_bytes(head)
    (folder / "entry.json").write_text(json.dumps(log.answer(head)))
    ran = tierlock("ledger", "anchor", "--rekor", folder / "entry.json", "--head",
                   folder / "head.txt", "--project", folder)  # fmt: skip
    assert ran.code == 0, ran.err
    return Path(ran.out.strip())


def append(folder: Path, *envelopes: Envelope) -> None:
    with project_ledger(load_project(folder)) as ledger:
        ledger.append(drafts(*envelopes))


# -- what an anchor shows about signatures ------------------------------------------------------


def test_a_signature_under_an_anchor_was_seen_by_then(tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    early, late = envelope(b"1"), envelope(b"2")
    append(folder, early)
    assert recorded_at(load_project(folder), envelope=early) is None
    anchor(folder)
    append(folder, late)
    times = recorded_times(load_project(folder))
    assert times.of(early) == SEEN
    assert times.of(late) is None
    assert times.of(envelope(b"3")) is None


def test_the_earliest_anchor_counts(tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    append(folder, envelope())
    loaded = load_project(folder)
    with project_ledger(loaded) as ledger:
        head = canonical_head(ledger.head(AT))
        for later in (7200, 0, 3600):
            given = json.dumps(LOG.answer(head, at=TAKEN_AT + later)).encode()
            keep_anchor(loaded.store.folder / "anchors", ledger=ledger, head=head, given=given,
                        kind="rekor")  # fmt: skip
    assert recorded_at(loaded, envelope=envelope()) == SEEN


def test_a_stolen_key_gains_nothing_from_what_was_logged_before(tmp_path: Path) -> None:
    """It goes by signature: the statement is old, the signature beside it is not."""
    folder = made(tmp_path / "p")
    append(folder, envelope(b"{}", b"ann"))
    anchor(folder)
    times = recorded_times(load_project(folder))
    assert times.of(envelope(b"{}", b"ann")) == SEEN
    assert times.of(envelope(b"{}", b"thief")) is None
    assert times.of(envelope(b"{}", b"ann", b"thief")) is None


def test_what_shows_nothing(tmp_path: Path) -> None:
    untrusting = made(tmp_path / "a", trust=False)
    append(untrusting, envelope())
    anchor(untrusting)
    assert recorded_at(load_project(untrusting), envelope=envelope()) is None
    other_log = made(tmp_path / "b")
    append(other_log, envelope())
    anchor(other_log, log=Log())
    assert recorded_at(load_project(other_log), envelope=envelope()) is None
    damaged = made(tmp_path / "c")
    append(damaged, envelope())
    anchor(damaged).write_text("{}")
    assert recorded_at(load_project(damaged), envelope=envelope()) is None


def test_an_anchor_of_another_ledger_shows_nothing_about_this_one(tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    loaded = load_project(folder)
    append(folder, envelope())
    with project_ledger(loaded) as ledger:
        rival = MemoryLedger(ledger.origin)
        rival.append(drafts(*(envelope(bytes([n])) for n in range(9))))
        head = canonical_head(rival.head(AT))
        given = json.dumps(LOG.answer(head)).encode()
        target = loaded.store.folder / "anchors"
        with pytest.raises(IntegrityError) as caught:
            keep_anchor(target, ledger=ledger, head=head, given=given, kind="rekor")
        assert caught.value.code == "ledger.inconsistent"
        keep_anchor(target, ledger=rival, head=head, given=given, kind="rekor")
    assert len(stored_anchors(target)) == 1
    append(folder, *(envelope(b"x%d" % n) for n in range(9)))
    assert recorded_at(loaded, envelope=envelope()) is None


# -- on the command line ------------------------------------------------------------------------


def verify(folder: Path, *more: object) -> str:
    ran = tierlock("ledger", "verify", "--project", folder, *more)
    assert ran.code == 0, ran.err
    return " ".join(ran.out.split())


def test_verify_says_exactly_what_each_anchor_shows(tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    (folder / "log.pem").write_bytes(LOG.pem)
    assert "time: self-asserted" in verify(folder)
    path = anchor(folder)
    assert f"anchor `{path.name}` was not checked" in verify(folder)
    said = verify(folder, "--rekor-key", folder / "log.pem")
    assert ("time: entries before 2 existed by 2026-01-01T00:00:00Z, says entry 1005 of the log "
            "`rekor.example - 42`") in said  # fmt: skip
    assert "self-asserted" not in said
    assert said == verify(folder, "--trust", folder / "trust.yaml")
    append(folder, envelope())
    assert "time: self-asserted from entry 2 on" in verify(
        folder, "--rekor-key", folder / "log.pem"
    )


def test_an_anchor_that_does_not_hold_stops_the_verification(tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    path = anchor(folder)
    (folder / "other.pem").write_bytes(Log().pem)
    ran = tierlock("ledger", "verify", "--project", folder, "--rekor-key", folder / "other.pem")
    refused(ran, code="ledger.anchor", exit_code=3, where=path.name)
    head = next((folder / ".tierlock" / "anchors").glob("*.txt"))
    kept = head.read_bytes()
    head.unlink()
    refused(tierlock("ledger", "verify", "--project", folder), code="ledger.anchor", exit_code=3)
    # A tree head that was never this ledger's is seen whether or not its witness is believed.
    head.write_bytes(kept.replace(b"\n2\n", b"\n1\n"))
    refused(
        tierlock("ledger", "verify", "--project", folder), code="ledger.inconsistent", exit_code=3
    )


def test_o_a_cut_ledger_is_seen_through_its_own_anchor(tmp_path: Path) -> None:
    """Acceptance (o), with nobody who held a tree head: the witness did."""
    folder = made(tmp_path / "p")
    append(folder, envelope(b"1"), envelope(b"2"))
    anchor(folder)
    for part in (folder / ".tierlock").glob("ledger.db*"):
        part.unlink()
    (folder / ".tierlock" / "plans.jsonl").unlink()
    assert tierlock("plan", "seal", "--all", "--at", "2025-12-01", "--project", folder).code == 0
    ran = tierlock("ledger", "verify", "--project", folder)
    refused(ran, code="ledger.inconsistent", exit_code=3)


def test_what_is_not_kept(tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    anchor(folder)
    entry, head = folder / "entry.json", folder / "head.txt"
    base = ("ledger", "anchor", "--project", folder)
    assert tierlock(*base).code == 2
    assert tierlock(*base, "--rekor", entry, "--token", entry).code == 2
    refused(tierlock(*base, "--rekor", entry), code="input.type")
    refused(tierlock(*base, "--rekor", head, "--head", head), code="ledger.anchor-file")
    refused(tierlock(*base, "--token", entry, "--head", head), code="ledger.anchor-file")
    refused(tierlock(*base, "--rekor", entry, "--head", entry), code="ledger.head")
    head.write_bytes(head.read_bytes().replace(b"2025", b"2024").replace(b"2026", b"2027"))
    refused(tierlock(*base, "--rekor", entry, "--head", head), code="ledger.anchor", exit_code=3)


@pytest.fixture
def tsa(tmp_path: Path) -> Authority:
    if not has_openssl():
        pytest.skip(NO_OPENSSL)
    return authority(tmp_path / "tsa")


def test_a_time_stamp_on_the_command_line(tmp_path: Path, tsa: Authority) -> None:
    folder = made(tmp_path / "p")
    head = tmp_path / "head.txt"
    head.write_text(tierlock("ledger", "tree-head", "--project", folder).out)
    token = tmp_path / "answer.tsr"
    token.write_bytes(tsa.stamp(head.read_bytes()))
    base = ("ledger", "anchor", "--project", folder, "--token", token, "--head", head)
    first, again = tierlock(*base), tierlock(*base)
    assert first.code == 0, first.err
    assert first.out == again.out
    said = verify(folder, "--tsa-cert", tsa.root)
    assert "says the time stamp of `CN=example time stamps`" in said
    ran = tierlock("ledger", "verify", "--project", folder, "--tsa-cert", folder / "lab.yaml")
    refused(ran, code="ledger.anchor-file")


def test_plan_status_tells_an_anchored_plan(tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    status = ("plan", "status", "--format", "json", "--project", folder)
    (before,) = tierlock(*status).json["plans"]
    assert (before["assurance"], before["anchoredBy"]) == ("self-asserted", None)
    anchor(folder)
    (after,) = tierlock(*status).json["plans"]
    assert (after["assurance"], after["anchoredBy"]) == ("anchored", "2026-01-01T00:00:00Z")
    assert (after["entry"], after["active"], after["stillJudges"]) == (0, True, False)


# -- signed tree heads ----------------------------------------------------------------------------


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def trusting(**changed: object) -> Trust:
    fields = {"person": "Bo", "roles": ["ledger"], "public_key": PEM.decode(),
              "valid_from": "2025-01-01T00:00:00Z", **changed}  # fmt: skip
    return Trust.parse(json.dumps({"keys": {PublicKey(PEM).key_id: fields}}).encode())


def test_a_signed_tree_head_under_a_trust_file() -> None:
    ledger = MemoryLedger("a.example/log")
    ledger.append(drafts(envelope()))
    data = sign_head(ledger.head(AT), sign=KEY.sign, public=PEM)
    assert verify_signed_head(data, trust=trusting(), at=AT) == ("Bo",)
    wrong = {
        "attest.role": trusting(roles=["owner"]),
        "attest.expired": trusting(valid_until="2025-06-01T00:00:00Z"),
        # However old it says it is: whoever has the key can write any date.
        "attest.revoked": trusting(revoked_at="2030-01-01T00:00:00Z"),
    }
    for code, trust in wrong.items():
        with pytest.raises(IntegrityError) as caught:
            verify_signed_head(data, trust=trust, at=AT)
        assert caught.value.code == code
    with pytest.raises(IntegrityError) as caught:
        verify_signed_head(data, trust=trusting(), at=AT - timedelta(seconds=1))
    assert caught.value.code == "attest.future"
    unsigned = canonical_head(ledger.head(AT))
    with pytest.raises(IntegrityError) as caught:
        verify_signed_head(unsigned, trust=trusting(), at=AT)
    assert caught.value.code == "attest.key"


def test_a_signed_tree_head_on_the_command_line(tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    key, trust, held = tmp_path / "k", tmp_path / "t.yaml", tmp_path / "held.txt"
    assert tierlock("key", "new", key, "--no-passphrase").code == 0
    listed = tierlock("key", "show", f"{key}.pub", "--person", "Bo", "--role", "ledger", "--at",
                      "2025-01-01")  # fmt: skip
    trust.write_text("keys:\n" + listed.out)
    ran = tierlock("ledger", "tree-head", "--key", key, "--project", folder)
    assert ran.code == 0, ran.err
    held.write_text(ran.out)
    said = verify(folder, "--held", held, "--trust", trust)
    assert "says the holder of `held.txt`, signed by Bo" in said
    held.write_text(tierlock("ledger", "tree-head", "--project", folder).out)
    ran = tierlock("ledger", "verify", "--held", held, "--trust", trust, "--project", folder)
    refused(ran, code="attest.key", exit_code=3)


def test_witnesses_are_read_from_the_trust_file(tmp_path: Path) -> None:
    loaded = load_project(made(tmp_path / "p"))
    assert loaded.trust is not None
    assert loaded.trust.witnesses == Witnesses(rekor=(LOG.pem.decode(),))
