"""lm-evaluation-harness: samples where they lie beside the results, else the aggregates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import codes, only, write
from tierlock.core import Evidence, ImportFailed
from tierlock.importers import Imported, read

STAMP = "2026-01-21T03-44-18.458309"


def results(**changes: Any) -> dict[str, Any]:
    fields = {
        "results": {"task": {"alias": "task", "acc,none": 0.5, "acc_stderr,none": 0.1}},
        "group_subtasks": {"task": []},
        "versions": {"task": 1.0},
        "n-shot": {"task": 5},
        "higher_is_better": {"task": {"acc": True}},
        "n-samples": {"task": {"original": 10, "effective": 2}},
        "config": {"model": "hf", "model_args": "pretrained=lab/m,dtype=auto", "limit": 2.0},
        "task_hashes": {"task": "abc"},
        "git_hash": "1f84a09f",
        "date": 1768964383.5,
        "lm_eval_version": "0.4.9.2",
        "model_name": "lab/m",
        "total_evaluation_time_seconds": "100.5",
    }
    return fields | changes


def line(doc: int, value: object, *, metric: str = "acc", **changes: Any) -> dict[str, Any]:
    return {
        "doc_id": doc,
        "filter": "none",
        "metrics": [metric],
        metric: value,
        "doc_hash": f"h{doc}",
        **changes,
    }


def imported(folder: Path, lines: list[Any] | None = None, **changes: Any) -> Imported:
    if lines is not None:
        text = "\n".join(json.dumps(entry) for entry in lines)
        write(folder, f"samples_task_{STAMP}.jsonl", text)
    return read(write(folder, f"results_{STAMP}.json", results(**changes)))


def with_samples(folder: Path, lines: list[Any], **changes: Any) -> Evidence:
    return only(imported(folder, lines, **changes))


def test_samples_are_preferred(tmp_path: Path) -> None:
    evidence = with_samples(tmp_path, [line(0, 1.0), line(1, 0.0)])
    assert evidence.samples.id == ("0", "1")
    assert evidence.samples.scores == {"acc,none": (1.0, 0.0)}
    assert evidence.samples.attributes == {"doc_hash": ("h0", "h1")}
    assert evidence.reported == ()
    assert evidence.planned_samples == 2
    assert codes(evidence) == ["dataset.subset"]


def test_identity_and_settings(tmp_path: Path) -> None:
    evidence = with_samples(tmp_path, [line(0, 1.0), line(1, 0.0)])
    assert evidence.evaluation == "task"
    assert evidence.task_version == "1"
    assert evidence.subject.name == "lab/m"
    assert evidence.measured_at.isoformat() == "2026-01-21T02:59:43.500000+00:00"
    assert evidence.finished_at is not None
    assert (evidence.finished_at - evidence.measured_at).total_seconds() == 100.5
    assert evidence.seconds == 100.5
    assert evidence.higher_is_better is True
    assert evidence.source.tool == "lm_eval 0.4.9.2"
    assert evidence.configuration == {
        "model": "hf",
        "model_args": "pretrained=lab/m,dtype=auto",
        "limit": "2",
        "git_hash": "1f84a09f",
        "n_shot": "5",
        "task_hash": "abc",
    }


def test_without_samples_the_aggregate_is_reported(tmp_path: Path) -> None:
    evidence = only(imported(tmp_path))
    (reported,) = evidence.reported
    assert (reported.n, reported.mean, reported.spread, reported.spread_is) == (2, 0.5, 0.1, "se")
    assert evidence.evaluation == "task"
    assert evidence.planned_samples is None
    assert evidence.missing() == {}


def test_an_error_that_is_not_a_number_is_no_spread(tmp_path: Path) -> None:
    scores = {"task": {"acc,none": 0.5, "acc_stderr,none": "N/A"}}
    (reported,) = only(imported(tmp_path, results=scores)).reported
    assert (reported.spread, reported.spread_is) == (None, "unlabelled")


def test_several_metrics_without_samples_are_told_apart(tmp_path: Path) -> None:
    scores = {"task": {"acc,none": 0.5, "acc_norm,none": 0.25, "em,strict": 0.0}}
    found = imported(tmp_path, results=scores).evidence
    assert [(e.evaluation, e.reported[0].mean) for e in found] == [
        ("task/acc,none", 0.5),
        ("task/acc_norm,none", 0.25),
        ("task/em,strict", 0.0),
    ]
    assert len({e.run_id for e in found}) == 3


def test_every_filter_is_a_column(tmp_path: Path) -> None:
    lines = [
        line(d, v, filter=f) for d, f, v in [(0, "a", 1), (1, "a", 0), (0, "b", 1), (1, "b", 1)]
    ]
    evidence = with_samples(tmp_path, lines, results={"task": {"acc,a": 0.5, "acc,b": 1.0}})
    assert evidence.samples.scores == {"acc,a": (1.0, 0.0), "acc,b": (1.0, 1.0)}
    assert "header.mismatch" not in codes(evidence)


def test_samples_that_do_not_give_the_result_cast_doubt(tmp_path: Path) -> None:
    evidence = with_samples(tmp_path, [line(0, 1.0), line(1, 1.0)])
    assert "header.mismatch" in codes(evidence)
    assert evidence.doubtful


def test_samples_that_are_cut_short_are_missing(tmp_path: Path) -> None:
    evidence = with_samples(
        tmp_path, [line(0, 0.5)], **{"n-samples": {"task": {"original": 9, "effective": 9}}}
    )
    assert evidence.missing() == {"absent": 8}


@pytest.mark.parametrize("value", [None, [1.0, 2.0], "0.5", float("nan")])
def test_a_value_that_is_no_number_is_unscored(value: object, tmp_path: Path) -> None:
    evidence = with_samples(tmp_path, [line(0, 0.5), line(1, value)])
    assert evidence.samples.state == ("scored", "unscored")
    assert evidence.missing() == {"unscored": 1}


def test_a_document_twice_is_in_doubt(tmp_path: Path) -> None:
    evidence = with_samples(tmp_path, [line(0, 0.0), line(0, 1.0)])
    assert "sample.duplicate" in codes(evidence)
    assert evidence.missing() == {"absent": 1}


def test_a_group_is_an_omission(tmp_path: Path) -> None:
    scores = {"all": {"acc,none": 0.5}, "task": {"acc,none": 0.5}}
    found = imported(tmp_path, results=scores, group_subtasks={"all": ["task"], "task": []})
    assert [e.evaluation for e in found.evidence] == ["task"]
    assert [o.code for o in found.omissions] == ["log.group"]


@pytest.mark.parametrize("scores", [{}, {"task": {}}, {"task": {"acc,none": "N/A"}}])
def test_results_without_a_number_are_an_omission(scores: dict, tmp_path: Path) -> None:
    found = imported(tmp_path, results=scores)
    assert found.evidence == ()
    assert [o.code for o in found.omissions] == ["log.no-number"]


def test_the_subject_without_a_name_is_named_by_its_arguments(tmp_path: Path) -> None:
    assert only(imported(tmp_path, model_name=None)).subject.name == "lab/m"


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"model": "hf", "model_args": "dtype=auto"}, "hf"),
        ({"model": "hf", "model_args": {"pretrained": "x"}}, "hf"),
        ({"model_args": "model=lab/x"}, "lab/x"),
        ({}, "unnamed"),
    ],
)
def test_a_subject_is_never_invented(config: dict, name: str, tmp_path: Path) -> None:
    assert only(imported(tmp_path, model_name=None, config=config)).subject.name == name


@pytest.mark.parametrize("seconds", ["soon", -1, "nan", 1e300, None])
def test_a_duration_that_is_none_is_left_out(seconds: object, tmp_path: Path) -> None:
    evidence = only(imported(tmp_path, total_evaluation_time_seconds=seconds))
    assert evidence.seconds is None
    assert evidence.finished_at is None


def test_an_empty_file_of_samples_is_no_samples(tmp_path: Path) -> None:
    assert only(imported(tmp_path, [])).reported


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"date": None}, "import.value"),
        ({"date": 1e300}, "import.value"),
        ({"results": 1}, "import.schema"),
    ],
)
def test_unusable_results_are_refused(changes: dict, code: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        imported(tmp_path, **changes)
    assert caught.value.code == code


def test_a_line_without_an_id_is_located(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        imported(tmp_path, [line(0, 1), {"filter": "none"}])
    assert caught.value.location == str(tmp_path / f"samples_task_{STAMP}.jsonl:2")


@pytest.mark.parametrize("task", ["../task", "a/b", "..", "x\0y"])
def test_a_task_s_name_is_never_a_path(task: str, tmp_path: Path) -> None:
    write(tmp_path, f"samples_task_{STAMP}.jsonl", json.dumps(line(0, 1.0)))
    folder = tmp_path / "logs"
    scores = {task: {"acc,none": 0.5}}
    found = read(write(folder, f"results_{STAMP}.json", results(results=scores)))
    assert len(only(found).samples) == 0
