"""What an attempt's record says about it: the states, in their order of gravity."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.unit.importers.logs import archive, codes, header, only, sample

ERROR = {"error": {"message": "boom"}}
FALLBACK = {"model_fallbacks": [{"model": "a", "fallback_model": "b"}]}
INVALID = {"invalidation": {"author": "x"}}


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "scored"),
        (ERROR, "errored"),
        (FALLBACK, "fallback"),
        (INVALID, "invalidated"),
        (INVALID | ERROR | FALLBACK, "invalidated"),
        (ERROR | FALLBACK, "errored"),
        ({"model_fallbacks": []}, "scored"),
        ({"scores": {"check": {"value": math.nan}}}, "unscored"),
        ({"scores": {"check": {"value": None}}}, "unscored"),
        ({"scores": {"check": {"value": "gibberish"}}}, "unscored"),
        ({"scores": {}}, "unscored"),
        ({"scores": {"check": {"value": math.nan}, "other": {"value": 1}}}, "scored"),
    ],
)
def test_states(changes: dict[str, Any], state: str) -> None:
    evidence = only(archive([sample(1, "C"), sample(2, "C", **changes)]))
    assert evidence.samples.state == ("scored", state)
    kept = evidence.samples.scores["check"][1]
    assert (kept is None) == (state != "scored" or "other" in evidence.samples.scores)


def test_a_failed_attempt_that_was_scored_all_the_same_counts_as_failed() -> None:
    evidence = only(archive([sample(1, "I"), sample(2, "C", **ERROR)]))
    assert evidence.missing() == {"errored": 1}
    assert evidence.samples.scores["check"] == (0.0, None)


def test_an_attempt_that_hit_a_limit_keeps_its_value() -> None:
    limited = sample(1, "I", limit={"type": "token", "limit": 100, "reason": "x"})
    samples = only(archive([limited, sample(2)])).samples
    assert samples.limit == ("token", "")
    assert samples.scores["check"] == (0.0, 1.0)


@pytest.mark.parametrize(
    ("score", "refused"),
    [
        ({"value": "I", "reason": "refusal"}, True),
        ({"value": "I", "metadata": {"unscored_reason": "refusal"}}, True),
        (
            {"value": "I", "reason": "grader_failed", "metadata": {"unscored_reason": "refusal"}},
            False,
        ),
        ({"value": "I"}, False),
    ],
)
def test_refusals(score: dict[str, Any], refused: bool) -> None:
    assert only(archive([sample(1, scores={"check": score})])).samples.refused == (refused,)


def test_an_edited_score_keeps_the_new_value_and_is_marked() -> None:
    edits = [{"value": "I"}, {"value": "C", "provenance": {"author": "x"}}]
    edited = sample(1, scores={"check": {"value": "C", "history": edits}})
    evidence = only(archive([edited, sample(2)]))
    assert evidence.samples.edited == (True, False)
    assert evidence.samples.scores["check"] == (1.0, 1.0)
    assert codes(evidence) == ["score.edited"]


def test_an_invalidation_that_no_attempt_owns_is_in_doubt() -> None:
    rows = [sample(1)]
    evidence = only(archive(rows, header(rows, invalidated=True)))
    assert codes(evidence) == ["invalidation.unknown"]
    assert evidence.doubtful


def test_an_invalidation_that_an_attempt_owns_is_no_problem() -> None:
    rows = [sample(1), sample(2, **INVALID)]
    assert only(archive(rows, header(rows, invalidated=True))).problems == ()


def test_repeated_attempts_are_noted() -> None:
    assert codes(only(archive([sample(1, error_retries=[{"message": "x"}])]))) == ["sample.retried"]


def test_the_only_score_of_old_logs_gets_the_header_s_name() -> None:
    old = sample(1, scores=..., score={"value": "C"})
    results = {"scorer": {"name": "match"}, "metrics": {"accuracy": {"value": 1.0}}}
    named = only(archive([old], header([old], results=results)))
    assert named.samples.scores == {"match": (1.0,)}
    assert "header.mismatch" not in codes(named)
    assert only(archive([old])).samples.scores == {"score": (1.0,)}


def test_evidence_ages_from_the_earliest_attempt_and_costs_its_working_time() -> None:
    rows = [
        sample(1, started_at="2026-03-01T12:30:00+00:00", working_time=10.0),
        sample(2, started_at="2026-03-01T13:05:00+01:00", working_time=None, total_time=5.0),
        sample(3, working_time=None, total_time=None),
    ]
    evidence = only(archive(rows))
    assert evidence.measured_at.isoformat() == "2026-03-01T12:05:00+00:00"
    assert evidence.seconds == 15.0


def test_without_times_the_run_s_creation_counts() -> None:
    evidence = only(archive([sample(1, working_time=..., total_time=...)]))
    assert evidence.measured_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert evidence.seconds is None


def test_times_without_a_zone_are_noted() -> None:
    evidence = only(archive([sample(0), sample(1, started_at="2026-03-01T12:30:00")]))
    assert codes(evidence) == ["time.naive"]
    assert evidence.measured_at.isoformat() == "2026-03-01T12:30:00+00:00"


def test_epochs_are_kept_apart() -> None:
    evidence = only(archive([sample(1), sample(1, "I", epoch=2)]))
    assert evidence.samples.epoch == (1, 2)


def test_metadata_becomes_attributes() -> None:
    row = sample(
        1, metadata={"family": "f", "n": 2, "hard": True, "nested": {"a": 1}, "none": None}
    )
    assert only(archive([row])).samples.attributes == {
        "family": ("f",),
        "n": ("2",),
        "hard": ("true",),
    }
