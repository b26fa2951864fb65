"""A workspace: the projects that a server shows, wherever they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from tierlock.core import InputError
from tierlock.usecases.project import Project

ASKED_ENTRIES: Final = frozenset(
    f"application/vnd.tierlock.{kind}+json"
    for kind in ("determination", "decision", "access", "permit")
)
"""Entries of a ledger that are there because somebody asked; no answer rests on them."""


class Listed(NamedTuple):
    """One subject of a workspace, without anything that would have to be computed.

    Attributes:
        slug: its address: lower case letters, digits, `.`, `_` and `-`; unique in the workspace.
        name: as it is called.
        frameworks: under which it is judged, the project's own first.
    """

    slug: str
    name: str
    frameworks: tuple[str, ...]

    @property
    def asked_under(self) -> tuple[str | None, ...]:
        """What `Workspace.open` is asked for to see it under each framework: None is its own."""
        return (None, *self.frameworks[1:])


class SeveralSubjects(InputError):
    """A name is that of several subjects; it says which, so not everybody may be told.

    Args:
        name: what was asked for.
        slugs: the addresses of the subjects that are called so.
    """

    def __init__(self, name: str, *, slugs: Sequence[str]) -> None:
        listed = ", ".join(f"`{slug}`" for slug in slugs)
        super().__init__(
            "input.subject",
            f"`{name}` is the name of several subjects",
            hint=f"ask for {listed}",
        )
        self.name, self.slugs = name, tuple(slugs)

    def __reduce__(self) -> tuple[object, ...]:
        return partial(type(self), slugs=self.slugs), (self.name,)


class Workspace(Protocol):
    """Where the projects of a server are kept.

    Attributes:
        where: the workspace as people know it, without a password.
    """

    where: str

    def list_subjects(
        self, *, after: str = "", limit: int = 50, search: str = ""
    ) -> Sequence[Listed]:
        """Return subjects in the order of their slugs.

        Args:
            after: only those whose slug comes after this one.
            limit: at most so many.
            search: only those whose slug or name holds this text, in any case of letters.
        """

    def count(self) -> int:
        """Return how many subjects there are."""

    def find(self, name: str) -> Listed:
        """Return the one subject with this slug, name, other name or weights digest.

        Raises:
            InputError: `input.not-found`, there is none; `input.subject`, there are several.
        """

    def open(self, slug: str, *, framework: str | None = None) -> Project:
        """Return a subject's project as it is now.

        Args:
            slug: which.
            framework: one of its frameworks; by default its own.

        Raises:
            InputError: `input.not-found`, there is no such subject, or it is not judged under it.
        """

    def state(self, slug: str) -> str:
        """Return a text that changes with everything that an answer about a subject rests on.

        Raises:
            InputError: `input.not-found`.
        """

    def kept(self, slug: str, *, name: str, state: str) -> bytes | None:
        """Return what was computed from a state and kept under `name`, None where nothing was."""

    def kept_many(self, slugs: Sequence[str], *, name: str) -> Mapping[str, bytes]:
        """Return what was last kept under `name` for each subject, of whatever state."""

    def keep(self, slug: str, *, name: str, state: str, data: bytes) -> None:
        """Keep what was computed from a state; it replaces what was kept under the name."""

    def close(self) -> None:
        """Close all connections."""


def stamp_of(path: Path) -> str:
    """Return a text that changes with every write to a file, also where its old time is put back.

    Whoever writes can set the size and the time of the content; the time of the change itself and
    the file's number are the system's.
    """
    try:
        status = path.stat()
    except OSError:
        return "gone"
    parts = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return "-".join(f"{part:x}" for part in parts)
