from __future__ import annotations

import re
from typing import Any

import pytest

from tests.unit.server.identity.world import VIEWER, World, bearer, time, world
from tierlock.server.identity.account_routes import ROUTES, account_api, account_router
from tierlock.server.identity.audit import list_events
from tierlock.server.identity.grants import Grant
from tierlock.server.identity.login_routes import login_router
from tierlock.server.identity.secrets import form_token
from tierlock.server.identity.tokens import list_tokens
from tierlock.server.routing import GuardedRoute

__all__ = ["time", "world"]
ADMIN = (Grant(roles=("admin",), subjects=("*",)),)
AUDITOR = (Grant(roles=("auditor",), subjects=("*",)),)
ASKED = {
    "label": "deploy", "owner": "cd", "days": 30, "roles": ["machine"], "subjects": ["a-*"],
}  # fmt: skip


def logged_in(world: World, name: str, *groups: str) -> dict[str, Any]:
    secret = world.session(world.person(name, groups=groups))
    return {
        "cookie": f"tierlock-session={secret}",
        "x-csrf-token": form_token(secret),
        "accept": "application/json",
    }


def test_nobody_reaches_a_route_past_the_tables(world: World) -> None:
    routes = [
        route
        for make in (login_router, account_router, account_api)
        for route in make(world.identity).routes
    ]
    assert {getattr(route, "name", "") for route in routes} == set(ROUTES)
    assert all(isinstance(route, GuardedRoute) for route in routes)
    public = {name for name, permission in ROUTES.items() if permission == "public"}
    assert public == {"login", "login-callback", "logout", "logged-out"}


def test_an_administrator_makes_lists_and_revokes_tokens(world: World) -> None:
    root = logged_in(world, "root@example.org")
    made = world.ask("POST", "/v1/tokens", json=ASKED, headers=root)
    assert made.status_code == 201, made.text
    assert re.fullmatch(r"tlk_[0-9a-f]{16}_[0-9a-f]{64}", made.json()["token"])
    (listed,) = world.ask("GET", "/v1/tokens", headers=root).json()["tokens"]
    assert (listed["owner"], listed["state"], listed["madeBy"]) == (
        "machine:cd", "valid", "root@example.org",
    )  # fmt: skip
    assert "secret" not in str(listed)
    gone = world.ask("DELETE", f"/v1/tokens/{listed['id']}", headers=root)
    assert gone.status_code == 204
    answer = world.ask("GET", "/account?format=json", headers=bearer(made.json()["token"]))
    assert answer.status_code == 401
    assert "is revoked" in answer.json()["detail"]
    assert world.ask("DELETE", f"/v1/tokens/{listed['id']}", headers=root).status_code == 404


def test_a_token_makes_no_tokens(world: World) -> None:
    made = world.token(ADMIN)
    answer = world.ask("POST", "/v1/tokens", json=ASKED, headers=bearer(made.text))
    assert (answer.status_code, answer.json()["code"]) == (403, "server.forbidden")
    assert len(list_tokens(world.accounts)) == 1


def test_a_change_without_the_sessions_form_token_is_refused(world: World) -> None:
    root = logged_in(world, "root@example.org")
    for wrong in ({}, {"x-csrf-token": ""}, {"x-csrf-token": "0" * 64}):
        headers = {**root, "x-csrf-token": "", **wrong}
        answer = world.ask("POST", "/v1/tokens", json=ASKED, headers=headers)
        assert answer.status_code == 403
    other = logged_in(world, "ann@example.org")
    answer = world.ask(
        "POST", "/v1/tokens", json=ASKED, headers={**root, "x-csrf-token": other["x-csrf-token"]}
    )
    assert answer.status_code == 403
    for header in ({"origin": "https://evil.example"}, {"sec-fetch-site": "same-site"}):
        answer = world.ask("POST", "/v1/tokens", json=ASKED, headers={**root, **header})
        assert answer.status_code == 403
    assert not list_tokens(world.accounts)


