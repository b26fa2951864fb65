"""What going over a zip archive needs: an entry's packed bytes, and the bytes of no entry."""

from __future__ import annotations

import hashlib
from typing import Final

from tierlock.importers.content import BLOCK, Content
from tierlock.importers.zip_directory import Entry

_DESCRIPTOR: Final = 0x8
_DESCRIPTOR_BYTES: Final = 24


class Packed:
    """A file-like view of an entry's packed bytes, which hashes what it gives out."""

    def __init__(self, content: Content, *, start: int, end: int) -> None:
        self._content = content
        self._at, self._end = start, end
        self._seen = hashlib.sha256()

    def read(self, length: int = BLOCK) -> bytes:
        """Return the next bytes, none at the end."""
        data = bytes(self._content.at(self._at, min(length, self._end - self._at)))
        self._at += len(data)
        self._seen.update(data)
        return data

    def digest(self) -> bytes:
        """Return the digest of all packed bytes, those that nobody asked for included."""
        while self.read():
            pass
        return self._seen.digest()


class DeadBytes:
    """Counts what lies between the entries, going over them from front to back."""

    def __init__(self) -> None:
        self._dead = self._position = self._slack = 0

    def note(self, entry: Entry, *, start: int) -> None:
        """Take in the next entry, whose content starts at `start`."""
        gap = entry.offset - self._position
        if gap > self._slack:
            self._dead += gap
        self._position = start + entry.packed
        # A data descriptor may follow an entry and belongs to it.
        self._slack = _DESCRIPTOR_BYTES if entry.flags & _DESCRIPTOR else 0

    def total(self, end: int) -> int:
        """Return the dead bytes up to `end`."""
        gap = end - self._position
        return self._dead + (gap if gap > self._slack else 0)
