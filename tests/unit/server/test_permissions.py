"""Every route x every role: allowed and refused as the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.test_security import Somebody
from tierlock.server import PERMISSIONS, ROLES, ROUTES, Principal
from tierlock.server.app import routes
from tierlock.server.permissions import ACCOUNT_ROUTES, permitted
from tierlock.server.routing import GuardedRoute
from tierlock.usecases import FolderWorkspace


@pytest.fixture(scope="module")
def workspace(demo_folder: Path) -> FolderWorkspace:
    return FolderWorkspace([demo_folder])


def test_every_route_is_in_the_table_and_every_entry_is_a_route() -> None:
    names = [route.name for route in routes()]
    assert set(names) == set(ROUTES)
    assert len(names) == len(set(names))


def test_routes_of_accounts_are_known_too_and_in_one_table_only() -> None:
    assert not set(ACCOUNT_ROUTES) & set(ROUTES)
    assert set(ACCOUNT_ROUTES.values()) <= set(PERMISSIONS)
    assert permitted(Principal("nobody"), route="login")
    assert not permitted(Principal("nobody"), route="account")


def test_the_tables_use_known_permissions_only() -> None:
    assert set(ROUTES.values()) <= set(PERMISSIONS)
    assert set().union(*ROLES.values()) <= set(PERMISSIONS)
    assert "public" not in set().union(*(ROLES[role] for role in ROLES if role != "admin"))


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_each_role_is_let_in_and_kept_out_as_the_table_says(
    workspace: FolderWorkspace, role: str
) -> None:
    roles = frozenset() if role == "nobody" else frozenset({role})
    principal = Principal(role, kind="token", roles=roles, subjects=("*",))
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(principal)) as client:
        for route in routes():
            path = route.path_format
            for name in route.param_convertors:
                path = path.replace(f"{{{name}}}", "demo").replace(f"{{{name}:path}}", "demo")
            for method in sorted(route.methods or ()):
                answer = client.request(method, path, headers={"accept": "application/json"})
                needed = ROUTES[route.name]
                allowed = needed == "public" or needed in ROLES.get(role, ())
                refused = answer.status_code == 403 and answer.json()["code"] == "server.forbidden"
                assert refused is not allowed, (method, path, role, answer.status_code)


def test_every_route_asks_first_who_asks() -> None:
    assert not [route.name for route in routes() if not isinstance(route, GuardedRoute)]


def test_who_is_not_let_in_learns_nothing_about_what_was_sent(
    workspace: FolderWorkspace,
) -> None:
    nobody = Somebody(Principal("nobody"))
    with client_of(workspace, at=DEMO_AT, authenticator=nobody) as client:
        answer = client.post("/v1/gate", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 401
