"""`tierlock key`: from a new key to a trust file that accepts its signature."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.projects import tierlock
from tests.unit.attest.keys import AT, SIGNED, objection
from tierlock.attest import make_statement, open_signer, sign_statement, verify_envelope
from tierlock.cli import secrets
from tierlock.core import InputError
from tierlock.usecases import load_trust


def test_a_new_key_is_trusted_by_whoever_lists_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(secrets.PASSPHRASE, "correct horse")
    path = tmp_path / "ann.key"
    made = tierlock("key", "new", path)
    assert made.code == 0
    key_id = made.out.strip()
    shown = tierlock("key", "show", f"{path}.pub")
    assert shown.out.split() == [key_id, "ed25519", f"{path}.pub"]
    entry = tierlock(
        "key", "show", f"{path}.pub", "--person", 'Ann "A" Example: x', "--role", "rso",
        "--role", "lead", "--at", "2026-01-01",
    )  # fmt: skip
    assert entry.code == 0
    (tmp_path / "trust.yaml").write_text(f"keys:\n{entry.out}")
    trust = load_trust(tmp_path / "trust.yaml")
    signer = open_signer(str(path), ask=secrets.ask_secret)
    envelope = sign_statement(
        make_statement(objection(), role="lead", signed_at=SIGNED), signer=signer
    )
    assert verify_envelope(envelope, trust=trust, at=AT).signer.person == 'Ann "A" Example: x'


def test_nothing_is_overwritten_and_nothing_secret_is_printed(tmp_path: Path):
    path = tmp_path / "machine.key"
    made = tierlock("key", "new", path, "--no-passphrase")
    before = path.read_bytes()
    assert "PRIVATE" not in made.out + made.err
    again = tierlock("key", "new", path, "--no-passphrase")
    assert (again.code, again.out) == (2, "")
    assert "input.exists" in again.err
    assert path.read_bytes() == before
    shown = tierlock("key", "show", path)
    assert (shown.code, shown.out) == (2, "")


def test_a_passphrase_needs_somebody_to_type_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(secrets.PASSPHRASE, raising=False)
    ran = tierlock("key", "new", tmp_path / "k")
    assert ran.code == 2
    assert "key.passphrase" in ran.err
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError):
        secrets.ask_secret("PIN")


def test_a_trust_file_says_where_it_is_wrong(tmp_path: Path):
    path = tmp_path / "trust.yaml"
    path.write_text("keys:\n  sha256:x:\n    person: Ann\n    rolls: [rso]\n")
    with pytest.raises(InputError) as caught:
        load_trust(path)
    assert caught.value.location is not None
    assert caught.value.location.startswith(f"{path}:")
