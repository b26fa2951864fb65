"""The fit behind a time horizon: its weights, its optimum, and the agents without a curve."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from tierlock import stats
from tierlock.stats._logistic import fit_curves

SUCCESSES = st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=3, max_size=12)
PENALTIES = st.sampled_from([1e-5, 0.01, 0.1])


def objective(parts, x, y, w, penalty):
    odds = parts[0] + parts[1] * x
    return penalty / 2 * parts[1] ** 2 + np.sum(w * (np.logaddexp(0, odds) - y * odds))


def test_weights_are_those_of_the_method() -> None:
    """1 / (runs of the task * sqrt(tasks of the family)), to a sum of 1."""
    found = stats.horizon_weights(items=list("aaabcd"), clusters=list("ffffgh"))
    raw = np.array([1 / 3, 1 / 3, 1 / 3, 1, 0, 0]) / math.sqrt(2) + [0, 0, 0, 0, 1, 1]
    assert found == pytest.approx(raw / raw.sum(), rel=1e-14)
    # A label means its task within its family.
    assert stats.horizon_weights(items=["a", "a"], clusters=["f", "g"]) == pytest.approx([0.5] * 2)
    assert stats.horizon_weights(items=[], clusters=[]).size == 0


@given(SUCCESSES, PENALTIES)
def test_the_fit_is_the_optimum(values: list[float], penalty: float) -> None:
    """Against a general optimiser, wherever the values are not all the same."""
    y = np.array([*values, 0.0, 1.0])
    minutes = np.exp2(np.linspace(-2, 9, y.size))
    w = np.linspace(1, 2, y.size) / np.linspace(1, 2, y.size).sum()
    fit = stats.fit_horizon(y, minutes=minutes, weights=w, penalty=penalty)
    best = optimize.minimize(
        objective, fit, args=(np.log2(minutes), y, w, penalty), method="Nelder-Mead"
    )
    assert objective(fit, np.log2(minutes), y, w, penalty) <= best.fun + 1e-12


@given(SUCCESSES)
def test_scale_of_weights_and_order_of_rows_are_moot(values: list[float]) -> None:
    y = np.array([*values, 0.0, 1.0])
    minutes = np.exp2(np.linspace(0, 8, y.size))
    w = np.linspace(1, 2, y.size)
    one = stats.fit_horizon(y, minutes=minutes, weights=w)
    other = stats.fit_horizon(y[::-1], minutes=minutes[::-1], weights=7 * w[::-1])
    assert one == pytest.approx(other, rel=1e-6, abs=1e-9)


def test_a_share_is_that_much_of_a_success() -> None:
    whole = stats.fit_horizon([1, 0, 0, 0, 1], minutes=[8] * 4 + [1], weights=[1, 1, 1, 1, 4])
    part = stats.fit_horizon([0.25, 1], minutes=[8, 1], weights=[1, 1])
    assert whole == pytest.approx(part, rel=1e-9)


@pytest.mark.parametrize(("value", "minutes"), [(0.0, 0.0), (1.0, math.inf)])
def test_never_and_always(value: float, minutes: float) -> None:
    fit = stats.fit_horizon([value] * 3, minutes=[1, 10, 100], weights=[1] * 3)
    assert fit.slope == 0.0
    assert stats.horizon_at(fit) == minutes


def test_a_curve_that_rises_has_no_horizon() -> None:
    fit = stats.fit_horizon([0, 0, 1, 1], minutes=[1, 2, 50, 60], weights=[1] * 4)
    assert fit.slope > 0
    assert math.isnan(stats.horizon_at(fit))
    level = stats.fit_horizon([0.5, 0.5], minutes=[1, 60], weights=[1, 1])
    assert math.isnan(stats.horizon_at(level._replace(slope=0.0)))
    assert stats.horizon_at(stats.HorizonFit(2.0, -1e-9)) == math.inf


def test_a_step_lies_between_the_two_lengths() -> None:
    """Perfect separation: the slope is finite only because of the penalty."""
    fit = stats.fit_horizon([1] * 5 + [0] * 5, minutes=[1, 2, 4, 8, 16, 64, 99, 200, 300, 400],
                            weights=[1] * 10)  # fmt: skip
    assert 16 < stats.horizon_at(fit) < 64
    assert stats.horizon_at(fit, success=0.8) < stats.horizon_at(fit, success=0.5)


def test_a_penalty_flattens_the_curve() -> None:
    """The finding that made the default: weights sum to 1, so 0.1 is much."""
    y, minutes = [1, 1, 1, 0.5, 0, 0, 0], [1, 2, 4, 8, 16, 32, 64]
    steep = stats.fit_horizon(y, minutes=minutes, weights=[1] * 7)
    flat = stats.fit_horizon(y, minutes=minutes, weights=[1] * 7, penalty=0.1)
    assert steep.slope < 3 * flat.slope < 0
    assert stats.horizon_at(flat, success=0.8) < stats.horizon_at(steep, success=0.8) / 1.5


def test_what_was_not_found_is_not_a_number() -> None:
    found = fit_curves(
        np.array([0.0, 1.0]),
        weights=np.ones((1, 2)),
        successes=np.array([[1.0, 0.0]]),
        penalty=1e-5,
        start=(math.nan, 0.0),
    )
    assert np.isnan(found.intercepts).all()
    assert np.isnan(found.slopes).all()


@pytest.mark.parametrize(
    ("values", "minutes", "weights", "penalty", "says"),
    [
        ([], [], [], 1.0, "one length above 0"),
        ([1], [1, 2], [1], 1.0, "one length"),
        ([1.5], [1], [1], 1.0, "share from 0 to 1"),
        ([math.nan], [1], [1], 1.0, "share from 0 to 1"),
        ([1], [0], [1], 1.0, "minutes must be above 0"),
        ([1], [math.inf], [1], 1.0, "minutes must be above 0"),
        ([1], [1], [0], 1.0, "weights must be above 0"),
        ([1], [1], [1], 0.0, "penalty must be above 0"),
    ],
)
def test_numbers_that_can_not_be_meant(values, minutes, weights, penalty, says) -> None:
    with pytest.raises(stats.InvalidNumbers, match=says):
        stats.fit_horizon(values, minutes=minutes, weights=weights, penalty=penalty)


def test_labels_and_rates_are_checked() -> None:
    with pytest.raises(stats.InvalidNumbers, match="one length"):
        stats.horizon_weights(items=["a"], clusters=["f", "g"])
    for success in (0.0, 1.0, math.nan):
        with pytest.raises(stats.InvalidNumbers, match="success must lie between"):
            stats.horizon_at(stats.HorizonFit(0.0, -1.0), success=success)
