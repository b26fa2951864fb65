"""A quick look at logs: headers and scores, from what a log says and nothing else."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.unit.importers.logs import (
    ZSTANDARD,
    header,
    mean_of,
    members,
    pack,
    sample,
    summary,
    write,
)
from tierlock.core import ImportFailed
from tierlock.importers import read, scan_header, scan_scores

ROWS = [
    sample(1, "C"),
    sample("q/2", "I", error={"message": "boom"}),
    sample(3, {"a": 1, "b": "?"}, limit={"type": "token"}),
    sample(4, float("nan"), epoch=2),
]
HEAD = header(ROWS, results=mean_of(0.5) | {"total_samples": 9}, invalidated=True)


@pytest.fixture(params=["eval", "json"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "json":
        return write(tmp_path, "log.json", HEAD | {"samples": ROWS})
    return write(tmp_path, "log.eval", pack(members(ROWS, HEAD), method=ZSTANDARD))


def test_a_header_says_what_the_log_says(log: Path) -> None:
    found = scan_header(log)
    (evidence,) = read(log).evidence
    assert (found.evaluation, found.run_id) == (evidence.evaluation, evidence.run_id)
    assert (found.model, found.status) == (evidence.subject.name, evidence.status)
    assert (found.samples, found.invalidated) == (9, True)
    assert found.metrics == {"check/accuracy": 0.5}
    assert found.place == log


def test_scores_are_those_of_the_evidence_before_anything_is_judged(log: Path) -> None:
    found = scan_scores(log)
    assert found.id == ["1", "q/2", "3", "4"]
    assert found.epoch == [1, 1, 1, 2]
    assert found.errored == [False, True, False, False]
    assert found.limit == ["", "", "token", ""]
    assert found.scores == {
        "check": [1.0, 0.0, None, None],
        "check/a": [None, None, 1.0, None],
        "check/b": [None, None, None, None],
    }


def test_a_run_that_goes_on_is_seen_by_its_journal(tmp_path: Path) -> None:
    entries = members(ROWS)
    del entries["header.json"], entries["summaries.json"]
    entries["_journal/summaries/2.json"] = [summary(sample(1, "I"))]
    path = write(tmp_path, "log.eval", pack(entries))
    assert scan_header(path).status == "started"
    assert scan_scores(path).scores["check"][0] == 0.0


def test_only_what_is_looked_at_must_be_sound(tmp_path: Path) -> None:
    entries = members([sample(1)]) | {"samples/1_epoch_1.json": b"{"}
    path = write(tmp_path, "log.eval", pack(entries))
    assert scan_scores(path).scores == {"check": [1.0]}
    with pytest.raises(ImportFailed):
        read(path)
    for name in ("header.json", "summaries.json"):
        data = pack(members([sample(1)]), method=0)
        at = data.index(b"success") if name == "header.json" else data.rindex(b'"value": "C"') + 10
        path = write(tmp_path, "log.eval", data[:at] + b"X" + data[at + 1 :])
        with pytest.raises(ImportFailed, match="checksum"):
            (scan_header if name == "header.json" else scan_scores)(path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"{}", b"[1]", b"text"])
def test_what_is_no_log_is_refused(tmp_path: Path, data: bytes) -> None:
    path = write(tmp_path, "log.eval", data)
    for look in (scan_header, scan_scores):
        with pytest.raises(ImportFailed):
            look(path)
    with pytest.raises(ImportFailed) as caught:
        scan_header(tmp_path / "missing.eval")
    assert caught.value.code == "input.file"


def test_a_long_summary_is_read_row_by_row_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [sample(n, n / 7 if n % 3 else math.nan) for n in range(50)]
    path = write(tmp_path, "log.eval", pack(members(rows), method=ZSTANDARD))
    at_once, evidence = scan_scores(path), read(path)
    monkeypatch.setattr("tierlock.importers.inspect_container._AT_ONCE", 10)
    monkeypatch.setattr("tierlock.importers.untrusted_zip.BLOCK", 7)
    assert scan_scores(path) == at_once
    assert read(path) == evidence
