"""Where logs lie: a local path, or a URL of a remote store; both are used in the same way."""

from __future__ import annotations

import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from tierlock.core import InputError
from tierlock.importers.content import Content, Opened

_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_SETTLED: Final = 2_000_000_000
"""Nanoseconds; the coarsest times of common file systems are those of FAT."""
_LOCAL: Final = ("file", "local")


@dataclass(frozen=True, slots=True)
class RemotePath:
    """A file or folder in a store that `fsspec` reaches, with the methods of `Path` that we use.

    As text it shows neither a password nor the query, which often holds a signature.

    >>> str(RemotePath("https://user:secret@host/logs/a.eval?token=secret"))
    'https://host/logs/a.eval'
    >>> (RemotePath("s3://bucket/logs") / "a.eval").url
    's3://bucket/logs/a.eval'
    """

    url: str

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    def __truediv__(self, name: str) -> RemotePath:
        parts = urlsplit(self.url)
        return RemotePath(urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}")))

    @property
    def name(self) -> str:
        """The last part of the path."""
        return urlsplit(self.url).path.rstrip("/").rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """What the name ends in, from its last dot on."""
        return Path(self.name).suffix

    def with_name(self, name: str) -> RemotePath:
        """Return the place of another file in the same folder."""
        parts = urlsplit(self.url)
        folder = parts.path.rstrip("/").rpartition("/")[0]
        return RemotePath(urlunsplit(parts._replace(path=f"{folder}/{name}")))

    def is_symlink(self) -> bool:
        """Tell that it is none: remote stores have no links that could be followed."""
        return False

    def is_dir(self) -> bool:
        """Tell whether it is a folder."""
        from tierlock.importers.remote import is_folder

        return is_folder(self.url)

    def is_file(self) -> bool:
        """Tell whether there is a file."""
        from tierlock.importers.remote import is_there

        return is_there(self.url)

    def exists(self) -> bool:
        """Tell whether there is a file or a folder."""
        return self.is_file() or self.is_dir()

    def resolve(self) -> RemotePath:
        """Return the same place."""
        return self


Place = Path | RemotePath


def place_of(text: str) -> Place:
    """Return the place that a path or URL names; `file://` is a local path.

    Raises:
        InputError: `input.file`, a chain of URLs, which could name anything.

    >>> place_of("file:///logs/a.eval") == place_of("/logs/a.eval")
    True
    """
    found = _URL.match(text)
    if "::" in text and _URL.search(text):
        raise InputError("input.file", f"`{text}` is a chain of URLs", hint="name one URL")
    if found is None:
        return Path(text)
    if found[1].lower() in _LOCAL:
        return Path(text[found.end() :])
    return RemotePath(text)


Fingerprint = tuple[int, int, int, int, int]
"""What changes whenever a file's content does, without a look at the content.

Size, the time of the last change, that of the file's record, the file's number, its device. The
time of the record can not be set by whoever writes the file, only by the operating system; copying
old times onto a new content moves it. Of a remote file: its size, and four numbers from a digest of
the tag, version and times that its store gives it.
"""


def fingerprint_of(place: Place) -> Fingerprint | None:
    """Return the fingerprint of a file; None where there is none to rely on.

    A local file that was touched within the last two seconds has none: it may change again without
    a new time on its record. A remote one has one if its store gives it a strong tag.
    """
    if isinstance(place, RemotePath):
        from tierlock.importers.remote import remote_fingerprint

        return remote_fingerprint(place, now=time.time_ns())
    try:
        return _fingerprint(place.stat(), now=time.time_ns())
    except OSError:
        return None


def fingerprint_at(path: str, *, now: int) -> Fingerprint | None:
    """Return the fingerprint of a local file, as `fingerprint_of`; None of a link.

    Args:
        path: the file.
        now: the instant of the question, in nanoseconds since 1970, or one before it.
    """
    try:
        # Of ten thousand files the least work counts: no `Path`, and nothing kept by the listing.
        return _fingerprint(os.lstat(path), now=now)
    except OSError:
        return None


def _fingerprint(status: os.stat_result, *, now: int) -> Fingerprint | None:
    modified, changed = status.st_mtime_ns, status.st_ctime_ns
    if not 0 < max(modified, changed) < now - _SETTLED or not stat.S_ISREG(status.st_mode):
        return None
    return status.st_size, modified, changed, status.st_ino, status.st_dev


def open_content(place: Place) -> Content:
    """Return the bytes at `place` by range; close it after use.

    Raises:
        ImportFailed: `input.file`, it can not be opened or is no regular file.
    """
    if isinstance(place, RemotePath):
        from tierlock.importers.remote import RemoteFile

        return RemoteFile(place)
    return Opened(place)
