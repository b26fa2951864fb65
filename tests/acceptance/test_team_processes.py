"""Several processes write into one team store; some are killed: nothing acknowledged is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.ledger.server import Server
from tests.unit.store.conftest import server, url
from tierlock.ledger import open_ledger, verify_ledger
from tierlock.usecases import TeamProject, TeamSettings, TeamWorkspace, check_team
from tierlock.usecases.project import SubjectFile

__all__ = ["server", "url"]

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def workspace(url: str, tmp_path: Path) -> Iterator[TeamWorkspace]:
    found = TeamWorkspace(url, data=tmp_path / "data", create=True)
    for name in ("model-1", "model-2"):
        settings = TeamSettings(framework="asl/reference-1", subject=SubjectFile(name=name))
        found.put(TeamProject(settings=settings), author="ann", at=AT)
    yield found
    found.close()


def writer(url: str, workspace: TeamWorkspace, slug: str, *numbers: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.team_worker", url, workspace.data, slug,
         *map(str, numbers)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def told(process: subprocess.Popen[str]) -> set[str]:
    output, _ = process.communicate(timeout=300)
    return {f"run-{int(line):04}" for line in output.split()}


def found_in(workspace: TeamWorkspace, slug: str) -> set[str]:
    """The runs of a subject, which store, register and ledger all have."""
    store = workspace.store(slug)
    runs = {item.run_id for item in store.evidence()}
    assert runs <= {run.run_id for run in store.runs()}
    with open_ledger(workspace.ledger_of(slug)) as ledger:
        verify_ledger(ledger, at=AT)
        logged = b"".join(entry.payload for entry in ledger.entries())
    assert all(run.encode() in logged for run in runs)
    return runs


def test_two_writers_of_one_subject_and_one_of_another(workspace: TeamWorkspace, url: str) -> None:
    writers = [
        writer(url, workspace, "model-1", 0, 12),
        writer(url, workspace, "model-1", 6, 18),  # half of its runs are the other's too
        writer(url, workspace, "model-2", 0, 6),
    ]
    done = [told(one) for one in writers]
    assert [one.returncode for one in writers] == [0, 0, 0]
    assert [len(one) for one in done] == [12, 12, 6]
    assert found_in(workspace, "model-1") == {f"run-{n:04}" for n in range(18)}
    assert found_in(workspace, "model-2") == {f"run-{n:04}" for n in range(6)}
    assert len(workspace.store("model-1").runs()) == 18
    assert check_team(workspace, at=AT).subjects == 2


def test_a_killed_writer_loses_nothing_acknowledged(workspace: TeamWorkspace, url: str) -> None:
    acknowledged: set[str] = set()
    for round_ in range(3):
        one = writer(url, workspace, "model-1", 100 * round_, 100 * round_ + 100)
        assert one.stdout is not None
        for _ in range(2 + round_):
            acknowledged.add(f"run-{int(one.stdout.readline()):04}")
        one.send_signal(signal.SIGKILL)
        acknowledged |= told(one)
        assert one.returncode == -signal.SIGKILL
    stored = {item.run_id for item in workspace.store("model-1").evidence()}
    assert acknowledged <= stored
    # What was stored and not logged yet is logged by the next one.
    assert told(writer(url, workspace, "model-1", 500, 501)) == {"run-0500"}
    assert found_in(workspace, "model-1") == stored | {"run-0500"}


def test_a_killed_server_loses_nothing_acknowledged(server: Server, tmp_path: Path) -> None:
    url = server.fresh()
    workspace = TeamWorkspace(url, data=tmp_path / "data", create=True)
    settings = TeamSettings(framework="asl/reference-1", subject=SubjectFile(name="model-1"))
    workspace.put(TeamProject(settings=settings), author="ann", at=AT)
    one = writer(url, workspace, "model-1", 0, 1000)
    assert one.stdout is not None
    acknowledged = {f"run-{int(one.stdout.readline()):04}" for _ in range(4)}
    server.kill()
    acknowledged |= told(one)
    assert one.returncode not in {0, None}
    server.start()
    assert acknowledged <= {item.run_id for item in workspace.store("model-1").evidence()}
    assert told(writer(url, workspace, "model-1", 2000, 2001)) == {"run-2000"}
    assert acknowledged <= found_in(workspace, "model-1")
    workspace.close()
