"""Outcomes are compared exactly, numbers within 1e-9, and nothing is left out."""

from __future__ import annotations

import pytest

from tests.acceptance import small
from tierlock.core import Determination, Outcome
from tierlock.usecases.bundle_compare import compare_findings, differences, numbers_of

FOUND, DECIDED = small.judge([small.run("r1", [0.0] * 59)])


def changed(**fields: object) -> Determination:
    finding = FOUND.findings[0]
    assert finding.estimate is not None
    estimate = finding.estimate.model_copy(update=fields)
    return FOUND.model_copy(
        update={"findings": (finding.model_copy(update={"estimate": estimate}),)}
    )


def test_the_same_has_no_differences() -> None:
    assert differences(FOUND, recomputed=FOUND) == ()
    assert differences(DECIDED, recomputed=DECIDED) == ()


@pytest.mark.parametrize(("shift", "seen"), [(1e-12, 0), (1e-6, 1), (float("1e300"), 1)])
def test_numbers_differ_beyond_the_tolerance(shift: float, seen: int) -> None:
    upper = FOUND.findings[0].estimate
    assert upper is not None
    assert upper.upper is not None
    found = differences(FOUND, recomputed=changed(upper=upper.upper + shift))
    assert len(found) == seen
    if found:
        assert found[0].path == "findings[line:bio].estimate.upper"
        assert "recorded 0.0495" in found[0].says


def test_what_is_no_number_is_compared_exactly() -> None:
    other = FOUND.model_copy(
        update={
            "label": "T2",
            "union_bound": FOUND.union_bound,
            "notes": (*FOUND.notes, *FOUND.thresholds[0].reasons),
            "plan": "sha256:" + "00" * 32,
        }
    )
    paths = {one.path for one in differences(FOUND, recomputed=other)}
    assert {"label", "plan"} <= paths


def test_a_missing_value_is_a_difference_and_a_truth_value_no_number() -> None:
    other = changed(value=None, monotone=False)
    paths = {one.path.rpartition(".")[2] for one in differences(FOUND, recomputed=other)}
    assert paths == {"value", "monotone"}


def test_each_finding_shows_both_sides() -> None:
    worse = changed(value=0.5)
    outcome = worse.findings[0].model_copy(update={"outcome": Outcome.REACHED})
    worse = worse.model_copy(update={"findings": (outcome,)})
    (row,) = compare_findings(FOUND, recomputed=worse, unknown=())
    assert (row.outcome, row.recomputed, row.agrees) == ("RULED_OUT", "REACHED", False)
    (value,) = [number for number in row.numbers if number.name == "value"]
    assert (value.recorded, value.recomputed, value.agrees) == (0.0, 0.5, False)
    assert all(number.agrees for number in row.numbers if number.name != "value")


def test_what_rests_on_withheld_values_is_never_shown_as_recomputed() -> None:
    (row,) = compare_findings(FOUND, recomputed=FOUND, unknown={"line:bio"})
    assert (row.recomputed, row.agrees) == (None, False)
    assert not any(number.agrees for number in row.numbers)
    assert all(number.recomputed is None for number in row.numbers)


def test_a_finding_has_estimate_bounds_and_counts() -> None:
    found = numbers_of(FOUND.findings[0])
    assert {"value", "lower", "upper", "scored", "planned", "units"} <= found.keys()
    assert found["scored"] == 59
