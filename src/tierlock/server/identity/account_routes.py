"""Everybody's own tokens; for administrators all tokens and people; for auditors the audit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request
from pydantic import Field
from pydantic.alias_generators import to_camel
from starlette.responses import RedirectResponse, Response

from tierlock.core import InputError, Instant, Record
from tierlock.server.context import principal_of
from tierlock.server.identity.audit import MOST_PAGE, Kind, Seen, list_events
from tierlock.server.identity.grants import Grant, Grants, Pattern, Scope, ServerRole
from tierlock.server.identity.people import Person, find_person, list_people, set_disabled
from tierlock.server.identity.service import Identity
from tierlock.server.identity.settings import grants_of
from tierlock.server.identity.tokens import (
    LONGEST,
    NewToken,
    Token,
    list_tokens,
    make_token,
    revoke_token,
)
from tierlock.server.permissions import ACCOUNT_ROUTES
from tierlock.server.problems import Refused
from tierlock.server.rendering import show
from tierlock.server.routing import api_router, page_router

ROUTES: Final = ACCOUNT_ROUTES
"""Name of a route of identity -> the permission that it needs."""

_SEE_OTHER: Final = 303
_PAGE: Final = 50
_MOST_ID: Final = 2**62
"""Beyond it a database knows no numbers."""


class TokenAsked(Record):
    """A token for a machine, as an administrator asks for it.

    Attributes:
        label: what it is for.
        owner: the machine's name; records call it `machine:` and this name.
        days: for how long.
        roles: of the server.
        scopes: what no role brings along.
        subjects: patterns of the subjects for which it counts.
    """

    label: str = Field(min_length=1, max_length=80)
    owner: str = Field(min_length=1, max_length=80)
    days: int = Field(ge=1, le=LONGEST.days)
    roles: list[ServerRole] = Field(min_length=1, max_length=10)
    scopes: list[Scope] = Field(default=[], max_length=10)
    subjects: list[Pattern] = Field(min_length=1, max_length=100)


class TokenMade(Record):
    """A token that was just made; its text is shown now and never again."""

    id: str
    token: str
    expires_at: Instant


class PersonAsked(Record):
    """Whether a person is shut out."""

    disabled: bool


def account_router(identity: Identity) -> APIRouter:
    """Return the pages of people's own accounts, and of the audit."""
    router = page_router()

    @router.get("/account", name="account")
    def account(request: Request) -> Response:
        return _account(identity, request=request)

    @router.post("/account/tokens", name="account-token-new")
    def token_new(
        request: Request,
        label: Annotated[str, Form(max_length=80)],
        days: Annotated[int, Form(ge=1, le=LONGEST.days)],
        roles: Annotated[list[str], Form(max_length=10)],
        subjects: Annotated[str, Form(max_length=400)] = "*",
    ) -> Response:
        person, held = _maker(identity, request=request)
        made = make_token(
            identity.accounts,
            label=label,
            owner=principal_of(request).name,
            grants=_asked(roles=roles, scopes=(), subjects=subjects.split()),
            lasts=timedelta(days=days),
            by=principal_of(request).name,
            at=identity.clock(),
            audit=identity.audit,
            person=None if person is None else person.id,
            within=held,
            address=_address(request),
        )
        return _account(identity, request=request, made=made)

    @router.post("/account/tokens/{token_id}/revoke", name="account-token-revoke")
    def token_revoke(request: Request, token_id: str) -> Response:
        name = principal_of(request).name
        revoke_token(
            identity.accounts,
            token=token_id,
            by=name,
            at=identity.clock(),
            audit=identity.audit,
            only_of=name,
            address=_address(request),
        )
        return RedirectResponse("/account", status_code=_SEE_OTHER)

    @router.get("/audit", name="audit")
    def audit(
        request: Request, before: Annotated[int | None, Query(ge=1, le=_MOST_ID)] = None
    ) -> Response:
        rows = list_events(identity.accounts, before=before, limit=_PAGE)
        values = {
            "title": "Audit",
            "rows": rows,
            "next_url": f"/audit?before={rows[-1].id}" if len(rows) == _PAGE else "",
        }
        twin = [_shown(row) for row in rows]
        return show(request, template="identity/audit.html", values=values, twin=twin)

    return router


def account_api(identity: Identity) -> APIRouter:
    """Return what machines and administrators ask of accounts."""
    router = api_router("accounts")
    _add_tokens(router, identity=identity)
    _add_people(router, identity=identity)
    return router


