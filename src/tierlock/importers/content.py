"""The bytes of a file by range: held in memory, or read piece by piece from where they lie.

A reader that goes over a file of any size asks for ranges, so that it holds one piece at a time.
The `Sweep` goes over every byte once, from front to back, and hashes what it hands out: what was
hashed is what was decoded, also when the file changes meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import deque
from io import FileIO
from pathlib import Path
from typing import Final, Protocol

from tierlock.core import DIGEST_PREFIX, ImportFailed

BLOCK: Final = 1024 * 1024
"""Bytes that a sweep asks for at once; a remote store answers each request in a round trip."""


class Content(Protocol):
    """Where a file's bytes come from."""

    @property
    def size(self) -> int:
        """Number of bytes."""
        ...

    @property
    def block(self) -> int:
        """Bytes that are best asked for at once."""
        ...

    def at(self, start: int, length: int) -> bytes | memoryview:
        """Return `length` bytes from `start` on, fewer only where the file ends.

        Raises:
            ImportFailed: `input.file`, the bytes can not be read.
        """
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


class Held:
    """Bytes in memory; a range is a view of them and costs nothing."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._view = memoryview(data)
        self.size = len(data)
        self.block = max(1, len(data))

    def at(self, start: int, length: int) -> memoryview:
        """Return a view of the range."""
        return self._view[start : start + length]

    def close(self) -> None:
        """Keep everything: whoever holds the object may go on reading."""


class Opened:
    """A regular file on disk, opened once; its name may come to mean another file meanwhile.

    Args:
        path: the file.

    Raises:
        ImportFailed: `input.file`, it can not be opened or is no regular file.
    """

    block = BLOCK

    def __init__(self, path: Path | str) -> None:
        self._where = str(path)
        self._descriptor = -1
        try:
            # Without O_NONBLOCK opening a pipe that nobody writes to would wait for ever.
            self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            self.status = os.fstat(self._descriptor)
            if not stat.S_ISREG(self.status.st_mode):
                raise OSError("not a regular file")
        except (OSError, ValueError) as error:
            self.close()
            raise unreadable(error, where=self._where) from None
        self.size = self.status.st_size

    def at(self, start: int, length: int) -> bytes:
        """Return the range; a file that shrank gives less."""
        try:
            data = os.pread(self._descriptor, length, start)
            while data and len(data) < length:
                more = os.pread(self._descriptor, length - len(data), start + len(data))
                if not more:
                    break
                data += more
        except OSError as error:
            raise unreadable(error, where=self._where) from None
        return data

    def into(self, target: memoryview) -> memoryview:
        """Fill the target from the file's start; return what was filled, less if it shrank."""
        done = 0
        try:
            with FileIO(self._descriptor, closefd=False) as file:
                file.seek(0)
                while count := file.readinto(target[done:]):
                    done += count
        except (OSError, ValueError) as error:
            raise unreadable(error, where=self._where) from None
        return target[:done]

    def close(self) -> None:
        """Close the file; the second time does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


class Snapshot(Held):
    """All bytes of a file as they are now, in memory that the next file gets again.

    Memory that the system gives out anew for every file costs more time than the reading.

    Args:
        opened: the file; it may be closed afterwards.

    Raises:
        ImportFailed: `input.file`, it can not be read.
    """

    def __init__(self, opened: Opened) -> None:
        self._buffer = _memory(opened.size)
        super().__init__(opened.into(memoryview(self._buffer)[: opened.size]))

    def close(self) -> None:
        """Give the memory on, unless somebody still looks at it; the second time does nothing."""
        buffer, self._buffer = self._buffer, bytearray()
        self._view, self.size = memoryview(b""), 0
        try:
            # Its length can not be changed while there is a view of it.
            buffer.append(buffer.pop())
        except (BufferError, IndexError):
            return
        _SPARE.append(buffer)

    def __del__(self) -> None:
        self.close()


_SPARE: Final[deque[bytearray]] = deque(maxlen=1)
"""Memory of a file that was read."""


def _memory(size: int) -> bytearray:
    try:
        spare = _SPARE.pop()
    except IndexError:
        spare = bytearray()
    return spare if len(spare) >= size else bytearray(size + -size % BLOCK)


class Sweep:
    """Goes over a file once, from front to back, and hashes every byte on the way.

    Args:
        content: the file.
        where: location for messages.
    """

    def __init__(self, content: Content, *, where: str) -> None:
        self._content = content
        self._where = where
        self._total = hashlib.sha256()
        self._block = memoryview(b"")
        self._start = self._end = 0

    def take(self, start: int, end: int) -> memoryview:
        """Return the bytes from `start` to `end`; no later call may ask for an earlier start.

        Raises:
            ImportFailed: the file can not be read, or has become shorter.
        """
        while self._end < end:
            self._advance(keep=start, end=end)
        first = self._start
        return self._block[start - first : end - first]

    def finish(self) -> str:
        """Go over the rest and return the digest of the whole file."""
        size = self._content.size
        while self._end < size:
            self._advance(keep=self._end, end=self._end + 1)
        return DIGEST_PREFIX + self._total.hexdigest()

    def _advance(self, *, keep: int, end: int) -> None:
        """Read the next block behind the bytes from `keep` on, which are still asked for."""
        have = self._end
        # Bytes before `keep` only have to be hashed, block by block.
        needed = end - have if have >= keep else 0
        wanted = min(max(needed, self._content.block), self._content.size - have)
        fresh = self._content.at(have, wanted) if wanted > 0 else b""
        if len(fresh) != wanted or not fresh:
            raise ImportFailed(
                "import.unreadable",
                "the file became shorter while it was read",
                location=self._where,
            )
        self._total.update(fresh)
        rest = bytes(self._block[max(0, keep - self._start) :])
        # Without a remainder the block is handed on as it is: a view of memory is not copied.
        self._block = memoryview(rest + bytes(fresh) if rest else fresh)
        self._start, self._end = have - len(rest), have + len(fresh)


def unreadable(error: Exception, *, where: str) -> ImportFailed:
    """Return (not raise) `input.file` for what an attempt to read raised."""
    reason = getattr(error, "strerror", None) or error
    return ImportFailed("input.file", f"can not be read: {reason}".lower(), location=where)
