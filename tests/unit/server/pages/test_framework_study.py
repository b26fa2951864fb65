"""Diff, proofs and impact: begun by a form, shown when they are done."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import CSRF, client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.pages.reading import words_of
from tests.unit.server.pages.two_subjects import OTHER, two_subjects
from tests.unit.server.test_security import Somebody
from tierlock.server import Principal
from tierlock.usecases import FolderWorkspace


@pytest.fixture
def workspace(demo_folder: Path, tmp_path: Path) -> FolderWorkspace:
    return two_subjects(demo_folder, folder=tmp_path)


def done(client: TestClient, address: str) -> dict[str, Any]:
    """Return the values of a page whose work has ended, with what it made."""
    for _ in range(600):
        found: dict[str, Any] = client.get(f"{address}&format=json").json()
        if found["state"] != "running":
            return found
        time.sleep(0.1)
    raise AssertionError(f"still at work: {address}")


def begin(client: TestClient, address: str) -> None:
    """Send the form of a page."""
    answer = client.post(address, data={"csrf": CSRF})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(address.partition("?")[0])


def test_a_diff_says_what_was_weakened(client: TestClient) -> None:
    page = words_of(client, "/framework-diff?old=anthropic/rsp-2.1&new=anthropic/rsp-2.2")
    assert "3 strengthened" in page
    assert "CBRN-4:virology-protocol-uplift" in page
    back = words_of(client, "/framework-diff?old=anthropic/rsp-2.2&new=anthropic/rsp-2.1")
    assert "3 weakened" in back


def test_a_version_is_not_compared_with_itself(client: TestClient) -> None:
    address = "/framework-diff?old=asl/reference-1&new=asl/reference-1"
    assert client.get(address).status_code == 400


def test_proofs_are_made_on_demand_and_kept(client: TestClient) -> None:
    address = "/framework-proofs?name=asl/reference-1"
    assert client.get(f"{address}&format=json").json()["state"] == "none"
    begin(client, address)
    found = done(client, address)
    assert found["state"] == "done"
    assert [one["proved"] for one in found["proofs"]] == [True] * 5
    begin(client, address)
    assert client.get(f"{address}&format=json").json()["state"] == "done"
    assert "proved totality" in words_of(client, address)


def test_nothing_begins_without_a_form_of_ours(client: TestClient) -> None:
    address = "/framework-proofs?name=openai/preparedness-2"
    headers = {"origin": "http://elsewhere.example", "sec-fetch-site": "cross-site"}
    assert client.post(address, headers=headers).status_code == 403
    assert client.get(f"{address}&format=json").json()["state"] == "none"


def test_impact_decides_again_what_is_on_record(workspace: FolderWorkspace) -> None:
    address = "/framework-impact?new=anthropic/rsp-2.2"
    with client_of(workspace, at=DEMO_AT) as client:
        begin(client, address)
        found = done(client, address)
        page = words_of(client, address)
    by_subject = {one["subject"]: one for one in found["results"]}
    assert by_subject["small-model-1"]["impacts"][0]["flips"] > 0
    assert "no determination is on record" in by_subject[OTHER]["says"]
    assert "asl/reference-1 against anthropic/rsp-2.2" in page


def test_impact_is_only_about_subjects_that_are_theirs(workspace: FolderWorkspace) -> None:
    ana = Principal("ana", kind="user", roles=frozenset({"viewer"}), subjects=("demo",), csrf=CSRF)
    address = "/framework-impact?new=anthropic/rsp-2.2"
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(ana)) as client:
        begin(client, address)
        found = done(client, address)
    assert [one["subject"] for one in found["results"]] == ["small-model-1"]
