"""Subjects over the API: the same values as the use cases give."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tierlock.core import Determination, determination_id
from tierlock.usecases import FolderWorkspace, ask, load_project


def test_the_list_goes_on_where_it_ended(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tierlock.yaml").write_text(
            f"framework: asl/reference-1\nsubject: {{name: model-{name}}}\n"
        )
    with client_of(FolderWorkspace([tmp_path]), at=DEMO_AT) as client:
        first = client.get("/v1/subjects?limit=2").json()
        rest = client.get("/v1/subjects", params={"limit": 2, "after": first["next"]}).json()
        found = client.get("/v1/subjects?search=EL-B").json()
    assert [one["slug"] for one in first["items"]] == ["a", "b"]
    assert [one["slug"] for one in rest["items"]] == ["c"]
    assert rest["next"] == ""
    assert [one["slug"] for one in found["items"]] == ["b"]


def test_a_determination_is_the_one_that_is_computed_here(
    client: TestClient, demo_folder: Path
) -> None:
    answer = client.get("/v1/subjects/demo/determination").json()
    own = ask(load_project(demo_folder), at=DEMO_AT, action=None).determination
    assert answer["identity"] == determination_id(own)
    assert Determination.model_validate(answer["determination"], strict=False) == own


def test_decisions_and_lapses_are_listed(client: TestClient) -> None:
    decisions = client.get("/v1/subjects/demo/decisions").json()["items"]
    assert {one["action"]["name"] for one in decisions} >= {"train", "deploy"}
    lapses = client.get("/v1/subjects/demo/expiring").json()["lapses"]
    assert lapses


def test_a_page_outside_the_limits_is_refused(client: TestClient) -> None:
    for query in ("limit=0", "limit=201", "limit=x", "after=" + "x" * 301):
        answer = client.get(f"/v1/subjects?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "input.schema")


def test_a_project_that_can_not_be_read_closes_itself_only(tmp_path: Path) -> None:
    for name, framework in (("good", "asl/reference-1"), ("bad", "no/such-1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tierlock.yaml").write_text(
            f"framework: {framework}\nsubject: {{name: {name}}}\n"
        )
    with client_of(FolderWorkspace([tmp_path]), at=DEMO_AT) as client:
        listed = client.get("/v1/subjects").json()["items"]
        bad = client.get("/v1/subjects/bad").json()
        asked = {"subject": "bad", "action": "deploy", "surface": "api", "audience": "general"}
        gate = client.post("/v1/gate", json=asked)
        page = client.get("/")
    assert [one["slug"] for one in listed] == ["bad", "good"]
    assert (bad["closedCode"], bad["decisions"]) == ("framework.unknown", [])
    assert gate.status_code in {400, 503}
    assert "allowed" not in gate.json()
    assert page.status_code == 200
    assert "no framework is named" in page.text
