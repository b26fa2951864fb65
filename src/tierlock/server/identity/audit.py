"""The audit: who was refused, who logged in, whose token was made, who read dangerous texts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from sqlalchemy import select

from tierlock.core.errors import printable
from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.tables import AUDIT

Kind = Literal[
    "denied", "login", "login-failed", "logout", "token-made", "token-revoked", "token-refused",
    "person-disabled", "person-enabled",
]  # fmt: skip
REPEATED: Final[frozenset[str]] = frozenset({"denied", "login-failed", "token-refused"})
"""Kinds that anybody can cause without end: their repetitions are counted, not listed."""
MOST_PER_MINUTE: Final = 50
"""Rows of the repeated kinds that one process writes in a minute; what is beyond shares one row."""
MOST_PAGE: Final = 500
_TEXT: Final = 200
_OTHERS: Final = "(others)"


class Event(NamedTuple):
    """One thing that happened.

    Attributes:
        kind: what sort of thing.
        actor: who, as far as it is known.
        via: how they showed who they are: `token ID`, `session`, `local`, or nothing.
        what: the route, token or text that it was about.
        subject: the subject that it was about.
        why: the reason of a refusal, or the one that a reader gave.
        address: the remote address.
    """

    kind: Kind
    actor: str = ""
    via: str = ""
    what: str = ""
    subject: str = ""
    why: str = ""
    address: str = ""


class Seen(NamedTuple):
    """A row of the audit.

    Attributes:
        times: how often it happened within the minute, at least.
    """

    id: int
    at: datetime
    event: Event
    times: int


class Audit:
    """Writes the audit. Every process has one.

    What anybody can cause without end is counted per minute in one row: the first time is written
    at once, later ones whenever their number has doubled. All else is a row of its own, on the disk
    when `record` returns.

    Args:
        accounts: where it is kept.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()
        self._minute = -1
        self._rows: dict[Event, tuple[int, int]] = {}

    def record(self, event: Event, *, at: datetime) -> None:
        """Write down what happened.

        Raises:
            InputError: `account.unavailable`; what must be recorded may then not happen.
        """
        event = Event(*(_short(text) for text in event))  # type: ignore[arg-type]  # kind stays
        if event.kind in REPEATED:
            with self._lock:
                self._count(event, at)
        else:
            self._insert(event, at)

    def close(self) -> None:
        """Write down the counts that are not written yet.

        Raises:
            InputError: `account.unavailable`.
        """
        with self._lock:
            self._settle()

    def _count(self, event: Event, at: datetime) -> None:
        minute = int(at.timestamp()) // 60
        if minute != self._minute:
            self._settle()
            self._minute = minute
        if event not in self._rows and len(self._rows) >= MOST_PER_MINUTE:
            event = Event(event.kind, actor=_OTHERS)
        row, times = self._rows.get(event, (0, 0))
        times += 1
        if not row:
            row = self._insert(event, at)
        elif times & (times - 1) == 0:
            self._write_times(row, times)
        self._rows[event] = row, times

    def _settle(self) -> None:
        rows, self._rows = self._rows, {}
        for row, times in rows.values():
            if times & (times - 1):
                self._write_times(row, times)

    def _insert(self, event: Event, at: datetime) -> int:
        values = {**event._asdict(), "at": int(at.timestamp()), "times": 1}
        with self._accounts.writing() as connection:
            made = connection.execute(AUDIT.insert().values(values)).inserted_primary_key
        return int(made[0]) if made else 0

    def _write_times(self, row: int, times: int) -> None:
        with self._accounts.writing() as connection:
            connection.execute(AUDIT.update().where(AUDIT.c.id == row).values(times=times))


def list_events(
    accounts: Accounts,
    *,
    before: int | None = None,
    kinds: Sequence[Kind] = (),
    actor: str | None = None,
    limit: int = 100,
) -> list[Seen]:
    """Return rows of the audit, the latest first.

    Args:
        accounts: where it is kept.
        before: only rows with a smaller id: the id of the last row of the page before.
        kinds: only these; empty: all.
        actor: only this person's or machine's.
        limit: at most so many, and never more than 500.

    Raises:
        InputError: `account.unavailable`.
    """
    asked = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(max(1, min(limit, MOST_PAGE)))
    if before is not None:
        asked = asked.where(AUDIT.c.id < before)
    if kinds:
        asked = asked.where(AUDIT.c.kind.in_(kinds))
    if actor is not None:
        asked = asked.where(AUDIT.c.actor == actor)
    with accounts.reading() as connection:
        rows = connection.execute(asked).all()
    return [
        Seen(
            id=row.id,
            at=datetime.fromtimestamp(row.at, tz=UTC),
            event=Event(*(getattr(row, name) for name in Event._fields)),
            times=row.times,
        )
        for row in rows
    ]


def _short(text: str) -> str:
    """What others wrote can neither act on a terminal nor fill the disk."""
    shown = printable(text[: _TEXT + 1])
    return shown if len(shown) <= _TEXT else f"{shown[: _TEXT - 1]}…"
