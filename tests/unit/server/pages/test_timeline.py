"""The timeline: the ledger in order, what is stated in files among it, and what lies ahead."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.pages.reading import words_of
from tierlock.usecases import FolderWorkspace

PAGE = "/subjects/demo/timeline"


def twin(client: TestClient, address: str = PAGE) -> Any:
    answer = client.get(address, headers={"accept": "application/json"})
    assert answer.status_code == 200
    return answer.json()


def test_every_entry_of_the_ledger_is_there_newest_first(client: TestClient) -> None:
    timeline = twin(client)["timeline"]
    instants = [one["at"] for one in timeline["events"]]
    assert instants == sorted(instants, reverse=True)
    places = {one["place"] for one in timeline["events"]} - {None}
    assert places == set(range(timeline["entries"]))


def test_events_stand_where_they_happened_and_not_where_they_were_logged(
    client: TestClient,
) -> None:
    events = twin(client)["timeline"]["events"]
    run = next(one for one in events if one["place"] == 0)
    assert (run["kind"], run["run"]) == ("run", "59Qx5j5RpNPGoF8kMVCHUp")
    assert run["at"].startswith("2026-11-22T02:15:23")
    incident = next(one for one in events if one["kind"] == "negative")
    assert incident["at"].startswith("2026-11-25T08:00")


def test_claims_of_the_file_stand_among_them_and_what_lapses_ahead(client: TestClient) -> None:
    values = twin(client)
    claims = [one for one in values["timeline"]["events"] if one["kind"] == "claim"]
    assert len(claims) == 16
    assert all(one["place"] is None for one in claims)
    assert values["ahead"][0]["what"].startswith("negative records")


def test_older_pages_end_where_newer_ones_begin(client: TestClient) -> None:
    whole = twin(client)["timeline"]
    older = twin(client, f"{PAGE}?before=10")
    places = sorted(one["place"] for one in older["timeline"]["events"] if one["place"] is not None)
    assert places == list(range(10))
    assert older["ahead"] is None
    after = {one["says"] for one in older["timeline"]["events"] if one["kind"] == "claim"}
    assert after < {one["says"] for one in whole["events"] if one["kind"] == "claim"}


def test_the_chart_says_what_the_table_says(client: TestClient) -> None:
    page = client.get(PAGE).text
    found = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    rows = json.loads(unescape(found[1]))["data"]["values"]
    events = twin(client)["timeline"]["events"]
    assert sum(one["count"] for one in rows) == len(events)
    verdicts = {one["what"] for one in rows if one["lane"] == "Gate"}
    assert verdicts == {"ALLOW", "HOLD", "DENY"}


def test_a_parent_and_its_child_name_each_other(demo_folder: Path, tmp_path: Path) -> None:
    for name in ("parent", "child"):
        shutil.copytree(demo_folder, tmp_path / name)
    path = tmp_path / "child" / "tierlock.yaml"
    text = path.read_text().replace("name: small-model-1", "name: small-model-2")
    lineage = "  lineage: {parent: small-model-1, relation: fine-tune}\n"
    path.write_text(text.replace("  known_as:", f"{lineage}  known_as:"))
    for statements in (tmp_path / "child" / "statements").iterdir():
        said = statements.read_text().replace("small-model-1", "small-model-2")
        statements.write_text(said)
    with client_of(FolderWorkspace([tmp_path]), at=DEMO_AT) as client:
        assert "Comes from small-model-1 , by fine-tune" in words_of(
            client, "/subjects/child/timeline"
        )
        assert "Came from it small-model-2 by fine-tune" in words_of(
            client, "/subjects/parent/timeline"
        )


def test_a_place_that_is_no_number_is_refused(client: TestClient) -> None:
    assert client.get(f"{PAGE}?before=-1").status_code == 422
    assert client.get(f"{PAGE}?before=x").status_code == 422
    events = twin(client, f"{PAGE}?before=0")["timeline"]["events"]
    assert {one["place"] for one in events} == {None}
