"""A judge with known errors: the correction, its bounds, and its error control."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats

GOOD = stats.Judge((95, 100), (98, 100))
COIN = stats.Judge((5, 10), (5, 10))


def rule_out(x: int, n: int, judge: stats.Judge, bound: float) -> float:
    return stats.judged_rule_out_p(
        lambda share: stats.counts_rule_out_p(x, n=n, bound=share), bound=bound, judge=judge
    )


def upper_of(x: int, n: int) -> Callable[[float], float]:
    return lambda alpha: stats.counts_upper_bound(x, n=n, alpha=alpha)


def rule_in(x: int, n: int, judge: stats.Judge, bound: float) -> float:
    return stats.judged_rule_in_p(
        lambda share: stats.counts_rule_in_p(x, n=n, bound=share), bound=bound, judge=judge
    )


def test_rogan_gladen() -> None:
    """Reported .3, sensitivity .9, specificity .8: (.3 + .8 - 1) / (.9 + .8 - 1) = 1/7."""
    judge = stats.Judge((90, 100), (80, 100))
    assert stats.rogan_gladen(0.3, judge=judge) == pytest.approx(1 / 7)
    assert stats.rogan_gladen(0.1, judge=judge) == 0.0
    assert stats.rogan_gladen(0.95, judge=judge) == 1.0
    assert stats.rogan_gladen(0.3, judge=COIN) is None


@pytest.mark.parametrize("judge", [GOOD, stats.Judge((920, 1000), (390, 1000))])
@pytest.mark.parametrize("x", [10, 70, 140])
def test_bounds_invert_the_tests(judge: stats.Judge, x: int) -> None:
    n, alpha = 200, 0.05
    upper = stats.judged_upper_bound(
        lambda a: stats.counts_upper_bound(x, n=n, alpha=a), judge=judge, alpha=alpha
    )
    lower = stats.judged_lower_bound(
        lambda a: stats.counts_lower_bound(x, n=n, alpha=a), judge=judge, alpha=alpha
    )
    assert 0 <= lower <= upper <= 1
    if 0 < upper < 1:
        assert rule_out(x, n, judge, upper) == pytest.approx(alpha, rel=1e-6)
    if 0 < lower < 1:
        assert rule_in(x, n, judge, lower) == pytest.approx(alpha, rel=1e-6)


def test_a_perfect_judge_of_many_samples_costs_only_the_bonferroni_factor() -> None:
    judge = stats.Judge((10**7, 10**7), (10**7, 10**7))
    plain = stats.counts_rule_out_p(5, n=100, bound=0.2)
    assert rule_out(5, 100, judge, 0.2) == pytest.approx(3 * plain, rel=1e-3)


def test_a_judge_that_may_guess_shows_nothing() -> None:
    for x in (0, 50, 100):
        assert rule_out(x, 100, COIN, 0.5) > 0.2
        assert rule_in(x, 100, COIN, 0.5) > 0.2
    upper = stats.judged_upper_bound(lambda _: 0.0, judge=COIN, alpha=0.05)
    lower = stats.judged_lower_bound(lambda _: 1.0, judge=COIN, alpha=0.05)
    assert (lower, upper) == (0.0, 1.0)
    assert not stats.is_informative(COIN, alpha=0.05)
    assert stats.is_informative(GOOD, alpha=0.05)


def test_ends() -> None:
    assert rule_out(0, 10**6, GOOD, 0.0) == 1.0
    assert rule_in(10**6, 10**6, GOOD, 1.0) == 1.0
    perfect = stats.Judge((10**6, 10**6), (10**6, 10**6))
    assert rule_out(0, 10**6, perfect, 0.9) == pytest.approx(3e-15)


@given(st.integers(0, 59), st.integers(60, 99), st.integers(60, 99), st.floats(0.05, 0.9))
def test_worse_data_and_a_stricter_bound_never_help(x, hits, passed, bound) -> None:
    judge = stats.Judge((hits, 100), (passed, 100))
    p = rule_out(x, 60, judge, bound)
    assert rule_out(x + 1, 60, judge, bound) >= p * (1 - 1e-9)
    assert rule_out(x, 60, judge, bound * 0.9) >= p * (1 - 1e-9)
    assert rule_out(x, 60, stats.Judge((hits - 1, 100), (passed, 100)), bound) >= p * (1 - 1e-9)


@pytest.mark.parametrize(
    ("sens", "spec"), [(0.9, 0.9), (1.0, 1.0), (0.92, 0.39), (0.38, 1.0), (0.5, 0.5), (0.3, 0.4)]
)
@pytest.mark.parametrize("truth", [0.1, 0.5])
def test_exact_rate_of_false_rule_outs(sens, spec, truth):
    """Every outcome of 30 samples and of validations on 12 and 12, weighted by its probability."""
    n, of, alpha = 30, 12, 0.05
    reported = truth * sens + (1 - truth) * (1 - spec)
    laws = [
        reference.binom.pmf(np.arange(n + 1), n, reported),
        reference.binom.pmf(np.arange(of + 1), of, sens),
        reference.binom.pmf(np.arange(of + 1), of, spec),
    ]
    false = 0.0
    for hits, passed in itertools.product(range(of + 1), repeat=2):
        judge = stats.Judge((hits, of), (passed, of))
        for x in range(n + 1):  # monotone in x: stop at the first that is not ruled out
            upper = stats.judged_upper_bound(upper_of(x, n), judge=judge, alpha=alpha)
            if upper >= truth:
                break
            false += laws[0][x] * laws[1][hits] * laws[2][passed]
    assert false <= alpha


def test_too_few_reports_contradict_the_validation():
    often_wrong = stats.Judge((95, 100), (160, 200))
    for x, expected in ((0, True), (40, False)):
        found = stats.contradicts_judge(
            upper_of(x, 200),
            judge=often_wrong,
            alpha=0.05,
        )
        assert found is expected


@pytest.mark.parametrize(
    "judge", [stats.Judge((1, 0), (1, 1)), stats.Judge((2, 1), (1, 1)), stats.Judge((0, 0), (1, 1))]
)
def test_nonsense_is_refused(judge: stats.Judge) -> None:
    with pytest.raises(stats.InvalidNumbers):
        rule_out(0, 10, judge, 0.5)
