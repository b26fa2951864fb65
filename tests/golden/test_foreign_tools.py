"""Real files of promptfoo, garak and METR: what the importers make of them, figure by figure."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.golden.test_metr_horizons import METR, columns, horizon
from tierlock.core import Evidence
from tierlock.importers import find_logs, import_logs, read

HERE = Path(__file__).resolve().parent / "importers"


def codes(evidence: Evidence) -> set[str]:
    return {problem.code for problem in evidence.problems}


def test_what_promptfoo_counts_and_what_was_measured() -> None:
    path = HERE / "promptfoo" / "small-sums.json"
    stats = json.loads(path.read_bytes())["results"]["stats"]
    assert (stats["successes"], stats["failures"], stats["errors"]) == (14, 6, 2)
    (evidence,) = read(path).evidence
    samples = evidence.samples
    assert (len(samples), len(set(samples.id))) == (22, 11), "two repeats of eleven tests"
    assert set(samples.epoch) == {1, 2}
    assert Counter(samples.state) == {"scored": 12, "errored": 6, "unscored": 4}
    assert evidence.missing() == {"errored": 6, "unscored": 4}
    assert sum(value or 0 for value in samples.scores["pass"]) == 10
    assert sum(samples.refused) == 2
    assert set(samples.attributes) == {"pluginId", "severity", "strategyId", "test", "topic"}
    assert codes(evidence) == {
        "output.empty", "score.grader-failed", "score.ungraded", "time.cached",
    }  # fmt: skip
    assert evidence.configuration["temperature"] == "0.2"
    assert evidence.tokens is not None
    assert evidence.tokens.total == 240
    assert evidence.other_tokens is not None
    assert evidence.other_tokens.total == 60
    assert evidence.subject.name == "stub-model"


def test_garak_s_rates_are_recomputed() -> None:
    path = HERE / "garak" / "repeat.report.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    counted = {
        (line["probe"], line["detector"]): (line["passed"], line["fails"])
        for line in lines
        if line["entry_type"] == "eval"
    }
    blank, strings = read(path).evidence
    assert (blank.evaluation, strings.evaluation) == ("test.Blank", "test.Test")
    assert "header.mismatch" not in codes(blank) | codes(strings)
    assert counted["test.Test", "always.Fail"] == (0, 16)
    assert Counter(strings.samples.state) == {"scored": 14, "unscored": 2}
    assert len(set(strings.samples.id)) == 8
    assert strings.samples.scores["always.Fail"].count(1.0) == 14
    # Every output of the other probe is blank, so nothing was measured, whatever was counted.
    assert counted["test.Blank", "always.Fail"] == (0, 2)
    assert blank.missing() == {"unscored": 2}
    assert strings.configuration["seed"] == "7"
    assert strings.status == "success"


def test_garak_counts_silence_as_a_pass_and_we_do_not() -> None:
    (evidence,) = read(HERE / "garak" / "nones.report.jsonl").evidence
    assert evidence.missing() == {"errored": 16}
    assert evidence.samples.scores == {"always.Pass": (None,) * 16}
    assert "output.empty" in codes(evidence)


def test_a_report_that_was_broken_off(tmp_path: Path) -> None:
    text = (HERE / "garak" / "repeat.report.jsonl").read_text("utf-8")
    kept = [line for line in text.splitlines() if '"entry_type": "completion"' not in line]
    path = tmp_path / "cut.report.jsonl"
    path.write_text("\n".join(kept[:14]) + "\n", encoding="utf-8")
    found = read(path)
    assert {e.status for e in found.evidence} == {"started"}
    assert sum(e.missing().get("errored", 0) for e in found.evidence) > 0


def test_the_report_of_garak_s_own_tests(shared_data: Path) -> None:
    (evidence,) = read(shared_data / "garak-report" / "report_test.report.jsonl").evidence
    assert evidence.subject.name == "qwen2"
    assert evidence.samples.scores == {"always.Pass": (0.0,) * 8}
    assert codes(evidence) == {"time.naive", "sample.fewer"}, "five outputs asked for, one given"


def test_a_folder_of_everything() -> None:
    logs, omissions = find_logs([HERE])
    assert {path.name for path in logs} == {
        "small-sums.json", "repeat.report.jsonl", "repeat.hitlog.jsonl", "nones.report.jsonl",
    }  # fmt: skip
    assert {Path(left.what).name for left in omissions} == {
        "provider.js", "grader.js", "promptfooconfig.yaml",
    }  # fmt: skip
    found = import_logs([HERE])
    assert {e.source.format for e in found.evidence} == {"promptfoo", "garak"}
    assert "log.hits-only" in {left.code for left in found.omissions}


@pytest.fixture(scope="module")
def metr(shared_data: Path) -> dict[str, Evidence]:
    found = read(shared_data / "metr-runs" / "all_runs.jsonl")
    assert [left.code for left in found.omissions] == ["log.no-time"]
    assert "211 attempts" in found.omissions[0].says
    return {evidence.subject.name: evidence for evidence in found.evidence}


def test_every_attempt_of_an_agent_is_there(metr: dict[str, Evidence]) -> None:
    assert sum(len(evidence.samples) for evidence in metr.values()) == 7063 - 211
    assert sum(e.samples.limit.count("usageLimits") for e in metr.values()) == 1912
    assert all("weights.mismatch" not in codes(evidence) for evidence in metr.values())
    assert {name for name, e in metr.items() if "dataset.subset" in codes(e)} == {
        "davinci-002", "gpt-3.5-turbo-instruct", "o1-preview",
    }  # fmt: skip


@pytest.mark.parametrize("agent", [name for name in METR if name != "human"])
def test_the_importer_gives_metr_s_own_horizon(
    agent: str, metr: dict[str, Evidence], shared_data: Path
) -> None:
    samples = metr[agent].samples
    given = {
        "values": np.array(samples.scores["score"], dtype=float),
        "minutes": np.array([float(minutes) for minutes in samples.attributes["minutes"]]),
        "items": np.array(samples.id),
        "clusters": np.array(samples.attributes["family"]),
    }
    lines = (shared_data / "metr-runs" / "all_runs.jsonl").read_text("utf-8").splitlines()
    direct = columns([json.loads(line) for line in lines], agent)
    imported = horizon(given, penalty=0.1)
    assert imported == pytest.approx(horizon(direct, penalty=0.1), rel=1e-9)
    assert imported == pytest.approx(METR[agent][2], rel=2e-3)
