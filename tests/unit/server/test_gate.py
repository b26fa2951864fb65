"""`POST /v1/gate` answers what `tierlock gate` answers, and nothing else is permission."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tierlock.core import Action, Verdict, parse_instant
from tierlock.usecases import FolderWorkspace, ask, load_project, play
from tierlock.usecases.demo import STORY

ASKED = {"subject": "small-model-1", "action": "deploy", "surface": "api", "audience": "general"}


def played_until(folder: Path, *, act: int) -> Path:
    for number, _ in enumerate(play(folder), start=1):
        if number == act:
            break
    return folder


def test_the_answer_is_the_gates(client: TestClient, demo_folder: Path) -> None:
    answer = client.post("/v1/gate", json=ASKED).json()
    action = Action(name="deploy", surface="api", audience="general")
    own = ask(load_project(demo_folder), at=DEMO_AT, action=action).decision
    assert own is not None
    assert answer["verdict"] == own.verdict == "DENY"
    assert answer["allowed"] is False
    assert [one["code"] for one in answer["decision"]["reasons"]] == [
        one.code for one in own.reasons
    ]


def test_a_permission_ends_when_it_says(tmp_path: Path) -> None:
    workspace = FolderWorkspace([played_until(tmp_path / "demo", act=1)])
    start = STORY[0].at
    with client_of(workspace, at=start) as client:
        first = client.post("/v1/gate", json=ASKED).json()
        again = client.post("/v1/gate", json=ASKED).json()
    assert first["verdict"] == Verdict.ALLOW
    assert first == again
    end = first["expiresAt"]
    with client_of(workspace, at=parse_instant(end) - timedelta(seconds=1)) as client:
        assert client.post("/v1/gate", json=ASKED).json()["allowed"] is True
    with client_of(workspace, at=parse_instant(end)) as client:
        closed = client.post("/v1/gate", json=ASKED).json()
    assert closed["allowed"] is False


def test_what_changes_in_the_project_changes_the_answer(tmp_path: Path) -> None:
    folder = played_until(tmp_path / "demo", act=1)
    workspace = FolderWorkspace([folder])
    with client_of(workspace, at=STORY[0].at) as client:
        assert client.post("/v1/gate", json=ASKED).json()["allowed"] is True
        (folder / "statements" / "1-baseline.yaml").write_text("subject: small-model-1\n")
        assert client.post("/v1/gate", json=ASKED).json()["allowed"] is False


def test_a_damaged_store_closes(tmp_path: Path) -> None:
    folder = played_until(tmp_path / "demo", act=1)
    with client_of(FolderWorkspace([folder]), at=STORY[0].at) as client:
        assert client.post("/v1/gate", json=ASKED).json()["allowed"] is True
        (folder / ".tierlock" / "runs.jsonl").write_text("{}\n")
        answer = client.post("/v1/gate", json=ASKED)
    assert answer.status_code == 503
    assert "allowed" not in answer.json()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"subject": "no-such"}, 404, "input.not-found"),
        ({"action": "fly"}, 400, "input.action"),
        ({"surface": "moon"}, 400, "input.action"),
        ({"surface": None}, 400, "input.action"),
        ({"framework": "no/such-1"}, 404, "input.not-found"),
        ({"framework": "anthropic/rsp-2.2"}, 404, "input.not-found"),
        ({"framework": "/etc/passwd"}, 404, "input.not-found"),
        ({"framework": "../x.yaml"}, 404, "input.not-found"),
        ({"subject": ""}, 422, "input.schema"),
        ({"subject": 7}, 422, "input.schema"),
        ({"more": 1}, 422, "input.schema"),
    ],
)
def test_what_can_not_be_asked_is_no_permission(
    client: TestClient, change: dict[str, object], status: int, code: str
) -> None:
    answer = client.post("/v1/gate", json={**ASKED, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "allowed" not in answer.json()
