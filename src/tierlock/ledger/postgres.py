"""PostgreSQL: one writer by an advisory lock; a commit that returned is on the server's disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Final

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from tierlock.core import InputError, printable
from tierlock.ledger.faults import refused
from tierlock.ledger.tables import ALONE, LEDGER, POSTGRES

LOCK: Final = 0x7469_6572_6C6F_636B
"""The advisory lock of writers: `tierlock` in ASCII."""
_DAMAGE: Final = {"XX001": "a page is damaged", "XX002": "an index is damaged"}


class PostgresBackend:
    """A PostgreSQL database.

    Args:
        url: `postgresql://user@host/database`; a password may also come from where the server's
            own tools take it.

    Raises:
        InputError: the URL is not one, or the driver is not installed.
    """

    tables: Mapping[str, tuple[str, ...]] = POSTGRES
    ledgers = LEDGER
    asked = ALONE

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url).set(drivername="postgresql+psycopg")
        except (ArgumentError, ValueError):
            # The text may hold a password: it is not repeated.
            raise InputError(
                "ledger.unavailable",
                "the ledger's URL can not be read",
                hint="write it like `postgresql://user@host/database`",
            ) from None
        if find_spec("psycopg") is None:
            raise InputError(
                "ledger.unavailable",
                "a ledger in PostgreSQL needs the extra `postgres`",
                hint="pip install 'tierlock[postgres]'",
            )
        self._engine = create_engine(
            parsed, pool_pre_ping=True, connect_args={"connect_timeout": 10}
        )
        # Each statement of a writer must see what was committed while it waited for the lock.
        self._writer = self._engine.execution_options(isolation_level="READ COMMITTED")
        # Each question of a reader does so anyway, and needs no transaction around it.
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        # Parameters after the path can hold secrets too.
        shown = parsed.set(drivername="postgresql", query={})
        self.where = printable(shown.render_as_string(hide_password=True))

    @contextmanager
    def transaction(
        self, what: str, *, writing: bool, lock: int | None = None
    ) -> Iterator[PostgresSession]:
        """Run what is done inside as one transaction: all of it or, after an error, nothing."""
        try:
            with (self._writer if writing else self._reader).begin() as connection:
                if writing:
                    _lock(connection, key=LOCK if lock is None else lock)
                yield PostgresSession(connection)
        except DBAPIError as error:
            damage = _DAMAGE.get(getattr(error.orig, "sqlstate", None) or "")
            raise refused(error.orig, what=what, where=self.where, damage=damage) from None
        except (SQLAlchemyError, OSError) as error:
            raise refused(error, what=what, where=self.where) from None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


class PostgresSession:
    """One transaction of a database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has_table(self, name: str) -> bool:
        """Tell whether there is such a table."""
        return self._connection.dialect.has_table(self._connection, name)

    def rows(self, question: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return all rows of the answer."""
        return [tuple(row) for row in self._connection.execute(text(question), dict(values))]

    def insert(self, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Run a statement once for each row of values."""
        self._connection.execute(text(statement), [dict(row) for row in rows])

    def define(self, statement: str) -> None:
        """Make a table or a trigger."""
        self._connection.exec_driver_sql(statement)


def _lock(connection: Connection, *, key: int) -> None:
    connection.execute(text("SET LOCAL lock_timeout = '30s'"))
    # A server may be set to acknowledge what is not on its disk yet. Not for this.
    connection.execute(
        text(
            "SELECT set_config('synchronous_commit', 'on', true) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
    )
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
