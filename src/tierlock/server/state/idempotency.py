"""A request that is sent again with the same key is answered again, and done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError as Twice

from tierlock.server.problems import Refused
from tierlock.server.state.tables import ANSWERED

KEPT: Final = 24 * 3600
"""Seconds for which an answer is remembered."""
_STALE: Final = 15 * 60
"""Seconds after which a request without an answer is taken for one whose server was ended."""


class Answered(NamedTuple):
    """An answer as it was sent.

    Attributes:
        replayed: whether it is that of an earlier request.
    """

    status: int
    body: bytes
    replayed: bool = False


class Once:
    """Does each keyed request once.

    Args:
        engine: where answers are remembered.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def do(
        self, act: Callable[[], Answered], *, key: str, fingerprint: str, at: datetime
    ) -> Answered:
        """Return what `act` answers, or what it answered to the same key before.

        An answer that refuses is forgotten: the request may be sent again when it is mended.

        Args:
            act: does the work.
            key: whose key it is and the key itself.
            fingerprint: digest of what is asked: one key stands for one request.
            at: now.

        Raises:
            Refused: `server.key-reused`, another request had this key; `server.in-progress`, the
                same one is being handled at this moment.
        """
        now = int(at.timestamp())
        known = self._begin(key, fingerprint=fingerprint, now=now)
        if known is not None:
            return known
        try:
            found = act()
        except BaseException:
            self._forget(key)
            raise
        with self._engine.begin() as connection:
            connection.execute(
                update(ANSWERED)
                .where(ANSWERED.c.key == key)
                .values(status=found.status, body=found.body)
            )
        return found

    def _begin(self, key: str, *, fingerprint: str, now: int) -> Answered | None:
        with self._engine.begin() as connection:
            connection.execute(delete(ANSWERED).where(ANSWERED.c.begun_at < now - KEPT))
            connection.execute(
                delete(ANSWERED).where(
                    ANSWERED.c.key == key,
                    ANSWERED.c.status.is_(None),
                    ANSWERED.c.begun_at < now - _STALE,
                )
            )
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(ANSWERED).values(key=key, fingerprint=fingerprint, begun_at=now)
                )
        except Twice:
            return self._known(key, fingerprint=fingerprint)
        return None

    def _known(self, key: str, *, fingerprint: str) -> Answered:
        with self._engine.connect() as connection:
            row = connection.execute(select(ANSWERED).where(ANSWERED.c.key == key)).one_or_none()
        if row is not None and row.fingerprint != fingerprint:
            raise Refused(
                422,
                "server.key-reused",
                "this idempotency key was used for another request",
                hint="give every new request a new key",
            )
        if row is None or row.status is None:
            raise Refused(
                409,
                "server.in-progress",
                "the request with this idempotency key is being handled",
                hint="send it again in a moment",
                headers={"retry-after": "1"},
            )
        return Answered(row.status, row.body, replayed=True)

    def _forget(self, key: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(ANSWERED).where(ANSWERED.c.key == key))
