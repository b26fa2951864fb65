"""Tree heads that the keeper of a ledger signed: C2SP notes under an Ed25519 key (H-5)."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tierlock.core import InputError
from tierlock.ledger.head import TreeHead, canonical_head, parse_head
from tierlock.ledger.note import (
    Note,
    NoteSignature,
    canonical_note,
    ed25519_hint,
    is_signed,
    load_note_key,
    parse_note,
)


def sign_head(head: TreeHead, *, sign: Callable[[bytes], bytes], public: bytes) -> bytes:
    """Return the signed note of a tree head: its text, and one signature in the ledger's name.

    Args:
        head: what is signed.
        sign: returns the signature over bytes, wherever the private key is.
        public: the public key in PEM.

    Raises:
        InputError: `key.read`, the key is not Ed25519; `key.signer`, the signature is another's.
    """
    key = load_note_key(public)
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(
            "key.read",
            "tree heads are signed with Ed25519 keys only",
            hint="`tierlock key new` makes one; other kinds have no form in signed notes",
        )
    text = canonical_head(head)
    signature = NoteSignature(head.origin, ed25519_hint(head.origin, key=key), sign(text))
    note = Note(text, (signature,))
    if not is_signed(note, key=key, name=head.origin):
        raise InputError(
            "key.signer",
            "the signature does not belong to the public key",
            hint="the private and the public key are not a pair",
        )
    return canonical_note(note)


def is_signed_head(data: bytes, *, public: bytes) -> bool:
    """Tell whether a tree head carries a signature of a key, in the name of its ledger.

    Args:
        data: a tree head, with signatures below it or without.
        public: the public key in PEM. One of another kind than Ed25519 signs no tree head.

    Raises:
        InputError: `ledger.head`; the bytes are no tree head, or no signed note.
    """
    head, note = parse_head(data), parse_note(data)
    try:
        key = load_note_key(public)
    except InputError:
        return False
    return isinstance(key, Ed25519PublicKey) and is_signed(note, key=key, name=head.origin)
