"""PostgreSQL: one writer by an advisory lock; a commit that returned is on the server's disk."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError

from tierlock.core import InputError, printable
from tierlock.ledger.sql import Backend

LOCK: Final = 0x7469_6572_6C6F_636B
"""The advisory lock of writers: `tierlock` in ASCII."""


def postgres_backend(url: str) -> Backend:
    """Return the backend of a PostgreSQL database.

    Args:
        url: `postgresql://user@host/database`; a password may also come from where the server's
            own tools take it.

    Raises:
        InputError: the URL is not one, or the driver is not installed.
    """
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
    engine = create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    # Parameters after the path can hold secrets too.
    shown = parsed.set(drivername="postgresql", query={})
    where = printable(shown.render_as_string(hide_password=True))
    # Each statement of a writer must see what was committed while it waited for the lock.
    return Backend(engine, where, lock=_lock, writing={"isolation_level": "READ COMMITTED"})


def _lock(connection: Connection) -> None:
    connection.execute(text("SET LOCAL lock_timeout = '30s'"))
    # A server may be set to acknowledge what is not on its disk yet. Not for this.
    connection.execute(
        text(
            "SELECT set_config('synchronous_commit', 'on', true) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
    )
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
