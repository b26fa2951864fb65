"""Team stores to test, in a database that is there already."""

from __future__ import annotations

from pathlib import Path

from tierlock.store import Held, TeamDatabase, TeamStore, TeamSubjects, migrate

SETTINGS = b'{"subject":{"name":"NAME"}}'


def made(url: str) -> TeamDatabase:
    """Return a database with the tables of this version."""
    database = TeamDatabase(url)
    migrate(database)
    return database


def add(
    database: TeamDatabase,
    folder: Path,
    *,
    name: str = "model-1",
    parent: str | None = None,
    names: tuple[str, ...] = (),
) -> TeamStore:
    """Add a subject, and return its store."""
    held = Held(name, name, ("test/small-1",), parent or name, parent, names)
    subject = TeamSubjects(database).put(
        held,
        documents={"settings": SETTINGS.replace(b"NAME", name.encode())},
        author="ann",
        at="2026-01-01T00:00:00Z",
    )
    return TeamStore(database, subject=subject, folder=folder / name)
