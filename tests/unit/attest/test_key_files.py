"""Key files: nothing is overwritten, nothing secret is shown, nothing weak is taken."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tierlock.attest import PublicKey, load_private_key, load_public_key, new_key, open_signer
from tierlock.core import InputError


def pem_of(
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey,
) -> bytes:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def code_of(caught: pytest.ExceptionInfo[InputError]) -> str:
    return caught.value.code


@pytest.mark.parametrize("passphrase", [None, b"correct horse"])
def test_a_new_pair_signs(tmp_path: Path, passphrase: bytes | None):
    pair = new_key(tmp_path / "ann.key", passphrase=passphrase)
    assert pair.public == tmp_path / "ann.key.pub"
    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
    public = load_public_key(pair.public)
    assert public.key_id == pair.key_id
    asked: list[str] = []

    def ask(what: str) -> str:
        asked.append(what)
        return "correct horse"

    for uri in (str(pair.private), f"file:{pair.private}"):
        signer = open_signer(uri, public=public, ask=ask)
        signature = signer.sign(b"data")
        assert signature.keyid == pair.key_id
        assert public.verifies(b"data", signature=signature.sig)
        assert not public.verifies(b"date", signature=signature.sig)
    assert asked == ([] if passphrase is None else ["passphrase"] * 2)
    assert (b"ENCRYPTED" in pair.private.read_bytes()) == (passphrase is not None)


@pytest.mark.parametrize("there", ["ann.key", "ann.key.pub"])
@pytest.mark.parametrize("as_link", [False, True])
def test_nothing_is_overwritten(tmp_path: Path, there: str, as_link: bool):
    if as_link:
        (tmp_path / there).symlink_to(tmp_path / "nowhere")
    else:
        (tmp_path / there).write_text("mine")
    with pytest.raises(InputError) as caught:
        new_key(tmp_path / "ann.key", passphrase=None)
    assert code_of(caught) == "input.exists"
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_an_empty_passphrase_protects_nothing(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        new_key(tmp_path / "ann.key", passphrase=b"")
    assert code_of(caught) == "key.passphrase"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("made_with", "opened_with", "code"),
    [
        (b"a", None, "key.passphrase"),
        (b"a", b"b", "key.passphrase"),
        (None, b"b", "key.passphrase"),
    ],
)
def test_a_wrong_passphrase_is_said(tmp_path: Path, made_with, opened_with, code):
    pair = new_key(tmp_path / "k", passphrase=made_with)
    with pytest.raises(InputError) as caught:
        load_private_key(pair.private, passphrase=opened_with)
    assert code_of(caught) == code


def test_a_plain_key_that_others_can_read_is_refused(tmp_path: Path):
    pair = new_key(tmp_path / "k", passphrase=None)
    pair.private.chmod(0o640)
    with pytest.raises(InputError, match="others can read"):
        open_signer(str(pair.private))
    locked = new_key(tmp_path / "l", passphrase=b"a")
    locked.private.chmod(0o644)
    assert open_signer(str(locked.private), ask=lambda what: "a").key_id == locked.key_id


def test_a_private_key_is_not_handed_round_as_a_public_one(tmp_path: Path):
    pair = new_key(tmp_path / "k", passphrase=None)
    with pytest.raises(InputError, match="private key"):
        load_public_key(pair.private)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 70_000])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "k"
    path.write_bytes(content)
    path.chmod(0o600)
    for load in (load_public_key, load_private_key):
        with pytest.raises(InputError) as caught:
            load(path)
        assert code_of(caught) == "key.read"
        assert caught.value.location == str(path)
    with pytest.raises(InputError) as caught:
        load_public_key(tmp_path / "none")
    assert code_of(caught) == "input.file"


Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey


def test_keys_of_other_kinds_sign_in_their_own_way(tmp_path: Path):
    made: list[tuple[Private, str | None, str]] = [
        (ec.generate_private_key(ec.SECP256R1()), None, "ecdsa-sha2-nistp256"),
        (ec.generate_private_key(ec.SECP384R1()), None, "ecdsa-sha2-nistp384"),
        (ec.generate_private_key(ec.SECP521R1()), None, "ecdsa-sha2-nistp521"),
        (rsa.generate_private_key(65537, 2048), None, "rsassa-pss-sha256"),
        (rsa.generate_private_key(65537, 2048), "rsa-pkcs1v15-sha256", "rsa-pkcs1v15-sha256"),
    ]
    for number, (private, asked, scheme) in enumerate(made):
        path = tmp_path / str(number)
        path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.chmod(0o600)
        public = PublicKey(pem_of(private), scheme=asked)
        assert public.scheme == scheme
        signature = open_signer(str(path), public=public).sign(b"data").sig
        assert public.verifies(b"data", signature=signature)
        assert not public.verifies(b"date", signature=signature)
        assert not public.verifies(b"data", signature=signature[:-1])
        assert not public.verifies(b"data", signature=b"")


@pytest.mark.parametrize(
    "private",
    [
        ec.generate_private_key(ec.SECP256K1()),
        rsa.generate_private_key(65537, 1024),  # noqa: S505  # that is the point
        ed448.Ed448PrivateKey.generate(),
    ],
)
def test_weak_and_odd_keys_are_not_accepted(private):
    with pytest.raises(InputError, match="not accepted"):
        PublicKey(pem_of(private))


def test_a_scheme_belongs_to_its_kind_of_key():
    pem = pem_of(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(InputError, match="does not sign by"):
        PublicKey(pem, scheme="ed25519")


def test_a_pair_that_is_none_does_not_sign(tmp_path: Path):
    one, two = (new_key(tmp_path / name, passphrase=None) for name in "ab")
    with pytest.raises(InputError, match="not a pair"):
        open_signer(str(one.private), public=load_public_key(two.public))
