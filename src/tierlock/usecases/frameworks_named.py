"""The frameworks that can be read by name: those that are shipped, and a project's own.

A name is never taken as a path here: whoever names one to a server must not reach its files.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tierlock.analysis import (
    Contrast,
    Difference,
    Proof,
    contrast_frameworks,
    diff_frameworks,
    prove_framework,
)
from tierlock.core import (
    Digest,
    Framework,
    FrameworkError,
    InputError,
    canonical_bytes,
    digest,
    digest_bytes,
)
from tierlock.frameworks import (
    CatalogEntry,
    framework_file,
    is_framework_path,
    list_frameworks,
    parse_framework,
)
from tierlock.usecases.project import Project


class OnShelf(NamedTuple):
    """A framework with the bytes that say it.

    Attributes:
        digest: of the framework as data, as determinations name it.
        file: what was read: YAML of a shipped one, canonical JSON of a project's own.
        file_digest: of those bytes.
        shipped: whether it comes with Tierlock.
    """

    framework: Framework
    digest: Digest
    file: bytes
    file_digest: Digest
    shipped: bool


class Shelved(NamedTuple):
    """A shipped framework in a list.

    Attributes:
        entry: what the lock says of it.
        thresholds: how many it has.
        supersedes: name of the version before it; empty where there is none.
        superseded_by: name of the version after it; empty where there is none.
    """

    entry: CatalogEntry
    thresholds: int
    supersedes: str
    superseded_by: str


@lru_cache(maxsize=1)
def shelf() -> tuple[Shelved, ...]:
    """Return the shipped frameworks, by publisher, the latest version of each first.

    Raises:
        FrameworkError: `framework.lock`.

    >>> [one.entry.name for one in shelf() if one.entry.framework == "openai/preparedness"]
    ['openai/preparedness-2', 'openai/preparedness-beta']
    """
    families: dict[str, list[CatalogEntry]] = {}
    for entry in list_frameworks():
        families.setdefault(entry.framework, []).append(entry)
    found = []
    for family in families.values():
        ordered = sorted(family, key=lambda entry: entry.effective, reverse=True)
        names = [entry.name for entry in ordered]
        for place, entry in enumerate(ordered):
            found.append(
                Shelved(
                    entry,
                    thresholds=len(from_shelf(entry.name).framework.thresholds),
                    supersedes="".join(names[place + 1 : place + 2]),
                    superseded_by=names[place - 1] if place else "",
                )
            )
    return tuple(found)


@lru_cache(maxsize=64)
def from_shelf(name: str) -> OnShelf:
    """Return a shipped framework.

    Args:
        name: `publisher/name-version`, or `publisher/name` for its latest version.

    Raises:
        InputError: `input.not-found`; none is called so.
        FrameworkError: `framework.lock`; the file is not what was shipped.

    >>> from_shelf("asl/reference").framework.name
    'asl/reference-1'
    """
    if is_framework_path(name):
        raise _unknown(name, hint="a server reads no file by its path")
    try:
        file = framework_file(name)
    except FrameworkError as error:
        if error.code != "framework.unknown":
            raise
        raise _unknown(name, hint=error.hint) from None
    framework = parse_framework(file.data, name=file.location)
    return OnShelf(framework, digest(framework), file.data, digest_bytes(file.data), shipped=True)


def framework_of(project: Project) -> OnShelf:
    """Return the framework that a project is judged under; the shipped one where it is the same."""
    framework = project.framework
    try:
        shipped = from_shelf(framework.name)
    except InputError:
        shipped = None
    if shipped is not None and shipped.framework == framework:
        return shipped
    data = canonical_bytes(framework)
    return OnShelf(framework, digest(framework), data, digest_bytes(data), shipped=False)


def prove_of(framework: Framework) -> tuple[Proof, ...]:
    """Return a proof or a counterexample for every property of a framework at hand.

    Raises:
        InputError: the extra `prove` is not installed.
    """
    return prove_framework(framework)


def difference_of(old: Framework, *, new: Framework) -> Difference:
    """Return what changed from one framework at hand to another."""
    return diff_frameworks(old, new=new)


def contrast_of(old: Framework, *, new: Framework) -> Contrast:
    """Return examples of what one permits and the other does not, in each direction.

    Raises:
        InputError: the extra `prove` is not installed.
    """
    return contrast_frameworks(old, new=new)


def _unknown(name: str, *, hint: str | None) -> InputError:
    return InputError("input.not-found", f"no framework is named `{name[:100]}`", hint=hint)
