"""API tokens: shown once, kept as a hash, bounded in what they may do and for how long."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from tierlock.core import InputError, format_instant
from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.audit import Audit, Event
from tierlock.server.identity.grants import Grant, Grants, common, dump_grants, parse_grants
from tierlock.server.identity.secrets import hash_of, is_same, new_secret
from tierlock.server.identity.tables import PEOPLE, TOKENS

LONGEST: Final = timedelta(days=366)
MACHINE: Final = "machine:"
"""With it begins the name of whoever is no person; no person is called so."""
USED_STEP: Final = 3600
"""Seconds within which the last use of a token is not written again."""

_TOKEN: Final = re.compile(r"tlk_([0-9a-f]{16})_([0-9a-f]{64})")
_LABEL: Final = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}")
_NOBODY: Final = hash_of("")


class Token(NamedTuple):
    """A token as it is listed: without its secret, which nobody has but who was shown it.

    Attributes:
        owner: whose name stands in records of what it does.
        used_at: when it was used, to the hour; None: never.
    """

    id: str
    label: str
    owner: str
    grants: Grants
    made_at: datetime
    made_by: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str

    def state(self, at: datetime) -> str:
        """Return `revoked`, `expired` or `valid`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= at else "valid"


class NewToken(NamedTuple):
    """A token that was just made; its text is shown now and never again."""

    id: str
    text: str
    expires_at: datetime


class Bearer(NamedTuple):
    """Who a valid token stands for.

    Attributes:
        groups: of the person whose token it is, as the provider said them; None for a machine.
    """

    id: str
    owner: str
    grants: Grants
    groups: str | None


def make_token(
    accounts: Accounts,
    *,
    label: str,
    owner: str,
    grants: Grants,
    lasts: timedelta,
    by: str,
    at: datetime,
    audit: Audit,
    person: str | None = None,
    within: Grants | None = None,
    address: str = "",
) -> NewToken:
    """Make a token and return its text, which is kept nowhere.

    Args:
        accounts: where it is kept.
        label: what it is for, so that people know which to revoke.
        owner: name of the person, or of the machine without `machine:`.
        grants: what it may do.
        lasts: for how long; at most a year.
        by: who makes it.
        at: now.
        audit: where that is recorded.
        person: id of the person whose token it is; None for a machine.
        within: what its maker may do: a token gets no more of `grants` than that; None: all.
        address: where its maker asked from.

    Raises:
        InputError: `account.token`, what is asked for is no token that this server gives out;
            `account.unavailable`.
    """
    allowed = _without_signing(grants) if within is None else common(grants, second=within)
    _check(label, owner=owner, person=person, grants=grants, allowed=allowed, lasts=lasts)
    token_id, secret = secrets.token_hex(8), new_secret()
    expires_at = (at + lasts).astimezone(UTC).replace(microsecond=0)
    name = owner if person is not None else f"{MACHINE}{owner}"
    values = {
        "id": token_id, "secret_hash": hash_of(secret), "label": label, "owner": name,
        "person": person, "grants": dump_grants(allowed), "made_at": int(at.timestamp()),
        "made_by": by, "expires_at": int(expires_at.timestamp()),
    }  # fmt: skip
    # Recorded first: a token that nobody knows of is worse than a record of none.
    why = f"`{label}` for {name}, until {format_instant(expires_at)}"
    event = Event("token-made", actor=by, what=token_id, why=why, address=address)
    audit.record(event, at=at)
    with accounts.writing() as connection:
        connection.execute(TOKENS.insert().values(values))
    return NewToken(token_id, f"tlk_{token_id}_{secret}", expires_at)


def revoke_token(
    accounts: Accounts,
    *,
    token: str,
    by: str,
    at: datetime,
    audit: Audit,
    only_of: str | None = None,
    address: str = "",
) -> None:
    """Revoke a token: from the next request on, it opens nothing.

    Args:
        accounts: where it is kept.
        token: its id, or its whole text.
        by: who revokes it.
        at: now.
        audit: where that is recorded.
        only_of: whose it must be; another's is not found. None: anybody's.
        address: where that was asked from.

    Raises:
        InputError: `input.not-found`; `account.unavailable`.
    """
    match = _TOKEN.fullmatch(token)
    token_id = match[1] if match else token
    with accounts.writing() as connection:
        asked = TOKENS.update().where(TOKENS.c.id == token_id, TOKENS.c.revoked_at.is_(None))
        if only_of is not None:
            asked = asked.where(TOKENS.c.owner == only_of)
        changed = connection.execute(
            asked.values(revoked_at=int(at.timestamp()), revoked_by=by)
        ).rowcount
    if not changed:
        raise InputError("input.not-found", "there is no such token that is not revoked already")
    audit.record(Event("token-revoked", actor=by, what=token_id, address=address), at=at)


