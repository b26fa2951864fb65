"""The rows of a team's SQLite file, put into PostgreSQL as they are."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tierlock.server import Accounts
from tierlock.server.state.tables import open_engine
from tierlock.usecases import TeamWorkspace

_AT_ONCE = 5000


def copy_rows(path: Path, *, url: str, data: Path) -> None:
    """Makes the tables in an empty database by the code that a server uses, and fills them.

    Args:
        path: the SQLite file; nobody writes to it meanwhile.
        url: of the empty PostgreSQL database.
        data: an empty folder.
    """
    begun = time.perf_counter()
    TeamWorkspace(url, data=data, create=True).close()
    Accounts(url).close()
    open_engine(url).dispose()
    source = sqlite3.connect(path)
    with psycopg.connect(plain(url)) as target:
        # Rows come in the order of tables, not of the references between them.
        target.execute("SET session_replication_role = replica")
        asked = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        for (table,) in target.execute(asked).fetchall():
            _copy(source, target, table)
    with psycopg.connect(plain(url), autocommit=True) as target:
        target.execute("ANALYZE")
    source.close()
    print(f"  copied into PostgreSQL in {time.perf_counter() - begun:.0f} s", flush=True)


def plain(url: str) -> str:
    """Returns a URL as the driver reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _copy(
    source: sqlite3.Connection, target: psycopg.Connection[tuple[object, ...]], table: str
) -> None:
    found = source.execute(f"SELECT * FROM {table}")  # noqa: S608  # a table of ours
    names = [one[0] for one in found.description]
    target.execute(f"TRUNCATE {table} CASCADE".encode())
    with target.cursor().copy(f"COPY {table} ({', '.join(names)}) FROM STDIN".encode()) as copy:
        while rows := found.fetchmany(_AT_ONCE):
            for row in rows:
                copy.write_row(row)
    for name in names:
        asked = "SELECT pg_get_serial_sequence(%s, %s)"
        ((sequence,),) = target.execute(asked, (table, name)).fetchall()
        if sequence is not None:
            last = f"SELECT setval(%s, (SELECT coalesce(max({name}), 1) FROM {table}))"  # noqa: S608
            target.execute(last.encode(), (sequence,))