def _add_people(router: APIRouter, *, identity: Identity) -> None:

    @router.get("/v1/audit", name="api-audit")
    def audit(
        before: Annotated[int | None, Query(ge=1, le=_MOST_ID)] = None,
        kind: Annotated[list[Kind] | None, Query(max_length=10)] = None,
        actor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_PAGE)] = 100,
    ) -> dict[str, Any]:
        """List who was refused, logged in, made tokens or read dangerous texts: latest first."""
        rows = list_events(
            identity.accounts, before=before, kinds=kind or (), actor=actor, limit=limit
        )
        more = rows[-1].id if len(rows) == limit else None
        return {"events": [_shown(row) for row in rows], "before": more}

    @router.get("/v1/people", name="api-people")
    def people() -> dict[str, Any]:
        """List everybody who logged in at least once."""
        return {"people": [_on_the_wire(one._asdict()) for one in list_people(identity.accounts)]}

    @router.put("/v1/people/{name}", name="api-person", status_code=204)
    def person(request: Request, name: str, asked: PersonAsked) -> Response:
        """Shut a person out, with all their sessions and tokens, or let them in again."""
        by = principal_of(request).name
        set_disabled(
            identity.accounts,
            name=name,
            disabled=asked.disabled,
            by=by,
            at=identity.clock(),
            audit=identity.audit,
        )
        return Response(status_code=204)


def _add_tokens(router: APIRouter, *, identity: Identity) -> None:
    @router.get("/v1/tokens", name="api-tokens")
    def tokens(
        owner: Annotated[str | None, Query(max_length=200)] = None,
    ) -> dict[str, Any]:
        """List tokens, without their secrets."""
        now = identity.clock()
        found = list_tokens(identity.accounts, owner=owner)
        return {"tokens": [_listed(one, at=now) for one in found]}

    @router.post("/v1/tokens", name="api-token-new", status_code=201)
    def token_new(request: Request, asked: TokenAsked) -> TokenMade:
        """Make a token for a machine, which may do no more than its maker."""
        _, held = _maker(identity, request=request)
        made = make_token(
            identity.accounts,
            label=asked.label,
            owner=asked.owner,
            grants=_asked(roles=asked.roles, scopes=asked.scopes, subjects=asked.subjects),
            lasts=timedelta(days=asked.days),
            by=principal_of(request).name,
            at=identity.clock(),
            audit=identity.audit,
            within=held,
            address=_address(request),
        )
        return TokenMade(id=made.id, token=made.text, expires_at=made.expires_at)

    @router.delete("/v1/tokens/{token_id}", name="api-token-revoke", status_code=204)
    def token_revoke(request: Request, token_id: str) -> Response:
        """Revoke a token; from the next request on it opens nothing."""
        revoke_token(
            identity.accounts,
            token=token_id,
            by=principal_of(request).name,
            at=identity.clock(),
            audit=identity.audit,
            address=_address(request),
        )
        return Response(status_code=204)


def _maker(identity: Identity, *, request: Request) -> tuple[Person | None, Grants | None]:
    """Return who makes a token, and all that they hold.

    A token makes none: whoever finds one could otherwise stay for ever.
    """
    principal = principal_of(request)
    if principal.kind == "local":
        return None, None
    person = find_person(identity.accounts, name=principal.name)
    if principal.kind != "user" or person is None:
        raise Refused(403, "server.forbidden", "a token does not make tokens: log in")
    held = grants_of(person.name, groups=person.groups, settings=identity.settings)
    return person, held


def _asked(*, roles: Sequence[str], scopes: Sequence[str], subjects: Sequence[str]) -> Grants:
    asked = {"roles": roles, "scopes": scopes, "subjects": subjects}
    try:
        return (Grant.parse(json.dumps(asked)),)
    except InputError:
        raise InputError(
            "account.token", "a token has known roles, and patterns of names"
        ) from None


def _account(identity: Identity, *, request: Request, made: NewToken | None = None) -> Response:
    principal, now = principal_of(request), identity.clock()
    mine = list_tokens(identity.accounts, owner=principal.name)
    values = {
        "title": "Your account",
        "made": made,
        "tokens": [(one, one.state(now)) for one in mine],
        "roles": sorted(principal.roles),
        "longest": LONGEST.days,
    }
    twin = {
        "name": principal.name,
        "kind": principal.kind,
        "roles": sorted(principal.roles),
        "scopes": sorted(principal.scopes),
        "subjects": list(principal.subjects),
        "signsAs": {role: list(names) for role, names in principal.framework_roles.items()},
        "tokens": [_listed(one, at=now) for one in mine],
        **({} if made is None else {"made": _on_the_wire(made._asdict())}),
    }
    return show(request, template="identity/account.html", values=values, twin=twin)


def _shown(row: Seen) -> dict[str, Any]:
    return {"id": row.id, "at": row.at.astimezone(UTC), "times": row.times, **row.event._asdict()}


def _listed(token: Token, *, at: datetime) -> dict[str, Any]:
    said = {name: value for name, value in token._asdict().items() if name != "grants"}
    return {
        **_on_the_wire(said),
        "state": token.state(at),
        "grants": [one.model_dump(mode="json", exclude={"signs_as"}) for one in token.grants],
    }


def _on_the_wire(values: Mapping[str, Any]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in values.items()}


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
