"""Many ledgers in one database: each with its own tree and its own writer.

Every promise is that of a ledger in a database of its own. Connections are shared by all ledgers of
a database and stay open when one of them is closed.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tierlock.core import InputError
from tierlock.ledger.opening import TEAM
from tierlock.ledger.sql import Backend, Session
from tierlock.ledger.sqlite import SqliteBackend
from tierlock.ledger.tables import TEAM_LEDGERS, Statements, statements_of

_SQLITE: Final = "sqlite:///"
# The last place of each media type, by two looks into an index per type.
_MARKS: Final = """
WITH RECURSIVE types (media_type) AS (
  SELECT min(media_type) FROM team_entries WHERE ledger = :ledger
  UNION ALL
  SELECT (SELECT min(media_type) FROM team_entries
          WHERE ledger = :ledger AND media_type > types.media_type)
  FROM types WHERE types.media_type IS NOT NULL)
SELECT media_type, (SELECT max(position) FROM team_entries
                    WHERE ledger = :ledger AND media_type = types.media_type)
FROM types WHERE media_type IS NOT NULL
"""

_URLS: dict[str, str] = {}
_SHARED: dict[tuple[int, str], Backend] = {}
_GUARD: Final = threading.Lock()


def team_address(url: str, *, shown: str, ledger: str) -> str:
    """Return the address of a ledger in a team's database, which this process can open.

    Args:
        url: the database, with its password where it has one.
        shown: the same without a password; the address is printed in messages.
        ledger: the name.
    """
    with _GUARD:
        name, number = shown, 1
        # Two databases may differ only in what is not shown.
        while _URLS.setdefault(name, url) != url:
            number += 1
            name = f"{shown}~{number}"
    return f"{TEAM}{name}#{ledger}"


def team_backend(address: str) -> TeamBackend:
    """Return the database of `team:URL#NAME`, as far as this ledger is concerned.

    Raises:
        InputError: `ledger.unavailable`, the address is not one.
    """
    shown, _, ledger = address.removeprefix(TEAM).rpartition("#")
    if not shown or not ledger:
        raise InputError(
            "ledger.unavailable",
            "the address of the ledger can not be read",
            hint="write it like `team:sqlite:///team.db#NAME`",
        )
    return TeamBackend(_shared(_URLS.get(shown, shown)), where=address, ledger=ledger)


def last_places(address: str) -> Mapping[str, int]:
    """Return for each media type in a ledger the place of its last entry.

    Raises:
        InputError: `ledger.unavailable`.
        IntegrityError: `ledger.damaged`.
    """
    backend = team_backend(address)
    with backend.transaction("read", writing=False) as session:
        return dict(session.rows(_MARKS, backend.asked.key))


def close_team(url: str) -> None:
    """Close the connections to a team's database that no transaction uses."""
    with _GUARD:
        backend = _SHARED.pop((os.getpid(), url), None)
    if backend is not None:
        backend.close()


class TeamBackend:
    """One ledger's part of a database that many share.

    Args:
        shared: the database.
        where: the ledger as people know it.
        ledger: its name.
    """

    tables: Mapping[str, tuple[str, ...]] = {}
    ledgers = TEAM_LEDGERS

    def __init__(self, shared: Backend, *, where: str, ledger: str) -> None:
        self.where = where
        self.asked: Statements = statements_of(ledger)
        self._shared = shared
        # Writers of other ledgers do not wait; two names with one number only wait for nothing.
        named = hashlib.sha256(f"tierlock-ledger {ledger}".encode()).digest()
        self._lock = int.from_bytes(named[:8], signed=True)

    @contextmanager
    def transaction(
        self, what: str, *, writing: bool, lock: int | None = None
    ) -> Iterator[Session]:
        """Run what is done inside as one transaction: all of it or, after an error, nothing."""
        number = self._lock if lock is None else lock
        with self._shared.transaction(what, writing=writing, lock=number) as session:
            yield session

    def close(self) -> None:
        """The connections are those of all ledgers of the database, and stay."""


def _shared(url: str) -> Backend:
    # A connection serves the process that opened it: a copy of the process opens its own.
    key = (os.getpid(), url)
    with _GUARD:
        if key not in _SHARED:
            _SHARED[key] = _opened(url)
        return _SHARED[key]


def _opened(url: str) -> Backend:
    if url.startswith(_SQLITE):
        return SqliteBackend(Path(url.removeprefix(_SQLITE)), create=False)
    from tierlock.ledger.postgres import PostgresBackend

    return PostgresBackend(url)
