"""Signing with a key that never leaves a token: SoftHSM2 stands in for the hardware."""

from __future__ import annotations

import base64
import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.acceptance.projects import Ran, gate, process, tierlock
from tests.acceptance.signed import (
    LATER,
    SIGNED_AT,
    code_of,
    entry,
    listed,
    sign,
    signed_project,
    states,
)
from tests.acceptance.tokens import PIN, Token, make_token
from tierlock.attest import load_public_key
from tierlock.core import digest
from tierlock.usecases import load_project

KEY = "hsm:2?label=ann%27s+token"
OTHER = "hsm:3?label=ann%27s+token"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Token:
    return make_token(tmp_path_factory.mktemp("token"))


@pytest.fixture
def here(tmp_path: Path, token: Token) -> Path:
    """A project whose trust file lists the key on Ann's token, and Bob's in a file."""
    folder = signed_project(tmp_path / "p")
    shown = with_token(
        token, "key", "show", KEY, "--person", "Ann", "--role", "safety", "--at", "2026-01-01",
        cwd=folder,
    )  # fmt: skip
    assert (shown.code, shown.err) == (0, "")
    bob = entry(folder, name="bob", person="Bob", role="owner")
    (folder / "trust.yaml").write_text(f"keys:\n{shown.out}{bob}\n", encoding="utf-8")
    pem = "".join(f"{line.strip()}\n" for line in shown.out.split("public_key: |\n")[1].split("\n"))
    (folder / "ann.pem").write_text(pem.strip() + "\n", encoding="utf-8")
    return folder


def with_token(token: Token, *args: object, cwd: Path, **env: str) -> Ran:
    return process(*args, cwd=cwd, **{**token.env, **env})


def sign_by_token(token: Token, folder: Path, *args: object, key: str = KEY, **env: str) -> Ran:
    return with_token(
        token, "sign", "--key", key, "--yes", "--at", SIGNED_AT, *args,
        cwd=folder, **{"TIERLOCK_KEY_PIN": PIN, **env},
    )  # fmt: skip


def test_the_gate_opens_by_a_key_that_never_left_its_token(here: Path, token: Token):
    ran = sign_by_token(token, here, "--out", "ann.dsse.json")
    assert ran.code == 0, ran.err
    assert sign(here, by="bob").code == 0
    assert gate(here, at=LATER).code == 0
    assert states(here) == [("Ann", "counts", None), ("Bob", "counts", None)]
    assert PIN not in ran.out + ran.err
    kept = b"".join(path.read_bytes() for path in here.rglob("*") if path.is_file())
    assert PIN.encode() not in kept


