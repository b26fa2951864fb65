"""The proved test: its two tails by hand, its laws, and its relation to the default."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats

SAMPLES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30)
BOUNDS = st.floats(0.01, 0.99)


def test_both_tails_by_hand() -> None:
    bentkus = math.e * reference.binom.cdf(3, 60, 0.2)
    chernoff = math.exp(-60 * (0.05 * math.log(0.05 / 0.2) + 0.95 * math.log(0.95 / 0.8)))
    p = stats.hoeffding_bentkus_rule_out_p([1.0] * 3 + [0.0] * 57, bound=0.2)
    assert p == pytest.approx(min(bentkus, chernoff), rel=1e-12)


def test_a_whole_sum_is_not_lifted_by_rounding() -> None:
    """0.1 added thirty times is a little more than 3; the binomial tail is that of 3, not 4."""
    p = stats.hoeffding_bentkus_rule_out_p([0.1] * 30, bound=0.5)
    assert p == stats.mean_rule_out_p(0.1, n=30, bound=0.5)
    assert p <= math.e * reference.binom.cdf(3, 30, 0.5) * (1 + 1e-12)


def test_ends_and_nothing() -> None:
    test = stats.hoeffding_bentkus_rule_out_p
    assert test([], bound=0.5) == 1.0
    assert test([0.0] * 9, bound=0.0) == 1.0
    assert test([0.0] * 9, bound=1.0) == 0.0
    assert test([0.0] * 9, bound=1.5) == 0.0
    assert stats.mean_rule_in_p(0.5, n=9, bound=-0.5) == 0.0
    assert test([1.0] * 9, bound=1.0) == 1.0
    assert stats.hoeffding_bentkus_rule_in_p([1.0] * 40, bound=0.5) < 1e-8
    assert stats.hoeffding_bentkus_upper_bound([], alpha=0.05) == 1.0
    assert stats.hoeffding_bentkus_lower_bound([], alpha=0.05) == 0.0
    assert stats.mean_upper_bound(0.0, n=0, alpha=0.05) == 1.0
    assert stats.mean_upper_bound(1.0, n=5, alpha=0.05) == 1.0


@pytest.mark.parametrize(("mean", "n"), [(1.2, 5), (0.5, -1), (0.5, 2.5), (float("nan"), 5)])
def test_impossible_summaries(mean: float, n: int) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.mean_rule_out_p(mean, n=n, bound=0.5)


@given(SAMPLES, BOUNDS)
def test_only_mean_and_number_matter(values: list[float], bound: float) -> None:
    mean = sum(values) / len(values)
    p = stats.hoeffding_bentkus_rule_out_p([mean] * len(values), bound=bound)
    assert p == pytest.approx(
        stats.hoeffding_bentkus_rule_out_p(values, bound=bound), rel=1e-6, abs=1e-12
    )


@given(SAMPLES, BOUNDS)
def test_mirror_image(values: list[float], bound: float) -> None:
    p = stats.hoeffding_bentkus_rule_in_p(values, bound=bound)
    mirrored = [1 - value for value in values]
    other = stats.hoeffding_bentkus_rule_out_p(mirrored, bound=1 - bound)
    assert p == pytest.approx(other, rel=1e-6, abs=1e-12)


@given(SAMPLES, BOUNDS, st.floats(0, 1))
def test_monotone_in_data_and_bound(values: list[float], bound: float, other: float) -> None:
    test = stats.hoeffding_bentkus_rule_out_p
    worse = [max(values[0], other), *values[1:]]
    assert test(values, bound=bound) <= test(worse, bound=bound) * (1 + 1e-9)
    assert test(values, bound=min(0.995, bound + 0.01)) <= test(values, bound=bound) * (1 + 1e-9)


@given(SAMPLES, st.floats(0.001, 0.3))
def test_bounds_invert_the_tests(values: list[float], alpha: float) -> None:
    upper = stats.hoeffding_bentkus_upper_bound(values, alpha=alpha)
    lower = stats.hoeffding_bentkus_lower_bound(values, alpha=alpha)
    mean = sum(values) / len(values)
    assert lower <= mean + 1e-9 <= upper + 2e-9
    if upper < 1.0:
        assert stats.hoeffding_bentkus_rule_out_p(values, bound=upper) <= alpha * (1 + 1e-9)
        assert stats.hoeffding_bentkus_rule_out_p(values, bound=upper - 1e-7) > alpha * (1 - 1e-4)
    summary = stats.mean_lower_bound(mean, n=len(values), alpha=alpha)
    assert summary == pytest.approx(lower, abs=1e-7)


def test_hoeffding_never_claims_more_than_the_binomial_would() -> None:
    """For 0/1 data the exact test is the smallest valid p-value; the proved one is above it."""
    for n in (5, 20, 100):
        for x in range(n):
            values = [1.0] * x + [0.0] * (n - x)
            proved = stats.hoeffding_bentkus_rule_out_p(values, bound=0.4)
            assert proved >= stats.rule_out_p(values, bound=0.4) * (1 - 1e-12)
