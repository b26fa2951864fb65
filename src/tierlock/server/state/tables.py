"""The tables of a server's own memory; no answer of the gate rests on them."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.pool import StaticPool

from tierlock.core import InputError

METADATA: Final = MetaData()
"""Instants are whole seconds since 1970 in UTC."""
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")

ANSWERED: Final = Table(
    "server_answered", METADATA,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False, index=True),
    # Empty while the request is being handled.
    Column("status", Integer),
    Column("body", LargeBinary),
)  # fmt: skip

WEBHOOKS: Final = Table(
    "server_webhooks", METADATA,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    # A secret of ours that signs what is sent; the receiver holds the same.
    Column("secret", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("subjects", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ended_at", BigInteger),
)  # fmt: skip

DELIVERIES: Final = Table(
    "server_deliveries", METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("webhook", Text, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    # `waiting`, `sent` or `given-up`.
    Column("state", Text, nullable=False),
    Column("says", Text, nullable=False),
    Index("server_deliveries_due", "state", "next_at"),
    # One event is sent to one webhook once, however often it is found.
    Index("server_deliveries_once", "webhook", "id", unique=True),
)  # fmt: skip

SECRETS: Final = Table(
    "server_secrets", METADATA,
    # For what several processes of one server must recognise of each other.
    Column("name", Text, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)  # fmt: skip

LAST: Final = Table(
    "server_last", METADATA,
    Column("slug", Text, primary_key=True),
    Column("framework", Text, primary_key=True),
    Column("said", LargeBinary, nullable=False),
)  # fmt: skip


def open_engine(url: str | None) -> Engine:
    """Return the database of a server's memory, with its tables.

    Args:
        url: `sqlite:///PATH` or `postgresql://...`; None keeps it in memory, for one process.

    Raises:
        InputError: `server.state`, it can not be opened.
    """
    try:
        if url is None:
            engine = create_engine(
                "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
            )
        else:
            parsed = make_url(url)
            if parsed.drivername in {"postgres", "postgresql"}:
                parsed = parsed.set(drivername="postgresql+psycopg")
            engine = create_engine(parsed, pool_pre_ping=True)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _settle)
        _make_tables(engine)
    except (ArgumentError, SQLAlchemyError, ImportError, ValueError) as error:
        raise InputError(
            "server.state",
            f"the server's database can not be opened: {type(error).__name__}",
            hint="write it like `sqlite:///PATH` or `postgresql://user@host/database`",
        ) from None
    return engine


def _make_tables(engine: Engine) -> None:
    """Make what is not there; of several processes that begin at once, each makes some of it."""
    for _ in METADATA.tables:
        try:
            return METADATA.create_all(engine)
        except (IntegrityError, OperationalError, ProgrammingError):
            continue  # another process made the same table: look again
    return METADATA.create_all(engine)


def shared_secret(engine: Engine, *, name: str) -> bytes:
    """Return a secret that all processes of one server share, made when it is first asked for."""
    question = select(SECRETS.c.secret).where(SECRETS.c.name == name)
    try:
        with engine.begin() as connection:
            connection.execute(insert(SECRETS).values(name=name, secret=secrets.token_bytes(32)))
    except IntegrityError:
        pass  # it is there
    with engine.connect() as connection:
        found: bytes = connection.execute(question).scalar_one()
    return found


def _settle(connection: object, _: object) -> None:
    for setting in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {setting}")  # type: ignore[attr-defined]
