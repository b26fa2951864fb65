"""Planning and tipping points: the published table, and brute force beside it."""

import math

import numpy as np
import pytest
from scipy import stats as reference

from tierlock import stats

# bound: zero events; then power .8 and .9 at a true rate of .1, .25, .5 and .7 of the bound (the
# two numbers for .01 and .7 are from the exhaustive search in this file)
TABLE = {
    0.01: (299, (473, 628), (773, 1049), (2185, 2784), (6434, 8643)),
    0.05: (59, (93, 124), (153, 208), (434, 554), (1260, 1657)),
    0.10: (29, (46, 61), (76, 103), (203, 263), (593, 792)),
    0.20: (14, (22, 30), (37, 44), (94, 124), (271, 365)),
    0.50: (5, (8, 8), (11, 16), (28, 35), (76, 102)),
    0.75: (3, (5, 5), (6, 8), (13, 16), (32, 44)),
}


@pytest.mark.parametrize("bound", TABLE)
def test_planning_table(bound: float) -> None:
    zero, *rows = TABLE[bound]
    assert stats.minimum_clusters(bound, alpha=0.05) == zero
    assert stats.samples_to_rule_out(0.0, bound=bound, alpha=0.05) == zero
    for share, row in zip((0.1, 0.25, 0.5, 0.7), rows, strict=True):
        found = tuple(
            stats.samples_to_rule_out(share * bound, bound=bound, alpha=0.05, power=power)
            for power in (0.8, 0.9)
        )
        assert found == row


def test_strict_alpha_and_checkpoints() -> None:
    rates = [0.1 * share for share in (0.0, 0.1, 0.25, 0.5, 0.7)]
    found = [stats.samples_to_rule_out(rate, bound=0.1, alpha=0.01) for rate in rates]
    assert found == [44, 64, 127, 312, 944]
    checkpoints = (1, 2, 5, 10, 20)
    found = [stats.samples_to_rule_out(0.025, bound=0.1, alpha=0.05 / n) for n in checkpoints]
    assert found == [76, 100, 127, 137, 162]
    found = [stats.minimum_clusters(0.1, alpha=0.05 / n) for n in checkpoints]
    assert found == [29, 36, 44, 51, 57]


@pytest.mark.parametrize(
    ("rate", "bound", "alpha", "power"),
    [
        (0.007, 0.01, 0.05, 0.8),
        (0.03, 0.05, 0.05, 0.5),
        (0.3, 0.5, 0.2, 0.95),
        (0.6, 0.9, 0.6, 0.3),
    ],
)
def test_exhaustive_search(rate: float, bound: float, alpha: float, power: float) -> None:
    n = np.arange(1, 9001)
    quantile = np.asarray(reference.binom.ppf(alpha, n, bound))
    critical = quantile - (reference.binom.cdf(quantile, n, bound) > alpha)
    enough = np.asarray(reference.binom.cdf(critical, n, rate)) >= power
    assert enough[-1]
    expected = int(n[np.flatnonzero(~enough)[-1] + 1]) if not enough.all() else 1
    found = stats.samples_to_rule_out(rate, bound=bound, alpha=alpha, power=power)
    assert found == expected


def test_a_rate_at_the_bound_is_never_ruled_out() -> None:
    assert stats.samples_to_rule_out(0.1, bound=0.1, alpha=0.05) is None
    assert stats.samples_to_rule_out(0.2, bound=0.1, alpha=0.05) is None
    assert stats.samples_to_rule_out(0.0999999, bound=0.1, alpha=0.05) is None  # beyond ten million


def test_extra_clusters_after_twenty_safe_ones() -> None:
    assert stats.extra_all_safe(0, n=20, bound=0.05, alpha=0.05) == 39
    assert stats.extra_all_safe(0, n=59, bound=0.05, alpha=0.05) == 0
    assert stats.extra_all_safe(0, n=0, bound=0.05, alpha=0.05) == 59


@pytest.mark.parametrize(("x", "n"), [(0, 0), (1, 10), (3, 30), (9, 10), (40, 100)])
@pytest.mark.parametrize("bound", [0.02, 0.2, 0.95])
def test_extra_clusters_are_the_smallest_number(x: int, n: int, bound: float) -> None:
    extra = stats.extra_all_safe(x, n=n, bound=bound, alpha=0.05)
    assert reference.binom.cdf(x, n + extra, bound) <= 0.05
    assert extra == 0 or reference.binom.cdf(x, n + extra - 1, bound) > 0.05


@pytest.mark.parametrize(("bound", "n"), [(0.01, 299), (0.001, 2995), (0.0001, 29956), (1.0, 1)])
def test_zero_event_sizes(bound: float, n: int) -> None:
    assert stats.minimum_clusters(bound, alpha=0.05) == n


def test_fragility_of_an_example() -> None:
    assert stats.fragility(3, n=100, bound=0.2, alpha=0.05) == 11
    assert stats.counts_rule_out_p(3 + 10, n=100, bound=0.2) <= 0.05
    assert stats.counts_rule_out_p(3 + 11, n=100, bound=0.2) > 0.05
    assert stats.fragility(20, n=100, bound=0.2, alpha=0.05) == 0
    assert stats.fragility(0, n=0, bound=0.2, alpha=0.05) == 0
    assert stats.fragility(0, n=10, bound=1.0, alpha=0.05) == 10
    assert stats.fragility(0, n=10**9, bound=0.2, alpha=0.05) > 10**8


def test_tipping_points_of_an_example() -> None:
    upper = stats.counts_upper_bound(3, n=100, alpha=0.05)
    found = stats.tipping(upper, bound=0.2)
    assert upper == pytest.approx(0.0757, abs=5e-5)
    assert found.kappa == pytest.approx(2.64, abs=5e-3)
    assert found.sandbagged_fraction == pytest.approx(0.62, abs=5e-3)
    assert found.odds_ratio == pytest.approx(3.05, abs=5e-3)
    assert math.exp(found.logit_shift) == pytest.approx(found.odds_ratio)
    # an elicitation factor below kappa leaves the rule-out, one above it does not
    assert stats.counts_rule_out_p(3, n=100, bound=0.2 / 2.5) == pytest.approx(0.037, abs=5e-4)
    assert stats.counts_rule_out_p(3, n=100, bound=0.2 / 2.7) == pytest.approx(0.056, abs=5e-4)


def test_tipping_at_the_ends() -> None:
    assert stats.tipping(0.5, bound=0.2).sandbagged_fraction == 0.0
    assert stats.tipping(0.5, bound=0.2).kappa == 0.4
    assert stats.tipping(0.5, bound=1.0).odds_ratio == math.inf
    assert stats.tipping(1.0, bound=0.5).odds_ratio == 0.0
    assert stats.tipping(1.0, bound=1.0)[:3] == (1.0, 0.0, 0.0)


def test_impossible_plans() -> None:
    for bound in (0.0, -0.1, 1.1, math.nan):
        with pytest.raises(stats.InvalidNumbers):
            stats.minimum_clusters(bound, alpha=0.05)
        with pytest.raises(stats.InvalidNumbers):
            stats.tipping(0.5, bound=bound)
    with pytest.raises(stats.InvalidNumbers):
        stats.samples_to_rule_out(-0.1, bound=0.1, alpha=0.05)
    with pytest.raises(stats.InvalidNumbers):
        stats.samples_to_rule_out(0.05, bound=0.1, alpha=0.05, power=1.0)
    with pytest.raises(stats.InvalidNumbers):
        stats.extra_all_safe(5, n=3, bound=0.1, alpha=0.05)
