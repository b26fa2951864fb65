"""SQLite: a file, write-ahead log, synced at every commit, one writer by BEGIN IMMEDIATE."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event

from tierlock.core import InputError
from tierlock.ledger.faults import unavailable
from tierlock.ledger.interface import damaged
from tierlock.ledger.sql import Backend

PATIENCE: Final = 30.0
"""Seconds that a writer waits for another one."""
_BEGIN: Final = "tierlock_begin"
_MAGIC: Final = b"SQLite format 3\0"


def sqlite_backend(path: Path, *, create: bool) -> Backend:
    """Return the backend of a SQLite file.

    Args:
        path: the file.
        create: make the file where there is none.

    Raises:
        InputError: the file or its folder can not be used.
        IntegrityError: `ledger.damaged`; the file is no database.
    """
    where = str(path)
    if not create and not path.exists():
        raise InputError(
            "input.not-found",
            f"there is no ledger `{where}`",
            hint="a ledger begins with the first plan, run or determination of a project",
        )
    try:
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        _check_file(path)
        uri = f"file:{quote(str(path.resolve()))}?mode={'rwc' if create else 'rw'}"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise unavailable("create", where=where, reason=reason) from None
    engine = create_engine("sqlite://", creator=lambda: _connect(uri), pool_reset_on_return=None)
    # Python would begin a transaction by itself, and only at the first change.
    event.listen(engine, "begin", _begin)
    return Backend(engine, where, lock=_no_more, writing={_BEGIN: "BEGIN IMMEDIATE"})


def _check_file(path: Path) -> None:
    """SQLite takes a file of a few bytes for an empty one and would write over it."""
    if path.is_file():
        with path.open("rb") as file:
            begin = file.read(len(_MAGIC))
        if begin not in {b"", _MAGIC}:
            raise damaged("the file is no database")


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    try:
        _settle(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _settle(connection: sqlite3.Connection) -> None:
    # The switch to a write-ahead log does not wait for other connections by itself.
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    for setting in ("synchronous = FULL", "cell_size_check = ON", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    options: Any = connection.get_execution_options()
    connection.exec_driver_sql(options.get(_BEGIN, "BEGIN"))


def _no_more(connection: Connection) -> None:
    """BEGIN IMMEDIATE is the lock."""
