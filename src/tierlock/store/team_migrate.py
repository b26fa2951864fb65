"""The tables of a team's database, made, moved to another revision, and checked before use."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from tierlock.core import InputError
from tierlock.store.team_database import TeamDatabase
from tierlock.store.team_tables import HEAD

_LOCK: Final = 0x7469_6572_6D69_6772
"""The advisory lock of migrations in PostgreSQL."""
_VERSIONS: Final = "alembic_version"


def revision_of(database: TeamDatabase) -> str | None:
    """Return the revision that the database's tables are of, None where there are none.

    Raises:
        InputError: `input.store`.
        IntegrityError: `integrity.digest`.
    """
    if database.is_sqlite and not database.path.exists():
        return None
    with database.reading("open") as connection:
        return _revision(connection)


def check_revision(database: TeamDatabase) -> None:
    """Refuse tables that this version of Tierlock does not work with.

    Raises:
        InputError: `input.not-found`, there are none; `team.schema`, they are of another revision.
    """
    found = revision_of(database)
    if found is None:
        raise InputError(
            "input.not-found",
            f"there is no team store in `{database.where}`",
            hint="make one: tierlock team init --team URL",
        )
    if found != HEAD:
        older = found.isdigit() and int(found) < int(HEAD)
        raise InputError(
            "team.schema",
            f"the team store `{database.where}` has the tables of revision {found}, and this "
            f"version works with {HEAD}",
            hint="make a backup, then run `tierlock team migrate`"
            if older
            else f"use a newer Tierlock, or go back with its `tierlock team migrate --to {HEAD}`",
        )


def migrate(database: TeamDatabase, *, to: str = HEAD) -> tuple[str | None, str]:
    """Bring the tables to a revision, in one transaction, with everything in them.

    Args:
        database: where.
        to: the revision; an earlier one goes back.

    Returns:
        The revision before, and the one now.

    Raises:
        InputError: `team.schema`, there is no such way; `input.store`, it can not be written, or
            the extra `server` is not installed.
    """
    if find_spec("alembic") is None:
        raise InputError(
            "input.store",
            "to make or migrate a team store the extra `server` is needed",
            hint="pip install 'tierlock[server]'",
        )
    if database.is_sqlite:
        _prepare_file(database)
    with database.writing("migrate") as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        before = _revision(connection)
        if before != to:
            _run(connection, before=before, to=to, where=database.where)
    return before, to


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return str(found[0]) if found else None


def _prepare_file(database: TeamDatabase) -> None:
    """A write-ahead log is a property of the file, and is set outside of any transaction."""
    import sqlite3

    from tierlock.store.files import store_errors

    with store_errors("create", path=database.path):
        database.path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(database.path, timeout=30.0, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise InputError(
            "input.store", f"can not create the team store `{database.where}`: {error}".lower()
        ) from None


def _order(revision: str) -> int:
    return int(revision) if revision.isdigit() else 0


def _run(connection: Connection, *, before: str | None, to: str, where: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    folder = Path(__file__).parent / "migrations"
    script = ScriptDirectory(folder)
    back = before is not None and _order(to) < _order(before)
    step = script._downgrade_revs if back else script._upgrade_revs  # noqa: SLF001  # Alembic's documented way without env.py
    environment = EnvironmentContext(
        Config(), script, fn=lambda revision, _context: step(to, revision)
    )
    try:
        with environment:
            environment.configure(connection=connection, transactional_ddl=True)
            environment.run_migrations()
    except (CommandError, RuntimeError) as error:
        says = str(error).splitlines()[0].rstrip(".")
        raise InputError(
            "team.schema",
            f"the team store `{where}` can not be brought from revision {before or 'none'} to "
            f"{to}: {says}",
            hint=f"this version knows the revisions 1 to {HEAD}",
        ) from None
