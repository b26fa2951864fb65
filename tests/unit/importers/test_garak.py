"""garak: hits per detector, generations as epochs, and outputs that nobody should have rated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import codes, only, write
from tierlock.core import Evidence, ImportFailed
from tierlock.importers import Imported, Limits, read

SETUP = {
    "entry_type": "start_run setup",
    "plugins.target_type": "openai",
    "plugins.target_name": "lab-m",
    "run.seed": 7,
    "run.generations": 2,
}
INIT = {
    "entry_type": "init",
    "garak_version": "0.17.1",
    "start_time": "2026-03-01T12:00:00.5",
    "run": "run-1",
}
END = {"entry_type": "completion", "end_time": "2026-03-01T12:10:00", "run": "run-1"}


def turns(text: str) -> dict[str, Any]:
    return {"turns": [{"role": "user", "content": {"text": text, "lang": "en"}}]}


def attempt(name: str, *ratings: Any, status: int = 2, **changes: Any) -> dict[str, Any]:
    fields = {
        "entry_type": "attempt",
        "uuid": name,
        "seq": 0,
        "status": status,
        "probe_classname": "dan.Dan",
        "prompt": turns(f"prompt {name}"),
        "outputs": [{"text": "x"} for _ in ratings],
        "detector_results": {"dan.DAN": list(ratings)} if status == 2 else {},
        "goal": "break out",
    }
    return fields | changes


def counted(passed: int, fails: int, **changes: Any) -> dict[str, Any]:
    fields = {
        "entry_type": "eval",
        "probe": "dan.Dan",
        "detector": "dan.DAN",
        "passed": passed,
        "fails": fails,
    }
    return fields | changes


def report(folder: Path, *lines: Any, end: Any = END, setup: Any = SETUP) -> Imported:
    listed = [setup, INIT, *lines, *([end] if end else [])]
    return read(write(folder, "x.report.jsonl", "\n".join(map(json.dumps, listed))))


def one(folder: Path, *lines: Any, **changes: Any) -> Evidence:
    return only(report(folder, *lines, **changes))


def test_a_probe(tmp_path: Path) -> None:
    started = attempt("a", 1, 1, status=1)
    evidence = one(tmp_path, started, attempt("a", 1.0, 0.25), counted(1, 1))
    assert evidence.evaluation == "dan.Dan"
    assert evidence.run_id == "run-1/dan.Dan"
    assert evidence.subject.name == "lab-m"
    assert evidence.task_version == "0.17.1"
    assert evidence.higher_is_better is False
    assert evidence.status == "success"
    assert evidence.samples.epoch == (1, 2)
    assert len(set(evidence.samples.id)) == 1
    assert evidence.samples.scores == {"dan.DAN": (1.0, 0.0)}
    assert evidence.samples.attributes == {
        "goal": ("break out",) * 2, "prompt_number": ("0",) * 2,
    }  # fmt: skip
    assert evidence.configuration == {
        "target_type": "openai", "generations": "2", "seed": "7", "threshold": "0.5",
    }  # fmt: skip
    assert evidence.measured_at.isoformat() == "2026-03-01T12:00:00.500000+00:00"
    assert codes(evidence) == ["time.naive"]


def test_equal_prompts_are_one_sample(tmp_path: Path) -> None:
    rows = [attempt(name, 0.0, 1.0, prompt=turns("same")) for name in "ab"]
    evidence = one(tmp_path, *rows, counted(2, 2))
    assert len(set(evidence.samples.id)) == 1
    assert evidence.samples.epoch == (1, 2, 3, 4)


@pytest.mark.parametrize("prompt", ["text", {"text": "text"}, turns("text")])
def test_prompts_of_older_reports(prompt: Any, tmp_path: Path) -> None:
    rows = [attempt("a", 0.0, prompt=prompt, outputs=["x"]), attempt("b", 0.0, prompt="other")]
    assert len(set(one(tmp_path, *rows, counted(2, 0)).samples.id)) == 2


def test_without_prompts_their_number_tells_samples_apart(tmp_path: Path) -> None:
    rows = [attempt("a", 0.0, prompt=None), attempt("b", 0.0, prompt=None, seq=1)]
    assert one(tmp_path, *rows, counted(2, 0)).samples.id == ("#0", "#1")


@pytest.mark.parametrize(
    ("output", "rating", "state", "code"),
    [
        (None, 0.0, "errored", "output.empty"),
        ({"text": ""}, 0.0, "unscored", "output.empty"),
        ({"text": None}, 0.0, "unscored", "output.empty"),
        ({"text": None, "data_path": "a.png"}, 0.0, "scored", None),
        ({"text": "x"}, None, "unscored", None),
        ({"text": "x"}, "high", "unscored", "score.unmappable"),
        ("x", 0.0, "scored", None),
    ],
)
def test_outputs_without_a_value(
    output: Any, rating: Any, state: str, code: str | None, tmp_path: Path
) -> None:
    passed = int(rating == 0.0)
    row = attempt("a", rating, 1.0, outputs=[output, {"text": "y"}])
    evidence = one(tmp_path, row, counted(passed, 1))
    assert evidence.samples.state == (state, "scored")
    assert codes(evidence) == ["time.naive", *([code] if code else [])]


def test_an_attempt_that_never_ended_is_errored(tmp_path: Path) -> None:
    evidence = one(tmp_path, attempt("a", 1.0), attempt("b", 0, status=1), end=None)
    assert evidence.samples.state == ("scored", "errored")
    assert evidence.status == "started"
    assert evidence.finished_at is None


def test_outputs_that_are_not_there_are_absent(tmp_path: Path) -> None:
    evidence = one(tmp_path, attempt("a", 0.0, 0.0), attempt("b", 0.0), counted(3, 0))
    assert evidence.missing() == {"absent": 1}


def test_fewer_outputs_than_asked_for_are_noted(tmp_path: Path) -> None:
    evidence = one(tmp_path, attempt("a", 0.0), attempt("b", 0.0), counted(2, 0))
    assert codes(evidence) == ["time.naive", "sample.fewer"]


@pytest.mark.parametrize(
    ("passed", "fails", "wrong"),
    [(1, 1, False), (2, 0, True), (0, 2, True), (1, 0, True)],
)
def test_counts_are_recomputed(passed: int, fails: int, wrong: bool, tmp_path: Path) -> None:
    evidence = one(tmp_path, attempt("a", 0.0, 1.0), counted(passed, fails))
    assert ("header.mismatch" in codes(evidence)) is wrong
    assert evidence.doubtful is wrong


def test_counts_of_older_reports(tmp_path: Path) -> None:
    older = counted(1, 0) | {"fails": None, "total": 2}
    assert codes(one(tmp_path, attempt("a", 0.0, 1.0), older)) == ["time.naive"]


def test_a_finished_run_counts_every_detector(tmp_path: Path) -> None:
    assert "header.mismatch" in codes(one(tmp_path, attempt("a", 0.0, 1.0)))


@pytest.mark.parametrize(
    ("rating", "setup", "doubt"),
    [
        (0.7, SETUP, True),
        (0.7, SETUP | {"run.eval_threshold": 0.8}, False),
        (1.0, SETUP, False),
    ],
)
def test_a_threshold_that_nobody_states(
    rating: float, setup: dict, doubt: bool, tmp_path: Path
) -> None:
    evidence = one(tmp_path, attempt("a", rating, rating), end=None, setup=setup)
    assert ("score.threshold" in codes(evidence)) is doubt
    if "run.eval_threshold" in setup:
        assert evidence.samples.scores["dan.DAN"] == (0.0, 0.0)


def test_detectors_that_saw_some_attempts_only(tmp_path: Path) -> None:
    both = attempt("a", 1.0, detector_results={"dan.DAN": [1.0], "m.M": [0.0]})
    alone = attempt("b", 0.0)
    lines = (both, alone, counted(1, 1), counted(1, 0, detector="m.M"))
    scores = one(tmp_path, *lines).samples.scores
    assert scores == {"dan.DAN": (1.0, 0.0), "m.M": (0.0, None)}


def test_every_probe_is_a_record(tmp_path: Path) -> None:
    other = attempt("b", 0.0, 0.0, probe_classname="a.B")
    lines = (attempt("a", 1.0, 1.0), other, counted(0, 2), counted(2, 0, probe="a.B"))
    found = report(tmp_path, *lines).evidence
    assert [e.evaluation for e in found] == ["a.B", "dan.Dan"]


def test_what_is_left_out_is_listed(tmp_path: Path) -> None:
    lines = (counted(5, 0), {"entry_type": "novelty"}, {"entry_type": "digest"})
    found = report(tmp_path, *lines)
    assert found.evidence == ()
    assert [o.code for o in found.omissions] == ["log.unknown-part", "log.no-samples"]
    assert [o.code for o in report(tmp_path).omissions] == ["log.no-samples"]


def test_a_list_of_hits_is_no_measurement(tmp_path: Path) -> None:
    hit = {"goal": "g", "generator": "x", "probe": "p", "detector": "d", "attempt_id": "a"}
    found = read(write(tmp_path, "x.hitlog.jsonl", json.dumps(hit)))
    assert (found.evidence, [o.code for o in found.omissions]) == ((), ["log.hits-only"])


def test_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    rows = [attempt("a", 1.0, 0.0), attempt("b", 0.0, 0.0, prompt=turns("prompt a"), seq=1)]
    there = one(tmp_path / "a", *rows, counted(3, 1))
    back = one(tmp_path / "b", *rows[::-1], counted(3, 1))
    assert there.digest == back.digest


def test_a_later_state_does_not_unmake_a_result(tmp_path: Path) -> None:
    lines = (attempt("a", 1.0, 1.0), attempt("a", 0, 0, status=1), counted(0, 2))
    assert one(tmp_path, *lines).samples.scores["dan.DAN"] == (1.0, 1.0)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([INIT], "import.schema"),
        ([attempt("a", 1.0), attempt("a", 0.0)], "import.value"),
        ([attempt("a", 1.0) | {"status": "2"}], "import.schema"),
        ([attempt("a", 1.0, outputs="x")], "import.schema"),
        ([[]], "import.schema"),
        ([{"entry_type": 1}], "import.schema"),
    ],
)
def test_unusable_reports(lines: list, code: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        report(tmp_path, *lines)
    assert caught.value.code == code


def test_a_report_that_was_cut_in_a_line_is_refused(tmp_path: Path) -> None:
    text = "\n".join(map(json.dumps, [SETUP, INIT, attempt("a", 1.0)]))
    path = write(tmp_path, "x.report.jsonl", text[:-10])
    with pytest.raises(ImportFailed) as caught:
        read(path)
    assert (caught.value.code, caught.value.location) == ("import.unreadable", f"{path}:3")


def test_a_report_without_its_start_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "x.report.jsonl", json.dumps(SETUP))
    with pytest.raises(ImportFailed, match="no line `init`"):
        read(path)


@pytest.mark.parametrize("threshold", [float("nan"), 0, -1, 1.5, float("inf")])
def test_a_threshold_that_hides_hits_is_refused(threshold: float, tmp_path: Path) -> None:
    setup = SETUP | {"run.eval_threshold": threshold}
    with pytest.raises(ImportFailed, match="eval_threshold") as caught:
        report(tmp_path, attempt("a", 1.0), counted(0, 1), setup=setup)
    assert caught.value.code == "import.value"


def test_too_many_lines(tmp_path: Path) -> None:
    text = "\n".join(map(json.dumps, [SETUP, INIT, attempt("a", 1.0)]))
    with pytest.raises(ImportFailed) as caught:
        read(write(tmp_path, "x.report.jsonl", text), limits=Limits(rows=2))
    assert caught.value.code == "import.limit"
