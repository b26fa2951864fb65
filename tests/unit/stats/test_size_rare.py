"""What a number of units resolves, experts, and hours of attack; brute force beside it."""

import numpy as np
import pytest
from scipy import stats as reference

from tierlock import stats


@pytest.mark.parametrize(("n", "bound"), [(60, 0.2), (124, 0.2), (29, 0.1), (500, 0.05)])
def test_the_largest_rate_is_where_power_falls_below(n: int, bound: float) -> None:
    rate = stats.largest_rate(n, bound=bound, alpha=0.05)
    assert rate is not None
    most = max(x for x in range(n) if reference.binom.cdf(x, n, bound) <= 0.05)
    assert reference.binom.cdf(most, n, rate) == pytest.approx(0.8)
    assert 0 <= rate < bound


def test_too_few_units_resolve_nothing() -> None:
    assert stats.largest_rate(13, bound=0.2, alpha=0.05) is None
    assert stats.largest_rate(14, bound=0.2, alpha=0.05) is not None
    with pytest.raises(stats.InvalidNumbers):
        stats.largest_rate(-1, bound=0.2, alpha=0.05)


def test_experts() -> None:
    assert [stats.minimum_experts(q, alpha=0.05) for q in (0.5, 0.9, 0.1)] == [6, 2, 36]


@pytest.mark.parametrize("rate", [0.001, 0.0025, 0.005])
def test_hours_against_looking_at_every_hour(rate: float) -> None:
    hours = np.arange(1.0, 6001.0)
    quantile = np.asarray(reference.poisson.ppf(0.05, 0.01 * hours))
    most = quantile - (reference.poisson.cdf(quantile, 0.01 * hours) > 0.05)
    weak = np.flatnonzero(reference.poisson.cdf(most, rate * hours) < 0.8)
    found = stats.hours_to_rule_out(rate, bound=0.01, alpha=0.05)
    assert found is not None
    assert hours[weak[-1]] < found <= hours[weak[-1]] + 1.0


def test_hours_without_events() -> None:
    assert stats.minimum_hours(0.01, alpha=0.05) == pytest.approx(299.57, abs=0.01)
    assert stats.hours_to_rule_out(0.0, bound=0.01, alpha=0.05) == pytest.approx(299.57, abs=0.01)
    assert stats.quiet_hours(0, bound=1.0, alpha=0.05) == pytest.approx(2.9957, abs=1e-4)
    assert stats.quiet_hours(1, bound=1.0, alpha=0.05) == pytest.approx(4.7439, abs=1e-4)
    assert stats.hours_to_rule_out(0.01, bound=0.01, alpha=0.05) is None
    assert stats.hours_to_rule_out(0.00999999, bound=0.01, alpha=0.05) is None
    for bad in (-1.0, float("inf")):
        with pytest.raises(stats.InvalidNumbers):
            stats.hours_to_rule_out(bad, bound=0.01, alpha=0.05)
    with pytest.raises(stats.InvalidNumbers):
        stats.quiet_hours(-1, bound=0.01, alpha=0.05)
