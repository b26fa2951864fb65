"""Reviews: the queue, the board's page of a question, comments, and who may not sign."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import CSRF, client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.test_gate import played_until
from tests.unit.server.test_security import Somebody
from tierlock.server import Principal
from tierlock.usecases import FolderWorkspace
from tierlock.usecases.demo import STORY

BOARD = "/subjects/demo/board?action=deploy&surface=api&audience=general"


def test_the_queue_names_every_closed_action(client: TestClient) -> None:
    (queued,) = client.get("/reviews?format=json").json()["queue"]
    closed = {one["action"] for one in (*queued["ready"], *queued["waiting"])}
    assert "deploy api/general" in closed
    assert "train" in closed


def test_the_boards_page_is_one_question_with_what_it_does_not_establish(
    client: TestClient,
) -> None:
    page = client.get(BOARD).text
    for heading in (
        "What we know", "What we do not know", "What would change the answer",
        "What your signature would assert", "Who dissents", "What this does not establish",
    ):  # fmt: skip
        assert heading in page
    twin = client.get(f"{BOARD}&format=json").json()
    assert twin["decision"]["verdict"] == "DENY"
    assert twin["doesNotEstablish" if "doesNotEstablish" in twin else "does_not_establish"]


def test_who_is_not_in_the_trust_file_gets_the_command(client: TestClient) -> None:
    page = client.get("/subjects/demo/sign?what=approval&action=train").text
    assert "tierlock sign approval --action=train" in page
    assert "Sign with your authenticator" not in page


@pytest.mark.parametrize("query", ["what=nonsense", "what=negative", "what=plan&says=x"])
def test_what_nobody_can_sign_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/subjects/demo/sign?{query}", headers={"accept": "application/json"})
    assert answer.status_code in {400, 409}


def test_a_token_signs_nothing(demo_folder: Path) -> None:
    machine = Principal(
        "ci", kind="token", roles=frozenset({"reviewer"}), subjects=("*",),
        framework_roles={"*": ("*",)},
    )  # fmt: skip
    with client_of(
        FolderWorkspace([demo_folder]), at=DEMO_AT, authenticator=Somebody(machine)
    ) as client:
        pending = (
            '{"request": {"what": "negative", "role": "safety-lead", "says": "x"},'
            ' "at": "2026-11-25T12:00:00Z", "states": "sha256:' + "0" * 64 + '"}'
        )
        answer = client.post(
            "/subjects/demo/sign",
            data={"pending": pending, "response": "{}"},
            headers={"accept": "application/json"},
        )
    assert (answer.status_code, answer.json()["code"]) == (403, "server.forbidden")


def test_a_comment_is_kept_in_the_ledger_and_changes_no_answer(tmp_path: Path) -> None:
    folder = played_until(tmp_path / "demo", act=1)
    with client_of(FolderWorkspace([folder]), at=STORY[0].at) as client:
        before = client.get("/v1/subjects/demo").json()
        said = client.post(
            "/subjects/demo/comments",
            data={"says": "<script>alert(1)</script> why 64?", "csrf": CSRF},
            headers={"origin": "http://localhost"},
        )
        page = client.get("/subjects/demo/reviews")
        entries = client.get("/v1/subjects/demo/ledger/entries?limit=200").json()["items"]
        after = client.get("/v1/subjects/demo").json()
    assert said.status_code == 303
    assert "&lt;script&gt;alert(1)&lt;/script&gt; why 64?" in page.text
    assert "<script>alert(1)" not in page.text
    assert entries[-1]["kind"] == "comment"
    assert before["decisions"] == after["decisions"]


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        ({"says": "x"}, {"origin": "http://localhost"}, 403),
        ({"says": "x", "csrf": CSRF}, {"origin": "https://evil.example"}, 403),
        ({"says": " ", "csrf": CSRF}, {"origin": "http://localhost"}, 400),
        ({"says": "x" * 5001, "csrf": CSRF}, {"origin": "http://localhost"}, 422),
    ],
)
def test_a_comment_that_is_not_one_is_refused(
    client: TestClient, data: dict[str, str], headers: dict[str, str], status: int
) -> None:
    answer = client.post("/subjects/demo/comments", data=data, headers=headers)
    assert answer.status_code == status


def test_an_authenticator_is_asked_for_a_key_under_a_name_only(client: TestClient) -> None:
    page = client.get("/enrol")
    assert page.status_code == 200
    assert 'data-webauthn="create"' in page.text
    by_number = client.get("/enrol", headers={"host": "127.0.0.1", "accept": "application/json"})
    assert (by_number.status_code, by_number.json()["code"]) == (400, "sign.origin")
