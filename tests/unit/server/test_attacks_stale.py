"""Attacks on kept answers: no permission outlives what it rests on, whatever hides the change."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.server.clients import client_of
from tests.unit.server.test_gate import ASKED, played_until
from tierlock.usecases import FolderWorkspace, TeamWorkspace, play, take_folder
from tierlock.usecases.demo import STORY

AT = STORY[0].at


def answer(workspace: FolderWorkspace | TeamWorkspace) -> tuple[int, bool | None]:
    with client_of(workspace, at=AT) as client:
        found = client.post("/v1/gate", json=ASKED)
        return found.status_code, found.json().get("allowed")


def rewritten_in_place(folder: Path) -> None:
    """As a tool does that puts size and time of the file back."""
    path = folder / "statements" / "1-baseline.yaml"
    status = path.stat()
    path.write_bytes(b"subject: small-model-1\n".ljust(status.st_size, b"#"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)


def replaced_by_a_twin(folder: Path) -> None:
    path = folder / "statements" / "1-baseline.yaml"
    status, other = path.stat(), folder / "other.yaml"
    other.write_bytes(b"subject: small-model-1\n".ljust(status.st_size, b"#"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def damaged_ledger(folder: Path) -> None:
    for path in (folder / ".tierlock").glob("ledger.db*"):
        path.unlink()
    (folder / ".tierlock" / "ledger.db").write_bytes(b"no ledger" * 100)


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (rewritten_in_place, (200, False)),
        (replaced_by_a_twin, (200, False)),
        (damaged_ledger, (503, None)),
    ],
)
def test_a_change_that_hides_closes_at_once(
    tmp_path: Path, change: Callable[[Path], None], after: tuple[int, bool | None]
) -> None:
    folder = played_until(tmp_path / "demo", act=1)
    workspace = FolderWorkspace([folder])
    assert answer(workspace) == answer(workspace) == (200, True)
    change(folder)
    assert answer(workspace) == after


@pytest.fixture
def team(tmp_path: Path) -> TeamWorkspace:
    """A team's workspace in which the action is not allowed, and was asked for."""
    for _ in play(tmp_path / "demo"):
        pass
    store = f"sqlite:///{tmp_path / 'team.db'}"
    workspace = TeamWorkspace(store, data=tmp_path / "data", create=True)
    take_folder(workspace, folder=tmp_path / "demo", author="t", at=STORY[-1].at, slug="demo")
    return workspace


def asked_last(workspace: TeamWorkspace) -> tuple[int, str]:
    with client_of(workspace, at=STORY[-1].at) as client:
        found = client.post("/v1/gate", json={**ASKED, "subject": "demo"})
        return found.status_code, found.json()["verdict"]


def rows(path: Path) -> list[tuple[str, bytes]]:
    with sqlite3.connect(path) as database:
        return database.execute("SELECT name, data FROM team_views").fetchall()


def test_an_answer_written_into_the_database_is_not_served(
    tmp_path: Path, team: TeamWorkspace
) -> None:
    path = tmp_path / "team.db"
    assert asked_last(team) == (200, "DENY")
    (kept,) = [data for name, data in rows(path) if name == ":position"]
    forged = kept.replace(b'"verdict":"DENY"', b'"verdict":"ALLOW"')
    assert forged != kept
    for put in (forged, forged[32:]):
        with sqlite3.connect(path) as database:
            database.execute("UPDATE team_views SET data = ?", (put,))
        assert asked_last(team) == (200, "DENY")


def test_an_anchor_that_is_edited_in_place_changes_the_state(
    tmp_path: Path, team: TeamWorkspace
) -> None:
    anchor = tmp_path / "data" / "demo" / "anchors" / "1.json"
    anchor.parent.mkdir(parents=True, exist_ok=True)
    anchor.write_text("one")
    before, status = team.state("demo"), anchor.stat()
    anchor.write_text("two")
    os.utime(anchor, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert team.state("demo") != before


def test_made_up_frameworks_leave_nothing_behind(tmp_path: Path) -> None:
    folder = played_until(tmp_path / "demo", act=1)
    with client_of(FolderWorkspace([folder]), at=AT) as client:
        positions = client.app.app.state.tierlock.positions  # type: ignore[attr-defined]
        for number in range(20):
            asked = {**ASKED, "framework": f"made/up-{number}"}
            assert client.post("/v1/gate", json=asked).status_code == 404
        assert len(positions._locks) == 0
