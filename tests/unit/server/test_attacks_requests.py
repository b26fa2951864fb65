"""Attacks by requests: names that tell too much, dates that block, bodies and paths that cost."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import CSRF, client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.test_gate import ASKED
from tierlock.attest import canonical_envelope, make_statement, new_key, open_signer, sign_statement
from tierlock.core import InputError, Negative
from tierlock.server import (
    Accounts,
    Audit,
    Grant,
    IdentitySettings,
    ServerFile,
    Settings,
    create_team_app,
    make_token,
)
from tierlock.server.identity.grants import ServerRole
from tierlock.server.pages import evidence, finding
from tierlock.server.state.delivery import Sender, check_url
from tierlock.server.state.tables import open_engine
from tierlock.server.state.webhooks import Webhooks
from tierlock.usecases import FolderWorkspace, TeamWorkspace, take_folder

Header = dict[str, str]


class World(NamedTuple):
    """A team's server with two subjects that share a name and their weights."""

    client: TestClient
    token: Callable[..., Header]
    weights: str
    file: Path


@pytest.fixture(scope="module")
def world(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("attacks")
    store = f"sqlite:///{root / 'team.db'}"
    workspace = TeamWorkspace(store, data=root / "data", create=True)
    take_folder(workspace, folder=demo_folder, author="t", at=DEMO_AT, slug="demo")
    twin = Path(shutil.copytree(demo_folder, root / "twin"))
    file = twin / "tierlock.yaml"
    text = file.read_text().replace("name: small-model-1", "name: hidden-model")
    file.write_text(text.replace("known_as: [", "known_as: [small-model-1, "))
    take_folder(workspace, folder=twin, author="t", at=DEMO_AT, slug="hidden")
    accounts = Accounts(store)

    def token(*roles: ServerRole, subjects: str = "*") -> Header:
        made = make_token(
            accounts,
            label="x",
            owner="machine",
            grants=(Grant(roles=roles, subjects=(subjects,)),),
            lasts=timedelta(days=1),
            by="test",
            at=DEMO_AT,
            audit=Audit(accounts),
        )
        return {"authorization": f"Bearer {made.text}"}

    settings = ServerFile(
        store=store,
        data=str(root / "data"),
        identity=IdentitySettings(public_url="http://localhost"),
        hosts=("localhost",),
    )
    app = create_team_app(settings, root=root, environment={}, clock=lambda: DEMO_AT)
    client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
    weights = workspace.open("demo").subject.parts.weights
    assert weights is not None
    return World(client, token, weights, root / "team.db")


# -- names ----------------------------------------------------------------------------------------


def test_a_name_of_several_tells_nobody_of_those_that_are_not_theirs(world: World) -> None:
    limited, whole = world.token("viewer", subjects="demo"), world.token("viewer")
    for name in ("small-model-1", world.weights):
        asked = {**ASKED, "subject": name}
        told = world.client.post("/v1/gate", json=asked, headers=limited)
        unknown = world.client.post("/v1/gate", json={**ASKED, "subject": "x"}, headers=limited)
        assert told.status_code == unknown.status_code == 404
        assert told.json() == {
            **unknown.json(), "detail": unknown.json()["detail"].replace("`x`", f"`{name}`"),
        }  # fmt: skip
        listed = world.client.post("/v1/gate", json=asked, headers=whole)
        assert (listed.status_code, listed.json()["code"]) == (400, "input.subject")
        assert "`hidden`" in listed.json()["hint"]


def test_only_who_may_see_all_subjects_learns_how_many_there_are(world: World) -> None:
    limited = world.token("viewer", subjects="demo")
    for headers, number in (({}, None), (limited, None), (world.token("viewer"), 2)):
        found = world.client.get("/v1/ready", headers=headers)
        assert (found.status_code, found.json()["subjects"]) == (200, number)


# -- what would fail or block ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/subjects", {"host": "[::1"}, 421),
        (f"/v1/audit?before={10**30}", {}, 422),
        (f"/audit?before={10**30}", {}, 422),
        (f"/audit?before={2**62}", {}, 200),
    ],
)
def test_what_is_not_written_as_it_should_is_no_failure(
    world: World, path: str, headers: Header, status: int
) -> None:
    asked = {**world.token("admin"), "accept": "application/json", **headers}
    assert world.client.get(path, headers=asked).status_code == status


