"""Logging in and out: a browser goes to the provider and comes back once, with proof."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from tierlock.core import InputError
from tierlock.server.context import principal_of
from tierlock.server.identity.audit import Event
from tierlock.server.identity.authenticator import take_login
from tierlock.server.identity.id_token import verify_answer
from tierlock.server.identity.logins import LASTS, begin_login, end_login
from tierlock.server.identity.people import Person, welcome
from tierlock.server.identity.provider import CALLBACK, OpenProvider
from tierlock.server.identity.service import Identity
from tierlock.server.identity.sessions import (
    begin_session,
    cookie_name,
    drop_cookie,
    end_session,
    set_cookie,
)
from tierlock.server.problems import Refused
from tierlock.server.rendering import show
from tierlock.server.routing import page_router

_SEE_OTHER: Final = 303
_MOST_PARAMETER: Final = 4096


def login_router(identity: Identity) -> APIRouter:
    """Return the routes by which people log in and out."""
    router = page_router()
    settings = identity.settings

    @router.get("/login", name="login")
    def login(request: Request, next: str = "/") -> Response:  # noqa: A002  # the field's word
        take_login(identity, address=_address(request))
        provider = _provider(identity)
        begun = begin_login(identity.accounts, next_page=next, at=identity.clock())
        response = RedirectResponse(provider.begin_url(begun), status_code=_SEE_OTHER)
        set_cookie(response, kind="login", value=begun.browser, settings=settings, lasts=LASTS)
        return response

    @router.get(CALLBACK, name="login-callback")
    def callback(request: Request) -> Response:
        take_login(identity, address=_address(request))
        try:
            person, next_page = _finish(identity, request=request)
        except InputError as error:
            if error.code == "account.login":
                identity.audit.record(
                    Event("login-failed", why=error.message, address=_address(request)),
                    at=identity.clock(),
                )
                raise Refused(400, error.code, error.message, hint=error.hint or "") from None
            raise
        # Whatever session the browser came with is not the one that begins now.
        _end(identity, request=request)
        event = Event("login", actor=person.name, via="session", address=_address(request))
        identity.audit.record(event, at=identity.clock())
        secret = begin_session(
            identity.accounts, person=person, at=identity.clock(), settings=settings
        )
        response = RedirectResponse(next_page, status_code=_SEE_OTHER)
        set_cookie(
            response, kind="session", value=secret, settings=settings, lasts=settings.longest
        )
        drop_cookie(response, kind="login", settings=settings)
        return response

    @router.post("/logout", name="logout")
    def logout(request: Request) -> Response:
        principal = principal_of(request)
        _end(identity, request=request)
        if principal.kind == "user":
            event = Event("logout", actor=principal.name, via="session", address=_address(request))
            identity.audit.record(event, at=identity.clock())
        response = RedirectResponse("/logged-out", status_code=_SEE_OTHER)
        drop_cookie(response, kind="session", settings=settings)
        return response

    @router.get("/logged-out", name="logged-out")
    def logged_out(request: Request) -> Response:
        # A link and no redirect: pages let forms of this server lead to this server only.
        values = {"title": "Logged out", "provider_url": _provider_url(identity)}
        return show(request, template="identity/logged_out.html", values=values)

    return router


def _finish(identity: Identity, *, request: Request) -> tuple[Person, str]:
    """Return who has logged in, and the page that they asked for."""
    provider, at = _provider(identity), identity.clock()
    given = {name: request.query_params.getlist(name) for name in ("state", "code", "iss", "error")}
    if any(len(values) > 1 or len("".join(values)) > _MOST_PARAMETER for values in given.values()):
        raise InputError("account.login", "the provider's answer is not written as one")
    said = {name: values[0] for name, values in given.items() if values}
    browser = request.cookies.get(cookie_name("login", settings=identity.settings), "")
    begun = end_login(identity.accounts, state=said.get("state", ""), browser=browser, at=at)
    if "error" in said or "code" not in said:
        raise InputError("account.login", "the provider did not log you in")
    issuer = said.get("iss")
    if issuer is None and provider.metadata().names_issuer:
        raise InputError("account.login", "the answer does not say which provider gave it")
    if issuer is not None and not hmac.compare_digest(
        issuer.encode(), provider.settings.issuer.encode()
    ):
        raise InputError("account.login", "the answer is another provider's")
    answer = provider.exchange(said["code"], login=begun)
    known = verify_answer(answer, provider=provider, login=begun, at=at)
    return welcome(identity.accounts, known=known, at=at), begun.next


def _provider_url(identity: Identity) -> str:
    """Where a browser ends its session with the provider; empty: nowhere that is known."""
    if identity.provider is None:
        return ""
    try:
        address = identity.provider.metadata().end_session
    except InputError:
        return ""  # who can not be reached can not be told
    back = {
        "client_id": identity.provider.settings.client_id,
        "post_logout_redirect_uri": f"{identity.settings.public_url}/logged-out",
    }
    return f"{address}?{urlencode(back)}" if address else ""


def _end(identity: Identity, *, request: Request) -> None:
    secret = request.cookies.get(cookie_name("session", settings=identity.settings), "")
    if secret:
        end_session(identity.accounts, secret=secret)


def _provider(identity: Identity) -> OpenProvider:
    if identity.provider is None:
        raise InputError("input.not-found", "nobody logs in here: this server knows tokens only")
    return identity.provider


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
