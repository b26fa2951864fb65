"""A real Dask cluster on this machine: the same result, also when a worker is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import log
from tierlock.core import ImportFailed, InputError
from tierlock.importers import Imports, import_logs
from tierlock.importers.dask_cluster import dask_crew, do_as
from tierlock.importers.executing import Tasks

distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")

# The library's own threads and event loops warn about what they leave to the collector.
pytestmark = pytest.mark.filterwarnings("ignore")
COUNT = 24


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=60,
    ) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(COUNT):
        log(tmp_path, f"{number:02}.eval", "01" * (number + 1), eval_id=f"run-{number}")
    return tmp_path


def as_text(imports: Imports) -> list[str]:
    return [item.model_dump_json() for item in imports.evidence]


def test_a_cluster_reads_what_one_process_reads(cluster: Any, folder: Path) -> None:
    with dask_crew(cluster.scheduler_address) as crew:
        assert crew.in_flight == 8
        together = import_logs([folder], executor=crew)
    alone = import_logs([folder])
    assert together == alone
    assert as_text(together) == as_text(alone)


def slow(item: tuple[int, str]) -> tuple[int, int]:
    number, folder = item
    Path(folder, f"{number}-{os.getpid()}").touch()
    time.sleep(0.1)
    return number, os.getpid()


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(
    cluster: Any, tmp_path: Path
) -> None:
    items = [(number, str(tmp_path)) for number in range(COUNT)]
    victim = next(iter(cluster.workers.values())).pid

    def kill_when_busy() -> None:
        while not any(path.name.endswith(f"-{victim}") for path in tmp_path.iterdir()):
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill_when_busy)
    killer.start()
    with dask_crew(cluster.scheduler_address) as crew:
        found = list(Tasks(slow, items, crew=crew).results())
    killer.join()
    assert [number for number, _ in found] == [*range(COUNT)]
    assert {pid for _, pid in found} - {victim}
    # What the victim had begun was begun again by another.
    begun = [int(path.name.partition("-")[0]) for path in tmp_path.iterdir()]
    assert set(begun) == {*range(COUNT)}


def test_a_damaged_log_is_the_same_error_on_a_cluster(cluster: Any, folder: Path) -> None:
    (folder / "05.eval").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ImportFailed) as alone:
        import_logs([folder])
    with dask_crew(cluster.scheduler_address) as crew, pytest.raises(ImportFailed) as apart:
        import_logs([folder], executor=crew)
    assert str(apart.value) == str(alone.value)


def test_a_scheduler_that_is_not_there_is_a_coded_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierlock.importers.dask_cluster._PATIENCE", 0.2)
    with pytest.raises(InputError) as caught, dask_crew("tcp://127.0.0.1:9"):
        pass
    assert caught.value.code == "input.executor"


def test_a_cluster_without_workers_is_a_coded_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierlock.importers.dask_cluster._PATIENCE", 1)
    with (
        distributed.LocalCluster(
            n_workers=0, host="127.0.0.1", dashboard_address=None, silence_logs=60
        ) as empty,
        pytest.raises(InputError, match="no worker") as caught,
        dask_crew(empty.scheduler_address),
    ):
        pass
    assert caught.value.code == "input.executor"


def test_a_worker_of_another_version_is_refused() -> None:
    with pytest.raises(InputError, match="one version") as caught:
        do_as(len, "abc", version="0.0.0")
    assert caught.value.code == "input.executor"
