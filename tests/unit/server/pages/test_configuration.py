"""How a subject is used: versions, which runs were made so, and what changed between two."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.pages.reading import links_of
from tests.unit.server.test_security import Somebody
from tierlock.server import Principal
from tierlock.usecases import FolderWorkspace, add_version, label_versions, load_project

PAGE = "/subjects/demo/configuration"


def twin(client: TestClient, **asked: str) -> Any:
    answer = client.get(PAGE, params={**asked, "format": "json"})
    assert answer.status_code == 200
    return answer.json()


def two_versions(client: TestClient) -> dict[str, str]:
    values = twin(client)
    return {"old": values["old"], "new": values["new"]}


def test_every_version_names_the_runs_that_were_made_so(client: TestClient) -> None:
    versions = twin(client)["versions"]
    assert len(versions) == 3
    assert sum(len(one["runs"]) for one in versions) == 7
    links = links_of(client, PAGE)
    assert "/subjects/demo/evidence/kwkiTPA6vhmZmaqGQQGPCQ" in links


def test_two_versions_are_compared_setting_by_setting(client: TestClient) -> None:
    compared = twin(client, **two_versions(client))["compared"]
    assert compared["shown"]
    assert {one["did"] for one in compared["changes"]} <= {"new", "gone", "changed"}
    assert any(sign == "+" for one in compared["changes"] for sign, _ in one["lines"])


def test_a_version_has_not_changed_against_itself(client: TestClient) -> None:
    version = twin(client)["new"]
    assert twin(client, old=version, new=version)["compared"]["changes"] == []


def test_texts_that_are_dangerous_are_not_compared_in_the_open(
    demo_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    path = folder / "tierlock.yaml"
    path.write_text(f"{path.read_text()}hazards: {{default: restricted}}\n")
    with client_of(FolderWorkspace([folder]), at=DEMO_AT) as client:
        compared = twin(client, **two_versions(client))["compared"]
    assert not compared["shown"]
    assert compared["changes"]
    assert all(one["lines"] == [] for one in compared["changes"])


def test_who_may_not_read_texts_sees_what_changed_and_no_text(demo_folder: Path) -> None:
    viewer = Principal("vic", kind="token", roles=frozenset({"viewer"}), subjects=("*",))
    workspace = FolderWorkspace([demo_folder])
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(viewer)) as client:
        compared = twin(client, **two_versions(client))["compared"]
    assert not compared["shown"]
    assert all(one["lines"] == [] for one in compared["changes"])


def test_labels_stand_with_who_gave_them(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Be <b>brief</b>.")
    project = load_project(folder)
    note = add_version(project, file=prompt, author="rosa", at=DEMO_AT)
    label_versions(
        project, label="live", versions=note.versions, author="rosa", at=DEMO_AT, says="shorter"
    )
    with client_of(FolderWorkspace([folder]), at=DEMO_AT) as client:
        values = twin(client)
        assert [(one["label"], one["author"]) for one in values["labels"]] == [("live", "rosa")]
        shown = client.get(PAGE, params={"old": two_versions(client)["old"], "new": "live"}).text
        assert "Be &lt;b&gt;brief&lt;/b&gt;." in shown


def test_a_version_that_is_not_there_is_refused(client: TestClient) -> None:
    answer = client.get(PAGE, params={"old": "nothing", "new": "nothing", "format": "json"})
    assert (answer.status_code, answer.json()["code"]) == (404, "input.not-found")
    assert client.get(PAGE, params={"old": "x" * 101}).status_code == 422
