"""Rows to columns: nothing is counted twice, nothing unusable becomes a value."""

from __future__ import annotations

import math

import pytest

from tierlock.core import InputError
from tierlock.importers.columns import MAX_ATTRIBUTES, Row, Texts, scalars, to_samples, to_text


def test_only_scored_rows_have_values() -> None:
    rows = [
        Row("a", scores={"s": 0.5}),
        Row("b", state="errored", scores={"s": 1.0}),
        Row("c", state="invalidated", scores={"s": 1.0}),
        Row("d", state="fallback", scores={"s": 1.0}),
        Row("e", state="scored", scores={"t": 0.25}),
    ]
    samples, problems = to_samples(rows)
    assert samples.scores == {
        "s": (0.5, None, None, None, None),
        "t": (None, None, None, None, 0.25),
    }
    assert samples.state == ("scored", "errored", "invalidated", "fallback", "scored")
    assert problems == ()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_that_are_no_numbers_are_left_out(value: float) -> None:
    assert to_samples([Row("a", scores={"s": value})])[0].scores == {"s": (None,)}


def test_the_later_of_two_equal_attempts_stands_and_casts_doubt() -> None:
    rows = [Row("a", scores={"s": 1.0}), Row("a", epoch=2), Row("a", scores={"s": 0.0})]
    samples, (problem,) = to_samples(rows)
    assert list(zip(samples.id, samples.epoch, samples.scores["s"], strict=True)) == [
        ("a", 1, 0.0),
        ("a", 2, None),
    ]
    assert (problem.code, problem.severity) == ("sample.duplicate", "doubt")


def test_text_that_is_not_unicode_is_repaired_everywhere() -> None:
    bad = "x\ud800"
    row = Row(bad, limit=bad, scores={bad: 1.0}, attributes={bad: bad})
    samples, (problem,) = to_samples([row, Row("fine")])
    assert samples.id == ("x�", "fine")
    assert samples.limit == ("x�", "")
    assert samples.attributes == {"x�": ("x�", "")}
    assert list(samples.scores) == ["x�"]
    assert (problem.code, problem.severity) == ("text.replaced", "note")
    assert samples.digest


def test_ids_that_become_equal_by_repair_are_duplicates() -> None:
    _, problems = to_samples([Row("\ud800"), Row("\ud801")])
    assert {problem.code for problem in problems} == {"sample.duplicate", "text.replaced"}


def test_a_whole_pair_of_surrogates_is_one_character() -> None:
    texts = Texts()
    assert texts.one("\ud83d\ude00") == "😀"


def test_the_rarest_attributes_are_cut() -> None:
    many = {f"k{i:02}": "v" for i in range(MAX_ATTRIBUTES)}
    samples, (problem,) = to_samples(
        [Row("a", attributes=many), Row("b", attributes=many | {"z": "v"})]
    )
    assert set(samples.attributes) == set(many)
    assert problem.code == "attributes.cut"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x" * 201, "x" * 200),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (3.0, "3"),
        (0.25, "0.25"),
        (1e300, "1e+300"),
        (math.nan, None),
        (10**201, None),
        (None, None),
        ([1], None),
        ({}, None),
    ],
)
def test_attribute_text(value: object, text: str | None) -> None:
    assert to_text(value) == text
    assert scalars({"k": value}) == ({} if text is None else {"k": text})


@pytest.mark.parametrize("epoch", [2**53, -(2**53)])
def test_an_epoch_that_json_can_not_carry_is_refused(epoch: int) -> None:
    assert to_samples([Row("a", epoch=2**53 - 1)])
    with pytest.raises(InputError, match="epoch"):
        to_samples([Row("a", epoch=epoch)])


def test_no_rows_are_no_samples() -> None:
    samples, problems = to_samples([])
    assert len(samples) == 0
    assert problems == ()
