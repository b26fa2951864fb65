"""A server with accounts: a clock that tests move, and requests without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from tierlock.server import LocalUser, permissions, problems
from tierlock.server.app import create_app
from tierlock.server.context import Context
from tierlock.server.identity.account_routes import ROUTES, account_api, account_router
from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.authenticator import AccountAuthenticator
from tierlock.server.identity.grants import Grant, Grants
from tierlock.server.identity.login_routes import login_router
from tierlock.server.identity.people import Known, Person, welcome
from tierlock.server.identity.provider import OpenProvider
from tierlock.server.identity.service import AuditDenials, Identity
from tierlock.server.identity.sessions import begin_session
from tierlock.server.identity.settings import IdentitySettings, Provider, Rule
from tierlock.server.identity.tokens import NewToken, make_token
from tierlock.server.settings import Settings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOST = "127.0.0.1"
ISSUER = "https://login.example.org"
RULES = (
    Rule(groups=("everybody",), roles=("viewer",), subjects=("*",)),
    Rule(groups=("a-team",), roles=("reviewer", "engineer"), subjects=("a-*",)),
    Rule(people=("root@example.org",), roles=("admin",), subjects=("*",)),
)
VIEWER: Grants = (Grant(roles=("viewer",), subjects=("*",)),)


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@cache
def _whole_app() -> Any:
    """A server as it is made for people, of which tests take what is around the routes."""
    return create_app(
        cast("Any", SimpleNamespace(where="here")),
        settings=Settings(mode="team", hosts=(HOST, "server.example.org")),
        authenticator=LocalUser("nobody", csrf=""),
    )


def _context() -> Context:
    found: Context = _whole_app().app.state.tierlock
    return found


class World:
    """One server process with accounts."""

    def __init__(
        self,
        address: str,
        *,
        settings: IdentitySettings,
        time: Time,
        provider: OpenProvider | None = None,
    ) -> None:
        self.time = time
        self.accounts = Accounts(address)
        self.identity = Identity(
            self.accounts, settings=settings, clock=time, now=time.seconds, provider=provider
        )
        self.authenticator = AccountAuthenticator(self.identity)

    @cached_property
    def app(self) -> Any:
        """The routes of identity behind the door that all routes have."""
        app = FastAPI()
        app.state.tierlock = replace(
            _context(),
            authenticator=self.authenticator,
            clock=self.time,
            denials=AuditDenials(self.identity),
        )
        problems.install(app)
        for router in (
            login_router(self.identity),
            account_router(self.identity),
            account_api(self.identity),
        ):
            app.include_router(router)
        shell = copy(_whole_app())
        shell.app = app
        return shell

    def ask(self, method: str, url: str, **how: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(HOST, 4000))
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                return await client.request(method, url, **how)

        return asyncio.run(once())

    def token(self, grants: Grants = VIEWER, **how: Any) -> NewToken:
        wanted: dict[str, Any] = {
            "label": "ci", "owner": "ci", "lasts": timedelta(days=30), "by": "root",
        }  # fmt: skip
        return make_token(
            self.accounts,
            grants=grants,
            at=self.time(),
            audit=self.identity.audit,
            **{**wanted, **how},
        )

    def person(self, name: str = "ann@example.org", groups: tuple[str, ...] = ()) -> Person:
        known = Known(ISSUER, f"sub-{name}", name, groups)
        return welcome(self.accounts, known=known, at=self.time())

    def session(self, person: Person) -> str:
        return begin_session(
            self.accounts, person=person, at=self.time(), settings=self.identity.settings
        )


def settings(**fields: Any) -> IdentitySettings:
    wanted: dict[str, Any] = {
        "public_url": f"http://{HOST}",
        "grants": RULES,
        "provider": Provider(issuer=ISSUER, client_id="tierlock"),
    }
    return IdentitySettings(**{**wanted, **fields})


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def world(tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, permission in ROUTES.items():
        monkeypatch.setitem(permissions.ROUTES, name, permission)
    made = World(f"sqlite:///{tmp_path / 'accounts.db'}", settings=settings(), time=time)
    yield made
    made.identity.close()


def request(
    headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
    *,
    slug: str | None = None,
    peer: str = HOST,
) -> Request:
    """A request as the authenticator sees it, with the subject that its path names."""
    pairs = list(headers.items()) if isinstance(headers, Mapping) else headers or []
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/subjects",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs],
            "client": (peer, 4000),
            "path_params": {} if slug is None else {"slug": slug},
            "query_string": b"",
        }
    )


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}
