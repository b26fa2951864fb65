"""All safeguards: which standard keeps what closed for whom, and who answers for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.pages.reading import words_of
from tests.unit.server.pages.two_subjects import OTHER, two_subjects
from tests.unit.server.test_security import Somebody
from tierlock.server import Principal
from tierlock.usecases import load_project, safeguards


def test_every_gap_of_the_use_case_is_listed(client: TestClient, demo_folder: Path) -> None:
    found = safeguards(load_project(demo_folder), at=DEMO_AT)
    gaps = client.get("/safeguards?format=json").json()["gaps"]
    assert {gap["path"] for gap in gaps} == {
        view.path for view in found.safeguards if view.state != "met"
    }
    failed = next(gap for gap in gaps if gap["state"] == "failed")
    assert failed["path"] == "asl-3/security:two-party-access"
    assert failed["clause"].endswith("#asl-3/security:two-party-access")


def test_a_standard_says_what_it_keeps_closed(client: TestClient) -> None:
    page = words_of(client, "/safeguards")
    assert "closes all 8 actions" in page
    assert "closes 1 of 5 actions publish weights" in page


@pytest.mark.parametrize(
    ("query", "key", "value"),
    [
        ("state=missing", "state", "missing"),
        ("owner=security-team", "owner", "security-team"),
    ],
)
def test_filters_leave_what_they_name(client: TestClient, query: str, key: str, value: str) -> None:
    gaps = client.get(f"/safeguards?{query}&format=json").json()["gaps"]
    assert gaps
    assert {gap[key] for gap in gaps} == {value}


def test_only_subjects_that_are_theirs_are_shown(demo_folder: Path, tmp_path: Path) -> None:
    workspace = two_subjects(demo_folder, folder=tmp_path)
    ana = Principal("ana", kind="user", roles=frozenset({"viewer"}), subjects=("demo",))
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(ana)) as client:
        assert OTHER not in client.get("/safeguards").text
    with client_of(workspace, at=DEMO_AT) as client:
        assert OTHER in client.get("/safeguards").text


def test_a_subject_that_can_not_be_judged_says_why_and_hides_no_other(
    demo_folder: Path, tmp_path: Path
) -> None:
    workspace = two_subjects(demo_folder, folder=tmp_path)
    kept = next((tmp_path / "other" / ".tierlock" / "evidence").glob("*.json"))
    kept.write_bytes(kept.read_bytes().replace(b'"success"', b'"started"'))
    with client_of(workspace, at=DEMO_AT + timedelta(hours=1)) as client:
        page = words_of(client, "/safeguards")
    assert f"{OTHER}: nothing can be said." in page
    assert "closes all 8 actions" in page
