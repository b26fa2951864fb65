"""What an importer is, what it gets, and what it returns."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from tierlock.core import DIGEST_PREFIX, Evidence, ImportFailed, Omission
from tierlock.importers.limits import DEFAULT_LIMITS, Limits

HEAD_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Imported:
    """What one log file yields: the evidence in it, and what is owed and not usable.

    Attributes:
        evidence: one record per run.
        omissions: runs or parts of runs without usable content, each with its reason.
    """

    evidence: tuple[Evidence, ...] = ()
    omissions: tuple[Omission, ...] = ()


@dataclass(frozen=True, slots=True)
class Glance:
    """The name and the first bytes of a file: all that recognition may look at."""

    name: str
    head: bytes

    def mentions(self, *keys: str) -> bool:
        """Tell whether every key occurs, in double quotes, in the first bytes."""
        return all(f'"{key}"'.encode() in self.head for key in keys)


@dataclass(frozen=True)
class LogFile:
    """A log's bytes, read once, so that what was hashed is what was decoded.

    Attributes:
        path: where the file lies; nothing inside a log is ever used as a path.
        data: all bytes of the file.
        limits: what reading it may cost.
    """

    path: Path
    data: bytes = field(repr=False)
    limits: Limits = DEFAULT_LIMITS

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def glance(self) -> Glance:
        """Name and first bytes, for recognition."""
        return Glance(self.name, self.data[:HEAD_BYTES])

    @cached_property
    def sha256(self) -> str:
        """Digest of the file's bytes."""
        return DIGEST_PREFIX + hashlib.sha256(self.data).hexdigest()

    def where(self, part: str | int | None = None) -> str:
        """Return the location for messages: the path, and a member or line of it.

        >>> LogFile(Path("a.csv"), b"").where(3)
        'a.csv:3'
        """
        return str(self.path) if part is None else f"{self.path}:{part}"

    def failed(
        self, code: str, *, says: str, part: str | int | None = None, hint: str | None = None
    ) -> ImportFailed:
        """Return (not raise) the error `code` about this file."""
        return ImportFailed(code, says, hint=hint, location=self.where(part))

    def beside(self, name: str) -> LogFile | None:
        """Return the file `name` in the same folder, None where there is none.

        A name with a folder part is not a name; a symbolic link is not followed.

        Raises:
            ImportFailed: the file is there and can not be read.
        """
        if not name or name in {".", ".."} or Path(name).name != name or "\\" in name:
            return None
        path = self.path.with_name(name)
        if path.is_symlink() or not path.is_file():
            return None
        return open_log(path, limits=self.limits)


class Importer(Protocol):
    """One format; a module with these two functions is an importer."""

    def recognises(self, glance: Glance) -> bool:
        """Tell whether a file that starts like this is in this format."""
        ...

    def read(self, log: LogFile) -> Imported:
        """Return the evidence in `log`.

        Raises:
            ImportFailed: the file can not be read; foreign exceptions are translated at the door.
        """
        ...


def _regular(path: Path, *, descriptor: int) -> int:
    """Return the size of an open regular file; a pipe or device would block or never end."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise ImportFailed("input.file", "not a regular file", location=str(path))
    return status.st_size


def open_log(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> LogFile:
    """Return the bytes of the regular file at `path`.

    Raises:
        ImportFailed: `input.file` where it can not be opened, `import.limit` where it is too big.
    """
    data = _read(path, at_most=limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise ImportFailed(
            "import.limit", f"larger than {limits.file_bytes} bytes", location=str(path)
        )
    return LogFile(path, data, limits)


def glance_at(path: Path) -> Glance:
    """Return the name and the first bytes of the regular file at `path`.

    Raises:
        ImportFailed: `input.file`, the file can not be opened.
    """
    return Glance(path.name, _read(path, at_most=HEAD_BYTES))


def _read(path: Path, *, at_most: int) -> bytes:
    try:
        # Without O_NONBLOCK opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            return file.read(min(at_most, _regular(path, descriptor=descriptor)))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImportFailed(
            "input.file", f"can not be read: {reason}".lower(), location=str(path)
        ) from None
