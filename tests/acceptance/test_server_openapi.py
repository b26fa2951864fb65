"""Random requests to every operation of the API: no failure, nothing that is not described."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.unit.server.conftest import DEMO_AT
from tierlock.server import (
    Accounts,
    Audit,
    Grant,
    IdentitySettings,
    ServerFile,
    create_team_app,
    make_token,
)
from tierlock.server.identity.settings import Limits
from tierlock.usecases import TeamWorkspace, play, take_folder

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 25


@schemathesis.serializer("application/vnd.in-toto+dsse")
def envelope(ctx, value) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, str]:
    """A team's server over the demo, and a token that opens everything."""
    folder: Path = tmp_path_factory.mktemp("openapi")
    for _ in play(folder / "demo"):
        pass
    store = f"sqlite:///{folder / 'team.db'}"
    workspace = TeamWorkspace(store, data=folder / "data", create=True)
    take_folder(workspace, folder=folder / "demo", author="test", at=DEMO_AT, slug="demo")
    identity = IdentitySettings(
        public_url="http://localhost", limits=Limits(burst=10**6, anonymous_burst=10**6)
    )
    file = ServerFile(
        store=store, data=str(folder / "data"), identity=identity, webhook_hosts=("*.example.org",),
        hosts=("testserver", "localhost"), watch=3600,
    )  # fmt: skip
    accounts = Accounts(store)
    token = make_token(
        accounts,
        label="fuzz",
        owner="fuzzer",
        grants=(Grant(roles=("admin",), subjects=("*",)),),
        lasts=timedelta(days=1),
        by="test",
        at=DEMO_AT,
        audit=Audit(accounts),
    )
    app = create_team_app(file, root=folder, environment={}, clock=lambda: DEMO_AT)
    return app, f"Bearer {token.text}"


@pytest.fixture(scope="session")
def api(server):
    return schemathesis.openapi.from_asgi("/v1/openapi.json", server[0])


def operations(api) -> list:
    found = [one.ok() for one in api.get_all_operations()]
    assert len(found) >= 25  # none was lost on the way
    return found


def examine(operation, check) -> None:
    """Ask one operation many times, as its description allows and as it does not."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode]))
    def asked(case) -> None:
        check(case)

    asked()


def test_with_a_token(api, server, subtests) -> None:
    def check(case) -> None:
        # Random names hit nothing: half of the requests are about a subject that is there.
        slug = (case.path_parameters or {}).get("slug")
        if isinstance(slug, str) and len(slug) % 2:
            case.path_parameters["slug"] = "demo"
        case.call_and_validate(checks=CHECKS, headers={"Authorization": server[1]})

    for operation in operations(api):
        with subtests.test(operation=operation.label):
            examine(operation, check)


def test_without_one(api, subtests) -> None:
    def check(case) -> None:
        answer = case.call_and_validate(checks=CHECKS)
        if case.operation.path not in {"/v1/health", "/v1/ready"}:
            assert answer.status_code in {401, 404, 405}
            assert "allowed" not in answer.text

    for operation in operations(api):
        with subtests.test(operation=operation.label):
            examine(operation, check)
