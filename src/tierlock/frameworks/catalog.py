"""The frameworks in a folder, each pinned by a digest, found by name.

A folder holds `<publisher>/<name>-<version>.yaml` files and one `LOCK.json`, which lists them with
their digests. An old version stays as it is for ever: it is what old decisions were judged by.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import Framework, FrameworkError, InputError, digest_bytes
from tierlock.frameworks.hints import closest
from tierlock.frameworks.load import parse_framework, read_file

SHIPPED: Final = Path(__file__).parent / "data"
"""The folder of the frameworks that come with Tierlock."""
LOCK_NAME: Final = "LOCK.json"

_SUFFIXES: Final = {".yaml", ".yml"}


class CatalogEntry(NamedTuple):
    """One version of a framework in a folder.

    Attributes:
        name: `publisher/name-version`, the full name.
        framework: `publisher/name`.
        version: the version.
        title: the title, for people.
        publisher: who published the framework.
        effective: the date from which it applies, `YYYY-MM-DD`.
        path: the file, relative to the folder.
        sha256: digest of the file's bytes, `sha256:<hex>`.
    """

    name: str
    framework: str
    version: str
    title: str
    publisher: str
    effective: str
    path: str
    sha256: str


def list_frameworks(*, folder: Path = SHIPPED) -> tuple[CatalogEntry, ...]:
    """Return the frameworks that the lock of `folder` lists, sorted by name; reads no other file.

    Raises:
        FrameworkError: `framework.lock`; the lock is missing or not a lock.
    """
    lock = folder / LOCK_NAME
    fields = set(CatalogEntry._fields)
    try:
        rows = json.loads(read_file(lock))["frameworks"]
        if not all(set(row) == fields and set(map(type, row.values())) == {str} for row in rows):
            raise ValueError
        return tuple(sorted(CatalogEntry(**row) for row in rows))
    except (InputError, ValueError, TypeError, KeyError, AttributeError):
        raise FrameworkError(
            "framework.lock", "the list of frameworks can not be read", location=str(lock)
        ) from None


class FrameworkFile(NamedTuple):
    """The bytes of a framework file.

    Attributes:
        name: the full name where a lock pins the file, else its path.
        location: the path, as errors show it.
        data: the bytes.
    """

    name: str
    location: str
    data: bytes


def get_framework(name: str, *, folder: Path = SHIPPED) -> Framework:
    """Return the framework called `name`.

    Args:
        name: `publisher/name-version`; or `publisher/name`, which is the version with the latest
            effective date; or the path of a YAML file, which no lock pins.
        folder: where named frameworks are looked for.

    Raises:
        FrameworkError: no such framework (`framework.unknown`), a file that differs from its
            locked digest (`framework.lock`), or a file with a problem.
        InputError: the file can not be read.
    """
    file = framework_file(name, folder=folder)
    return parse_framework(file.data, name=file.location)


def framework_file(name: str, *, folder: Path = SHIPPED) -> FrameworkFile:
    """Return the file of the framework called `name`, likewise, without reading what it says.

    Raises:
        FrameworkError: no such framework (`framework.unknown`), or a file that differs from its
            locked digest (`framework.lock`).
        InputError: the file can not be read.
    """
    if is_framework_path(name):
        return FrameworkFile(name, name, read_file(Path(name)))
    entry = find_entry(name, entries=list_frameworks(folder=folder))
    path = folder / entry.path
    data = read_file(path)
    found = digest_bytes(data)
    if found != entry.sha256:
        raise FrameworkError(
            "framework.lock",
            f"`{entry.name}` differs from its locked digest: {found} instead of {entry.sha256}",
            hint="restore the file; a changed framework is a new version",
            location=str(path),
        )
    return FrameworkFile(entry.name, str(path), data)


def is_framework_path(name: str) -> bool:
    """Tell whether `name` is taken as the path of a file: it ends in .yaml or .yml."""
    return Path(name).suffix.lower() in _SUFFIXES


def find_entry(name: str, *, entries: tuple[CatalogEntry, ...]) -> CatalogEntry:
    """Return the entry called `name`: by its full name, else the latest of its versions.

    Raises:
        FrameworkError: `framework.unknown`.
    """
    for entry in entries:
        if entry.name == name:
            return entry
    versions = [entry for entry in entries if entry.framework == name]
    if versions:
        return max(versions, key=lambda entry: (entry.effective, _natural(entry.version)))
    known = [entry.name for entry in entries] + [entry.framework for entry in entries]
    alike = closest(name, known=known)
    hint = "a file of your own is named by its path, ending in .yaml"
    raise FrameworkError(
        "framework.unknown",
        f"no framework is named `{name}`",
        hint=f"did you mean `{alike}`?" if alike else hint,
    )


def _natural(version: str) -> tuple[tuple[int, str], ...]:
    """Sort key under which version 10 comes after version 9."""
    parts = re.findall(r"\d+|[^\d.]+", version)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
