"""Exporting evidence: from logs or the store, whole files, nothing half written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.core import ImportFailed, InputError
from tierlock.importers import Publisher, import_logs, read
from tierlock.usecases import export_evidence, init_project

PUBLISHER = Publisher("Lab", "other", datetime(2026, 5, 1, tzinfo=UTC))
ROWS = [sample(1), sample(2, "I")]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write(tmp_path / "logs", "a.eval", pack(members(ROWS)))


def test_logs_are_written_once_and_read_again(log: Path, tmp_path: Path) -> None:
    write(log.parent, "copy.json", {**header(ROWS), "samples": ROWS})
    write(log.parent, "notes.txt", "x")
    done = export_evidence([log.parent], folder=tmp_path, out=tmp_path / "out", publisher=PUBLISHER)
    (record,) = done.records
    assert record.path.is_relative_to(tmp_path / "out" / "data" / "Lab")
    assert read(record.path).evidence[0].digest == record.evidence.digest
    assert [left.code for left in done.omissions] == ["file.not-a-log"]
    assert done.not_carried
    assert done.mock_models == ()
    written = sorted(p.name for p in record.path.parent.iterdir())
    assert written == sorted([record.path.name, f"{record.path.stem}_samples.jsonl"])


def test_a_second_export_replaces_the_first(log: Path, tmp_path: Path) -> None:
    given = {"folder": tmp_path, "out": tmp_path / "out"}
    first = export_evidence([log], publisher=PUBLISHER, **given)
    later = PUBLISHER._replace(at=datetime(2026, 6, 1, tzinfo=UTC))
    second = export_evidence([log], publisher=later, **given)
    assert [r.path for r in first.records] == [r.path for r in second.records]
    assert len(list((tmp_path / "out").rglob("*.json"))) == 1


def test_without_logs_the_store_is_exported(log: Path, tmp_path: Path) -> None:
    from tierlock.usecases import ingest, load_project

    project = tmp_path / "project"
    init_project(project, framework="asl/reference-1", subject="lab/model-1")
    loaded = load_project(project)
    ingest(
        import_logs([log]),
        store=loaded.store,
        framework=loaded.framework,
        subject=loaded.subject,
    )
    done = export_evidence([], folder=project, out=tmp_path / "out", publisher=PUBLISHER)
    assert [r.evidence.evaluation for r in done.records] == ["package/biology"]


def test_nothing_to_export(tmp_path: Path) -> None:
    text = '{"task_id": "a", "task_family": "f", "run_id": "1", "score_binarized": 1, '
    path = write(tmp_path, "runs.jsonl", text + '"human_minutes": 1, "started_at": 0}')
    with pytest.raises(InputError) as caught:
        export_evidence([path], folder=tmp_path, out=tmp_path / "out", publisher=PUBLISHER)
    assert caught.value.code == "import.empty"
    assert not (tmp_path / "out").exists()


def test_a_damaged_log_leaves_nothing_half_exported(log: Path, tmp_path: Path) -> None:
    write(log.parent, "b.eval", b"PK")
    with pytest.raises(ImportFailed):
        export_evidence([log.parent], folder=tmp_path, out=tmp_path / "out", publisher=PUBLISHER)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_can_not_be_written(log: Path, tmp_path: Path) -> None:
    blocked = write(tmp_path, "out/data", "a file where a folder must be").parent
    with pytest.raises(InputError) as caught:
        export_evidence([log], folder=tmp_path, out=blocked, publisher=PUBLISHER)
    assert caught.value.code == "input.file"
