"""Versions of how a model is used, by digest; who named them, and which runs were made so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from tierlock.core import (
    Configuration,
    ConfigurationNote,
    InputError,
    IntegrityError,
    Record,
    Sighting,
    canonical_bytes,
    digest,
)
from tierlock.store.files import append_lines, exclusive, read_lines, store_errors, write_whole

T = TypeVar("T", bound=Record)


class ConfigurationStore:
    """The configuration history in a store's folder; nothing in it is changed or deleted.

    Args:
        store: the store's folder; created on first write.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._folder = store / "configurations"

    def add(
        self,
        configurations: Iterable[Configuration],
        *,
        sightings: Iterable[Sighting] = (),
        notes: Iterable[ConfigurationNote] = (),
    ) -> None:
        """Keep versions, and then what is noted about them; what is known is kept once.

        Raises:
            InputError: `input.store`, it can not be written.
        """
        with store_errors("create", path=self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        with exclusive(self._store):
            for each in configurations:
                path = self._path(digest(each))
                if not path.exists():
                    write_whole(path, data=canonical_bytes(each))
            known = {(one.version, one.run_id) for one in self.sightings()}
            fresh = {
                (one.version, one.run_id): one
                for one in sightings
                if (one.version, one.run_id) not in known
            }
            append_lines(
                self._folder / "sightings.jsonl", lines=[*map(canonical_bytes, fresh.values())]
            )
            append_lines(self._folder / "notes.jsonl", lines=[*map(canonical_bytes, notes)])

    def get(self, version: str) -> Configuration:
        """Return the version with a digest.

        Raises:
            InputError: `input.not-found`.
            IntegrityError: `integrity.digest`, the file is not what its name says.
        """
        path = self._path(version)
        if not path.exists():
            raise InputError("input.not-found", f"no configuration `{version}` in the store")
        with store_errors("read", path=path):
            data = path.read_bytes()
        found = _parse(Configuration, data, path)
        if digest(found) != version:
            raise _damaged(path, "it differs from its digest")
        return found

    def versions(self) -> tuple[str, ...]:
        """Return the digests of all versions, sorted."""
        with store_errors("read", path=self._folder):
            return tuple(sorted(f"sha256:{path.stem}" for path in self._folder.glob("*.json")))

    @property
    def has_sightings(self) -> bool:
        """Whether runs were ever noted here; a look at the folder, and nothing is read."""
        return (self._folder / "sightings.jsonl").exists()

    def sightings(self) -> tuple[Sighting, ...]:
        """Return every run that was seen, in the order of reading."""
        return self._lines("sightings.jsonl", Sighting)

    def notes(self) -> tuple[ConfigurationNote, ...]:
        """Return what people noted, oldest first."""
        return self._lines("notes.jsonl", ConfigurationNote)

    def labels(self) -> dict[str, ConfigurationNote]:
        """Return the labels as they are now, by name."""
        return {note.label: note for note in self.notes() if note.label}

    def behind(self, part: str | None) -> tuple[str, ...]:
        """Return the versions that a subject's part `elicitation` stands for; none if not known."""
        if part is None:
            return ()
        for note in self.notes():
            if note.label and note.part == part:
                return note.versions
        return (part,) if self._path(part).exists() else ()

    def _path(self, version: str) -> Path:
        return self._folder / f"{version.removeprefix('sha256:')}.json"

    def _lines(self, name: str, kind: type[T]) -> tuple[T, ...]:
        path = self._folder / name
        return tuple(_parse(kind, line, path) for line in read_lines(path))


def _parse(kind: type[T], data: bytes, path: Path) -> T:
    try:
        return kind.parse(data)
    except InputError as error:
        raise _damaged(path, error.message) from None


def _damaged(path: Path, says: str) -> IntegrityError:
    return IntegrityError(
        "integrity.digest",
        f"the configuration history is damaged: {says}",
        location=str(path),
        hint="restore the file from a backup, or read the logs again with `tierlock prompt import`",
    )
