"""Signed notes: what is signed, by which key, in whose name."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.ledgers import AT, ORIGIN, drafts
from tierlock.core import InputError
from tierlock.ledger import MemoryLedger, canonical_head, is_signed_head, parse_head, sign_head
from tierlock.ledger.note import Note, NoteSignature, canonical_note, parse_note

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LEDGER = MemoryLedger(ORIGIN)
LEDGER.append(drafts(3))
HEAD = LEDGER.head(AT)


def pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


SIGNED = sign_head(HEAD, sign=KEY.sign, public=pem(KEY))


def test_a_signed_tree_head_is_a_signed_note() -> None:
    """The line is written a second time here, as C2SP defines it."""
    text = canonical_head(HEAD)
    raw = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    hint = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + raw).digest()[:4]
    line = f"— {ORIGIN} {base64.b64encode(hint + KEY.sign(text)).decode()}\n"
    assert text + b"\n" + line.encode() == SIGNED
    assert parse_head(SIGNED) == HEAD
    assert is_signed_head(SIGNED, public=pem(KEY))


@given(st.integers(0, 10**4), st.integers(1, 255))
def test_another_byte_is_not_signed(place: int, flip: int) -> None:
    data = bytearray(SIGNED)
    data[place % len(data)] ^= flip
    try:
        found = is_signed_head(bytes(data), public=pem(KEY))
    except InputError as error:
        said = error.code
    else:
        assert not found
        return
    assert said in {"ledger.head", "ledger.content"}


def test_other_keys_names_and_kinds() -> None:
    other = Ed25519PrivateKey.generate()
    text = canonical_head(HEAD)
    assert not is_signed_head(text, public=pem(KEY))
    assert not is_signed_head(SIGNED, public=pem(other))
    # In the name of another ledger the same key says nothing about this one.
    (line,) = parse_note(SIGNED).signatures
    renamed = Note(text, (NoteSignature("example.org/other", line.hint, line.signature),))
    assert not is_signed_head(canonical_note(renamed), public=pem(KEY))
    # Further signatures, of witnesses, stand beside it.
    beside = Note(text, (NoteSignature("witness", b"1234", b"sig"), line))
    assert is_signed_head(canonical_note(beside), public=pem(KEY))
    curve = generate_private_key(SECP256R1()).public_key()
    curve_pem = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert not is_signed_head(SIGNED, public=curve_pem)
    assert not is_signed_head(SIGNED, public=b"no key")


def test_a_key_that_can_not_sign_tree_heads() -> None:
    curve = generate_private_key(SECP256R1()).public_key()
    rsa = rsa_key(public_exponent=65537, key_size=2048).public_key()
    for key in (curve, rsa):
        public = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(InputError) as caught:
            sign_head(HEAD, sign=KEY.sign, public=public)
        assert caught.value.code == "key.read"
    with pytest.raises(InputError) as caught:
        sign_head(HEAD, sign=lambda data: KEY.sign(data + b"x"), public=pem(KEY))
    assert caught.value.code == "key.signer"


@given(
    st.binary(min_size=1, max_size=40).filter(lambda text: b"\n\n" not in text + b"\n"),
    st.lists(
        st.builds(
            NoteSignature,
            st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="+"),
                    min_size=1),
            st.binary(min_size=4, max_size=4),
            st.binary(min_size=1, max_size=70),
        ),
        max_size=4,
    ),
)  # fmt: skip
def test_a_note_is_read_back(text: bytes, signatures: list[NoteSignature]) -> None:
    note = Note(text + b"\n", tuple(signatures))
    assert parse_note(canonical_note(note)) == note


@pytest.mark.parametrize(
    "lines",
    ["", "x", "\n", "— a\n", "— a b c\n", "- a MTIzNHNpZw==\n", "— a+b MTIzNHNpZw==\n",
     "— a MTIz\n",
     "— a MTIzNA==\n", "— a MTIzNHNpZw=\n", "— a MTIzNHNpZx==\n", "— a MTIzNHNpZw==",
     "— a MTIzNHNpZw==\n" * 101, "\xff"],
)  # fmt: skip
def test_lines_that_are_no_signatures(lines: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_note(b"text\n\n" + lines.encode("latin-1" if lines == "\xff" else "utf-8"))
    assert caught.value.code == "ledger.head"
