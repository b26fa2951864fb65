"""The tables of a team store: made, or brought to another revision with everything in them."""

from __future__ import annotations

from typing import NamedTuple

from tierlock.store import TeamDatabase, migrate


class Migrated(NamedTuple):
    """What became of the tables.

    Attributes:
        before: the revision that they were of; None where there were none.
        now: the revision that they are of.
    """

    before: str | None
    now: str


def migrate_team(url: str, *, to: str | None = None) -> Migrated:
    """Bring the tables of a team store to a revision, making them where there are none.

    Args:
        url: the database.
        to: the revision, also an earlier one; by default the one of this version.

    Raises:
        InputError: `team.schema`, there is no such way; `input.store`, the database can not be
            written, or the extra `server` is not installed.
    """
    database = TeamDatabase(url)
    return Migrated(*(migrate(database) if to is None else migrate(database, to=to)))
