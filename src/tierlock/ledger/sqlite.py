"""SQLite: a file, write-ahead log, synced at every commit, one writer by BEGIN IMMEDIATE."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tierlock.core import InputError
from tierlock.ledger.faults import refused, unavailable
from tierlock.ledger.interface import damaged
from tierlock.ledger.tables import ALONE, LEDGER, SQLITE

PATIENCE: Final = 30.0
"""Seconds that a writer waits for another one."""
_LEAST: Final = 512
"""Bytes of the smallest page that a file of SQLite can have."""
_DAMAGE: Final = {11: "a page of the file is damaged", 26: "the file is no database"}
_HAS_TABLE: Final = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :name"


class SqliteBackend:
    """A SQLite file, by Python's own driver: it loads in a few milliseconds.

    Args:
        path: the file.
        create: make the file where there is none.

    Raises:
        InputError: the file or its folder can not be used.
        IntegrityError: `ledger.damaged`; the file is no database.
    """

    tables: Mapping[str, tuple[str, ...]] = SQLITE
    ledgers = LEDGER
    asked = ALONE

    def __init__(self, path: Path, *, create: bool) -> None:
        self.where = str(path)
        if not create and not path.exists():
            raise InputError(
                "input.not-found",
                f"there is no ledger `{self.where}`",
                hint="a ledger begins with the first plan, run or determination of a project",
            )
        try:
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
            _check_file(path)
            self._uri = f"file:{quote(str(path.resolve()))}?mode={'rwc' if create else 'rw'}"
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise unavailable("create", where=self.where, reason=reason) from None
        # Connections that no transaction uses. Each serves one at a time, in whatever thread.
        self._idle: list[sqlite3.Connection] = []

    @contextmanager
    def transaction(
        self,
        what: str,
        *,
        writing: bool,
        lock: int | None = None,  # noqa: ARG002  # a file has one writer, whatever it writes
    ) -> Iterator[SqliteSession]:
        """Run what is done inside as one transaction: all of it or, after an error, nothing."""
        try:
            connection = self._idle.pop() if self._idle else _connect(self._uri)
            try:
                # Python would begin a transaction by itself, and only at the first change.
                connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
                yield SqliteSession(connection)
                connection.execute("COMMIT")
            except BaseException:
                # What was begun and not committed ends with its connection.
                connection.close()
                raise
            self._idle.append(connection)
        # A damaged file can make SQLite say something that is no text.
        except (sqlite3.Error, UnicodeDecodeError, OSError) as error:
            raise refused(error, what=what, where=self.where, damage=_damage(error)) from None

    def close(self) -> None:
        """Close all connections."""
        while self._idle:
            self._idle.pop().close()


class SqliteSession:
    """One transaction of a file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def has_table(self, name: str) -> bool:
        """Tell whether there is such a table."""
        return bool(self.rows(_HAS_TABLE, {"name": name})[0][0])

    def rows(self, question: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return all rows of the answer."""
        return self._connection.execute(question, values).fetchall()

    def insert(self, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Run a statement once for each row of values."""
        self._connection.executemany(statement, rows)

    def define(self, statement: str) -> None:
        """Make a table or a trigger."""
        self._connection.execute(statement)


def _check_file(path: Path) -> None:
    """SQLite takes a file of one byte for an empty one and would write over it.

    The file is not opened for this: when a process closes a file, the system drops every lock that
    the process has on it, those of its other connections too. Then another process takes itself
    for the last one, and removes the log that this one still writes to.
    """
    if path.is_file() and 0 < path.stat().st_size < _LEAST:
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


def _damage(error: BaseException) -> str | None:
    if "decode" in str(error).lower():
        return "a text is not UTF-8"
    return _DAMAGE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
