"""`tierlock ledger`: what a project did is there, in order, and can be checked by others."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.projects import AT, assess, log, project, tierlock
from tests.unit.ledger.server import MISSING, Server, binaries, running
from tierlock.core import Decision, Determination, InputError, Plan, RegisteredRun
from tierlock.ledger import Draft
from tierlock.usecases import load_project, log_records, project_ledger, records_in

BEFORE = "2026-01-01T00:00:00Z"
AFTER = "2026-03-11T00:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a sealed plan, one run and a decision."""
    made = project(tmp_path)
    assert tierlock("plan", "seal", "--all", "--at", BEFORE, "--project", made).code == 0
    assess(made, log(tmp_path / "logs"))
    assert tierlock("gate", "--at", AT, "--project", made).code in {0, 1, 10}
    return made


def entries(folder: Path) -> list[dict[str, object]]:
    ran = tierlock("ledger", "log", "--format", "json", "--project", folder)
    assert ran.code == 0
    found: list[dict[str, object]] = json.loads(ran.out)["entries"]
    return found


def test_what_a_project_did_is_there_in_order(folder: Path) -> None:
    kinds = [entry["kind"] for entry in entries(folder)]
    assert kinds[:3] == ["plan", "framework", "run"]
    assert {"alpha", "determination", "decision"} <= set(kinds)
    assert kinds.index("determination") < kinds.index("decision")
    made = load_project(folder)
    with project_ledger(made) as ledger:
        records = [record for _, record in records_in(ledger)]
        assert len(records) == ledger.size()
        (plan,) = [record for _, record in records_in(ledger, kinds=["plan"])]
    assert plan == made.store.plans()[0]
    for kind in (Plan, RegisteredRun, Determination, Decision):
        assert any(isinstance(record, kind) for record in records)


def test_doing_the_same_again_adds_nothing(folder: Path) -> None:
    before = entries(folder)
    assert tierlock("gate", "--at", AT, "--project", folder).code in {0, 1, 10}
    assert entries(folder) == before
    assert tierlock("gate", "--at", AFTER, "--project", folder).code in {0, 1, 10}
    after = entries(folder)
    assert after[: len(before)] == before
    assert len(after) > len(before)


def test_a_plan_says_where_it_is(tmp_path: Path) -> None:
    made = project(tmp_path)
    ran = tierlock("plan", "seal", "--all", "--at", BEFORE, "--project", made)
    assert "entry 0 of the ledger" in ran.out
    again = tierlock("plan", "seal", "--all", "--at", BEFORE, "--project", made)
    assert "entry 0 of the ledger" in again.out
    assert [entry["kind"] for entry in entries(made)] == ["plan", "framework"]


def test_a_plan_that_the_ledger_does_not_take_is_not_sealed(tmp_path: Path) -> None:
    made = project(tmp_path)
    (made / ".tierlock").mkdir()
    (made / ".tierlock" / "ledger.db").write_text("something else, and long enough to be read")
    ran = tierlock("plan", "seal", "--all", "--at", BEFORE, "--project", made)
    assert ran.code == 3
    assert "ledger.damaged" in ran.err
    assert load_project(made).store.plans() == ()


def test_what_the_store_knows_alone_is_logged_by_the_next_command(folder: Path) -> None:
    """As after a command that was ended between its two writes."""
    before = entries(folder)
    made = load_project(folder)
    plan = made.store.plans()[0].model_copy(update={"subject": "another"})
    made.store.add_plan(plan)
    assert log_records(made, records=[], at=made.store.plans()[0].sealed_at) == ()
    assert [entry["kind"] for entry in entries(folder)[len(before) :]] == ["plan"]


def test_verify_and_a_held_tree_head(folder: Path, tmp_path: Path) -> None:
    held = tmp_path / "held.txt"
    ran = tierlock("ledger", "tree-head", "--at", AT, "--project", folder)
    held.write_text(ran.out)
    size = int(ran.out.splitlines()[1])
    assert ran.out.splitlines()[0].startswith("tierlock.local/")
    alone = tierlock("ledger", "verify", "--project", folder)
    assert alone.code == 0
    assert "time: self-asserted" in alone.out
    assert "a missing end would not show" in alone.out
    assert tierlock("gate", "--at", AFTER, "--project", folder).code in {0, 1, 10}
    found = tierlock("ledger", "verify", "--held", held, "--project", folder)
    assert found.code == 0
    assert f"time: self-asserted from entry {size} on" in " ".join(found.out.split())
    trusted = tierlock(
        "ledger", "verify", "--trusted", held, "--format", "json", "--project", folder
    )
    assert json.loads(trusted.out)["recomputedFrom"] == size


