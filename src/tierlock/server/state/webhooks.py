"""Webhooks: who is told of what, and the messages that wait to be sent."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError as Twice

from tierlock.core import InputError
from tierlock.server.state.tables import DELIVERIES, WEBHOOKS

EVENTS: Final[dict[str, str]] = {
    "decision.changed": "the gate answers an action otherwise than before",
    "evidence.added": "evidence came in",
    "statement.added": "a signed statement came in",
}
"""Name of an event -> when it is sent."""


class Webhook(NamedTuple):
    """Who is told of what.

    Attributes:
        secret: signs what is sent; shown once, when the webhook is made.
        events: names in `EVENTS`.
        subjects: patterns of slugs.
    """

    id: str
    url: str
    secret: str
    events: tuple[str, ...]
    subjects: tuple[str, ...]
    made_at: int
    made_by: str


class Delivery(NamedTuple):
    """One message to one webhook.

    Attributes:
        state: `waiting`, `sent` or `given-up`.
        says: what the receiver answered last.
    """

    number: int
    id: str
    webhook: str
    body: bytes
    made_at: int
    next_at: int
    tries: int
    state: str
    says: str


class Webhooks:
    """The webhooks of a server, and what waits to be sent.

    Args:
        engine: where they are kept.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(
        self, *, url: str, events: Sequence[str], subjects: Sequence[str], by: str, at: datetime
    ) -> Webhook:
        """Make a webhook and return it with its secret."""
        made = Webhook(
            id=f"whk_{secrets.token_hex(8)}",
            url=url,
            secret=f"whsec_{secrets.token_urlsafe(32)}",
            events=tuple(events),
            subjects=tuple(subjects),
            made_at=int(at.timestamp()),
            made_by=by,
        )
        with self._engine.begin() as connection:
            connection.execute(
                insert(WEBHOOKS).values(
                    **made._asdict()
                    | {"events": json.dumps(made.events), "subjects": json.dumps(made.subjects)}
                )
            )
        return made

    def list(self) -> tuple[Webhook, ...]:
        """Return every webhook that was not ended, oldest first."""
        question = select(WEBHOOKS).where(WEBHOOKS.c.ended_at.is_(None))
        with self._engine.connect() as connection:
            rows = connection.execute(question.order_by(WEBHOOKS.c.made_at, WEBHOOKS.c.id)).all()
        return tuple(
            Webhook(
                row.id, row.url, row.secret, tuple(json.loads(row.events)),
                tuple(json.loads(row.subjects)), row.made_at, row.made_by,
            )
            for row in rows
        )  # fmt: skip

    def end(self, name: str, *, at: datetime) -> None:
        """End a webhook: nothing is sent to it any more.

        Raises:
            InputError: `input.not-found`.
        """
        with self._engine.begin() as connection:
            done = connection.execute(
                update(WEBHOOKS)
                .where(WEBHOOKS.c.id == name, WEBHOOKS.c.ended_at.is_(None))
                .values(ended_at=int(at.timestamp()))
            )
            connection.execute(
                update(DELIVERIES)
                .where(DELIVERIES.c.webhook == name, DELIVERIES.c.state == "waiting")
                .values(state="given-up", says="the webhook was ended")
            )
        if not done.rowcount:
            raise InputError("input.not-found", f"no webhook `{name}`")

    def tell(
        self, event: str, *, name: str, slug: str, data: Mapping[str, object], at: datetime
    ) -> int:
        """Queue an event for every webhook that asked for it; return how many are told.

        Args:
            event: a name in `EVENTS`.
            name: the event's own name: the same event, found again, is not sent again.
            slug: about which subject.
            data: what is said of it.
            at: when it was found.
        """
        body = json.dumps(
            {"type": event, "timestamp": at.isoformat(), "data": {"subject": slug, **data}},
            separators=(",", ":"),
            sort_keys=True,
        ).encode()
        told = 0
        for webhook in self.list():
            if event not in webhook.events:
                continue
            if not any(fnmatchcase(slug, pattern) for pattern in webhook.subjects):
                continue
            told += self._queue(webhook.id, name=name, body=body, now=int(at.timestamp()))
        return told

    def _queue(self, webhook: str, *, name: str, body: bytes, now: int) -> int:
        values = {
            "id": name, "webhook": webhook, "body": body, "made_at": now, "next_at": now,
            "tries": 0, "state": "waiting", "says": "",
        }  # fmt: skip
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(DELIVERIES).values(**values))
        except Twice:
            return 0
        return 1

    def deliveries(self, webhook: str, *, limit: int = 50) -> tuple[Delivery, ...]:
        """Return the latest messages to a webhook, newest first."""
        question = select(DELIVERIES).where(DELIVERIES.c.webhook == webhook)
        with self._engine.connect() as connection:
            rows = connection.execute(question.order_by(DELIVERIES.c.number.desc()).limit(limit))
            return tuple(Delivery(*row) for row in rows)

    def claim(self, *, at: datetime, lease: int) -> Delivery | None:
        """Return a message that is due, which nobody else gets for `lease` seconds."""
        now = int(at.timestamp())
        due = (
            select(DELIVERIES)
            .where(DELIVERIES.c.state == "waiting", DELIVERIES.c.next_at <= now)
            .order_by(DELIVERIES.c.next_at, DELIVERIES.c.number)
            .limit(1)
        )
        while True:
            with self._engine.begin() as connection:
                row = connection.execute(due).one_or_none()
                if row is None:
                    return None
                taken = connection.execute(
                    update(DELIVERIES)
                    .where(DELIVERIES.c.number == row.number, DELIVERIES.c.tries == row.tries)
                    .values(tries=row.tries + 1, next_at=now + lease)
                )
            if taken.rowcount:
                return Delivery(*row)

    def settle(self, number: int, *, state: str, says: str, next_at: int) -> None:
        """Note how a message fared."""
        with self._engine.begin() as connection:
            connection.execute(
                update(DELIVERIES)
                .where(DELIVERIES.c.number == number)
                .values(state=state, says=says[:500], next_at=next_at)
            )
