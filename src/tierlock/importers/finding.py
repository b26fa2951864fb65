"""Finding logs: folders expanded, nothing counted twice, nothing left out without a word."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator, Sequence
from fnmatch import translate
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

import msgspec

from tierlock.core import ImportFailed, Omission
from tierlock.importers.interface import glance_at
from tierlock.importers.limits import DEFAULT_LIMITS, Limits
from tierlock.importers.places import (
    Fingerprint,
    Place,
    RemotePath,
    fingerprint_at,
    fingerprint_of,
)
from tierlock.importers.reading import translated
from tierlock.importers.reasons import omission
from tierlock.importers.registry import recognise

_KNOWN_OTHERS: Final = (
    ".*", "logs.json", "listing.json", "eval-set.json", "README", "README.*", "LICENSE",
    "LICENSE.*",
)  # fmt: skip
"""Names of files that evaluation tools and people put beside logs."""
_IS_OTHER: Final = re.compile("|".join(map(translate, _KNOWN_OTHERS))).match

_COMPANION: Final = ("samples_*.jsonl", "*_samples.jsonl")
"""Files of samples that belong to a results file in the same folder."""
_IS_COMPANION: Final = re.compile("|".join(map(translate, _COMPANION))).match

_SHARDS: Final = ".shards"
_ARCHIVE: Final = ".eval"
_LOG_SUFFIXES: Final = (_ARCHIVE, ".json")


class Found(msgspec.Struct, frozen=True, gc=False):
    """A log that was found.

    Of ten thousand logs most are recognised and never opened: until then a log is only its name,
    because making ten thousand `Path` takes longer than asking for the times of as many files.

    Attributes:
        text: its path or URL as text.
        stamp: its fingerprint, where it was asked for and there is one to rely on.
        remote: where it lies, if that is no local path.
    """

    text: str
    stamp: Fingerprint | None = None
    remote: RemotePath | None = None

    @property
    def place(self) -> Place:
        """Where it lies."""
        return self.remote or Path(self.text)


def find_logs(
    paths: Sequence[Place], *, limits: Limits = DEFAULT_LIMITS
) -> tuple[list[Place], tuple[Omission, ...]]:
    """Return the log files that `paths` name, and what was left out and why; see `search`.

    Raises:
        ImportFailed: as `search`.
    """
    found, omissions = search(paths, limits=limits)
    return [log.place for log in found], omissions


def search(
    paths: Sequence[Place], *, limits: Limits = DEFAULT_LIMITS, stamped: bool = False
) -> tuple[list[Found], tuple[Omission, ...]]:
    """Return the log files that `paths` name, and what was left out and why.

    A file that is named itself is taken as it is. A folder is searched through all its levels, in
    sorted order; there, files that accompany logs are passed over in silence, and every other
    file that no importer recognises is an omission. Symbolic links inside a folder are not
    followed. Shards of a merged log are left out where the merged log lies beside them, because
    it holds their samples.

    Args:
        paths: logs and folders of logs.
        limits: how much is searched.
        stamped: whether fingerprints are wanted.

    Raises:
        ImportFailed: a path does not exist, a folder can not be listed or has too many entries,
            or an importer that had to be asked fails to load.
    """
    whole = _Search(limits=limits, stamped=stamped)
    for path in paths:
        _forget(path)
        if path.is_dir():
            if not whole.expand(path):
                whole.omissions.append(omission("folder.no-logs", what=str(path)))
        elif path.exists():
            whole.add(path)
        else:
            raise ImportFailed("input.file", "no such file or folder", location=str(path))
    return list(whole.found.values()), tuple(whole.omissions)


def _forget(path: Place) -> None:
    if isinstance(path, RemotePath):
        from tierlock.importers.remote import forget_listings

        forget_listings(path.url)


class _Level(NamedTuple):
    """A folder; whoever goes over the levels may strike folders that are not to be searched.

    Attributes:
        here: the folder.
        folders: the names of the folders in it, links to folders included.
        files: the names of everything else in it.
        links: those of the names that are symbolic links.
    """

    here: Place
    folders: list[str]
    files: list[str]
    links: Collection[str] = ()


class _Search:
    """What is found, each file once, by what tells it from all others."""

    def __init__(self, *, limits: Limits, stamped: bool) -> None:
        self.found: dict[str, Found] = {}
        self.omissions: list[Omission] = []
        self._limits = limits
        self._stamped = stamped

    def add(self, path: Place) -> None:
        """Take in a file."""
        stamp = fingerprint_of(path) if self._stamped else None
        if isinstance(path, RemotePath):
            self.found.setdefault(path.url, Found(str(path), stamp, path))
        else:
            self.found.setdefault(str(path.resolve()), Found(str(path), stamp))

    def expand(self, folder: Place) -> int:
        """Take in the logs in a folder and its folders; return how many there are."""
        logs = count = 0
        for level in _levels(folder):
            count += len(level.folders) + len(level.files)
            if count > self._limits.entries:
                says = f"more than {self._limits.entries} files and folders"
                raise ImportFailed("import.limit", says, location=str(folder))
            self._strike(level)
            logs += self._logs(level)
        return logs

    def _strike(self, level: _Level) -> None:
        """Strike the folders that are not to be searched, and sort the others."""
        here, folders, files, links = level
        beside = set(files)
        for name in sorted(folders):
            if name in links or _is_merged(name, beside=beside):
                code = "file.symlink" if name in links else "file.shard"
                self.omissions.append(omission(code, what=str(here / name)))
                folders.remove(name)
        folders[:] = sorted(name for name in folders if not name.startswith("."))

    def _logs(self, level: _Level) -> int:
        """Take in the logs of one folder, and what is none; return how many are logs."""
        here, _, files, links = level
        beside, found, logs = set(files), self.found, 0
        # Links inside are not followed, so the folder's real path tells every file's.
        real, prefix = _prefixes(here)
        # One instant for the folder: at worst a file counts as touched just now that was not.
        now = time.time_ns()
        for name in sorted(files):
            is_archive = name.endswith(_ARCHIVE)
            # Most names are seen at once to be those of logs, and ten thousand times that counts.
            if not (is_archive and name[0].isdigit()) and _IS_OTHER(name):
                continue
            if not is_archive or name in links:
                why = _judge(here / name, beside=beside)
                if why is not None:
                    self.omissions += why
                    continue
            logs += 1
            if isinstance(here, RemotePath):
                self.add(here / name)
                continue
            text = prefix + name
            key = text if real == prefix else real + name
            if key not in found:
                found[key] = Found(text, fingerprint_at(text, now=now) if self._stamped else None)
        return logs


def _prefixes(here: Place) -> tuple[str, str]:
    """Return what stands before a name in a local folder's real path, and in its path as named."""
    if isinstance(here, RemotePath):
        return "", ""
    return str(here.resolve() / "_")[:-1], str(here / "_")[:-1]