def test_the_signature_verifies_without_tierlock(here: Path, token: Token):
    assert sign_by_token(token, here, "--out", "ann.dsse.json").code == 0
    found = json.loads((here / "ann.dsse.json").read_bytes())
    payload = base64.b64decode(found["payload"])
    kind = found["payloadType"].encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    signature = base64.b64decode(found["signatures"][0]["sig"])
    key = load_pem_public_key((here / "ann.pem").read_bytes())
    assert isinstance(key, EllipticCurvePublicKey)
    key.verify(signature, signed, ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(signature, signed + b" ", ECDSA(SHA256()))
    assert found["signatures"][0]["keyid"] == load_public_key(here / "ann.pem").key_id


def test_the_pin_is_asked_for_and_not_shown(here: Path, token: Token):
    typed, terminal = pty.openpty()
    command = ["sign", "--key", KEY, "--yes", "--at", SIGNED_AT]
    try:
        with subprocess.Popen(
            [sys.executable, "-c", "from tierlock.cli import main; main()", *command],
            cwd=here, env={**os.environ, **token.env}, stdin=terminal, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        ) as running:  # fmt: skip
            assert running.stdout is not None
            assert running.stderr is not None
            shown = b""
            # Typed once it is asked for: what was typed before is thrown away.
            while not shown.endswith(b"PIN: ") and (read := running.stderr.read(1)):
                shown += read
            os.write(typed, f"{PIN}\n".encode())
            shown += running.stderr.read() + running.stdout.read()
        echoed = os.read(typed, 1000) if select.select([typed], [], [], 0)[0] else b""
    finally:
        os.close(typed)
        os.close(terminal)
    assert running.returncode == 0, shown
    assert PIN.encode() not in shown + echoed
    assert states(here) == [("Ann", "counts", None)]


def test_the_token_gives_out_its_public_half_alone(here: Path, token: Token):
    shown = with_token(token, "key", "show", KEY, OTHER, "ann.pem", cwd=here)
    first, other, file = (line.split(" ")[0] for line in shown.out.splitlines())
    assert first == file != other
    assert "ecdsa-sha2-nistp256" in shown.out


@pytest.mark.parametrize(
    ("key", "env", "code", "says", "hint"),
    [
        (KEY, {"TIERLOCK_KEY_PIN": "0000"}, "key.signer", "the PIN is wrong", "lock themselves"),
        ("hsm:2?label=nobody", {}, "key.signer", "token found for label nobody", "label of the"),
        ("hsm:9?label=ann%27s+token", {}, "key.signer", "could not find", "number of the key"),
        ("hsm:ann", {}, "key.signer", "`ann` is not the number", "PYKCS11LIB"),
        (f"{KEY}&pin-value={PIN}", {}, "key.signer", "nothing else", "TIERLOCK_KEY_PIN"),
        (KEY, {"PYKCS11LIB": ""}, "key.signer", "PYKCS11LIB", "PYKCS11LIB names"),
        (KEY, {"PYKCS11LIB": "/nowhere.so"}, "key.signer", "/nowhere.so", "PYKCS11LIB names"),
        (OTHER, {}, "sign.trust", "does not know this key", "tierlock key show"),
    ],
    ids=["wrong-pin", "absent", "no-key", "no-number", "pin-in-uri", "unset", "library", "other"],
)  # fmt: skip
def test_what_does_not_work_signs_nothing_and_says_why(
    here: Path, token: Token, key: str, env: dict[str, str], code: str, says: str, hint: str
):
    ran = sign_by_token(token, here, key=key, **env)
    assert (ran.code, code_of(ran), ran.out) == (2, code, "")
    words = " ".join(ran.err.split())
    assert says in words
    assert hint in words.partition("hint:")[2]
    assert PIN not in ran.err
    assert listed(here) == []


def test_nobody_is_there_to_type_the_pin(here: Path, token: Token):
    ran = with_token(token, "sign", "--key", KEY, "--yes", "--at", SIGNED_AT, cwd=here)
    assert (ran.code, code_of(ran)) == (2, "key.passphrase")
    assert "set TIERLOCK_KEY_PIN" in ran.err
    assert listed(here) == []


def test_a_public_key_of_another_pair_is_noticed_before_anything_is_kept(here: Path, token: Token):
    ran = sign_by_token(token, here, "--public-key", "ann.pem", key=OTHER)
    assert (ran.code, code_of(ran)) == (2, "key.signer")
    assert "does not belong to the public key" in ran.err
    assert listed(here) == []
    assert sign_by_token(token, here, "--public-key", "ann.pem").code == 0


def test_a_bundle_is_sealed_with_it(here: Path, token: Token):
    made = with_token(
        token, "bundle", "b.zip", "--key", KEY, "--at", LATER, cwd=here, TIERLOCK_KEY_PIN=PIN
    )
    assert made.code == 0, made.err
    framework = load_project(here).framework
    trust = (here / "trust.yaml").read_text().replace('["safety"]', '["safety", "bundle"]')
    (here / "reader.yaml").write_text(
        f"{trust}frameworks: {{{framework.name}: '{digest(framework)}'}}\n"
    )
    read = tierlock("verify", here / "b.zip", "--trust", here / "reader.yaml", "--at", LATER)
    assert read.code == 0, read.err + read.out
    assert read.out.startswith("VERIFIED")
