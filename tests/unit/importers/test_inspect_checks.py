"""The header's mean must follow from the samples, in one of the ways Inspect computes it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.unit.importers.logs import archive, codes, header, mean_of, only, sample

NAN = math.nan


def problems(rows: list[dict[str, Any]], results: dict[str, Any]) -> list[str]:
    return [c for c in codes(only(archive(rows, header(rows, results=results)))) if "header" in c]


MIXED = [sample(1, "C"), sample(2, "I"), sample(3, NAN), sample(4, "C", error={"message": "x"})]


@pytest.mark.parametrize(
    ("mean", "fits"),
    [
        (2 / 3, True),  # over all values
        (1 / 2, True),  # without the failed attempt, also if that is scored
        (2 / 4, True),  # with the missing value as 0
        (1 / 3, True),  # both
        (1.0, False),
        (0.0, False),
        (NAN, True),
    ],
)
def test_every_reading_of_a_mean_is_accepted_and_no_other(mean: float, fits: bool) -> None:
    assert problems(MIXED, mean_of(mean)) == ([] if fits else ["header.mismatch"])


def test_epochs_are_reduced_by_the_mean_first() -> None:
    rows = [sample(1, "C"), sample(1, "I", epoch=2), sample(2, "C"), sample(2, NAN, epoch=2)]
    assert problems(rows, mean_of(0.75)) == []
    assert problems(rows, mean_of(2 / 3)) == ["header.mismatch"]


@pytest.mark.parametrize(
    "results",
    [
        mean_of(9.0, metric="stderr"),
        mean_of(9.0, reducer="max"),
        mean_of(9.0, name="other"),
        {"scores": [{"name": "check", "metrics": {"accuracy": {"value": 9.0, "group": "g"}}}]},
        {"scores": [{"name": "check", "metrics": {"mean": {"value": 9.0, "params": {"to": 1}}}}]},
        {"scores": [{"name": "check", "metrics": {"mean": {"value": None}}}]},
    ],
)
def test_what_is_not_a_plain_mean_is_not_compared(results: dict[str, Any]) -> None:
    assert problems([sample(1)], results) == []


def test_the_metric_of_an_object_s_key_is_compared() -> None:
    rows = [sample(1, {"a": 1, "b": 0}), sample(2, {"a": 0, "b": 0})]
    assert problems(rows, mean_of(0.5, name="a", metric="mean", scorer="check")) == []
    assert problems(rows, mean_of(0.5, name="b", metric="mean", scorer="check")) == [
        "header.mismatch"
    ]


def test_a_registered_metric_s_full_name_is_understood() -> None:
    assert problems([sample(1)], mean_of(0.0, metric="inspect_ai/accuracy")) == ["header.mismatch"]


def test_without_one_value_the_header_says_zero() -> None:
    rows = [sample(1, NAN)]
    assert problems(rows, mean_of(0.0)) == []
    assert problems(rows, mean_of(1.0)) == ["header.mismatch"]


def test_one_missing_sample_of_forty_is_kept_where_the_header_drops_it() -> None:
    """The published 9/40 and the header's 9/39 of one run (a real trap)."""
    rows = [sample(i, "C" if i < 9 else "I") for i in range(39)] + [sample(39, NAN)]
    evidence = only(archive(rows, header(rows, results=mean_of(9 / 39))))
    assert len(evidence.samples) == 40
    assert evidence.missing() == {"unscored": 1}
    assert evidence.problems == ()


def test_a_mismatch_says_both_numbers_and_casts_doubt() -> None:
    evidence = only(archive([sample(1, "C")], header([sample(1)], results=mean_of(0.354))))
    (problem,) = evidence.problems
    assert problem.says == "the header gives accuracy 0.354 for `check`, the samples give 1"
    assert evidence.doubtful
