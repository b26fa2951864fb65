"""The importer of Inspect logs as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.importers.logs import archive, as_log, header, members, only, pack, sample, summary
from tierlock.core import ImportFailed
from tierlock.importers import read as read_door
from tierlock.importers.inspect import read, recognises
from tierlock.importers.interface import Glance


@pytest.mark.parametrize(
    ("name", "head", "known"),
    [
        ("a.eval", b"PK\x03\x04", True),
        ("a.zip", b"PK\x03\x04", False),
        ("a.txt", b'\n{"version": 2, "status": "x", "eval": {"task": "t", "model": "m"', True),
        ("a.json", b'\xef\xbb\xbf{"status": 1, "eval": {"task": "t", "model": "m"', True),
        ("a.json", b'{"events": [], "status": "x"}', False),
        ("a.json", b'["status", "eval", "task", "model"]', False),
        ("a.json", b'{"status": "x", "eval": {"task": "t", "ids": [' + b"1," * 40_000, True),
        ("a.eval", b"", False),
    ],
)
def test_recognition(name: str, head: bytes, known: bool) -> None:
    assert recognises(Glance(name, head)) == known


def test_a_log_without_samples_is_an_omission() -> None:
    (omission,) = read(as_log({**header(status="started"), "samples": None})).omissions
    assert omission.code == "log.no-samples"
    assert omission.what == "log.eval"
    for word in ("run-1", "package/biology", "lab/model-1", "started"):
        assert f"{word}" in omission.says


@pytest.mark.parametrize("scores", [{}, None])
def test_a_log_without_a_score_is_an_omission(scores: object) -> None:
    (omission,) = archive([sample(1, scores=scores), sample(2, scores=scores)]).omissions
    assert omission.code == "log.unscored"
    assert "2 samples" in omission.says


def test_failed_attempts_beside_one_scored_are_kept() -> None:
    failed = sample(2, scores=None, error={"message": "x"})
    assert only(archive([sample(1), failed])).missing() == {"errored": 1}


@pytest.mark.parametrize("status", ["success", "started", "cancelled", "error"])
def test_every_status_is_kept(status: str) -> None:
    assert only(archive([sample(1)], header([sample(1)], status=status))).status == status


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(ImportFailed, match="`finished`") as caught:
        archive([sample(1)], header([sample(1)], status="finished"))
    assert caught.value.code == "import.schema"


def test_the_digest_knows_what_was_measured_and_not_the_file() -> None:
    rows = [sample(1), sample(2, "I")]
    one = only(read(as_log(pack(members(rows)), "a.eval")))
    other = only(read(as_log(pack(members(rows[::-1]), method=0), "b.eval")))
    assert one.source != other.source
    assert one.digest == other.digest


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": 2},
        {"limit": {"type": "token"}},
        {"error": {"message": "x"}},
        {"metadata": {"family": "f2"}},
        {"scores": {"check": {"value": "C", "reason": "refusal"}}},
        {"scores": {"check": {"value": "C", "history": [{"value": "I"}]}}},
        {"scores": {"check": {"value": "P"}}},
    ],
)
def test_the_digest_changes_with_every_fact_about_an_attempt(change: dict[str, Any]) -> None:
    before = only(archive([sample(1), sample(2)]))
    after = only(archive([sample(1, **change), sample(2)], header([sample(1), sample(2)])))
    assert before.digest != after.digest


def test_text_that_is_not_unicode_never_stops_a_log() -> None:
    bad = "\ud800"
    rows = [sample(bad, metadata={bad: bad})]
    changes = {"task": bad, "model": bad, "task_args": {bad: bad}, "packages": {bad: bad}}
    head = header(rows, eval=changes, status="success")
    document = as_log({**head, "samples": rows}, "log.json")
    evidence = only(read(document))
    assert evidence.evaluation == "�"
    assert evidence.digest
    assert "text.replaced" in [problem.code for problem in evidence.problems]
    entries = members([], head)
    entries["samples/x_epoch_1.json"] = rows[0]
    entries["summaries.json"] = [summary(rows[0])]
    assert only(read(as_log(pack(entries)))).digest == evidence.digest


def test_a_log_of_2024_without_an_id_gets_the_id_inspect_gives_it() -> None:
    rows = [sample(1)]
    old = {"eval_id": "", "run_id": "a", "task_id": "b", "created": "2024-05-05T07:59:35"}
    with_zone = old | {"created": "2024-05-05T07:59:35+00:00"}
    first, second = (only(archive(rows, header(rows, eval=e))) for e in (old, with_zone))
    assert first.run_id == second.run_id
    assert len(first.run_id) == 22


def test_the_door_reads_it(tmp_path: Any) -> None:
    path = tmp_path / "x.eval"
    path.write_bytes(pack(members([sample(1)])))
    assert only(read_door(path)).source.format == "inspect"
