"""The two tables of a ledger in a database, and the triggers that keep rows as they are."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
)

FORMAT: Final = 1
METADATA: Final = MetaData()


class Bytes(LargeBinary):
    """Bytes as both drivers take and give them, without a wrapper around each value."""

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing to be done on the way in."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Nothing to be done on the way out; what is no bytes is found by who reads it."""


LEDGER: Final = Table(
    "tierlock_ledger",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("format", Integer, nullable=False),
    Column("origin", Text, nullable=False),
)

ENTRIES: Final = Table(
    "tierlock_entries",
    METADATA,
    # SQLite's own row number is an INTEGER; a BIGINT there would be a second index.
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("media_type", Text, nullable=False),
    Column("logged_at", Text, nullable=False),
    Column("payload", Bytes, nullable=False),
    Column("content", Bytes, nullable=False, unique=True),
    Column("hashes", Bytes, nullable=False),
)


def _keep_rows(table: Table) -> None:
    """Rows are never changed or deleted by mistake; who means to can drop the triggers.

    Against somebody who means to there is only the tree, and a tree head in other hands.
    """
    for verb in ("UPDATE", "DELETE"):
        event.listen(
            table,
            "after_create",
            DDL(  # type: ignore[no-untyped-call]  # the library leaves it without types
                f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
                "BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END"
            ).execute_if(dialect="sqlite"),
        )
    for statement in (
        (
            f"CREATE OR REPLACE FUNCTION {table.name}_keep() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN RAISE EXCEPTION ''a ledger is append-only''; END'"
        ),
        (
            f"CREATE TRIGGER {table.name}_keep BEFORE UPDATE OR DELETE OR TRUNCATE "
            f"ON {table.name} FOR EACH STATEMENT EXECUTE FUNCTION {table.name}_keep()"
        ),
    ):
        made = DDL(statement)  # type: ignore[no-untyped-call]  # as above
        event.listen(table, "after_create", made.execute_if(dialect="postgresql"))


for _table in (LEDGER, ENTRIES):
    _keep_rows(_table)
