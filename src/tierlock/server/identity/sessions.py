"""Sessions of browsers, kept on the server; the cookie is a random name and nothing else."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select
from starlette.responses import Response

from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.people import Person
from tierlock.server.identity.secrets import form_token, hash_of, new_secret
from tierlock.server.identity.settings import IdentitySettings
from tierlock.server.identity.tables import PEOPLE, SESSIONS

SEEN_STEP: Final = 60
"""Seconds within which the last use of a session is not written again."""
_SECRET: Final = re.compile(r"[0-9a-f]{64}")


class Session(NamedTuple):
    """A session that holds now.

    Attributes:
        name: the person's.
        groups: as the provider said them at the latest login, as the database keeps them.
        person: the id of the person.
        csrf: what forms of this session repeat.
    """

    name: str
    groups: str
    person: str
    csrf: str


def cookie_name(kind: str, *, settings: IdentitySettings) -> str:
    """Return the name of a cookie; by TLS one that no neighbouring host can set (RFC 6265bis)."""
    return f"__Host-tierlock-{kind}" if settings.secure else f"tierlock-{kind}"


def begin_session(
    accounts: Accounts, *, person: Person, at: datetime, settings: IdentitySettings
) -> str:
    """Return the secret of a new session. Every login begins one: none is ever taken over.

    Args:
        accounts: where sessions are kept.
        person: whose it is.
        at: now.
        settings: how long it lasts.

    Raises:
        InputError: `account.unavailable`.
    """
    secret, now = new_secret(), int(at.timestamp())
    values = {
        "id_hash": hash_of(secret), "person": person.id, "made_at": now, "seen_at": now,
        "expires_at": now + settings.longest,
    }  # fmt: skip
    with accounts.writing() as connection:
        connection.execute(SESSIONS.delete().where(SESSIONS.c.expires_at <= now))
        connection.execute(SESSIONS.insert().values(values))
    return secret


_FIND: Final = (
    select(
        SESSIONS.c.seen_at, SESSIONS.c.expires_at, PEOPLE.c.id, PEOPLE.c.name, PEOPLE.c.groups,
        PEOPLE.c.disabled_at,
    ).select_from(SESSIONS.join(PEOPLE, SESSIONS.c.person == PEOPLE.c.id))
)  # fmt: skip


def find_session(
    accounts: Accounts, *, secret: str, at: datetime, settings: IdentitySettings
) -> Session | None:
    """Return the session of a cookie, with one look into the database; None where none holds.

    Args:
        accounts: where sessions are kept.
        secret: the cookie's value.
        at: now.
        settings: how long an unused session lasts.

    Raises:
        InputError: `account.unavailable`.
    """
    if _SECRET.fullmatch(secret) is None:
        return None
    now, key = int(at.timestamp()), hash_of(secret)
    with accounts.reading() as connection:
        row = connection.execute(_FIND.where(SESSIONS.c.id_hash == key)).one_or_none()
    if row is None or row.disabled_at is not None:
        return None
    if row.expires_at <= now or row.seen_at + settings.idle <= now:
        end_session(accounts, secret=secret)
        return None
    if now - row.seen_at >= SEEN_STEP:
        with accounts.writing() as connection:
            connection.execute(
                SESSIONS.update().where(SESSIONS.c.id_hash == key).values(seen_at=now)
            )
    return Session(row.name, row.groups, row.id, form_token(secret))


def end_session(accounts: Accounts, *, secret: str) -> None:
    """End a session; its cookie opens nothing from here on.

    Raises:
        InputError: `account.unavailable`.
    """
    with accounts.writing() as connection:
        connection.execute(SESSIONS.delete().where(SESSIONS.c.id_hash == hash_of(secret)))


def set_cookie(
    response: Response, *, kind: str, value: str, settings: IdentitySettings, lasts: int
) -> None:
    """Give a browser a cookie that no script reads and no other site's form sends."""
    response.set_cookie(
        cookie_name(kind, settings=settings),
        value,
        max_age=lasts,
        path="/",
        secure=settings.secure,
        httponly=True,
        # `strict` would not come back with the redirect from the provider.
        samesite="lax",
    )


def drop_cookie(response: Response, *, kind: str, settings: IdentitySettings) -> None:
    """Let a browser forget a cookie."""
    set_cookie(response, kind=kind, value="", settings=settings, lasts=0)