@pytest.mark.parametrize(
    ("method", "path", "who", "status"),
    [
        ("GET", "/v1/audit", AUDITOR, 200),
        ("GET", "/v1/audit", ADMIN, 200),
        ("GET", "/v1/audit", VIEWER, 403),
        ("GET", "/v1/audit", (Grant(roles=("auditor", "viewer"), subjects=("a-*",)),), 403),
        ("GET", "/v1/tokens", AUDITOR, 403),
        ("GET", "/v1/tokens", (Grant(roles=("admin",), subjects=("a-*",)),), 403),
        ("GET", "/v1/people", VIEWER, 403),
        ("PUT", "/v1/people/ann@example.org", VIEWER, 403),
        ("DELETE", "/v1/tokens/0", VIEWER, 403),
        ("GET", "/account", VIEWER, 200),
        ("GET", "/account", None, 401),
        ("GET", "/audit", VIEWER, 403),
        ("GET", "/audit", AUDITOR, 200),
    ],
)
def test_each_route_lets_in_its_roles(
    world: World, method: str, path: str, who: tuple[Grant, ...] | None, status: int
) -> None:
    headers = {"accept": "application/json"}
    if who is not None:
        headers |= bearer(world.token(who).text)
    answer = world.ask(
        method, path, headers=headers, **({"json": {"disabled": True}} if method == "PUT" else {})
    )
    assert answer.status_code == status, answer.text
    if status in {401, 403}:
        (row, *_) = list_events(world.accounts, kinds=("denied",))
        assert row.event.address == "127.0.0.1"


def test_people_make_tokens_that_do_no_more_than_they_do(world: World) -> None:
    ann = logged_in(world, "ann@example.org", "everybody")
    form = {"label": "notebook", "days": "30", "subjects": "*", "roles": ["viewer", "admin"]}
    answer = world.ask("POST", "/account/tokens", data=form, headers=ann)
    assert answer.status_code == 200, answer.text
    (grant,) = list_tokens(world.accounts)[0].grants
    assert grant.roles == ("viewer",)
    for wrong in ({"roles": ["admin"]}, {"roles": ["owner"]}, {"subjects": "a?"}):
        answer = world.ask("POST", "/account/tokens", data={**form, **wrong}, headers=ann)
        assert (answer.status_code, answer.json()["code"]) == (400, "account.token")
    answer = world.ask("POST", "/account/tokens", data={**form, "days": "400"}, headers=ann)
    assert answer.status_code == 422
    assert len(list_tokens(world.accounts)) == 1


def test_people_revoke_their_own_tokens_only(world: World) -> None:
    ann = logged_in(world, "ann@example.org", "everybody")
    other = world.token()
    answer = world.ask("POST", f"/account/tokens/{other.id}/revoke", headers=ann)
    assert answer.status_code == 404
    world.ask(
        "POST",
        "/account/tokens",
        data={"label": "mine", "days": "1", "subjects": "*", "roles": "viewer"},
        headers=ann,
    )
    mine = list_tokens(world.accounts, owner="ann@example.org")[0]
    answer = world.ask("POST", f"/account/tokens/{mine.id}/revoke", headers=ann)
    assert answer.status_code == 303
    states = {one.id: one.state(world.time()) for one in list_tokens(world.accounts)}
    assert states == {other.id: "valid", mine.id: "revoked"}


def test_an_administrator_shuts_people_out(world: World) -> None:
    root, ann = (
        logged_in(world, "root@example.org"),
        logged_in(world, "ann@example.org", "everybody"),
    )
    assert world.ask("GET", "/account", headers=ann).status_code == 200
    path = "/v1/people/ann@example.org"
    answer = world.ask("PUT", path, json={"disabled": True}, headers=root)
    assert answer.status_code == 204
    assert world.ask("GET", "/account", headers=ann).status_code == 401
    people = world.ask("GET", "/v1/people", headers=root).json()["people"]
    assert [one["name"] for one in people if one["disabledAt"]] == ["ann@example.org"]
    assert (
        world.ask("PUT", "/v1/people/eve", json={"disabled": True}, headers=root).status_code == 404
    )


def test_the_audit_is_read_in_pages(world: World) -> None:
    for number in range(60):
        world.token(label=f"t{number}")
    headers = bearer(world.token(AUDITOR).text)
    first = world.ask("GET", "/v1/audit?limit=40", headers=headers).json()
    second = world.ask(
        "GET", f"/v1/audit?limit=40&before={first['before']}", headers=headers
    ).json()
    ids = [one["id"] for one in [*first["events"], *second["events"]]]
    assert ids == list(range(61, 0, -1))
    assert second["before"] is None
    made = world.ask("GET", "/v1/audit?kind=denied", headers=headers).json()
    assert made["events"] == []
    page = world.ask("GET", "/audit", headers={**headers, "accept": "text/html"})
    assert page.text.count('<tr role="row">') == 51
    assert "/audit?before=" in page.text


def test_pages_show_what_somebody_wrote_as_text(world: World) -> None:
    world.token(label="<script>alert(1)</script>")
    page = world.ask(
        "GET", "/audit", headers={**bearer(world.token(AUDITOR).text), "accept": "text/html"}
    )
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
