"""P-values and bounds of a time horizon: the expanded percentile and its inverse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats

ALPHAS = st.floats(0.001, 0.4)
FAMILIES = st.integers(2, 60)


def draws(families: int = 20, count: int = 999, start: float = 1.0) -> stats.HorizonDraws:
    """`count` horizons of start, start + 1, ... minutes."""
    minutes = start + np.arange(float(count))
    return stats.HorizonDraws(minutes, minutes, families)


def test_golden_expanded_percentile() -> None:
    """Hesterberg's alpha' by scipy: a bound with exactly that share of draws beyond has p = a."""
    share = reference.norm.cdf(-math.sqrt(12 / 11) * reference.t.ppf(0.95, 11))
    count = 99_999
    beyond = math.floor(share * (count + 1)) - 1
    found = draws(12, count)
    limit = stats.horizon_upper_bound(found, alpha=0.05)
    assert limit == count - beyond
    assert stats.horizon_rule_out_p(found, bound=limit + 0.5) == pytest.approx(0.05, abs=2e-5)


def test_the_plain_percentile_is_the_share() -> None:
    found = draws(12, 999)
    assert stats.horizon_rule_out_p(found, bound=951, expanded=False) == 0.05
    assert stats.horizon_rule_in_p(found, bound=49, expanded=False) == 0.05
    assert stats.horizon_upper_bound(found, alpha=0.05, expanded=False) == 950
    assert stats.horizon_lower_bound(found, alpha=0.05, expanded=False) == 50


@given(ALPHAS, FAMILIES, st.booleans())
def test_bound_and_p_say_the_same(alpha: float, families: int, expanded: bool) -> None:
    found = draws(families)
    upper = stats.horizon_upper_bound(found, alpha=alpha, expanded=expanded)
    lower = stats.horizon_lower_bound(found, alpha=alpha, expanded=expanded)
    if math.isinf(upper):
        assert stats.horizon_rule_out_p(found, bound=1e9, expanded=expanded) > alpha
        assert lower == 0
        return
    slack = 1 + 1e-9
    above, at = upper + 0.5, upper
    assert stats.horizon_rule_out_p(found, bound=above, expanded=expanded) <= alpha * slack
    assert stats.horizon_rule_out_p(found, bound=at, expanded=expanded) > alpha / slack
    assert stats.horizon_rule_in_p(found, bound=lower - 0.5, expanded=expanded) <= alpha * slack
    assert stats.horizon_rule_in_p(found, bound=lower, expanded=expanded) > alpha / slack


@given(st.floats(0, 1200), st.floats(0, 1200), FAMILIES)
def test_p_falls_with_the_bound(one: float, other: float, families: int) -> None:
    low, high = sorted((one, other))
    found = draws(families)
    assert stats.horizon_rule_out_p(found, bound=low) >= stats.horizon_rule_out_p(found, bound=high)
    assert stats.horizon_rule_in_p(found, bound=low) <= stats.horizon_rule_in_p(found, bound=high)


@given(st.floats(0, 1200), FAMILIES)
def test_expansion_never_helps(bound: float, families: int) -> None:
    found = draws(families)
    plain = stats.horizon_rule_out_p(found, bound=bound, expanded=False)
    assert plain <= stats.horizon_rule_out_p(found, bound=bound) <= 1


def test_no_p_is_below_the_resolution() -> None:
    assert stats.horizon_rule_out_p(draws(60), bound=1e9, expanded=False) == 1 / 1000
    assert stats.horizon_rule_out_p(draws(60), bound=1e9) > 1 / 1000
    assert stats.horizon_upper_bound(draws(60, 99), alpha=0.001) == math.inf
    assert stats.horizon_lower_bound(draws(60, 99), alpha=0.001) == 0


@pytest.mark.parametrize("expanded", [True, False])
def test_one_family_says_nothing(expanded: bool) -> None:
    found = draws(1)
    assert stats.horizon_rule_out_p(found, bound=1e9, expanded=expanded) == 1
    assert stats.horizon_rule_in_p(found, bound=0.1, expanded=expanded) == 1
    assert stats.horizon_upper_bound(found, alpha=0.05, expanded=expanded) == math.inf
    assert stats.horizon_lower_bound(found, alpha=0.05, expanded=expanded) == 0


def test_every_draw_counts_against_a_bound_of_nothing() -> None:
    """A buffer can push a limit to 0 or below: no horizon is shorter than that."""
    assert stats.horizon_rule_out_p(draws(), bound=0.0) == 1
    assert stats.horizon_rule_out_p(draws(), bound=-5.0) == 1


def test_how_many_draws_an_alpha_needs() -> None:
    assert stats.draws_for(0.4, families=40) == 2_000
    assert stats.draws_for(0.01, families=40, expanded=False) == 10_000
    assert stats.draws_for(0.01, families=40) > 10_000
    assert stats.draws_for(0.0001, families=40) == stats.draws_for(0.05, families=1) == 40_000


def test_numbers_that_can_not_be_meant() -> None:
    with pytest.raises(stats.InvalidNumbers, match="bound must be a finite number"):
        stats.horizon_rule_out_p(draws(), bound=math.inf)
    with pytest.raises(stats.InvalidNumbers, match="bound must be a finite number"):
        stats.horizon_rule_in_p(draws(), bound=math.nan)
    with pytest.raises(stats.InvalidNumbers, match="alpha must lie between"):
        stats.draws_for(0.0, families=3)
    with pytest.raises(stats.InvalidNumbers, match="alpha must lie between"):
        stats.horizon_upper_bound(draws(), alpha=1.0)
