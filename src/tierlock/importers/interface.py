"""What an importer is, what it gets, and what it returns."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from tierlock.core import DIGEST_PREFIX, Configuration, Evidence, ImportFailed, Omission
from tierlock.importers.content import Content, Held, Opened, Snapshot, Sweep
from tierlock.importers.limits import DEFAULT_LIMITS, Limits
from tierlock.importers.places import Place, open_content

HEAD_BYTES: Final = 64 * 1024
HELD_BYTES: Final = 16 * 1024 * 1024
"""Archives up to this size are held in memory; bigger ones are read piece by piece."""
ARCHIVE_MARK: Final = b"PK"


class Made(NamedTuple):
    """How a run was made, as far as its header and its first attempt show it.

    Attributes:
        configuration: prompts, scaffold, tools and sampling; None where nothing is said of them.
        software: versions of the packages, and the revision.
    """

    configuration: Configuration | None
    software: dict[str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What one log file yields: the evidence in it, and what is owed and not usable.

    Attributes:
        evidence: one record per run.
        omissions: runs or parts of runs without usable content, each with its reason.
        made: how the runs were made, one for each record of evidence; empty where that was not
            looked at.
    """

    evidence: tuple[Evidence, ...] = ()
    omissions: tuple[Omission, ...] = ()
    made: tuple[Made, ...] = ()


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
        source: all bytes of the file, or where ranges of them come from.
        limits: what reading it may cost.
    """

    path: Place
    source: bytes | Content = field(repr=False)
    limits: Limits = DEFAULT_LIMITS

    @cached_property
    def content(self) -> Content:
        """The bytes by range, for formats that need not hold all of them."""
        return Held(self.source) if isinstance(self.source, bytes) else self.source

    @cached_property
    def data(self) -> bytes:
        """All bytes of the file.

        Raises:
            ImportFailed: `import.limit`, they are too many to be held in memory.
        """
        if isinstance(self.source, bytes):
            return self.source
        size = self.source.size
        if size > self.limits.file_bytes:
            raise self.failed("import.limit", says=f"larger than {self.limits.file_bytes} bytes")
        return bytes(self.source.at(0, size))

    def close(self) -> None:
        """Give back the open file, where there is one."""
        self.content.close()

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def glance(self) -> Glance:
        """Name and first bytes, for recognition."""
        return Glance(self.name, bytes(self.content.at(0, HEAD_BYTES)))

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


def open_log(path: Place, *, limits: Limits = DEFAULT_LIMITS) -> LogFile:
    """Return the file at `path`: its bytes, or the open file where it is a big archive.

    Raises:
        ImportFailed: `input.file` where it can not be opened, `import.limit` where it is too big.
    """
    content = open_content(path)
    if content.size > HELD_BYTES and _is_archive(content):
        if content.size > limits.archive_bytes:
            content.close()
            raise _too_big(path, limits.archive_bytes)
        return LogFile(path, content, limits)
    try:
        if content.size > limits.file_bytes:
            raise _too_big(path, limits.file_bytes)
        if isinstance(content, Opened) and _is_archive(content):
            return LogFile(path, Snapshot(content), limits)
        return LogFile(path, bytes(content.at(0, content.size)), limits)
    finally:
        content.close()


def _is_archive(content: Content) -> bool:
    return bytes(content.at(0, 2)) == ARCHIVE_MARK


def _too_big(path: Place, most: int) -> ImportFailed:
    return ImportFailed("import.limit", f"larger than {most} bytes", location=str(path))


def digest_of(path: Place) -> str:
    """Return the digest of the file at `path`, of which one piece at a time is in memory.

    Raises:
        ImportFailed: `input.file`, it can not be read.
    """
    content = open_content(path)
    try:
        return Sweep(content, where=str(path)).finish()
    finally:
        content.close()


def glance_at(path: Place) -> Glance:
    """Return the name and the first bytes of the regular file at `path`.

    Raises:
        ImportFailed: `input.file`, the file can not be opened.
    """
    content = open_content(path)
    try:
        return Glance(path.name, bytes(content.at(0, HEAD_BYTES)))
    finally:
        content.close()
