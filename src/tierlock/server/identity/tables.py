"""The tables of accounts, and the steps by which a database gets them or loses them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    inspect,
    select,
)

METADATA: Final = MetaData()
"""Instants are whole seconds since 1970 in UTC; lists and maps are canonical JSON."""

_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")

PEOPLE: Final = Table(
    "account_people", METADATA,
    Column("id", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    # The name is fixed at the first login: whoever renames an account elsewhere stays the same
    # person here. `folded` keeps two names apart that only look different to a machine.
    Column("name", Text, nullable=False, unique=True),
    Column("folded", Text, nullable=False, unique=True),
    # As the provider said them at the latest login; grants are read from them at every request.
    Column("groups", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Index("account_people_subject", "issuer", "subject", unique=True),
)  # fmt: skip

TOKENS: Final = Table(
    "account_tokens", METADATA,
    Column("id", Text, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("label", Text, nullable=False),
    Column("owner", Text, nullable=False, index=True),
    # The person whose token it is, whose own grants bound it; a machine's has none.
    Column("person", Text, ForeignKey("account_people.id"), index=True),
    Column("grants", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("revoked_by", Text),
)  # fmt: skip

SESSIONS: Final = Table(
    "account_sessions", METADATA,
    Column("id_hash", LargeBinary, primary_key=True),
    Column("person", Text, ForeignKey("account_people.id"), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)  # fmt: skip

LOGINS: Final = Table(
    "account_logins", METADATA,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("next", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False, index=True),
)  # fmt: skip

AUDIT: Final = Table(
    "account_audit", METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("times", BigInteger, nullable=False),
)  # fmt: skip

_VERSION: Final = Table(
    "account_schema", MetaData(),
    Column("version", Integer, primary_key=True, autoincrement=False),
)  # fmt: skip

# Rows of the audit are kept by the database itself; only their count of repetitions may grow. Who
# owns the database can drop the triggers: that is the reason why the ledger has a tree.
_FIXED: Final = ("id", "at", "kind", "actor", "via", "what", "subject", "why", "address")
_CHANGED: Final = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED)
_KEEP: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        (
            "CREATE TRIGGER account_audit_no_delete BEFORE DELETE ON account_audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        ),
        (
            "CREATE TRIGGER account_audit_no_update BEFORE UPDATE ON account_audit "
            f"WHEN {_CHANGED.replace('IS DISTINCT FROM', 'IS NOT')} OR NEW.times < OLD.times "
            "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION account_audit_keep() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
        ),
        (
            "CREATE TRIGGER account_audit_no_delete BEFORE DELETE ON account_audit "
            "FOR EACH ROW EXECUTE FUNCTION account_audit_keep()"
        ),
        (
            "CREATE TRIGGER account_audit_no_truncate BEFORE TRUNCATE ON account_audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION account_audit_keep()"
        ),
        (
            "CREATE TRIGGER account_audit_no_update BEFORE UPDATE ON account_audit FOR EACH ROW "
            f"WHEN ({_CHANGED} OR NEW.times < OLD.times) EXECUTE FUNCTION account_audit_keep()"
        ),
    ),
}


class _Step(NamedTuple):
    """One version of the tables: how a database gets to it, and back."""

    up: Callable[[Connection], None]
    down: Callable[[Connection], None]


def _first_up(connection: Connection) -> None:
    METADATA.create_all(connection, checkfirst=False)
    for statement in _KEEP[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _first_down(connection: Connection) -> None:
    METADATA.drop_all(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION account_audit_keep()")


# A released step is never changed: what comes later is a step of its own.
_STEPS: Final = (_Step(_first_up, _first_down),)
VERSION: Final = len(_STEPS)
"""The version of the tables that this code reads and writes."""


def version_of(connection: Connection) -> int:
    """Return the version of the tables in a database; 0 where there are none."""
    if not inspect(connection).has_table(_VERSION.name):
        return 0
    return connection.execute(select(_VERSION.c.version)).scalar() or 0


def migrate(connection: Connection, *, to: int = VERSION) -> None:
    """Bring the tables to a version, inside the caller's transaction.

    Args:
        connection: with an open transaction in which nobody else migrates.
        to: 0 takes the tables away, with all that is in them.
    """
    now = version_of(connection)
    if not inspect(connection).has_table(_VERSION.name):
        _VERSION.create(connection)
    for step in _STEPS[now:to]:
        step.up(connection)
    for step in reversed(_STEPS[to:now]):
        step.down(connection)
    connection.execute(_VERSION.delete())
    connection.execute(_VERSION.insert().values(version=to))
