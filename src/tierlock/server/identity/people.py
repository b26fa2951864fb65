"""People, as the provider knows them: one account each, under a name that does not change."""

from __future__ import annotations

import json
import secrets
import unicodedata
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError as Clash

from tierlock.core import InputError
from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.audit import Audit, Event
from tierlock.server.identity.tables import PEOPLE, SESSIONS
from tierlock.server.identity.tokens import MACHINE

MOST_NAME: Final = 120
_TAKEN: Final = frozenset({"nobody", "local", "(others)"})


class Known(NamedTuple):
    """Whom a provider vouches for.

    Attributes:
        issuer: the provider.
        subject: its own name for the person, which it never gives to another.
        name: what the person would be called here.
        groups: as the provider says them.
    """

    issuer: str
    subject: str
    name: str
    groups: tuple[str, ...]


class Person(NamedTuple):
    """A person who logged in at least once."""

    id: str
    name: str
    issuer: str
    groups: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    disabled_at: datetime | None


def welcome(accounts: Accounts, *, known: Known, at: datetime) -> Person:
    """Return the account of somebody who just logged in; the first time makes it.

    The name is that of the first login. Another account of the same name, or of one that looks the
    same, is refused: records and separation of duties go by names.

    Args:
        accounts: where people are kept.
        known: as the provider vouches for them.
        at: now.

    Raises:
        InputError: `account.login`, the name can not be used or the account is disabled;
            `account.unavailable`.
    """
    folded = check_name(known.name)
    now, groups = int(at.timestamp()), dump_groups(known.groups)
    its = (PEOPLE.c.issuer == known.issuer, PEOPLE.c.subject == known.subject)
    with accounts.writing() as connection:
        # One update finds the account and locks it: of two logins at once none is lost.
        found = connection.execute(
            PEOPLE.update().where(*its).values(groups=groups, last_at=now)
        ).rowcount
        if not found:
            _begin(connection, known=known, folded=folded, groups=groups, now=now)
        row = connection.execute(select(PEOPLE).where(*its)).one()
    if row.disabled_at is not None:
        raise InputError(
            "account.login", "this account is disabled", hint="an administrator can enable it"
        )
    return _person(row)


def _begin(connection: Connection, *, known: Known, folded: str, groups: str, now: int) -> None:
    values = {
        "id": secrets.token_hex(8), "issuer": known.issuer, "subject": known.subject,
        "name": known.name, "folded": folded, "groups": groups, "first_at": now, "last_at": now,
    }  # fmt: skip
    try:
        connection.execute(PEOPLE.insert().values(values))
    except Clash:
        raise InputError(
            "account.login",
            f"another account is called `{known.name}` here",
            hint="an administrator looks at both: `tierlock account person list`",
        ) from None


def check_name(name: str) -> str:
    """Return the form of a name in which two that look the same are equal.

    Raises:
        InputError: `account.login`; nobody can be called so.

    >>> check_name("Ann@Example.org")
    'ann@example.org'
    """
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    usable = (
        0 < len(name) <= MOST_NAME
        and name == name.strip()
        and name.isprintable()
        # A letter of another script can look like one of ours: either all is ASCII, or nothing.
        and (folded.isascii() or not any("a" <= letter <= "z" for letter in folded))
        and not folded.startswith(MACHINE)
        and folded not in _TAKEN
    )
    if not usable:
        raise InputError("account.login", "the name that the provider gives can not be used here")
    return folded


def find_person(accounts: Accounts, *, name: str) -> Person | None:
    """Return the person of a name; None: nobody of this name ever logged in.

    Raises:
        InputError: `account.unavailable`.
    """
    with accounts.reading() as connection:
        row = connection.execute(select(PEOPLE).where(PEOPLE.c.name == name)).one_or_none()
    return None if row is None else _person(row)


class Account(NamedTuple):
    """The account of a person at the provider, and when they last logged in by it."""

    issuer: str
    subject: str
    last_at: datetime


def find_account(accounts: Accounts, *, name: str) -> Account | None:
    """Return the account at the provider of whoever is called `name` here.

    Raises:
        InputError: `account.unavailable`.
    """
    with accounts.reading() as connection:
        row = connection.execute(select(PEOPLE).where(PEOPLE.c.name == name)).one_or_none()
    if row is None or row.disabled_at is not None:
        return None
    return Account(row.issuer, row.subject, datetime.fromtimestamp(row.last_at, UTC))


def list_people(accounts: Accounts) -> list[Person]:
    """Return everybody who logged in at least once, by name.

    Raises:
        InputError: `account.unavailable`.
    """
    with accounts.reading() as connection:
        rows = connection.execute(select(PEOPLE).order_by(PEOPLE.c.name)).all()
    return [_person(row) for row in rows]


def set_disabled(
    accounts: Accounts, *, name: str, disabled: bool, by: str, at: datetime, audit: Audit
) -> None:
    """Shut somebody out, at once and with all their sessions and tokens, or let them in again.

    Args:
        accounts: where people are kept.
        name: the person's name.
        disabled: whether to shut out.
        by: who does it.
        at: now.
        audit: where that is recorded.

    Raises:
        InputError: `input.not-found`; `account.unavailable`.
    """
    with accounts.writing() as connection:
        row = connection.execute(select(PEOPLE.c.id).where(PEOPLE.c.name == name)).one_or_none()
        if row is None:
            raise InputError("input.not-found", f"nobody called `{name}` ever logged in")
        until = int(at.timestamp()) if disabled else None
        connection.execute(PEOPLE.update().where(PEOPLE.c.id == row.id).values(disabled_at=until))
        if disabled:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.person == row.id))
    kind: Final = "person-disabled" if disabled else "person-enabled"
    audit.record(Event(kind, actor=by, what=name), at=at)


def dump_groups(groups: tuple[str, ...]) -> str:
    """Return groups as the database keeps them."""
    return json.dumps(sorted(set(groups)))


def parse_groups(text: str) -> tuple[str, ...]:
    """Return the groups that the database keeps; the inverse of `dump_groups`."""
    found = json.loads(text)
    return tuple(one for one in found if isinstance(one, str))


def _person(row: Any) -> Person:
    until = row.disabled_at
    return Person(
        id=row.id,
        name=row.name,
        issuer=row.issuer,
        groups=parse_groups(row.groups),
        first_at=datetime.fromtimestamp(row.first_at, tz=UTC),
        last_at=datetime.fromtimestamp(row.last_at, tz=UTC),
        disabled_at=None if until is None else datetime.fromtimestamp(until, tz=UTC),
    )