def _levels(folder: Place) -> Iterator[_Level]:
    if isinstance(folder, RemotePath):
        from tierlock.importers.remote import levels

        for place, folders, files in levels(folder):
            yield _Level(place, folders, files)
        return
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        level = _local_level(here)
        yield level
        waiting += [here / name for name in reversed(level.folders)]


def _local_level(here: Path) -> _Level:
    links: set[str] = set()
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(here) as listing:
            for entry in listing:
                name = entry.name
                if entry.is_symlink():
                    links.add(name)
                try:
                    is_folder = entry.is_dir()
                except OSError:
                    # A link in a circle: it is an omission, as every link.
                    is_folder = False
                (folders if is_folder else files).append(name)
    except OSError as error:
        # A folder that can not be listed may hold the log that matters.
        _refuse(error)
    return _Level(here, folders, files, links)


def _refuse(error: OSError) -> NoReturn:
    says = f"can not be listed: {error.strerror or error}".lower()
    raise ImportFailed("input.file", says, location=str(error.filename)) from None


def _is_merged(name: str, *, beside: set[str]) -> bool:
    stem = name.removesuffix(_SHARDS)
    return stem != name and any(stem + suffix in beside for suffix in _LOG_SUFFIXES)


def _judge(path: Place, *, beside: Collection[str]) -> tuple[Omission, ...] | None:
    """Return what to say about a file that is no log, mostly one line; None for a log."""
    if path.is_symlink():
        return (omission("file.symlink", what=str(path)),)
    if _IS_COMPANION(path.name):
        has_results = _has_results(path.name, beside=beside)
        return () if has_results else (omission("file.companion", what=str(path)),)
    if path.suffix == _ARCHIVE:
        # Its name claims to be a log: damaged ones must fail visibly when they are read.
        return None
    with translated(str(path)):
        known = recognise(glance_at(path)) if path.is_file() else None
    return (omission("file.not-a-log", what=str(path)),) if known is None else None


def _has_results(name: str, *, beside: Collection[str]) -> bool:
    """Tell whether the results file of a file of samples lies beside it."""
    if name.endswith("_samples.jsonl"):
        return f"{name.removesuffix('_samples.jsonl')}.json" in beside
    stamp = name.removesuffix(".jsonl").rpartition("_")[2]
    return f"results_{stamp}.json" in beside
