"""Every Eval Ever: aggregates with their uncertainty, instances where they lie beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import codes, only, write
from tierlock.core import Evidence, ImportFailed, Tokens
from tierlock.importers import Imported, read

NAME = "f3a1c0de-4b2e-4c1a-9f6d-1b7e5a2c8d40"


def result(score: object = 0.5, **changes: Any) -> dict[str, Any]:
    fields = {
        "evaluation_name": "bench",
        "source_data": {"dataset_name": "d"},
        "metric_config": {"lower_is_better": False, "metric_id": "accuracy"},
        "score_details": {"score": score},
    }
    return fields | changes


def record(**changes: Any) -> dict[str, Any]:
    fields = {
        "schema_version": "0.3.0",
        "evaluation_id": "source/model/1750000000",
        "evaluation_timestamp": "1750000000",
        "retrieved_timestamp": "1750000001",
        "source_metadata": {
            "source_type": "evaluation_run",
            "source_organization_name": "Org",
            "source_name": "Board",
            "evaluator_relationship": "third_party",
        },
        "eval_library": {"name": "lib", "version": "1"},
        "model_info": {"name": "m", "id": "lab/m"},
        "evaluation_results": [result()],
    }
    return fields | changes


def instance(name: str, score: object, **changes: Any) -> dict[str, Any]:
    fields = {
        "evaluation_id": "source/model/1750000000",
        "evaluation_name": "bench",
        "sample_id": name,
        "evaluation": {"score": score, "is_correct": bool(score)},
        "metadata": {"subject": "s"},
    }
    return fields | changes


def imported(folder: Path, **changes: Any) -> Imported:
    return read(write(folder, f"{NAME}.json", record(**changes)))


def with_instances(folder: Path, lines: list[Any], **stated: Any) -> Evidence:
    text = "\n".join(json.dumps(line) for line in lines)
    write(folder, f"{NAME}_samples.jsonl", text)
    detailed = {
        "format": "jsonl",
        "file_path": f"data/a/b/c/{NAME}_samples.jsonl",
        "hash_algorithm": "sha256",
        "checksum": hashlib.sha256(text.encode()).hexdigest(),
        "total_rows": len(lines),
    }
    return only(imported(folder, detailed_evaluation_results=detailed | stated))


def test_an_aggregate(tmp_path: Path) -> None:
    evidence = only(imported(tmp_path))
    assert evidence.evaluation == "bench"
    assert evidence.subject.name == "lab/m"
    assert evidence.run_id == "source/model/1750000000#bench"
    assert evidence.measured_at.isoformat() == "2025-06-15T15:06:40+00:00"
    assert evidence.higher_is_better is True
    assert evidence.source.citation == "Org, Board"
    assert evidence.source.tool == "lib 1"
    assert evidence.reported[0].mean == 0.5
    assert codes(evidence) == ["reported.relationship"]
    assert "third_party" in evidence.problems[0].says


INTERVAL = {"lower": 0.4, "upper": 0.6}


@pytest.mark.parametrize(
    ("uncertainty", "wanted"),
    [
        ({"standard_error": {"value": 0.1}, "num_samples": 9}, (9, 0.1, "se", None, None, None)),
        ({"standard_deviation": 0.3}, (None, 0.3, "sd", None, None, None)),
        (
            {"confidence_interval": INTERVAL | {"confidence_level": 0.95}},
            (None, None, "unlabelled", 0.4, 0.6, 0.95),
        ),
        ({"confidence_interval": INTERVAL}, (None, None, "unlabelled", None, None, None)),
    ],
)
def test_uncertainty(uncertainty: dict, wanted: tuple, tmp_path: Path) -> None:
    details = {"score": 0.5, "uncertainty": uncertainty}
    (got,) = only(imported(tmp_path, evaluation_results=[result(score_details=details)])).reported
    assert (got.n, got.spread, got.spread_is, got.lower, got.upper, got.confidence) == wanted


def test_a_date_of_retrieval_is_not_the_date_of_measurement(tmp_path: Path) -> None:
    evidence = only(imported(tmp_path, evaluation_timestamp=None))
    assert "time.retrieved" in codes(evidence)
    assert evidence.doubtful


def test_a_result_may_have_its_own_time(tmp_path: Path) -> None:
    own = result(evaluation_timestamp="2025-01-01T00:00:00Z")
    evidence = only(imported(tmp_path, evaluation_results=[own]))
    assert evidence.measured_at.isoformat() == "2025-01-01T00:00:00+00:00"


def test_instances_are_preferred(tmp_path: Path) -> None:
    evidence = with_instances(tmp_path, [instance("a", 1.0), instance("b", 0.0)])
    assert evidence.samples.scores == {"score": (1.0, 0.0)}
    assert evidence.samples.attributes == {"subject": ("s", "s")}
    assert evidence.reported == ()
    assert codes(evidence) == ["reported.relationship"]


def test_tokens_are_those_of_all_instances_or_unknown(tmp_path: Path) -> None:
    used = {"input_tokens": 9, "output_tokens": 2, "total_tokens": 11}
    lines = [instance("a", 1.0, token_usage=used), instance("b", 0.0, token_usage=used)]
    assert with_instances(tmp_path / "all", lines).tokens == Tokens(input=18, output=4, total=22)
    for other in (None, "x", {"input_tokens": 9}):
        lines[1] = instance("b", 0.0, token_usage=other)
        assert with_instances(tmp_path / "some", lines).tokens is None
    assert only(imported(tmp_path / "none")).tokens is None


def test_instances_that_failed_are_errored(tmp_path: Path) -> None:
    lines = [instance("a", 0.5), instance("b", 0.0, error="timeout"), instance("c", None)]
    evidence = with_instances(tmp_path, lines)
    assert evidence.samples.state == ("scored", "errored", "unscored")


def test_instances_that_do_not_give_the_score_cast_doubt(tmp_path: Path) -> None:
    evidence = with_instances(tmp_path, [instance("a", 1.0)])
    assert "header.mismatch" in codes(evidence)


def test_instances_of_another_run_do_not_count(tmp_path: Path) -> None:
    lines = [instance("a", 0.5), instance("b", 1.0, evaluation_id="other")]
    evidence = with_instances(tmp_path, lines)
    assert evidence.samples.id == ("a",)
    assert "companion.rows" in codes(evidence)
    assert evidence.doubtful


def test_instances_belong_to_the_result_that_they_name(tmp_path: Path) -> None:
    lines = [instance("a", 0.5, evaluation_result_id="x")]
    text = "\n".join(json.dumps(line) for line in lines)
    write(tmp_path, f"{NAME}_samples.jsonl", text)
    both = [result(evaluation_result_id="x"), result(0.25, evaluation_result_id="y")]
    found = imported(
        tmp_path,
        evaluation_results=both,
        detailed_evaluation_results={"file_path": f"{NAME}_samples.jsonl"},
    )
    assert [len(e.samples) for e in found.evidence] == [1, 0]


def test_changed_instances_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="checksum") as caught:
        with_instances(tmp_path, [instance("a", 1.0)], checksum="0" * 64)
    assert caught.value.code == "import.unreadable"


@pytest.mark.parametrize("path", ["../x_samples.jsonl", "gone.jsonl", "", "data/a/.."])
def test_instances_elsewhere_are_not_looked_for(path: str, tmp_path: Path) -> None:
    write(tmp_path, "x_samples.jsonl", json.dumps(instance("a", 1.0)))
    folder = tmp_path / "deeper"
    stated = {"file_path": path, "format": "jsonl"}
    found = read(write(folder, f"{NAME}.json", record(detailed_evaluation_results=stated)))
    assert "companion.unread" in codes(only(found))


def test_results_of_one_name_are_told_apart_by_their_metric(tmp_path: Path) -> None:
    two = [result(), result(0.1, metric_config={"lower_is_better": True, "metric_id": "ece"})]
    found = imported(tmp_path, evaluation_results=two).evidence
    assert [e.evaluation for e in found] == ["bench/accuracy", "bench/ece"]
    assert [e.higher_is_better for e in found] == [True, False]


@pytest.mark.parametrize("results", [[], [result(None)], [result("0.5")]])
def test_a_record_without_a_number_is_an_omission(results: list, tmp_path: Path) -> None:
    found = imported(tmp_path, evaluation_results=results)
    assert found.evidence == ()
    assert [o.code for o in found.omissions] == ["log.no-number"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"evaluation_timestamp": "soon"}, "import.value"),
        ({"model_info": {}}, "import.schema"),
        (
            {
                "evaluation_results": [
                    result(score_details={"score": 1, "uncertainty": {"num_samples": 2**53}})
                ]
            },
            "import.value",
        ),
        ({"evaluation_results": [result(score_details={})]}, None),
    ],
)
def test_unusable_records(changes: dict, code: str | None, tmp_path: Path) -> None:
    if code is None:
        assert imported(tmp_path, **changes).omissions
        return
    with pytest.raises(ImportFailed) as caught:
        imported(tmp_path, **changes)
    assert caught.value.code == code


def test_scores_of_one_metric_that_differ_in_their_ids_only_are_evaluations_of_their_own(
    tmp_path: Path,
) -> None:
    """As HELM's are: one metric, over two splits and over perturbed questions."""
    ids = ("em:test", "em:valid", "em:test:robustness")
    results = [result(evaluation_result_id=name) for name in ids]
    other = result(evaluation_result_id="f1:test", metric_config={"metric_id": "f1"})
    evidence = imported(tmp_path, evaluation_results=[*results, other]).evidence
    assert [one.evaluation for one in evidence] == [*(f"bench/{name}" for name in ids), "bench/f1"]
