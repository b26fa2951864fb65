"""Logins that were begun: what only this server and one browser know until the provider answers."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select

from tierlock.core import InputError
from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.secrets import hash_of, is_same, new_secret
from tierlock.server.identity.tables import LOGINS

LASTS: Final = 600
"""Seconds that somebody may take at the provider."""
MOST_OPEN: Final = 10_000
"""Logins that are open at once: anybody can begin one."""
_MOST_NEXT: Final = 1000


class Login(NamedTuple):
    """A login that was begun.

    Attributes:
        state: comes back with the provider's answer.
        browser: stays in the browser's cookie: nobody logs another browser in.
        nonce: comes back inside the signed token.
        verifier: proves to the provider that who fetches the token began the login (RFC 7636).
        next: the page that was asked for.
        made_at: seconds since 1970.
    """

    state: str
    browser: str
    nonce: str
    verifier: str
    next: str
    made_at: int


def begin_login(accounts: Accounts, *, next_page: str, at: datetime) -> Login:
    """Return a new login.

    Args:
        accounts: where it is kept, as hashes where that is enough.
        next_page: the page that was asked for; another site's becomes `/`.
        at: now.

    Raises:
        InputError: `account.rate`, too many are open; `account.unavailable`.
    """
    now = int(at.timestamp())
    login = Login(
        state=new_secret(),
        browser=new_secret(),
        nonce=new_secret(),
        verifier=secrets.token_urlsafe(64),
        next=own_page(next_page),
        made_at=now,
    )
    values = {
        "state_hash": hash_of(login.state), "browser_hash": hash_of(login.browser),
        "nonce": login.nonce, "verifier": login.verifier, "next": login.next, "made_at": now,
    }  # fmt: skip
    with accounts.writing() as connection:
        connection.execute(LOGINS.delete().where(LOGINS.c.made_at <= now - LASTS))
        number = connection.execute(select(func.count()).select_from(LOGINS)).scalar_one()
        if number >= MOST_OPEN:
            raise InputError("account.rate", "too many logins are open", hint="try again later")
        connection.execute(LOGINS.insert().values(values))
    return login


def end_login(accounts: Accounts, *, state: str, browser: str, at: datetime) -> Login:
    """Return the login that an answer of the provider belongs to; it can be ended once.

    Args:
        accounts: where it is kept.
        state: as it came back.
        browser: from the browser's cookie.
        at: now.

    Raises:
        InputError: `account.login`, it was not begun by this browser, was ended before, or took too
            long; `account.unavailable`.
    """
    key, now = hash_of(state), int(at.timestamp())
    with accounts.writing() as connection:
        row = connection.execute(select(LOGINS).where(LOGINS.c.state_hash == key)).one_or_none()
        # Who has a state and not the browser's cookie can not end the login of somebody else.
        right = row is not None and is_same(browser, kept=row.browser_hash)
        ended = (
            right and connection.execute(LOGINS.delete().where(LOGINS.c.state_hash == key)).rowcount
        )
    if row is None or not ended or row.made_at <= now - LASTS:
        raise InputError(
            "account.login",
            "this login was not begun by this browser, or is over",
            hint="begin again, in one window and within ten minutes",
        )
    return Login(state, browser, row.nonce, row.verifier, row.next, row.made_at)


def own_page(text: str) -> str:
    r"""Return an address within this server; `/` for whatever could lead elsewhere.

    >>> own_page("/subjects/a?b=c"), own_page("//evil.example"), own_page("/\\evil.example")
    ('/subjects/a?b=c', '/', '/')
    """
    plain = text.isascii() and text.isprintable() and "\\" not in text and len(text) <= _MOST_NEXT
    own = text.startswith("/") and not text.startswith("//")
    # After the login nobody should find themselves where a login or logout happens by itself.
    away = text.startswith(("/login", "/logout"))
    return text if plain and own and not away else "/"
