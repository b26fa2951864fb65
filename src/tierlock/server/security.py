"""What every request passes before its route: who asks, from where, how much, and may they."""

from __future__ import annotations

import hmac
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tierlock.server.context import context_of
from tierlock.server.denials import Denied
from tierlock.server.measures import Measures
from tierlock.server.permissions import permitted
from tierlock.server.principal import Principal
from tierlock.server.problems import Refused
from tierlock.server.settings import Settings

HEADERS: Final[dict[str, str]] = {
    # Only what this server itself sends is loaded or run; no page may frame it.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf-token"


class Shell:
    """Adds the headers of every answer, and ends bodies that are larger than allowed.

    Args:
        app: what it is put around.
        settings: limits, and whether TLS is used.
        measures: what counts the answers.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings, measures: Measures) -> None:
        self.app, self._settings, self._measures = app, settings, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        uploads = scope["path"].startswith("/v1/") and scope["path"].endswith("/evidence")
        limit = self._settings.upload_limit if uploads else self._settings.body_limit
        headers = Headers(scope=scope)
        scope.setdefault("state", {})["body_limit"] = limit
        length = headers.get("content-length", "")
        too_long = length.isdigit() and int(length) > limit

        status, begin = 500, perf_counter()

        async def headed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add(MutableHeaders(scope=message), path=scope["path"])
            await send(message)

        seen = 0

        async def counted() -> Message:
            nonlocal seen
            if too_long:
                raise _too_large(limit)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _too_large(limit)
            return message

        try:
            await self.app(scope, counted, headed)
        finally:
            self._measures.request(
                route=getattr(scope.get("route"), "name", ""),
                method=scope["method"],
                status=status,
                seconds=perf_counter() - begin,
            )

    def _add(self, headers: MutableHeaders, *, path: str) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._settings.secure:
            headers.setdefault("strict-transport-security", "max-age=31536000")
        # What a page says holds now and for this person only.
        stays = "public, max-age=3600" if path.startswith("/static/") else "no-store"
        headers.setdefault("cache-control", stays)


def _too_large(limit: int) -> Refused:
    return Refused(
        413,
        "server.too-large",
        f"the body has more than {limit:,} bytes",
        hint="evidence is sent to /v1/subjects/{slug}/evidence, which takes more",
    )


async def authorize(request: Request, *, route: str) -> None:
    """Find out who asks, and refuse what they may not do; what was refused is noted.

    Args:
        request: what is asked.
        route: name of the route that it reached.

    Raises:
        Refused: 401, 403 or 421; see its code.
    """
    context = context_of(request)
    _check_host(request, settings=context.settings)
    # Accounts and audit are in a database, which can make one wait while somebody else writes:
    # nobody else's request waits with it.
    principal = await run_in_threadpool(context.authenticator.authenticate, request)
    request.state.principal = principal
    if not permitted(principal, route=route):
        await run_in_threadpool(note_denied, request, route=route, why="server.forbidden")
        if principal.kind == "anonymous":
            raise Refused(
                401,
                "server.unauthenticated",
                "sign in, or send a token",
                hint="Authorization: Bearer tlk_...",
                headers={"www-authenticate": "Bearer"},
            )
        raise Refused(403, "server.forbidden", f"your roles do not permit `{route}`")
    if request.method not in SAFE:
        await _check_origin(request, principal=principal, route=route)


def note_denied(request: Request, *, route: str, why: str) -> None:
    """Note a refused attempt."""
    context = context_of(request)
    principal: Principal = request.state.principal
    context.measures.denied(why=why)
    context.denials.note(
        Denied(
            who=principal.name,
            route=route or request.url.path[:200],
            why=why,
            subject=str(request.path_params.get("slug", ""))[:200],
            address=request.client.host if request.client else "",
            minute=context.clock(),
        )
    )


def _check_host(request: Request, *, settings: Settings) -> None:
    """Another site's page can make its own name point here; it can not make the name ours."""
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        name = ""  # brackets that hold no address
    if name not in settings.hosts and "*" not in settings.hosts:
        raise Refused(
            421,
            "server.host",
            f"this server does not answer for `{name[:100]}`",
            hint="name it with --host-name when the server is started",
        )


async def _check_origin(request: Request, *, principal: Principal, route: str) -> None:
    """A change by a browser comes from a page of ours: no other site can send it."""
    if principal.kind == "token":
        return  # no browser adds it by itself
    if principal.kind == "local" and not {"origin", "sec-fetch-site"} & set(request.headers):
        return  # no browser: a program on this machine could do everything anyway
    fetched = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = fetched not in {"same-origin", "none"} or (
        origin is not None and _place_of(origin) != request.headers.get("host")
    )
    if foreign or not hmac.compare_digest(await _csrf(request), principal.csrf):
        await run_in_threadpool(note_denied, request, route=route, why="server.csrf")
        raise Refused(
            403,
            "server.csrf",
            "this change was not sent by a page of this server",
            hint="load the page again and send it from there; programs use a token",
        )


def _place_of(origin: str) -> str:
    """Host and port of an origin; empty for one that is not written as one, and for `null`."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


async def _csrf(request: Request) -> str:
    given = request.headers.get(CSRF_HEADER, "")
    kind = request.headers.get("content-type", "")
    # A form is read whole into memory: never where a body may be as large as evidence.
    small = request.state.body_limit <= context_of(request).settings.body_limit
    if not given and small and kind.startswith("application/x-www-form-urlencoded"):
        given = str((await request.form()).get(CSRF_FIELD, ""))
    return given if given.isascii() else ""
