"""The database of accounts: short transactions, and one error for whatever a database says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from tierlock.core import InputError
from tierlock.server.identity.tables import VERSION, migrate, version_of

_BEGIN: Final = "tierlock_begin"
_LOCK: Final = 7_468_726_121
"""The number under which PostgreSQL knows that somebody migrates the accounts."""
_PATIENCE: Final = 10


class Accounts:
    """People, tokens, sessions and the audit, in SQLite or PostgreSQL.

    The tables are made, or brought to this version, when it is opened; of several servers that
    begin at once, one does it and the others wait.

    Args:
        address: `sqlite:///PATH` or `postgresql://...`.
        create: make the file where there is none.

    Raises:
        InputError: `account.unavailable`.
    """

    def __init__(self, address: str, *, create: bool = True) -> None:
        self._url = _read_address(address)
        self.where = self._url.render_as_string(hide_password=True)
        self.is_local = self._url.get_backend_name() == "sqlite"
        if self.is_local and not create and not Path(str(self._url.database)).exists():
            raise InputError("account.unavailable", f"there are no accounts in `{self.where}`")
        with self._translated("open"):
            self._engine = _engine(self._url)
        self._upgrade()

    def _upgrade(self) -> None:
        with self.reading() as connection:
            found = version_of(connection)
        if found > VERSION:
            raise InputError(
                "account.unavailable",
                f"the accounts in `{self.where}` have version {found}, "
                f"and this program knows {VERSION}",
                hint="run the newer program, or restore a backup",
            )
        if found < VERSION:
            self.migrate(to=VERSION)

    def migrate(self, *, to: int) -> None:
        """Bring the tables to a version; 0 takes them away, with all that is in them.

        Raises:
            InputError: `account.unavailable`.
        """
        with self.writing() as connection:
            if not self.is_local:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            migrate(connection, to=to)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection on which every question stands alone.

        Raises:
            InputError: `account.unavailable`.
        """
        with self._translated("read"), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection whose changes happen all together or, after an error, not at all.

        Raises:
            InputError: `account.unavailable`.
        """
        with self._translated("write"), self._engine.connect() as plain:
            connection = plain.execution_options(**{_BEGIN: "IMMEDIATE"})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError, UnicodeError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise InputError(
                "account.unavailable", f"can not {what} accounts in `{self.where}`: {reason}"
            ) from None


def _read_address(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    kind = url.get_backend_name() if url is not None else ""
    if url is None or kind not in {"sqlite", "postgresql"}:
        raise InputError(
            "account.unavailable",
            "the address of the accounts is none of `sqlite:///PATH` and `postgresql://...`",
        )
    if kind == "sqlite":
        if url.database in {None, "", ":memory:"}:
            raise InputError(
                "account.unavailable",
                "accounts in memory would be forgotten",
                hint="name a file: sqlite:///PATH",
            )
        return url
    return url.set(drivername="postgresql+psycopg")


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, pool_timeout=_PATIENCE)
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    # Hashes of secrets, and who logs in from where: for the server's own user alone. Only a new
    # file is opened: to close one in use would drop the locks of all its connections.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    engine = create_engine(url, connect_args={"timeout": _PATIENCE, "isolation_level": None})
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


def _settle(driver: Any, _record: object) -> None:
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        driver.execute(f"PRAGMA {setting}").fetchall()


def _begin(connection: Connection) -> None:
    """Begin what writes, as a writer: a reader that turns into one may be refused at once."""
    how = connection.get_execution_options().get(_BEGIN)
    if how:
        connection.exec_driver_sql(f"BEGIN {how}")
