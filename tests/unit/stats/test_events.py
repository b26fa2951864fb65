"""Events per hour: Garwood's exact Poisson bounds."""

import math

import pytest
from scipy import stats as reference

from tierlock import stats


def test_golden_garwood() -> None:
    """No event: 2.995732 / T one-sided, 3.688879 / T two-sided; one event: 4.74 / T."""
    assert stats.events_upper_bound(0, hours=1, alpha=0.05) == pytest.approx(2.995732, abs=5e-7)
    assert stats.events_upper_bound(0, hours=1, alpha=0.025) == pytest.approx(3.688879, abs=5e-7)
    assert stats.events_upper_bound(1, hours=10, alpha=0.05) == pytest.approx(0.474, abs=5e-4)


@pytest.mark.parametrize(("x", "hours"), [(0, 40.0), (3, 12.5), (20, 100.0)])
def test_it_is_the_exact_poisson_test(x: int, hours: float) -> None:
    for bound in (0.01, 0.2, 1.0):
        p = stats.events_rule_out_p(x, hours=hours, bound=bound)
        assert p == pytest.approx(reference.poisson.cdf(x, bound * hours), rel=1e-10)
        q = stats.events_rule_in_p(x, hours=hours, bound=bound)
        assert q == pytest.approx(reference.poisson.sf(x - 1, bound * hours), rel=1e-10)
    for alpha in (0.01, 0.05, 0.5):
        upper = stats.events_upper_bound(x, hours=hours, alpha=alpha)
        assert stats.events_rule_out_p(x, hours=hours, bound=upper) == pytest.approx(alpha)
        lower = stats.events_lower_bound(x, hours=hours, alpha=alpha)
        assert lower <= x / hours <= upper or alpha == 0.5
        if x:
            assert stats.events_rule_in_p(x, hours=hours, bound=lower) == pytest.approx(alpha)


def test_attackers_who_stop_at_their_success_are_not_falsely_ruled_out() -> None:
    """Hours that end with the x-th success: a rejection is no likelier than alpha."""
    for x in (1, 2, 5):
        for alpha in (0.01, 0.05, 0.2):
            mean = reference.gamma.isf(alpha, x + 1)  # rejected from this value of rate * hours
            assert reference.gamma.sf(mean, x) <= alpha


def test_nothing_shows_nothing() -> None:
    assert stats.events_rule_out_p(0, hours=0, bound=1.0) == 1.0
    assert stats.events_rule_out_p(0, hours=10, bound=0.0) == 1.0
    assert stats.events_rule_in_p(0, hours=10, bound=0.1) == 1.0
    assert stats.events_rule_in_p(3, hours=0, bound=0.1) == 1.0
    assert stats.events_rule_in_p(3, hours=10, bound=0.0) == 0.0
    assert math.isinf(stats.events_upper_bound(2, hours=0, alpha=0.05))
    assert stats.events_lower_bound(0, hours=10, alpha=0.05) == 0.0
    assert stats.events_lower_bound(2, hours=0, alpha=0.05) == 0.0


@pytest.mark.parametrize(
    ("x", "hours"), [(-1, 1.0), (0.5, 1.0), (1, -1.0), (1, math.inf), (1, math.nan)]
)
def test_nonsense_is_refused(x, hours) -> None:
    for call in (
        lambda: stats.events_rule_out_p(x, hours=hours, bound=1.0),
        lambda: stats.events_rule_in_p(x, hours=hours, bound=1.0),
        lambda: stats.events_upper_bound(x, hours=hours, alpha=0.05),
        lambda: stats.events_lower_bound(x, hours=hours, alpha=0.05),
    ):
        with pytest.raises(stats.InvalidNumbers):
            call()
