"""Who sends a request: a token in its header, else a session in its cookie, else nobody."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from starlette.requests import Request

from tierlock.core import InputError
from tierlock.server.identity.addresses import bucket_of
from tierlock.server.identity.audit import Event
from tierlock.server.identity.grants import (
    Grants,
    common,
    matches,
    roles_anywhere,
    roles_on,
    scopes_on,
)
from tierlock.server.identity.people import parse_groups
from tierlock.server.identity.rates import Limiter, TooManyRequests
from tierlock.server.identity.service import Identity
from tierlock.server.identity.sessions import cookie_name, find_session
from tierlock.server.identity.settings import IdentitySettings, grants_of
from tierlock.server.identity.tokens import find_bearer
from tierlock.server.principal import ANONYMOUS, Kind, Principal
from tierlock.server.problems import Refused

_MOST_HEADER: Final = 200
_EVERY: Final = "*"


class AccountAuthenticator:
    """Tells who sends a request, with at most one look into the database.

    A token or session that is not valid never falls back to something else that the request
    carries. The address of the request becomes that of the client behind known proxies.

    Args:
        identity: accounts, settings and limits.
    """

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def authenticate(self, request: Request) -> Principal:
        """Return who sends a request, as they are for the subject that its path names.

        Raises:
            Refused: 401, a token that opens nothing; 429, too many requests; 503, nobody can be
                known now.
        """
        address = self._place(request)
        try:
            found = self._find(request, address=address)
        except TooManyRequests as error:
            raise _too_many(error) from None
        except InputError as error:
            if error.code == "account.unavailable":
                raise Refused(
                    503, error.code, "the accounts can not be read; nobody is let in"
                ) from None
            raise
        return found

    def _place(self, request: Request) -> str:
        """Note and return from where a request comes."""
        peer = request.client.host if request.client else ""
        forwarded = request.headers.getlist("x-forwarded-for")
        address = self._identity.proxies.client_of(peer, forwarded=forwarded)
        request.scope["client"] = (address, request.client.port if request.client else 0)
        return address

    def _find(self, request: Request, *, address: str) -> Principal:
        given = request.headers.getlist("authorization")
        if given:
            found = self._by_token(given, request=request, address=address)
        else:
            found = self._by_session(request) or ANONYMOUS
        if found.kind == "anonymous":
            self._identity.unknown.take(bucket_of(address))
        else:
            self._identity.known.take(found.name)
        return found

    def _by_token(self, given: list[str], *, request: Request, address: str) -> Principal:
        identity = self._identity
        kind, _, text = given[0][:_MOST_HEADER].partition(" ")
        try:
            if len(given) > 1 or kind.lower() != "bearer":
                raise InputError("account.token", "the header `Authorization` holds no one token")
            bearer = find_bearer(identity.accounts, text=text.strip(), at=identity.clock())
        except InputError as error:
            if error.code != "account.token":
                raise
            self._note_refused(error, request=request, address=address)
            raise Refused(
                401,
                error.code,
                error.message,
                hint=error.hint or "Authorization: Bearer tlk_...",
                headers={"www-authenticate": 'Bearer error="invalid_token"'},
            ) from None
        grants = bearer.grants
        if bearer.groups is not None:
            own = grants_of(
                bearer.owner, groups=parse_groups(bearer.groups), settings=identity.settings
            )
            grants = common(grants, second=own)
        return principal_for(
            bearer.owner, kind="token", grants=grants, request=request, settings=identity.settings
        )

    def _note_refused(self, error: InputError, *, request: Request, address: str) -> None:
        identity = self._identity
        identity.logins.take(bucket_of(address))
        event = Event("token-refused", what=request.url.path, why=error.message, address=address)
        identity.audit.record(event, at=identity.clock())

    def _by_session(self, request: Request) -> Principal | None:
        identity = self._identity
        secret = request.cookies.get(cookie_name("session", settings=identity.settings), "")
        session = find_session(
            identity.accounts, secret=secret, at=identity.clock(), settings=identity.settings
        )
        if session is None:
            return None
        grants = grants_of(
            session.name, groups=parse_groups(session.groups), settings=identity.settings
        )
        return principal_for(
            session.name,
            kind="user",
            grants=grants,
            request=request,
            settings=identity.settings,
            csrf=session.csrf,
        )


def principal_for(
    name: str,
    *,
    kind: Kind,
    grants: Grants,
    request: Request,
    settings: IdentitySettings,
    csrf: str = "",
) -> Principal:
    """Return somebody as they are for one request.

    Where the path names a subject, roles and scopes are those for this subject: who reviews one
    subject and only sees another does not review the other. Framework roles that are granted under
    some frameworks only are called `ROLE@PATTERN`.

    Args:
        name: how records call them.
        kind: how they showed who they are.
        grants: what they may do.
        request: what they ask; its path may name a subject as `slug`.
        settings: with the roles that are kept apart.
        csrf: what their forms repeat.
    """
    slug = _slug(request)
    return Principal(
        name,
        kind=kind,
        roles=roles_anywhere(grants) if slug is None else roles_on(grants, subject=slug),
        scopes=_scopes(grants) if slug is None else scopes_on(grants, subject=slug),
        subjects=tuple(
            dict.fromkeys(pattern for one in grants if one.roles for pattern in one.subjects)
        ),
        framework_roles=MappingProxyType(_framework_roles(grants, slug=slug, settings=settings)),
        csrf=csrf,
        roles_for=lambda other: roles_on(grants, subject=other),
    )


def _slug(request: Request) -> str | None:
    found = request.path_params.get("slug")
    return found if isinstance(found, str) else None


def _scopes(grants: Grants) -> frozenset[str]:
    """Scopes where no subject is named: those that are granted for every subject."""
    return frozenset(scope for one in grants if _EVERY in one.subjects for scope in one.scopes)


def _framework_roles(
    grants: Grants, *, slug: str | None, settings: IdentitySettings
) -> dict[str, tuple[str, ...]]:
    """Role -> patterns of subjects; none of two that are kept apart for the same subject."""
    found: dict[str, tuple[str, ...]] = {}
    for grant in grants:
        if slug is not None and not matches(slug, patterns=grant.subjects):
            continue
        for one in grant.signs_as:
            for role in one.roles:
                key = role if one.framework == _EVERY else f"{role}@{one.framework}"
                found[key] = (*found.get(key, ()), *grant.subjects)
    if slug is None:
        return found
    held = {key.partition("@")[0] for key in found}
    closed = {role for group in settings.apart if len(held & set(group)) > 1 for role in group}
    return {key: value for key, value in found.items() if key.partition("@")[0] not in closed}


def take_login(identity: Identity, *, address: str) -> None:
    """Count one attempt to log in.

    Raises:
        Refused: 429.
    """
    limiter: Limiter = identity.logins
    try:
        limiter.take(bucket_of(address))
    except TooManyRequests as error:
        raise _too_many(error) from None


def _too_many(error: TooManyRequests) -> Refused:
    return Refused(
        429,
        error.code,
        error.message,
        hint=error.hint or "",
        headers={"retry-after": str(error.retry_after)},
    )
