"""promptfoo: attempts that measured nothing have no value, whatever promptfoo counts them as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import codes, only, write
from tierlock.core import Evidence, ImportFailed, Tokens
from tierlock.importers import Imported, read

USED = {"prompt": 8, "completion": 4, "total": 12}


def outcome(test: int = 0, *, passed: bool = True, **changes: Any) -> dict[str, Any]:
    score = float(passed)
    part = {"pass": passed, "score": score, "reason": "x", "assertion": {"type": "contains"}}
    fields = {
        "promptIdx": 0,
        "testIdx": test,
        "provider": {"id": "lab:m", "label": ""},
        "success": passed,
        "score": score,
        "namedScores": {},
        "failureReason": 0 if passed else 1,
        "gradingResult": {"pass": passed, "score": score, "componentResults": [part]},
        "response": {"output": "text", "tokenUsage": USED},
        "testCase": {"vars": {"q": test}, "assert": [{"type": "contains", "value": "x"}]},
        "vars": {"q": test},
        "tokenUsage": USED,
        "latencyMs": 500,
        "cost": 0.25,
    }
    return fields | changes


def document(rows: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    results = {
        "version": 3,
        "timestamp": "2026-03-01T12:00:00.000Z",
        "prompts": [],
        "results": rows,
    }
    fields = {
        "evalId": "eval-1",
        "results": results | changes.pop("results", {}),
        "config": {"description": "sums"},
        "metadata": {"promptfooVersion": "0.121.20"},
        "runtimeOptions": {"repeat": 1, "cache": False},
    }
    return fields | changes


def imported(folder: Path, *rows: dict[str, Any], **changes: Any) -> Imported:
    return read(write(folder, "out.json", document(list(rows), **changes)))


def one(folder: Path, *rows: dict[str, Any], **changes: Any) -> Evidence:
    return only(imported(folder, *rows, **changes))


def counted(passed: int, failed: int, errors: int) -> dict[str, Any]:
    metrics = {"testPassCount": passed, "testFailCount": failed, "testErrorCount": errors}
    return {"prompts": [{"id": "abc", "provider": "lab:m", "metrics": metrics}]}


def test_a_run(tmp_path: Path) -> None:
    evidence = one(tmp_path, outcome(0), outcome(1, passed=False), results=counted(1, 1, 0))
    assert evidence.evaluation == "sums"
    assert evidence.run_id == "eval-1/0/lab:m"
    assert evidence.subject.name == "lab:m"
    assert evidence.measured_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert evidence.planned_samples == 2
    assert evidence.higher_is_better is True
    assert evidence.samples.scores == {"pass": (1.0, 0.0), "score": (1.0, 0.0)}
    assert evidence.configuration == {"prompt": "abc", "repeat": "1", "cache": "false"}
    assert evidence.source.tool == "promptfoo 0.121.20"
    assert (evidence.seconds, evidence.usd) == (1.0, 0.5)
    assert evidence.tokens == Tokens(input=16, output=8, total=24)
    assert codes(evidence) == []


def test_a_test_that_is_asked_again_is_one_sample(tmp_path: Path) -> None:
    again = outcome(1, passed=False)
    again |= {"vars": {"q": 0}, "testCase": outcome(0)["testCase"]}
    samples = one(tmp_path, outcome(0), again).samples
    assert len(set(samples.id)) == 1
    assert samples.epoch == (1, 2)


def test_the_same_variables_under_another_assertion_are_another_sample(tmp_path: Path) -> None:
    other = outcome(1, testCase={"vars": {"q": 0}, "assert": [{"type": "equals", "value": "y"}]})
    assert len(set(one(tmp_path, outcome(0), other).samples.id)) == 2


def test_a_sample_has_its_name_in_every_run(tmp_path: Path) -> None:
    first = one(tmp_path / "a", outcome(0), outcome(1)).samples.id
    turned = one(tmp_path / "b", outcome(7, **_case(outcome(1))), outcome(9, **_case(outcome(0))))
    assert turned.samples.id == first[::-1]


def _case(row: dict[str, Any]) -> dict[str, Any]:
    return {"vars": row["vars"], "testCase": row["testCase"]}


def _graded(reason: str, **part: Any) -> dict[str, Any]:
    found = {"pass": False, "score": 0, "reason": reason, "assertion": {"type": "javascript"}}
    return {"pass": False, "score": 0, "componentResults": [found | part]}


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ({"failureReason": 2, "gradingResult": None, "error": "API error: 500"}, "errored", None),
        ({"response": {"error": "API error: 500"}}, "errored", None),
        ({"gradingResult": {"pass": True, "score": 1}}, "unscored", "score.ungraded"),
        ({"gradingResult": None}, "unscored", "score.ungraded"),
        ({"response": {"output": "  "}}, "unscored", "output.empty"),
        ({"response": {}}, "unscored", "output.empty"),
        ({"response": {"output": []}}, "unscored", "output.empty"),
        ({"response": {"output": 0}}, "scored", None),
        ({"response": {"output": "", "isRefusal": True}}, "scored", None),
        (
            {"gradingResult": _graded("Custom function threw error: x is not defined")},
            "errored",
            "score.grader-failed",
        ),
        ({"gradingResult": _graded("Python code execution failed: x")}, "errored",
         "score.grader-failed"),
        ({"gradingResult": _graded("no", metadata={"graderError": True})}, "errored",
         "score.grader-failed"),
        ({"gradingResult": _graded("Expected output to contain x")}, "scored", None),
    ],
)  # fmt: skip
def test_what_has_no_value(changes: dict, state: str, code: str | None, tmp_path: Path) -> None:
    evidence = one(tmp_path, outcome(0, **changes))
    assert evidence.samples.state == (state,)
    assert codes(evidence) == ([code] if code else [])
    if state != "scored":
        assert evidence.samples.scores["pass"] == (None,)
        assert evidence.missing() == {state: 1}


def test_a_refusal_is_marked(tmp_path: Path) -> None:
    refused = outcome(0, response={"output": "no", "isRefusal": True})
    assert one(tmp_path, refused).samples.refused == (True,)


def test_an_answer_from_a_cache_casts_doubt(tmp_path: Path) -> None:
    evidence = one(tmp_path, outcome(0, response={"output": "x", "cached": True}))
    assert codes(evidence) == ["time.cached"]
    assert evidence.doubtful


def test_rows_that_are_gone_are_absent_and_cast_doubt(tmp_path: Path) -> None:
    evidence = one(tmp_path, outcome(0), results=counted(1, 3, 0))
    assert evidence.missing() == {"absent": 3}
    assert codes(evidence) == ["header.mismatch"]


def test_a_verdict_that_was_changed_casts_doubt(tmp_path: Path) -> None:
    evidence = one(tmp_path, outcome(0), outcome(1), results=counted(1, 1, 0))
    assert codes(evidence) == ["header.mismatch"]
    assert evidence.doubtful


def test_prompts_and_providers_are_runs_of_their_own(tmp_path: Path) -> None:
    rows = [outcome(0), outcome(0, promptIdx=1), outcome(0, promptIdx=2, provider={"id": "lab:n"})]
    found = imported(tmp_path, *rows).evidence
    assert [e.run_id for e in found] == ["eval-1/0/lab:m", "eval-1/1/lab:m", "eval-1/2/lab:n"]
    assert len({e.digest for e in found}) == 3


def test_labels_and_metrics_are_kept(tmp_path: Path) -> None:
    case = {
        "vars": {"q": 0},
        "assert": [],
        "description": "one",
        "metadata": {"topic": "sums", "n": 2, "deep": {"a": 1}, "_own": "x"},
    }
    labels = {"pluginId": "bola", "severity": "high", "redteamFinalPrompt": "secret"}
    row = outcome(0, testCase=case, metadata=labels, namedScores={"sums": 1, "odd": "x"})
    samples = one(tmp_path, row).samples
    assert {name: column[0] for name, column in samples.attributes.items()} == {
        "n": "2", "pluginId": "bola", "severity": "high", "test": "one", "topic": "sums",
    }  # fmt: skip
    assert samples.scores["metric/sums"] == (1.0,)
    assert samples.scores["metric/odd"] == (None,)


@pytest.mark.parametrize(
    ("providers", "kept"),
    [
        ([{"id": "file://m.js", "config": {"temperature": 0.5, "apiKey": "k"}}], True),
        ([{"id": "lab:m", "config": {"temperature": 0.5}}, "lab:n"], True),
        ([{"id": "lab:m", "label": "other", "config": {"temperature": 0.5}}, "lab:n"], False),
        (["lab:m"], False),
        ({"id": "lab:m"}, False),
    ],
)
def test_sampling_settings_and_no_keys(providers: Any, kept: bool, tmp_path: Path) -> None:
    config = {"description": "sums", "providers": providers}
    found = one(tmp_path, outcome(0), config=config).configuration
    assert found.get("temperature") == ("0.5" if kept else None)
    assert "k" not in found.values()


def test_graders_are_accounted_apart(tmp_path: Path) -> None:
    used = USED | {"assertions": {"prompt": 1, "completion": 2, "total": 3}}
    evidence = one(tmp_path, outcome(0, tokenUsage=used))
    assert evidence.other_tokens == Tokens(input=1, output=2, total=3)
    assert evidence.usd is None, "the cost of graders is not stated"
    assert one(tmp_path, outcome(0, cost=0)).usd is None


def test_amounts_beyond_all_numbers_are_unknown(tmp_path: Path) -> None:
    rows = [outcome(i, latencyMs=1e308, cost=1e308) for i in range(2000)]
    evidence = one(tmp_path, *rows)
    assert (evidence.seconds, evidence.usd) == (None, None)


def test_without_a_description_or_id(tmp_path: Path) -> None:
    evidence = one(tmp_path, outcome(0), evalId=None, config={})
    assert evidence.evaluation == "promptfoo"
    assert evidence.run_id.startswith("2026-03-01T12:00:00.000Z/0/")


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    rows = [outcome(0), outcome(1, passed=False), outcome(2)]
    there, back = one(tmp_path / "a", *rows), one(tmp_path / "b", *rows[::-1])
    assert there.digest == back.digest


def test_rows_without_their_evaluation_are_an_omission(tmp_path: Path) -> None:
    found = read(write(tmp_path, "out.jsonl", json.dumps(outcome(0))))
    assert [o.code for o in found.omissions] == ["log.no-time"]
    assert imported(tmp_path).omissions[0].code == "log.no-samples"


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ({"version": 4}, "import.schema"),
        ({"timestamp": "soon"}, "import.value"),
        ({"timestamp": "2026-03-01T12:00:00"}, "import.value"),
        ({"results": {}}, "import.schema"),
        ({"results": [outcome(0, success="yes")]}, "import.schema"),
        ({"results": [outcome(0, promptIdx="0")]}, "import.schema"),
    ],
)
def test_unusable_files(results: dict, code: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        imported(tmp_path, outcome(0), results=results)
    assert caught.value.code == code
