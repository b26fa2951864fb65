"""A team's database: SQLite or PostgreSQL by URL, its connections shared by the whole process.

One transaction per operation, on the disk when it returns. Two writers of one subject wait for
each other: in SQLite all writers do, by `BEGIN IMMEDIATE`; in PostgreSQL by the subject's row.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from tierlock.core import InputError, IntegrityError, TierlockError, printable

PATIENCE: Final = 30.0
"""Seconds that a writer waits for another one."""
_WRITING: Final = "tierlock_writing"
_DAMAGE: Final = {11: "a page of the file is damaged", 26: "the file is no database"}
_PG_DAMAGE: Final = {"XX001": "a page is damaged", "XX002": "an index is damaged"}
_POOLED: Final = 10
_BEYOND: Final = 54
"""Connections beyond those that are kept: as many clients as a server serves at once."""


class _Engines(NamedTuple):
    """Two faces of one pool of connections."""

    reader: Engine
    writer: Engine

    def of(self, writing: bool) -> Engine:  # noqa: FBT001  # the one question there is
        return self.writer if writing else self.reader


_ENGINES: dict[tuple[int, URL], _Engines] = {}
_GUARD: Final = threading.Lock()


class TeamDatabase:
    """The database of a team; making one opens no connection.

    Args:
        url: `sqlite:///PATH` or `postgresql://user@host/database`.

    Attributes:
        url: the URL, with its password.
        where: the database as people know it, without a password.

    Raises:
        InputError: `input.store`; the URL can not be read, or the driver is not installed.
    """

    def __init__(self, url: str) -> None:
        parsed = parse_url(url)
        self.url = parsed.render_as_string(hide_password=False)
        self.parsed = parsed
        # Parameters after the path can hold secrets too.
        shown = parsed.set(drivername=parsed.get_backend_name(), query={})
        self.where = printable(shown.render_as_string(hide_password=True))
        self._open = threading.local()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return self.parsed.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.parsed.database or "")

    @contextmanager
    def reading(self, what: str = "read") -> Iterator[Connection]:
        """Ask what is asked inside; in PostgreSQL each question sees what is committed by then.

        Raises:
            InputError: `input.store`.
            IntegrityError: `integrity.digest`; the database is damaged.
        """
        with self._transaction(what, writing=False) as connection:
            yield connection

    @contextmanager
    def writing(self, what: str = "write to") -> Iterator[Connection]:
        """Run what is done inside as one transaction: all of it or, after an error, nothing.

        Inside `together` it is a part of that transaction.

        Raises:
            InputError: `input.store`.
            IntegrityError: `integrity.digest`; the database is damaged.
        """
        with self._transaction(what, writing=True) as connection:
            yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """Do everything that this thread does inside in one transaction, for great amounts."""
        with self._transaction("write to", writing=True) as connection:
            self._open.connection = connection
            try:
                yield
            finally:
                self._open.connection = None

    @contextmanager
    def _transaction(self, what: str, *, writing: bool) -> Iterator[Connection]:
        outer: Connection | None = getattr(self._open, "connection", None)
        if outer is not None:
            # A part that fails leaves nothing behind, also where its error is caught.
            with outer.begin_nested():
                yield outer
            return
        try:
            with self._engines().of(writing).begin() as connection:
                if writing and not self.is_sqlite:
                    _settle_writer(connection)
                yield connection
        except TierlockError:
            raise
        except DBAPIError as error:
            raise self._refused(error.orig or error, what=what) from None
        # A damaged file can make SQLite say something that is no text.
        except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError, OSError) as error:
            raise self._refused(error, what=what) from None

    def _refused(self, error: BaseException, *, what: str) -> TierlockError:
        damage = _DAMAGE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        damage = damage or _PG_DAMAGE.get(getattr(error, "sqlstate", None) or "")
        if damage is not None or isinstance(error, UnicodeDecodeError):
            return damaged(damage or "a text is not UTF-8", where=self.where)
        says = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".").lower()
        return InputError(
            "input.store",
            f"can not {what} the team store `{self.where}`: {says}",
            hint="check free space, permissions and the server, then do it again; what was not "
            "acknowledged is not in the store, or is found there when it is done again",
        )

    def _engines(self) -> _Engines:
        # A connection serves the process that opened it: a copy of the process opens its own.
        key = (os.getpid(), self.parsed)
        found = _ENGINES.get(key)
        if found is None:
            with _GUARD:
                if key not in _ENGINES:
                    _ENGINES[key] = _make_engines(self.parsed)
                found = _ENGINES[key]
        return found

    def close(self) -> None:
        """Close the connections that nobody uses at the moment, for the whole process."""
        with _GUARD:
            engines = _ENGINES.pop((os.getpid(), self.parsed), None)
        if engines is not None:
            engines.reader.dispose()


def parse_url(url: str) -> URL:
    """Return the URL of a team's database, with its driver.

    Raises:
        InputError: `input.store`.
    """
    hint = "write it like `sqlite:///team.db` or `postgresql://user@host/database`"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password: it is not repeated.
        raise InputError(
            "input.store", "the URL of the team store can not be read", hint=hint
        ) from None
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        whole = str(Path(parsed.database or "").absolute())
        return URL.create("sqlite", database=whole)
    if backend not in {"postgresql", "postgres"}:
        raise InputError("input.store", f"no team store can be kept in `{backend}`", hint=hint)
    if find_spec("psycopg") is None:
        raise InputError(
            "input.store",
            "a team store in PostgreSQL needs the extra `postgres`",
            hint="pip install 'tierlock[postgres]'",
        )
    return parsed.set(drivername="postgresql+psycopg")


def damaged(why: str, *, where: str) -> IntegrityError:
    """Return the error for stored content that can not be relied on."""
    return IntegrityError(
        "integrity.digest",
        f"the store is damaged: {why}",
        location=where,
        hint="restore the database from a backup; no determination is made without it",
    )


def _make_engines(url: URL) -> _Engines:
    if url.get_backend_name() != "sqlite":
        writer = create_engine(
            url, pool_pre_ping=True, pool_size=_POOLED, max_overflow=_BEYOND // 2,
            pool_timeout=PATIENCE, connect_args={"connect_timeout": 10},
            isolation_level="READ COMMITTED",
        )  # fmt: skip
        # One question needs no transaction around it, which would be two more ways to the server.
        return _Engines(writer.execution_options(isolation_level="AUTOCOMMIT"), writer)
    engine = create_engine(
        url, pool_size=_POOLED, max_overflow=_BEYOND, pool_timeout=PATIENCE,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
    )  # fmt: skip

    # Python's driver would begin a transaction by itself, and only at the first change.
    @event.listens_for(engine, "connect")
    def settle(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None
        for setting in (
            "synchronous = FULL", "cell_size_check = ON", "trusted_schema = OFF",
            "foreign_keys = ON",
        ):  # fmt: skip
            raw.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITING)
        raw = connection.connection.driver_connection
        # Not by SQLAlchemy: its account of a statement takes longer than the statement.
        cast(sqlite3.Connection, raw).execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    return _Engines(engine, engine.execution_options(**{_WRITING: True}))


def _settle_writer(connection: Connection) -> None:
    connection.execute(text("SET LOCAL lock_timeout = '30s'"))
    # A server may be set to acknowledge what is not on its disk yet. Not for this.
    connection.execute(
        text(
            "SELECT set_config('synchronous_commit', 'on', true) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
    )
