"""Score values as numbers, and the identity of logs from before they had one."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from tierlock.core import InputError
from tierlock.importers.inspect_schema import Score
from tierlock.importers.inspect_values import (
    Grader,
    Unmappable,
    missing_eval_id,
    to_instant,
    to_number,
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("C", 1.0),
        ("P", 0.5),
        ("I", 0.0),
        ("N", 0.0),
        ("yes", 1.0),
        ("TRUE", 1.0),
        ("No", 0.0),
        ("false", 0.0),
        ("-2.5", -2.5),
        ("1e3", 1000.0),
        (True, 1.0),
        (False, 0.0),
        (7, 7.0),
        (0.25, 0.25),
        (None, None),
        (math.nan, None),
    ],
)
def test_known_values(value: object, number: float | None) -> None:
    assert to_number(value) == number


@pytest.mark.parametrize(
    "value", ["", "c", "good", "nan", "inf", math.inf, -math.inf, 10**400, [1.0], ["C"], {"a": 1}]
)
def test_unknown_values_are_never_zero(value: object) -> None:
    with pytest.raises(Unmappable):
        to_number(value)


def test_objects_become_one_column_per_key() -> None:
    grader = Grader()
    assert grader.numbers({"s": Score({"a": 1, "b": "I"}), "t": Score(0.5)}) == {
        "s/a": 1.0,
        "s/b": 0.0,
        "t": 0.5,
    }
    assert grader.problems == ()


def test_a_column_that_is_sometimes_a_number_is_in_doubt() -> None:
    grader = Grader()
    for value in ("C", "good", "bad"):
        grader.numbers({"s": Score(value)})
    (problem,) = grader.problems
    assert (problem.code, problem.severity) == ("score.unmappable", "doubt")
    assert "2 values of `s`" in problem.says
    assert "`good`" in problem.says


def test_a_column_of_text_is_a_note() -> None:
    grader = Grader()
    grader.numbers({"s": Score(1.0), "reasoning": Score("because")})
    (problem,) = grader.problems
    assert (problem.code, problem.severity) == ("score.text", "note")


@pytest.mark.parametrize(
    ("text", "naive"),
    [("2024-05-05T07:59:35", True), ("2024-05-05T09:59:35+02:00", False)],
)
def test_instants_without_a_zone_are_utc(text: str, naive: bool) -> None:
    assert to_instant(text) == (datetime(2024, 5, 5, 7, 59, 35, tzinfo=UTC), naive)


def test_text_that_is_no_instant_is_an_input_error() -> None:
    with pytest.raises(InputError):
        to_instant("yesterday")


def test_a_missing_id_is_the_one_inspect_gives() -> None:
    created = datetime(2024, 5, 5, 7, 59, 35, tzinfo=UTC)
    found = missing_eval_id(run_id="i5LyrzaUdD9K4EW5WTAd5t", task_id="x", created=created)
    assert len(found) == 22
    assert found != missing_eval_id(run_id="i5LyrzaUdD9K4EW5WTAd5t", task_id="y", created=created)
