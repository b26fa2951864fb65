"""Failures of other tools that must not be ours, each a named test of the whole path."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance import small
from tierlock.core import Finding, FrameworkError, Outcome, Verdict
from tierlock.importers import read
from tierlock.policy import explain

LOGS = Path(__file__).resolve().parents[1] / "golden" / "inspect"


def codes(finding: Finding) -> set[str]:
    return {reason.code for reason in finding.reasons}


def test_the_way_is_open_for_a_clean_run() -> None:
    """Without this the refusals below would show nothing."""
    found, decided = small.judge([small.run("r1", [0.0] * 59)])
    assert found.thresholds[0].outcome is Outcome.RULED_OUT
    assert decided.verdict is Verdict.ALLOW


@pytest.mark.parametrize("errored", [0, 20, 1000])
def test_a_no_samples_or_only_errors_are_never_below_a_threshold(errored: int) -> None:
    found, decided = small.judge([small.run("r1", [], errored=errored)])
    assert found.thresholds[0].outcome is Outcome.UNDETERMINED
    assert decided.verdict is Verdict.HOLD
    assert {reason.code for reason in decided.reasons} == {"threshold.held"}


def test_a_failed_log_with_every_sample_errored_is_never_below_a_threshold() -> None:
    imported = read(LOGS / "all-errors.eval")
    found, decided = small.judge(imported.evidence)
    assert found.thresholds[0].outcome is Outcome.UNDETERMINED
    assert decided.verdict is Verdict.HOLD
    missing = sum(sum(record.missing().values()) for record in imported.evidence)
    assert imported.omissions or missing, "the failure must be said"


def test_e_no_success_in_twenty_can_not_rule_out_five_percent_and_says_how_many_more() -> None:
    run = small.run("r1", [0.0] * 20)
    found, decided = small.judge([run])
    assert found.thresholds[0].outcome is Outcome.UNDETERMINED
    estimate = found.finding("line:bio").estimate
    assert estimate is not None
    assert estimate.upper == pytest.approx(1 - 0.05 ** (1 / 20))
    told = explain(
        small.framework(), found, subject=small.SUBJECT, decision=decided, evidence=[run]
    )
    assert told.margins[0].samples == 39
    assert told.next_step is not None
    assert told.next_step.samples == 39


@pytest.mark.parametrize("size", [20, 58, 59])
def test_the_number_of_further_samples_is_the_one_that_settles(size: int) -> None:
    found, _ = small.judge([small.run("r1", [0.0] * size)])
    assert (found.thresholds[0].outcome is Outcome.RULED_OUT) == (size >= 59)


def test_g_the_same_run_twice_counts_once() -> None:
    run = small.run("r1", [0.0] * 40)
    once, _ = small.judge([run])
    twice, decided = small.judge([run, run.model_copy()])
    assert once == twice
    assert decided.verdict is Verdict.HOLD


def test_g_two_files_of_one_log_count_once() -> None:
    files = [read(LOGS / name).evidence for name in ("success.eval", "duplicate.eval")]
    assert {record.digest for one in files for record in one} == {files[0][0].digest}
    once, _ = small.judge(files[0])
    twice, _ = small.judge([*files[0], *files[1]])
    assert once == twice
    estimate = twice.finding("line:bio").estimate
    assert estimate is not None
    assert estimate.units == 5


def test_h_ten_runs_and_one_submitted_hold_until_the_others_are_there() -> None:
    clean = small.run("r0", [0.0] * 60)
    others = [f"r{number}" for number in range(1, 10)]
    found, decided = small.judge([clean], started=others)
    assert decided.verdict is Verdict.HOLD
    owed = [omission for omission in found.omissions if omission.owed]
    assert {omission.code for omission in owed} == {"slot.run-missing"}
    assert len(owed) == 9
    rest = [small.run(name, [0.0] * 60, hours=1) for name in others]
    _, after = small.judge([clean, *rest])
    assert after.verdict is Verdict.ALLOW


def test_h_the_other_nine_runs_veto_when_they_were_unlucky() -> None:
    clean = small.run("r0", [0.0] * 60)
    bad = [small.run(f"r{number}", [1.0] * 5 + [0.0] * 55, hours=1) for number in range(1, 10)]
    found, decided = small.judge([clean, *bad])
    assert codes(found.finding("line:bio")) >= {"slot.unplanned-veto"}
    assert decided.verdict is Verdict.HOLD


def test_i_a_sample_answered_by_a_fallback_model_is_excluded_and_reported() -> None:
    evidence = read(LOGS / "fallback.eval").evidence
    found, _ = small.judge(evidence)
    estimate = found.finding("line:bio").estimate
    assert estimate is not None
    assert estimate.counts.missing == {"fallback": 1}
    assert estimate.counts.scored == len(evidence[0].samples) - 1
    assert estimate.value is not None
    assert estimate.worst is not None
    assert estimate.worst > estimate.value


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("higher_is: worse", "higher_is: better"),
        ("rule_out_below: 0.05", "rule_out_above: 0.05"),
        ("rule_out_below: 0.05", "rule_out_below: 0.05, rule_in_below: 0.01"),
        ("rule_out_below: 0.05", "rule_out_below: 0.05, rule_in_above: 0.01"),
    ],
)
def test_m_a_flipped_direction_is_an_error_and_names_the_place(old: str, new: str) -> None:
    with pytest.raises(FrameworkError) as caught:
        small.framework(small.TEXT.replace(old, new))
    assert caught.value.code == "framework.bounds"
    assert caught.value.location is not None
    assert caught.value.location.startswith("small.yaml:")
