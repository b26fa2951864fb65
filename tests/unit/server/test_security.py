"""What every request passes: host, body size, origin of changes, headers of every answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import CSRF, client_of
from tests.unit.server.conftest import DEMO_AT
from tierlock.core import InputError
from tierlock.server import Principal, Settings
from tierlock.server.security import HEADERS
from tierlock.usecases import FolderWorkspace

ASKED = {"subject": "demo", "action": "deploy", "surface": "api", "audience": "general"}


class Somebody:
    """Whoever asks is this one."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal

    def authenticate(self, request: object) -> Principal:
        return self.principal


@pytest.mark.parametrize("path", ["/", "/subjects/demo", "/v1/health", "/nowhere", "/v1/nowhere"])
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"


def test_nothing_inline_runs(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil"])
def test_a_name_that_somebody_pointed_here_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8321", "[::1]:8321"])
def test_this_machine_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/v1/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program on this machine
        ({"origin": "http://localhost"}, 403),  # a browser without the form's token
        ({"origin": "http://localhost", "x-csrf-token": CSRF}, 200),
        ({"origin": "http://localhost", "x-csrf-token": CSRF + "x"}, 403),
        ({"origin": "http://localhost", "x-csrf-token": "ä"}, 403),
        ({"origin": "https://evil.example", "x-csrf-token": CSRF}, 403),
        ({"origin": "null", "x-csrf-token": CSRF}, 403),
        ({"sec-fetch-site": "cross-site", "x-csrf-token": CSRF}, 403),
        ({"sec-fetch-site": "same-site", "x-csrf-token": CSRF}, 403),
        ({"sec-fetch-site": "same-origin", "x-csrf-token": CSRF}, 200),
    ],
)
def test_another_site_changes_nothing(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    coded = {
        name: value if value.isascii() else value.encode("utf-8") for name, value in headers.items()
    }
    answer = client.post("/v1/gate", json=ASKED, headers=coded)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text


def test_a_large_body_is_refused_before_it_is_read(demo_folder: Path) -> None:
    small = Settings(body_limit=100)
    with client_of(FolderWorkspace([demo_folder]), at=DEMO_AT, settings=small) as client:
        declared = client.post("/v1/gate", json={**ASKED, "subject": "x" * 150})
        streamed = client.post("/v1/gate", content=(b"x" * 60 for _ in range(3)))
    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert declared.json()["code"] == "server.too-large"


def test_nobody_is_sent_away_and_the_attempt_is_noted(demo_folder: Path) -> None:
    nobody = Somebody(Principal("nobody"))
    with client_of(FolderWorkspace([demo_folder]), at=DEMO_AT, authenticator=nobody) as client:
        assert client.get("/v1/health").status_code == 200
        answer = client.post("/v1/gate", json=ASKED)
        denials = client.app.app.state.tierlock.denials  # type: ignore[attr-defined]
    assert answer.status_code == 401
    assert answer.json()["code"] == "server.unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"
    [(denied, times)] = denials.recent()
    assert (denied.who, denied.route, denied.why, times) == (
        "nobody", "gate", "server.forbidden", 1,
    )  # fmt: skip
    assert denied.minute == DEMO_AT


def test_a_flood_of_attempts_is_counted_within_bounds() -> None:
    from tierlock.server.denials import Denied, MemoryDenials

    denials = MemoryDenials()
    minute = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)
    for number in range(3000):
        denials.note(Denied("eve", f"route-{number}", "server.forbidden", "", "", minute))
    for _ in range(50):
        denials.note(Denied("eve", "gate", "server.forbidden", "", "", minute))
    found = denials.recent(limit=5000)
    assert len(found) == 1000
    assert found[0][0].route == "gate"
    assert found[0][1] == 50


def test_a_subject_that_one_may_not_see_is_not_there(demo_folder: Path) -> None:
    machine = Principal("ci", kind="token", roles=frozenset({"machine"}), subjects=("other-*",))
    with client_of(
        FolderWorkspace([demo_folder]), at=DEMO_AT, authenticator=Somebody(machine)
    ) as client:
        hidden = client.post("/v1/gate", json=ASKED)
        absent = client.post("/v1/gate", json={**ASKED, "subject": "nothing"})
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"] == absent.json()["detail"].replace("nothing", "demo")


def test_strangers_are_not_told_where_the_databases_are(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: FolderWorkspace, slug: str) -> str:
        raise InputError("ledger.unavailable", "can not open `postgresql://db.internal/t`")

    monkeypatch.setattr(FolderWorkspace, "state", gone)
    with client_of(FolderWorkspace([demo_folder]), at=DEMO_AT) as client:
        answer = client.post("/v1/gate", json=ASKED)
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger.unavailable")
    assert "db.internal" not in answer.text
