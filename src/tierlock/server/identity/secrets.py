"""Secrets that this server gives out, and the hashes by which it knows them again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return 256 random bits, in hexadecimal."""
    return secrets.token_hex(SECRET_BYTES)


def hash_of(secret: str) -> bytes:
    """Return what the database keeps of a secret.

    One round of SHA-256 is enough: a slow hash protects what people can remember, and nobody
    guesses 256 random bits.
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def is_same(secret: str, *, kept: bytes) -> bool:
    """Tell, in the same time for every wrong answer, whether a secret has the kept hash."""
    return hmac.compare_digest(hash_of(secret), kept)


def form_token(secret: str) -> str:
    """Return what the forms of a session repeat: nobody knows it who has not the session."""
    return hmac.new(secret.encode("ascii"), b"tierlock form", hashlib.sha256).hexdigest()
