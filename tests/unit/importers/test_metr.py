"""METR's runs: attempts as epochs of tasks, limits named, weights checked, times required."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.unit.importers.logs import codes, only, write
from tierlock.core import Evidence, ImportFailed
from tierlock.importers import Imported, read

START = 1_772_366_400_000  # 2026-03-01T12:00:00Z


def run(name: str, success: Any = 1, *, task: str = "f/a", **changes: Any) -> dict[str, Any]:
    fields = {
        "task_id": task,
        "task_family": task.partition("/")[0],
        "run_id": name,
        "alias": "Model 1",
        "model": "lab/m-1",
        "score_binarized": success,
        "score_cont": 0.5,
        "human_minutes": 12.5,
        "human_source": "baseline",
        "started_at": START,
        "completed_at": START + 60_000,
        "fatal_error_from": None,
    }
    return fields | changes


def imported(folder: Path, *rows: dict[str, Any]) -> Imported:
    return read(write(folder, "runs.jsonl", "\n".join(map(json.dumps, rows))))


def one(folder: Path, *rows: dict[str, Any]) -> Evidence:
    return only(imported(folder, *rows))


def test_a_run(tmp_path: Path) -> None:
    evidence = one(tmp_path, run("1"), run("2", 0, task="g/b"))
    assert evidence.evaluation == "metr-runs"
    assert evidence.subject.name == "Model 1"
    assert evidence.measured_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert evidence.finished_at is not None
    assert evidence.seconds == 120
    assert evidence.usd is None
    assert evidence.samples.id == ("f/a", "g/b")
    assert evidence.samples.scores == {"score": (0.5, 0.5), "score_binarized": (1.0, 0.0)}
    assert evidence.samples.attributes["family"] == ("f", "g")
    assert evidence.samples.attributes["minutes"] == ("12.5", "12.5")
    assert codes(evidence) == []


def test_attempts_at_one_task_are_epochs_in_order_of_time(tmp_path: Path) -> None:
    late = run("1", 0, started_at=START + 1000)
    evidence = one(tmp_path, late, run("2", 1))
    assert evidence.samples.epoch == (1, 2)
    assert evidence.samples.scores["score_binarized"] == (1.0, 0.0)
    assert evidence.digest == one(tmp_path, run("2", 1), late).digest


@pytest.mark.parametrize(
    ("changes", "state", "limit"),
    [
        ({"fatal_error_from": "usageLimits"}, "scored", "usageLimits"),
        ({"fatal_error_from": "serverOrTask"}, "errored", ""),
        ({"fatal_error_from": "Zero-imputed: can not run"}, "errored", ""),
        ({"score_binarized": None}, "unscored", ""),
        ({"score_binarized": float("nan")}, "unscored", ""),
        ({"score_binarized": None, "fatal_error_from": "agent"}, "errored", ""),
    ],
)
def test_attempts_that_ended_early(changes: dict, state: str, limit: str, tmp_path: Path) -> None:
    samples = one(tmp_path, run("1", **changes)).samples
    assert (samples.state, samples.limit) == ((state,), (limit,))


def test_aliases_and_agents_are_runs_of_their_own(tmp_path: Path) -> None:
    rows = [run("1"), run("2", agent="modular"), run("3", alias="Model 2")]
    found = imported(tmp_path, *rows).evidence
    assert [(e.subject.name, e.configuration.get("agent")) for e in found] == [
        ("Model 1", None), ("Model 1", "modular"), ("Model 2", None),
    ]  # fmt: skip
    assert len({e.run_id for e in found}) == 3


def test_a_changed_score_is_another_content_of_the_same_run(tmp_path: Path) -> None:
    before, after = one(tmp_path, run("1", 0)), one(tmp_path, run("1", 1))
    longer = one(tmp_path, run("1", 0), run("2", 0))
    assert before.run_id == after.run_id
    assert before.digest != after.digest
    assert longer.run_id != before.run_id


def test_without_a_time_of_start(tmp_path: Path) -> None:
    found = imported(tmp_path, run("1"), run("2", alias="human", started_at=0))
    assert [e.subject.name for e in found.evidence] == ["Model 1"]
    assert [(o.code, o.what) for o in found.omissions] == [("log.no-time", "runs.jsonl: human")]
    partly = one(tmp_path, run("1"), run("2", started_at=0.0))
    assert codes(partly) == ["time.partial"]
    assert partly.doubtful


def weighted(name: str, task: str, weight: float) -> dict[str, Any]:
    return run(name, task=task, invsqrt_task_weight=weight)


def test_weights_follow_from_the_attempts(tmp_path: Path) -> None:
    half = 1 / math.sqrt(2)
    rows = [weighted("1", "f/a", half / 2), weighted("2", "f/a", half / 2),
            weighted("3", "f/b", half), weighted("4", "g/c", 1.0)]  # fmt: skip
    assert codes(one(tmp_path, *rows)) == []
    scaled = [row | {"invsqrt_task_weight": row["invsqrt_task_weight"] / 7} for row in rows]
    assert codes(one(tmp_path, *scaled)) == []
    assert codes(one(tmp_path, *rows[1:])) == ["weights.mismatch"]
    assert codes(one(tmp_path, *rows, run("5"))) == []


def test_tasks_that_a_model_never_tried_are_noted(tmp_path: Path) -> None:
    found = imported(tmp_path, run("1"), run("2", task="g/b"), run("3", alias="Model 2"))
    assert [codes(e) for e in found.evidence] == [[], ["dataset.subset"]]


def test_a_line_twice_counts_once_and_casts_doubt(tmp_path: Path) -> None:
    evidence = one(tmp_path, run("1"), run("1"))
    assert len(evidence.samples) == 1
    assert codes(evidence) == ["sample.duplicate"]


def test_money_is_known_only_where_every_attempt_states_it(tmp_path: Path) -> None:
    assert one(tmp_path, run("1", generation_cost=0.5)).usd == 0.5
    rows = [run("1", generation_cost=0.5), run("2", generation_cost=0.0)]
    assert one(tmp_path, *rows).usd is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (run("1", 0.5), "import.value"),
        (run("1", "1"), "import.value"),
        (run("1", human_minutes=0), "import.value"),
        (run("1", human_minutes=None), "import.schema"),
        (run("1", started_at=-5), "import.value"),
        (run("1", started_at=1e300), "import.value"),
        (run("1", task_id=None), "import.schema"),
    ],
)
def test_unusable_lines(row: dict, code: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        imported(tmp_path, run("0"), row)
    assert caught.value.code == code
    assert str(caught.value.location).endswith(":2")


def test_one_id_for_two_attempts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="two different attempts"):
        imported(tmp_path, run("1", 1), run("1", 0))


def test_numbers_as_ids(tmp_path: Path) -> None:
    assert one(tmp_path, run("1") | {"run_id": 17}).samples.attributes["run_id"] == ("17",)
