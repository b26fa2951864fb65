"""The ledger's pages: what is shown is what others can check."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import CSRF, client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.pages.reading import links_of, words_of
from tests.unit.server.pages.two_subjects import two_subjects
from tests.unit.server.test_security import Somebody
from tierlock.ledger import InclusionProof, check_export, parse_head, verify_inclusion
from tierlock.server import Principal
from tierlock.usecases import FolderWorkspace, load_project, project_ledger


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture
def own(folder: Path) -> Iterator[TestClient]:
    """Yield a client of a copy of the demo, which a test may change."""
    with client_of(FolderWorkspace([folder]), at=DEMO_AT) as client:
        yield client


def recomputed(client: TestClient) -> dict[str, Any]:
    """Send the form that recomputes the ledger, and return what the page then says."""
    assert client.post("/ledger/demo/verify", data={"csrf": CSRF}).status_code == 303
    for _ in range(600):
        found: dict[str, Any] = client.get("/ledger/demo?format=json").json()
        if found["verified"] != "running":
            return found
        time.sleep(0.05)
    raise AssertionError("still at work")


def test_the_list_says_how_far_time_is_asserted(own: TestClient) -> None:
    rows = own.get("/ledger?format=json").json()["rows"]
    assert [row["head"]["time"] for row in rows] == ["time: self-asserted"]
    assert "time: self-asserted" in words_of(own, "/ledger")


def test_entries_are_listed_newest_first_and_all_of_them(own: TestClient, folder: Path) -> None:
    seen: list[int] = []
    address = "/ledger/demo?before=7"
    while address:
        seen += [one["place"] for one in own.get(f"{address}&format=json").json()["entries"]]
        older = [one for one in links_of(own, address) if "/ledger/demo?before=" in one]
        address = older[0] if older else ""
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    with project_ledger(load_project(folder)) as ledger:
        newest = own.get("/ledger/demo?format=json").json()["entries"][0]
        assert newest["place"] == ledger.size() - 1


def test_a_proof_convinces_who_has_the_entry_and_nothing_else(
    own: TestClient, folder: Path
) -> None:
    proof = own.get("/ledger/demo/3/proof").json()
    head = parse_head(proof["head"].encode())
    path = tuple(bytes.fromhex(one) for one in proof["path"])
    with project_ledger(load_project(folder)) as ledger:
        entry = ledger.entry(3)
    given = InclusionProof(proof["place"], proof["size"], path)
    assert verify_inclusion(entry, proof=given, head=head) == entry
    assert head.root.hex() == proof["root"]
    assert proof["payload_digest"] == f"sha256:{hashlib.sha256(entry.payload).hexdigest()}"


def test_an_entry_is_verified_when_asked(own: TestClient) -> None:
    assert "It is in the tree." not in words_of(own, "/ledger/demo/3")
    assert "It is in the tree." in words_of(own, "/ledger/demo/3?verify=now")


def test_an_entry_that_was_changed_is_shown_to_be(own: TestClient, folder: Path) -> None:
    with sqlite3.connect(folder / ".tierlock" / "ledger.db") as database:
        triggers = "select name from sqlite_master where type = 'trigger'"
        for (name,) in database.execute(triggers).fetchall():
            database.execute(f"drop trigger {name}")
        query = "select payload from tierlock_entries where position = 3"
        (payload,) = database.execute(query).fetchone()
        changed = payload.replace(b"success", b"started")
        assert changed != payload
        database.execute("update tierlock_entries set payload = ? where position = 3", (changed,))
    answer = own.get("/ledger/demo/3?verify=now")
    assert answer.status_code == 503
    assert "They can not be read:" in words_of(own, "/ledger/demo")
    assert recomputed(own)["verified"] == "failed"
    assert "It does not hold:" in words_of(own, "/ledger/demo")


def test_the_whole_ledger_is_recomputed_on_demand(own: TestClient) -> None:
    found = recomputed(own)
    assert found["verified"] == "done"
    assert "time: self-asserted" in found["says"]
    assert "It agrees with itself." in words_of(own, "/ledger/demo")


def test_the_export_is_whole(own: TestClient, tmp_path: Path) -> None:
    answer = own.get("/ledger/demo/export")
    file = tmp_path / "export.jsonl"
    file.write_bytes(answer.content)
    head = own.get("/ledger/demo?format=json").json()["head"]
    found = check_export(file)
    assert (found.size, found.root.hex()) == (head["size"], head["root"])
    assert json.loads(answer.content.splitlines()[0])["origin"] == head["origin"]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("reviewer", 403), ("auditor", 200)])
def test_the_export_is_for_who_may_audit(folder: Path, role: str, status: int) -> None:
    who = Principal(role, kind="user", roles=frozenset({role}), subjects=("*",))
    workspace = FolderWorkspace([folder])
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(who)) as client:
        assert client.get("/ledger/demo/export").status_code == status
        assert ("/ledger/demo/export" in links_of(client, "/ledger/demo")) is (status == 200)


@pytest.mark.parametrize("address", ["", "/3", "/3/proof", "/export"])
def test_the_ledger_of_somebody_elses_subject_is_not_there(
    demo_folder: Path, tmp_path: Path, address: str
) -> None:
    workspace = two_subjects(demo_folder, folder=tmp_path)
    ana = Principal("ana", kind="user", roles=frozenset({"auditor"}), subjects=("other",))
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(ana)) as client:
        assert client.get(f"/ledger/demo{address}").status_code == 404
        rows = client.get("/ledger?format=json").json()["rows"]
        assert [row["href"] for row in rows] == ["/ledger/other"]


@pytest.mark.parametrize("index", ["-1", "99999", "99999999999999999999999", "x"])
def test_what_is_no_entry_is_refused(own: TestClient, index: str) -> None:
    assert own.get(f"/ledger/demo/{index}").status_code in {400, 404, 422}


def test_a_subject_without_a_ledger_says_so(demo_folder: Path, tmp_path: Path) -> None:
    workspace = two_subjects(demo_folder, folder=tmp_path)
    with client_of(workspace, at=DEMO_AT) as client:
        assert "There is no ledger yet" in words_of(client, "/ledger/other")
        assert "not begun yet" in words_of(client, "/ledger")
        assert client.get("/ledger/other/0").status_code == 404
