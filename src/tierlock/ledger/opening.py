"""The door to a ledger by its name: memory, a file, or a database by URL."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tierlock.core import InputError
from tierlock.ledger.interface import Ledger

TEAM: Final = "team:"
"""How the address of a ledger in a team's database begins."""
_POSTGRES: Final = ("postgresql://", "postgres://")


def open_ledger(where: str, *, origin: str | None = None) -> Ledger:
    """Return the ledger that `where` names; the database library is loaded only now.

    Args:
        where: a path, `sqlite:///PATH`, `postgresql://...`, or `team:URL#NAME`, the ledger with a
            name in a team's database.
        origin: how a ledger that is not there yet will be called in its tree heads; None opens
            an existing one only. A ledger keeps the origin that it began with.

    Raises:
        InputError: it can not be opened, or there is none and no origin was given.
        IntegrityError: `ledger.damaged`.
    """
    from tierlock.ledger.sql import SqlLedger

    if where.startswith(TEAM):
        from tierlock.ledger.team import team_backend

        return SqlLedger(team_backend(where), origin=origin)
    if where.startswith(_POSTGRES):
        from tierlock.ledger.postgres import PostgresBackend

        # The shorter name is in wide use, and only the longer one is known to the library.
        url = _POSTGRES[0] + where.partition("://")[2]
        return SqlLedger(PostgresBackend(url), origin=origin)
    scheme, separator, rest = where.partition("://")
    if separator and scheme != "sqlite":
        raise InputError(
            "ledger.unavailable",
            f"no ledger can be kept in `{scheme}`",
            hint="use a path, `sqlite:///PATH` or `postgresql://...`",
        )
    from tierlock.ledger.sqlite import SqliteBackend

    path = Path(rest.removeprefix("/") if separator else where)
    return SqlLedger(SqliteBackend(path, create=origin is not None), origin=origin)
