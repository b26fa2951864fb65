"""The two tables of a ledger in a database, the triggers that keep rows, and what is asked of them.

A ledger has two tables of its own, or the rows with its name in the two tables of a team's
database, which `tierlock.store` makes with the rest of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

FORMAT: Final = 1
LEDGER: Final = "tierlock_ledger"
ENTRIES: Final = "tierlock_entries"
TEAM_LEDGERS: Final = "team_ledgers"
TEAM_ENTRIES: Final = "team_entries"

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


class Statements(NamedTuple):
    """What is asked of a ledger's rows; a question about rows goes on with ` AND ...`.

    Attributes:
        origins: format and origin.
        begin: begins the ledger.
        insert: adds an entry.
        entries: place, media type, time, payload and content digest of entries.
        hashes: place and hashes of entries.
        last: the last place.
        key: the values that tell the ledger from others in the same tables.
    """

    origins: str
    begin: str
    insert: str
    entries: str
    hashes: str
    last: str
    key: Mapping[str, object]


def _asked(ledgers: str, entries: str, *, only: str, name: str, key: str) -> Statements:
    fields = "position, media_type, logged_at, payload, content, hashes"
    values = ", ".join(f":{field}" for field in fields.split(", "))
    # Values are never put into the text: names of tables and columns of ours are.
    return Statements(
        origins=f"SELECT format, origin FROM {ledgers} WHERE {only}",  # noqa: S608
        begin=f"INSERT INTO {ledgers} ({name}, format, origin) "  # noqa: S608
        f"VALUES ({key}, :format, :origin)",
        insert=f"INSERT INTO {entries} ({fields}{', ledger' if name == 'ledger' else ''}) "  # noqa: S608
        f"VALUES ({values}{', :ledger' if name == 'ledger' else ''})",
        entries="SELECT position, media_type, logged_at, payload, content "  # noqa: S608
        f"FROM {entries} WHERE {only}",
        hashes=f"SELECT position, hashes FROM {entries} WHERE {only}",  # noqa: S608
        last=f"SELECT max(position) FROM {entries} WHERE {only}",  # noqa: S608
        key={},
    )


ALONE: Final = _asked(LEDGER, ENTRIES, only="1 = 1", name="id", key="1")
_TEAM: Final = _asked(
    TEAM_LEDGERS, TEAM_ENTRIES, only="ledger = :ledger", name="ledger", key=":ledger"
)


def statements_of(ledger: str) -> Statements:
    """Return what is asked of the ledger with a name in a team's database."""
    return _TEAM._replace(key={"ledger": ledger})
