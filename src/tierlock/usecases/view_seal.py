"""The seal on what a team's database keeps computed: only what this version made counts.

An answer that is kept is served without looking at the records again. Whoever can only write to the
database must not be able to put one there, and one of an earlier version may rest on other rules.
The key is in the folder that the servers share, outside the database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Final

from tierlock import __version__
from tierlock.core import InputError

_KEY_BYTES: Final = 32
_SEAL_BYTES: Final = hashlib.sha256().digest_size


class ViewSeal:
    """Seals computed views, and opens those that carry its seal.

    Args:
        path: the file of the key; made when something is first sealed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, data: bytes, *, slug: str, name: str, state: str) -> bytes:
        """Return a view with its seal.

        Raises:
            InputError: `input.store`, the key can not be made or read.
        """
        try:
            key = self._read() or self._make()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError("input.store", f"can not use `{self._path}`: {reason}") from None
        return _seal(key, data, slug=slug, name=name, state=state) + data

    def open(self, sealed: bytes, *, slug: str, name: str, state: str) -> bytes | None:
        """Return a view without its seal; None where it is not sealed for this place and state."""
        try:
            key = self._read()
        except OSError:
            key = None
        if key is None:
            return None
        seal, data = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
        right = _seal(key, data, slug=slug, name=name, state=state)
        return data if hmac.compare_digest(seal, right) else None

    def _read(self) -> bytes | None:
        try:
            key = self._path.read_bytes()
        except FileNotFoundError:
            return None
        # One that was cut short could be guessed.
        return key if len(key) == _KEY_BYTES else None

    def _make(self) -> bytes:
        """Make the key, whole or not at all; of servers that begin at once one makes it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        mine = self._path.with_name(f".part-{secrets.token_hex(8)}")
        handle = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(mine, self._path)
            except FileExistsError:
                if self._read() is None:
                    mine.replace(self._path)
        finally:
            mine.unlink(missing_ok=True)
        return self._path.read_bytes()


def _seal(key: bytes, data: bytes, *, slug: str, name: str, state: str) -> bytes:
    about = json.dumps([__version__, slug, name, state]).encode()
    return hmac.digest(key, hashlib.sha256(about).digest() + data, hashlib.sha256)
