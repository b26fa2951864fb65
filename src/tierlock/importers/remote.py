"""Files in remote stores, by `fsspec`: sizes, ranges and listings, never a whole download to disk.

Which stores there are, and whose credentials are used, is `fsspec`'s affair; without the extra
`remote` every URL is an error that names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from tierlock.core import ImportFailed
from tierlock.importers.content import unreadable
from tierlock.importers.places import RemotePath

REMOTE_BLOCK: Final = 8 * 1024 * 1024
"""Bytes of one request: at 50 ms a round trip this is 160 MB/s."""
_WEB: Final = frozenset({"http", "https"})
_TAGS: Final = ("ETag", "etag", "generation")
"""What web servers, S3, Google and Azure call the number that is another for every content."""
_TIMES: Final = ("Last-Modified", "LastModified", "last_modified", "updated")
_FURTHER: Final = ("Content-MD5", "Digest", "VersionId", "md5Hash", "crc32c", "url")
_SETTLED: Final = 60_000_000_000
"""Nanoseconds: the clocks of a server and of this machine differ."""
_WORD: Final = 6  # bytes of a digest in one number of a fingerprint


class RemoteFile:
    """A file in a remote store, read by ranges.

    Args:
        place: its URL.

    Raises:
        ImportFailed: `input.file`, it can not be reached, or the store does not say its size.
    """

    block = REMOTE_BLOCK

    def __init__(self, place: RemotePath) -> None:
        self._where = str(place)
        self._store, self._path = _store_of(place.url)
        info = _info(place.url)
        size = info.get("size")
        if info.get("type") == "directory" or not isinstance(size, int):
            raise unreadable(ValueError("no file of a known size"), where=self._where)
        self.size = size

    def at(self, start: int, length: int) -> bytes:
        """Return the range, by one request.

        Raises:
            ImportFailed: `input.file`, it can not be read, or the server answers with another
                range than the one asked for.
        """
        end = min(start + length, self.size)
        if end <= start:
            return b""
        try:
            data: bytes = self._store.cat_file(self._path, start=start, end=end)
        except Exception as error:  # noqa: BLE001  # whatever a store's library raises
            raise unreadable(_plain(error), where=self._where) from None
        if len(data) != end - start:
            raise ImportFailed(
                "input.file",
                "the server does not answer with the range that was asked for",
                hint="copy the log to a store that serves ranges, or read it from disk",
                location=self._where,
            )
        return data

    def close(self) -> None:
        """Hold nothing: every request stands for itself."""


def remote_fingerprint(place: RemotePath, *, now: int) -> tuple[int, int, int, int, int] | None:
    """Return what changes whenever a remote file does, by one question to its store.

    Only a strong entity tag is relied on (RFC 9110, 8.8.1), or a generation: a time alone can be
    set, and a weak tag stays over changes that its server finds small. A file that changed within
    the last minute has none either, because tags of web servers are often made from times. Nor has
    a URL with a query or a name in it, of which not everything may be kept.

    Args:
        place: its URL.
        now: the instant of the question, in nanoseconds since 1970.

    Returns:
        Its size, and four numbers from a digest of what the store says; None where there is nothing
        to rely on.
    """
    parts = urlsplit(place.url)
    if parts.query or parts.fragment or "@" in parts.netloc:
        return None
    try:
        info = _info(place.url)
    except ImportFailed:
        return None  # reading it will tell why
    size = info.get("size")
    if info.get("type") == "directory" or not isinstance(size, int) or size < 0:
        return None
    said = {name: str(info[name]) for name in (*_TAGS, *_TIMES, *_FURTHER) if info.get(name)}
    tags = [said[name] for name in _TAGS if name in said]
    if not tags or any(tag.upper().startswith("W/") for tag in tags) or not _rests(info, now=now):
        return None
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()
    a, b, c, d = (int.from_bytes(digest[at : at + _WORD]) for at in range(0, 4 * _WORD, _WORD))
    return size, a, b, c, d


def _rests(info: Mapping[str, object], *, now: int) -> bool:
    """Tell whether every time of a change that is stated can be read, and has long passed."""
    for name in _TIMES:
        stated = info.get(name)
        if not stated:
            continue
        try:
            at = stated if isinstance(stated, datetime) else _instant(str(stated))
        except ValueError:
            return False
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if at.timestamp() * 1e9 > now - _SETTLED:
            return False
    return True


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def is_folder(url: str) -> bool:
    """Tell whether a URL names a folder; on the web, whether it ends in a slash.

    To look would be to download: a web server has no other way to tell.
    """
    if urlsplit(url).scheme.lower() in _WEB:
        return urlsplit(url).path.endswith("/")
    with suppress(ImportFailed):
        return _info(url).get("type") == "directory"
    return False


def is_there(url: str) -> bool:
    """Tell whether a URL names a file.

    Raises:
        ImportFailed: `input.file`, no library for this kind of URL is installed.
    """
    _store_of(url)
    with suppress(ImportFailed):
        return _info(url).get("type") != "directory"
    return False


def levels(folder: RemotePath) -> Iterator[tuple[RemotePath, list[str], list[str]]]:
    """Yield each folder from the top down with the names of its folders and files.

    As with `os.walk`, what is removed from the folders is not searched. Names that would lead out
    of the folder are left out: a web page can list anything.

    Raises:
        ImportFailed: `input.file`, a folder can not be listed.
    """
    try:
        listed = _listing(folder.url)
    except Exception as error:  # noqa: BLE001  # whatever a store's library raises
        raise unreadable(_plain(error), where=str(folder)) from None
    folders = [name for name, is_dir in listed if is_dir]
    files = [name for name, is_dir in listed if not is_dir]
    yield folder, folders, files
    for name in folders:
        yield from levels(folder / (f"{name}/" if _is_web(folder.url) else name))


def _listing(url: str) -> list[tuple[str, bool]]:
    forget_listings(url)
    store, path = _store_of(url)
    base = path.rstrip("/") + "/"
    found = {}
    for entry in store.ls(path, detail=True):
        full = str(entry["name"])
        name = full.removeprefix(base).rstrip("/")
        if not full.startswith(base) or not name or "/" in name or name in {".", ".."}:
            continue
        if set(name) & set("?#\\"):
            continue
        is_dir = full.endswith("/") if _is_web(url) else entry["type"] == "directory"
        found[name] = is_dir
    return sorted(found.items())


def forget_listings(url: str) -> None:
    """Let the store ask again: what this process listed earlier may not be so any more.

    Raises:
        ImportFailed: `input.file`, no library for this kind of URL is installed.
    """
    store, path = _store_of(url)
    store.invalidate_cache(path)


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme.lower() in _WEB


def _info(url: str) -> dict[str, Any]:
    store, path = _store_of(url)
    try:
        return dict(store.info(path))
    except Exception as error:  # noqa: BLE001  # whatever a store's library raises
        raise unreadable(_plain(error), where=str(RemotePath(url))) from None


def _store_of(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise ImportFailed(
            "input.file",
            "URLs need the extra `remote`",
            hint="pip install 'tierlock[remote]'",
            location=str(RemotePath(url)),
        ) from None
    try:
        store, path = url_to_fs(url)
    except Exception as error:  # noqa: BLE001  # an unknown protocol, or its library is not installed
        raise ImportFailed(
            "input.file",
            f"no way to read such a URL: {error}",
            hint="install the library that the message names",
            location=str(RemotePath(url)),
        ) from None
    return store, str(path)


def _plain(error: Exception) -> Exception:
    """Return the error without the URL that many libraries put into its text."""
    if isinstance(error, FileNotFoundError):
        return ValueError("no such file")
    return ValueError(f"{type(error).__name__} {getattr(error, 'status', '')}".rstrip())