def list_tokens(accounts: Accounts, *, owner: str | None = None) -> list[Token]:
    """Return the tokens of one owner, or all, the latest first.

    Raises:
        InputError: `account.unavailable`.
    """
    asked = select(TOKENS).order_by(TOKENS.c.made_at.desc(), TOKENS.c.id)
    if owner is not None:
        asked = asked.where(TOKENS.c.owner == owner)
    with accounts.reading() as connection:
        return [_listed(row) for row in connection.execute(asked).all()]


_FIND: Final = (
    select(
        TOKENS.c.secret_hash, TOKENS.c.owner, TOKENS.c.person, TOKENS.c.grants,
        TOKENS.c.expires_at, TOKENS.c.used_at, TOKENS.c.revoked_at, PEOPLE.c.groups,
        PEOPLE.c.disabled_at,
    ).select_from(TOKENS.outerjoin(PEOPLE, TOKENS.c.person == PEOPLE.c.id))
)  # fmt: skip


def find_bearer(accounts: Accounts, *, text: str, at: datetime) -> Bearer:
    """Return who a token stands for, with one look into the database.

    Only who has the right secret is told what is wrong with a token.

    Args:
        accounts: where tokens are kept.
        text: as it was sent.
        at: now.

    Raises:
        InputError: `account.token`, it is none that opens anything; `account.unavailable`.
    """
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise InputError("account.token", "the token is not one of this server")
    with accounts.reading() as connection:
        row = connection.execute(_FIND.where(TOKENS.c.id == match[1])).one_or_none()
    right = is_same(match[2], kept=_NOBODY if row is None else row.secret_hash)
    if row is None or not right:
        raise InputError("account.token", "the token is not one of this server")
    now = int(at.timestamp())
    if row.revoked_at is not None:
        raise InputError("account.token", f"the token {match[1]} is revoked")
    if row.expires_at <= now:
        raise InputError("account.token", f"the token {match[1]} is expired", hint="make a new one")
    if row.person is not None and (row.groups is None or row.disabled_at is not None):
        raise InputError("account.token", f"the owner of the token {match[1]} is disabled")
    if row.used_at is None or now - row.used_at >= USED_STEP:
        with accounts.writing() as connection:
            connection.execute(TOKENS.update().where(TOKENS.c.id == match[1]).values(used_at=now))
    return Bearer(match[1], row.owner, parse_grants(row.grants), row.groups)


def _check(
    label: str,
    *,
    owner: str,
    person: str | None,
    grants: Grants,
    allowed: Grants,
    lasts: timedelta,
) -> None:
    problem = ""
    if not timedelta(0) < lasts <= LONGEST:
        problem = "a token lasts for more than nothing and at most a year"
    elif _LABEL.fullmatch(label) is None:
        problem = "a token has a label of at most 80 characters that says what it is for"
    elif person is None and _OWNER.fullmatch(owner) is None:
        problem = "a machine's name has letters, digits and `._@+-` only"
    elif not grants or not all(grant.roles for grant in grants):
        problem = "a token has a role"
    elif not allowed:
        problem = "nobody gives a token more than they hold themselves"
    if problem:
        raise InputError("account.token", problem)


def _without_signing(grants: Grants) -> Grants:
    return tuple(Grant(roles=one.roles, scopes=one.scopes, subjects=one.subjects) for one in grants)


def _listed(row: Any) -> Token:
    return Token(
        id=row.id,
        label=row.label,
        owner=row.owner,
        grants=parse_grants(row.grants),
        made_at=_instant(row.made_at),
        made_by=row.made_by,
        expires_at=_instant(row.expires_at),
        used_at=None if row.used_at is None else _instant(row.used_at),
        revoked_at=None if row.revoked_at is None else _instant(row.revoked_at),
        revoked_by=row.revoked_by or "",
    )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
