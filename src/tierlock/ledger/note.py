"""Signed notes of C2SP: a text, an empty line, and signature lines below (spec/ledger.md H-5).

    text LF
    LF
    EM-DASH SPACE name SPACE base64(four bytes that hint at the key || signature) LF

Tree heads are signed so, and so are the checkpoints of public logs such as Rekor.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from tierlock.core import InputError

NoteKey = Ed25519PublicKey | EllipticCurvePublicKey
MOST_SIGNATURES: Final = 100
"""As many signature lines are read; witnesses of public logs add some."""
_DASH: Final = "\u2014"
_HINT: Final = 4
_ED25519: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line.

    Attributes:
        name: whose key it is, as the line says.
        hint: four bytes that tell which key of that name.
        signature: over the text of the note.
    """

    name: str
    hint: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures below it, unchecked.

    Attributes:
        text: the bytes that are signed, with the line feed at their end.
        signatures: in their order; none where the text stands alone.
    """

    text: bytes
    signatures: tuple[NoteSignature, ...]


def parse_note(data: bytes) -> Note:
    """Return the text and the signatures of a note; a text without signatures is one too.

    Raises:
        InputError: `ledger.head`; what follows the empty line are not signature lines.
    """
    # Signature lines have no empty line between them: the last one ends the text.
    text, separator, rest = data.rpartition(b"\n\n")
    if not separator:
        return Note(data, ())
    try:
        lines = rest.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise _no_note() from None
    if lines[-1] or len(lines) < 2 or len(lines) - 1 > MOST_SIGNATURES:
        raise _no_note()
    return Note(text + b"\n", tuple(_signature(line) for line in lines[:-1]))


def _signature(line: str) -> NoteSignature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != _DASH or not parts[1] or "+" in parts[1]:
        raise _no_note()
    try:
        data = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError):
        raise _no_note() from None
    if len(data) <= _HINT or base64.b64encode(data).decode("ascii") != parts[2]:
        raise _no_note()
    return NoteSignature(parts[1], data[:_HINT], data[_HINT:])


def canonical_note(note: Note) -> bytes:
    r"""Return the bytes of a note.

    >>> canonical_note(Note(b"a.example/log\n", (NoteSignature("k", b"1234", b"sig"),)))
    b'a.example/log\n\n\xe2\x80\x94 k MTIzNHNpZw==\n'
    """
    if not note.signatures:
        return note.text
    lines = (
        f"{_DASH} {one.name} {base64.b64encode(one.hint + one.signature).decode('ascii')}\n"
        for one in note.signatures
    )
    return note.text + b"\n" + "".join(lines).encode("utf-8")


def load_note_key(pem: bytes) -> NoteKey:
    """Return the public key under which notes are checked: Ed25519, or ECDSA as Rekor uses it.

    Raises:
        InputError: `key.read`.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        raise InputError(
            "key.read",
            "not a public key in PEM under which notes are signed",
            hint="use Ed25519, or ECDSA for public logs",
        )
    return key


def key_digest(key: NoteKey) -> bytes:
    """Return SHA-256 of the key's DER form: what Rekor calls the id of a log."""
    return hashlib.sha256(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).digest()


def ed25519_hint(name: str, *, key: Ed25519PublicKey) -> bytes:
    """Return the four bytes that name an Ed25519 key in a note (C2SP signed-note).

    >>> key = Ed25519PublicKey.from_public_bytes(bytes(32))
    >>> ed25519_hint("a.example/log", key=key).hex()
    '38a0cc64'
    """
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(name.encode("utf-8") + b"\n" + _ED25519 + raw).digest()[:_HINT]


def verifies(key: NoteKey, *, data: bytes, signature: bytes) -> bool:
    """Tell whether a signature over `data` was made with the key's private half."""
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, data)
        else:
            key.verify(signature, data, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def is_signed(note: Note, *, key: NoteKey, name: str | None = None) -> bool:
    """Tell whether a note carries a signature by `key`, in the name `name` where it is given.

    The hint is tried as C2SP defines it for Ed25519 and as Rekor uses it, first bytes of the key's
    digest; a line whose hint is another is another key's.
    """
    for one in note.signatures:
        if name is not None and one.name != name:
            continue
        hints = {key_digest(key)[:_HINT]}
        if isinstance(key, Ed25519PublicKey):
            hints.add(ed25519_hint(one.name, key=key))
        if one.hint in hints and verifies(key, data=note.text, signature=one.signature):
            return True
    return False


def _no_note() -> InputError:
    return InputError(
        "ledger.head",
        "the signatures below the text are not those of a signed note",
        hint="keep the file as it was written: a text, an empty line, and one line per signature",
    )
