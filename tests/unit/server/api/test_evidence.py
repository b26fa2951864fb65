"""Evidence over the API: taken in once, refused whole, seen by the gate at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.test_gate import ASKED, played_until
from tierlock.usecases import FolderWorkspace, story_files
from tierlock.usecases.demo import STORY
from tierlock.usecases.demo_tamper import rewrite_score

PATH = "/v1/subjects/demo/evidence"


@pytest.fixture
def opened(tmp_path: Path) -> TestClient:
    folder = played_until(tmp_path / "demo", act=1)
    return client_of(FolderWorkspace([folder]), at=STORY[1].at)


def new_logs() -> list[Path]:
    return sorted((story_files() / "logs" / "release-1-open-answer").glob("*.eval"))


def test_a_log_that_comes_in_changes_the_answer(opened: TestClient) -> None:
    with opened as client:
        before = client.post("/v1/gate", json=ASKED).json()
        for log in new_logs():
            query = {"name": log.name}
            answer = client.post(PATH, params=query, content=log.read_bytes())
            again = client.post(PATH, params=query, content=log.read_bytes())
        after = client.post("/v1/gate", json=ASKED).json()
        listed = client.get(PATH).json()["items"]
    assert answer.status_code == again.status_code == 201
    assert len(answer.json()["runs"]) == 1
    assert (answer.json()["repeated"], again.json()["repeated"]) == (0, 1)
    assert answer.json()["runs"][0] in {one["runId"] for one in listed}
    assert (before["verdict"], after["verdict"]) == ("ALLOW", "HOLD")


def test_a_key_lets_a_request_be_sent_again(opened: TestClient) -> None:
    log = new_logs()[0]
    data, query = log.read_bytes(), {"name": log.name}
    with opened as client:
        first = client.post(PATH, params=query, content=data, headers={"idempotency-key": "k"})
        again = client.post(PATH, params=query, content=data, headers={"idempotency-key": "k"})
        other = client.post(PATH, params=query, content=b"x", headers={"idempotency-key": "k"})
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "server.key-reused")


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("../../etc/x.eval", b"x", 400),
        (".hidden", b"x", 400),
        ("a/b.eval", b"x", 400),
        ("", b"x", 400),
        ("ä.eval", b"x", 400),
        ("x.eval", b"no zip", 400),
        ("x.eval", b"", 400),
        ("x.csv", b"a,b\n1", 400),
    ],
)
def test_what_can_not_be_read_is_refused(
    opened: TestClient, name: str, content: bytes, status: int
) -> None:
    with opened as client:
        before = client.get(PATH).json()["items"]
        answer = client.post(PATH, params={"name": name}, content=content)
        listed = client.get(PATH).json()["items"]
    assert answer.status_code == status, answer.text
    assert answer.json()["code"].startswith(("input.", "import."))
    assert listed == before


def test_the_same_run_with_other_content_is_a_conflict(opened: TestClient, tmp_path: Path) -> None:
    log = story_files() / "logs" / "release-1" / "bio_prerequisites.eval"
    changed = tmp_path / "changed.eval"
    rewrite_score(log, to=changed)
    with opened as client:
        answer = client.post(PATH, params={"name": "changed.eval"}, content=changed.read_bytes())
    assert (answer.status_code, answer.json()["code"]) == (409, "integrity.run-conflict")
