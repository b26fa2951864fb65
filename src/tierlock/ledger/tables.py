"""The two tables of a ledger in a database, and the triggers that keep rows as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FORMAT: Final = 1
LEDGER: Final = "tierlock_ledger"
ENTRIES: Final = "tierlock_entries"

_TABLES: Final = {
    LEDGER: (
        "id INTEGER NOT NULL CHECK (id = 1)", "format INTEGER NOT NULL", "origin TEXT NOT NULL",
        "PRIMARY KEY (id)",
    ),
    ENTRIES: (
        "position {place} NOT NULL", "media_type TEXT NOT NULL", "logged_at TEXT NOT NULL",
        "payload {blob} NOT NULL", "content {blob} NOT NULL", "hashes {blob} NOT NULL",
        "PRIMARY KEY (position)", "UNIQUE (content)",
    ),
}  # fmt: skip

# Rows are never changed or deleted by mistake; who means to can drop the triggers. Against somebody
# who means to there is only the tree, and a tree head in other hands.
_SQLITE_KEEP: Final = tuple(
    f"CREATE TRIGGER {{table}}_no_{verb.lower()} BEFORE {verb} ON {{table}} "
    "BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
_POSTGRES_KEEP: Final = (
    (
        "CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RAISE EXCEPTION ''a ledger is append-only''; END'"
    ),
    (
        "CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()"
    ),
)


def _made(*, place: str, blob: str, keep: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return for each table the statements that make it."""
    made = {}
    for table, parts in _TABLES.items():
        # The white space is that of every file so far: a file says how it was made.
        inside = ", \n\t".join(part.format(place=place, blob=blob) for part in parts)
        create = f"CREATE TABLE {table} (\n\t{inside}\n)"
        made[table] = (create, *(one.format(table=table) for one in keep))
    return made


# SQLite's own row number is an INTEGER; a BIGINT there would be a second index.
SQLITE: Final[Mapping[str, tuple[str, ...]]] = _made(
    place="INTEGER", blob="BLOB", keep=_SQLITE_KEEP
)
POSTGRES: Final[Mapping[str, tuple[str, ...]]] = _made(
    place="BIGINT", blob="BYTEA", keep=_POSTGRES_KEEP
)
