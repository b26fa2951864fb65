"""A workspace: the projects that a server shows, wherever they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from tierlock.usecases.project import Project


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