def test_an_origin_that_is_none_is_another_sites(client: TestClient) -> None:
    answer = client.post(
        "/subjects/demo/comments", data={"says": "x", "csrf": CSRF}, headers={"origin": "http://["}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(("years", "status"), [(0, 201), (7000, 400)])
def test_an_objection_of_the_future_is_refused_before_it_is_stored(
    world: World, tmp_path: Path, years: int, status: int
) -> None:
    new_key(tmp_path / "key", passphrase=None)
    signer = open_signer(str(tmp_path / "key"), ask=lambda _: "")
    at = datetime(2026 + years, 11, 25, 12, tzinfo=UTC)
    record = Negative(kind="dissent", says="no", happened_at=at, subject="hidden-model")
    statement = make_statement(record, role="rso", signed_at=at)
    content = canonical_envelope(sign_statement(statement, signer=signer))
    headers = world.token("engineer")
    path = "/v1/subjects/hidden/statements"
    before = len(world.client.get(path, headers=headers).json()["items"])
    answer = world.client.post(path, content=content, headers=headers)
    assert answer.status_code == status
    after = len(world.client.get(path, headers=headers).json()["items"])
    assert after - before == (1 if status == 201 else 0)
    assert status == 201 or answer.json()["code"] == "input.future"


# -- what would cost ------------------------------------------------------------------------------


def test_a_form_is_never_read_where_evidence_may_come(demo_folder: Path) -> None:
    """It would be read whole into memory, however long it is."""
    with client_of(
        FolderWorkspace([demo_folder]), at=DEMO_AT, settings=Settings(body_limit=64)
    ) as client:
        answer = client.post(
            "/v1/subjects/demo/evidence?name=x.json",
            content=f"csrf={CSRF}&more={'x' * 1000}",
            headers={
                "origin": "http://localhost",
                "content-type": "application/x-www-form-urlencoded",
            },
        )
    assert (answer.status_code, answer.json()["code"]) == (403, "server.csrf")


@pytest.mark.parametrize(
    ("module", "paths"),
    [
        (finding, ["findings/made-up", "findings/ASL-3/made-up"]),
        (evidence, ["evidence/made-up", "evidence/{run}?page=900"]),
    ],
)
def test_made_up_paths_compute_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, module: object, paths: list[str]
) -> None:
    run = client.get("/v1/subjects/demo/evidence").json()["items"][0]["runId"]
    asked = [f"/subjects/demo/{path.format(run=run)}" for path in paths]
    assert [client.get(path).status_code for path in asked] == [404, 404]

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was computed")

    monkeypatch.setattr(module, "show_kept", never)
    assert [client.get(path).status_code for path in asked] == [404, 404]


@pytest.mark.parametrize("headers", [{}, {"authorization": f"Bearer tlk_{'0' * 16}_{'0' * 64}"}])
def test_who_is_refused_keeps_nobody_else_waiting(world: World, headers: Header) -> None:
    """A refusal is noted in the database, where somebody else may be writing for long."""

    async def asked(database: sqlite3.Connection) -> tuple[int, int]:
        transport = httpx.ASGITransport(app=world.client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            stranger = asyncio.create_task(client.get("/reviews", headers=headers))
            await asyncio.sleep(0.05)
            health = await client.get("/v1/health")
            assert not stranger.done()
            database.execute("ROLLBACK")
            return health.status_code, (await stranger).status_code

    with closing(sqlite3.connect(world.file, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        assert asyncio.run(asked(database)) == (200, 401)


# -- webhooks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example\\.hooks.example.org/",
        "https://evil.example\n.hooks.example.org/",
        "https://a..b.hooks.example.org/",
        "https://\u200b.hooks.example.org/",
        "https://x.hooks.example.org/\r\nX: y",
        "https://evil.example%2f.hooks.example.org/",
        "https://evil.example@x.hooks.example.org/",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_refused(url: str) -> None:
    check_url("https://x.hooks.example.org/path?a=b", allowed=("*.hooks.example.org",))
    with pytest.raises(InputError):
        check_url(url, allowed=("*.hooks.example.org",))


def test_an_address_that_can_not_be_sent_to_holds_up_no_other() -> None:
    webhooks, sent = Webhooks(open_engine(None)), []
    for name in ("bad", "good"):
        webhooks.make(
            url=f"https://{name}.example.org/",
            events=("evidence.added",),
            subjects=("*",),
            by="t",
            at=DEMO_AT,
        )
    webhooks.tell("evidence.added", name="msg_1", slug="demo", data={}, at=DEMO_AT)

    def answered(request: httpx.Request) -> httpx.Response:
        if request.url.host == "bad.example.org":
            raise httpx.InvalidURL("no")
        sent.append(request.url.host)
        return httpx.Response(204)

    client = httpx.Client(transport=httpx.MockTransport(answered))
    sender = Sender(webhooks, allowed=("*",), clock=lambda: DEMO_AT, client=client)
    assert sender.send_due() == 2
    assert sent == ["good.example.org"]
