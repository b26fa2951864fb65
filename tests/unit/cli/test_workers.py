"""Worker processes: only where there is enough to read, never more than there are cores."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import log
from tierlock.cli.workers import workers
from tierlock.importers import import_logs

MIB = 1024 * 1024
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies a process quickly")


class Machine:
    """A machine with as many cores as a test wants, that notes the processes asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self.started = 0
        monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", self._start)

    def cores(self, count: int) -> None:
        self._patch.setattr(
            "tierlock.cli.workers.os.sched_getaffinity", lambda _: range(count), raising=False
        )

    def _start(self, count: int, **_: Any) -> Machine:
        self.started = count
        return self

    def shutdown(self, **_: Any) -> None:
        """Nothing was started."""


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def big(path: Path, *, mib: int) -> Path:
    """Make a file that takes no room on disk."""
    with path.open("wb") as file:
        file.truncate(mib * MIB)
    return path


@linux
@pytest.mark.parametrize(
    ("mib", "cores", "expected"),
    [(1, 8, 0), (15, 8, 0), (16, 8, 2), (30, 8, 3), (500, 8, 8), (500, 2, 2), (500, 1, 0)],
)
def test_a_worker_per_share_and_at_most_one_per_core(
    tmp_path: Path, machine: Machine, mib: int, cores: int, expected: int
) -> None:
    machine.cores(cores)
    with workers([big(tmp_path / "a.eval", mib=mib)]):
        assert machine.started == expected


@linux
def test_folders_count_with_everything_in_them(tmp_path: Path, machine: Machine) -> None:
    machine.cores(4)
    inner = tmp_path / "logs" / "deep"
    inner.mkdir(parents=True)
    for name in ("a.eval", "b.eval"):
        big(inner / name, mib=8)
    with workers([tmp_path / "logs"]):
        assert machine.started == 2


def test_what_is_not_there_is_left_to_the_reader(tmp_path: Path, machine: Machine) -> None:
    with workers([tmp_path / "missing.eval"]) as executor:
        assert executor is None
    assert machine.started == 0


def test_elsewhere_one_process_reads(
    tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = big(tmp_path / "a.eval", mib=500)
    monkeypatch.setattr("tierlock.cli.workers.sys.platform", "darwin")
    with workers([path]):
        assert machine.started == 0


@linux
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_workers_read_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierlock.cli.workers.os.sched_getaffinity", lambda _: range(2))
    monkeypatch.setattr("tierlock.cli.workers._SHARE", 1)
    for number in range(3):
        log(tmp_path, f"{number}.eval", eval_id=f"run-{number}")
    with workers([tmp_path]) as executor:
        assert executor is not None
        found = import_logs([tmp_path], executor=executor)
    assert found == import_logs([tmp_path])
