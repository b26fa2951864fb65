"""Published aggregates: what can be read from them and what can not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats
from tierlock.stats import ArmSummary


@pytest.mark.parametrize("bound", [0.05, 0.2, 0.7])
@pytest.mark.parametrize(("x", "n"), [(0, 20), (3, 100), (20, 20), (1, 1)])
def test_counts_agree_with_the_values_behind_them(x: int, n: int, bound: float) -> None:
    values = [1.0] * x + [0.0] * (n - x)
    assert stats.counts_rule_out_p(x, n=n, bound=bound) == stats.rule_out_p(values, bound=bound)
    p = stats.counts_rule_in_p(x, n=n, bound=bound)
    assert p == pytest.approx(stats.rule_in_p(values, bound=bound), rel=1e-10)
    upper, lower = (
        f(x, n=n, alpha=0.05) for f in (stats.counts_upper_bound, stats.counts_lower_bound)
    )
    assert upper == stats.upper_bound(values, alpha=0.05)
    assert lower == pytest.approx(stats.lower_bound(values, alpha=0.05), abs=1e-12)


def test_counts_at_the_ends() -> None:
    assert stats.counts_rule_out_p(0, n=0, bound=0.5) == 1.0
    assert stats.counts_rule_in_p(0, n=0, bound=0.5) == 1.0
    assert stats.counts_rule_out_p(0, n=9, bound=0.0) == 1.0
    assert stats.counts_rule_in_p(9, n=9, bound=1.0) == 1.0
    assert stats.counts_rule_out_p(9, n=9, bound=1.01) == 0.0
    assert stats.counts_rule_in_p(0, n=9, bound=-0.01) == 0.0


@pytest.mark.parametrize(("x", "n"), [(2, 1), (-1, 5), (0.5, 5)])
def test_impossible_counts(x, n) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.counts_rule_out_p(x, n=n, bound=0.5)


def test_mean_and_spread_is_student() -> None:
    values = np.random.default_rng(5).normal(0.3, 0.2, 15)
    arm = ArmSummary(values.mean(), values.std(ddof=1), 15)
    below = reference.ttest_1samp(values, 0.4, alternative="less").pvalue
    assert stats.summary_rule_out_p(arm, bound=0.4) == pytest.approx(below, rel=1e-9)
    above = reference.ttest_1samp(values, 0.2, alternative="greater").pvalue
    assert stats.summary_rule_in_p(arm, bound=0.2) == pytest.approx(above, rel=1e-9)


@pytest.mark.parametrize(
    "arm", [ArmSummary(0.0, 0.0, 50), ArmSummary(0.0, 0.1, 1), ArmSummary(0.0, 5e-324, 50)]
)
def test_a_mean_without_spread_is_no_evidence(arm: ArmSummary) -> None:
    assert stats.summary_rule_out_p(arm, bound=0.9) == 1.0
    assert stats.summary_rule_in_p(arm, bound=-0.9) == 1.0


def test_an_interval_proves_its_confidence_and_no_more() -> None:
    assert stats.interval_rule_out_p(0.19, confidence=0.95, bound=0.2) == 0.025
    assert stats.interval_rule_out_p(-9.0, confidence=0.95, bound=0.2) == 0.025
    assert stats.interval_rule_out_p(0.19, confidence=0.95, bound=0.2, sides=1) == 0.05
    assert stats.interval_rule_out_p(0.2, confidence=0.95, bound=0.2) == 1.0
    assert stats.interval_rule_in_p(0.21, confidence=0.9, bound=0.2) == 0.05
    assert stats.interval_rule_in_p(0.19, confidence=0.9, bound=0.2) == 1.0


@pytest.mark.parametrize(
    ("upper", "confidence", "sides"),
    [(math.nan, 0.95, 2), (0.1, 95, 2), (0.1, 1.0, 2), (0.1, 0.95, 3)],
)
def test_impossible_intervals(upper, confidence, sides) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.interval_rule_out_p(upper, confidence=confidence, bound=0.2, sides=sides)


def test_a_rate_that_is_not_a_count() -> None:
    """84.1 % of 60: neither 50 nor 51 of 60 rounds to it, so it is a mean of something."""
    assert stats.count_from_rate(0.841, n=60, digits=3) is None
    assert not stats.counts_from_rate(0.841, n=60, digits=3)
    assert stats.count_from_rate(0.833, n=60, digits=3) == 50


def test_a_coarse_rate_is_several_counts() -> None:
    assert stats.count_from_rate(0.12, n=1000, digits=2) is None
    assert len(stats.counts_from_rate(0.12, n=1000, digits=2)) == 11


@given(st.integers(1, 500), st.integers(0, 500), st.integers(1, 4))
def test_the_true_count_is_always_among_them(n: int, x: int, digits: int) -> None:
    x = min(x, n)
    assert x in stats.counts_from_rate(round(x / n, digits), n=n, digits=digits)


@pytest.mark.parametrize(("rate", "n", "digits"), [(84.1, 60, 1), (0.5, 0, 1), (0.5, 9, -1)])
def test_impossible_rates(rate: float, n: int, digits: int) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.counts_from_rate(rate, n=n, digits=digits)