def test_a_removed_end_is_caught_by_the_auditor_and_not_alone(folder: Path, tmp_path: Path) -> None:
    held = tmp_path / "held.txt"
    held.write_text(tierlock("ledger", "tree-head", "--at", AT, "--project", folder).out)
    with sqlite3.connect(folder / ".tierlock" / "ledger.db") as connection:
        connection.execute("DROP TRIGGER tierlock_entries_no_delete")
        connection.execute(
            "DELETE FROM tierlock_entries "
            "WHERE position = (SELECT max(position) FROM tierlock_entries)"
        )
    connection.close()
    assert tierlock("ledger", "verify", "--project", folder).code == 0
    ran = tierlock("ledger", "verify", "--held", held, "--project", folder)
    assert ran.code == 3
    assert "ledger.inconsistent" in ran.err


def test_an_export_answers_like_the_ledger(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    assert tierlock("ledger", "export", file, "--project", folder).code == 0
    for command in (["log"], ["verify", "--at", AT], ["tree-head", "--at", AT]):
        one = tierlock("ledger", *command, "--project", folder)
        two = tierlock("ledger", *command, "--file", file)
        assert (one.code, one.out) == (two.code, two.out) == (0, one.out)
    again = tierlock("ledger", "export", file, "--project", folder)
    assert again.code == 2
    assert "input.exists" in again.err
    assert tierlock("ledger", "export", tmp_path / "no" / "x", "--project", folder).code == 2


def test_an_export_moves_a_ledger(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    assert tierlock("ledger", "export", file, "--project", folder).code == 0
    text = (folder / "tierlock.yaml").read_text()
    (folder / "tierlock.yaml").write_text(f"{text}ledger: elsewhere/new.db\n")
    assert tierlock("ledger", "log", "--project", folder).code == 2
    assert tierlock("ledger", "import", file, "--project", folder).code == 0
    moved = tierlock("ledger", "log", "--project", folder)
    assert moved.out == tierlock("ledger", "log", "--file", file).out
    assert (folder / "elsewhere" / "new.db").exists()
    file.write_bytes(file.read_bytes()[:-1])
    assert tierlock("ledger", "import", file, "--project", folder).code == 2


def test_a_project_without_a_ledger_says_so(tmp_path: Path) -> None:
    made = project(tmp_path)
    for command in (["log"], ["verify"], ["tree-head"], ["export", tmp_path / "x"]):
        ran = tierlock("ledger", *command, "--project", made)
        assert ran.code == 2
        assert "input.not-found" in ran.err
    assert not (tmp_path / "x").exists()


def test_foreign_bytes_are_shown_and_act_on_nothing(folder: Path) -> None:
    made = load_project(folder)
    at = made.store.plans()[0].sealed_at
    with project_ledger(made) as ledger:
        ledger.append(
            [
                Draft(media_type="application/octet-stream", payload=b"\x1b[2J", logged_at=at),
                Draft(media_type="application/vnd.tierlock.plan+json", payload=b"{", logged_at=at),
                Draft(media_type="application/vnd.tierlock.x+json", payload=b"", logged_at=at),
            ]
        )
    last = entries(folder)[-3:]
    assert [entry["kind"] for entry in last] == ["other", "plan", "other"]
    assert last[1]["says"] == "can not be read as what it claims to be"
    ran = tierlock("ledger", "log", "--since", "1", "--project", folder)
    assert "\x1b" not in ran.out
    assert not ran.out.startswith("    0")
    found = tierlock("ledger", "verify", "--project", folder)
    assert "dated earlier than an entry before them" in found.out
    with project_ledger(made) as ledger, pytest.raises(InputError):
        list(records_in(ledger))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if binaries() is None:
        pytest.skip(MISSING)
    with running() as found:
        yield found


def test_a_project_in_a_database(tmp_path: Path, server: Server) -> None:
    made = project(tmp_path)
    text = (made / "tierlock.yaml").read_text()
    (made / "tierlock.yaml").write_text(f"{text}ledger: '{server.fresh()}'\n")
    assert tierlock("plan", "seal", "--all", "--at", BEFORE, "--project", made).code == 0
    assess(made, log(tmp_path / "logs"))
    assert [entry["kind"] for entry in entries(made)][:2] == ["plan", "framework"]
    assert tierlock("ledger", "verify", "--project", made).code == 0
    assert not (made / ".tierlock" / "ledger.db").exists()
