"""The estimand "these tasks only": exact over all ways in which the tasks can differ."""

import itertools

import numpy as np
import pytest
from scipy import stats as reference

from tierlock import stats


def count_distribution(rates: np.ndarray, attempts: int) -> np.ndarray:
    """Distribution of the total when task i succeeds with probability rates[i] each time."""
    total = np.ones(1)
    for rate in rates:
        total = np.convolve(total, reference.binom.pmf(np.arange(attempts + 1), attempts, rate))
    return total


@pytest.mark.parametrize("bound", [0.05, 0.2, 0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize(("tasks", "attempts"), [(1, 1), (2, 1), (4, 2), (10, 5)])
def test_false_rule_outs_stay_below_alpha(bound: float, tasks: int, attempts: int) -> None:
    n = tasks * attempts
    each = [attempts] * tasks
    successes = [[x // tasks + (i < x % tasks) for i in range(tasks)] for x in range(n + 1)]
    ps = np.array([stats.suite_rule_out_p(s, attempts=each, bound=bound) for s in successes])
    for shape in (0.0, 0.5, 1.0):
        spread = np.linspace(-1, 1, tasks) if tasks > 1 else np.zeros(1)
        rates = bound + shape * spread * min(bound, 1 - bound)
        total = count_distribution(rates, attempts)
        for alpha in (0.01, 0.05, 0.1):
            assert total[ps <= alpha].sum() <= alpha + 1e-12


def test_the_known_exception_does_not_rule_out() -> None:
    """100 tasks at 0.9995 each: "not every attempt succeeded" is no evidence below .9995."""
    n, alpha = 100, 0.05
    bound = (1 - alpha) ** (1 / n)  # pooled Clopper-Pearson rejects all but n of n here
    assert reference.binom.cdf(n - 1, n, bound) == pytest.approx(alpha)
    one_hopeless = 1 - n * (1 - bound)  # same mean, all the failure in one task
    assert 1 - one_hopeless > alpha
    p = stats.suite_rule_out_p([1] * (n - 1) + [0], attempts=[1] * n, bound=bound)
    assert p == 1.0
    assert stats.suite_upper_bound([1] * (n - 1) + [0], attempts=[1] * n, alpha=alpha) == 1.0


def test_it_is_clopper_pearson_elsewhere() -> None:
    for x in range(12):
        p = stats.suite_rule_out_p([x], attempts=[60], bound=0.3)
        assert p == pytest.approx(reference.binom.cdf(x, 60, 0.3), rel=1e-10)
        q = stats.suite_rule_in_p([60 - x], attempts=[60], bound=0.7)
        assert q == pytest.approx(p, rel=1e-10)
    interval = reference.binomtest(9, 60).proportion_ci(confidence_level=0.9)
    assert stats.suite_upper_bound([9], attempts=[60], alpha=0.05) == pytest.approx(interval.high)
    assert stats.suite_lower_bound([9], attempts=[60], alpha=0.05) == pytest.approx(interval.low)


def test_bounds_invert_the_tests() -> None:
    for x, alpha in itertools.product(range(20), (0.01, 0.05, 0.5)):
        upper = stats.suite_upper_bound([x], attempts=[20], alpha=alpha)
        if upper < 1:
            assert stats.suite_rule_out_p([x], attempts=[20], bound=upper + 1e-9) <= alpha
        assert stats.suite_rule_out_p([x], attempts=[20], bound=upper - 1e-9) > alpha


def test_ends_and_nothing() -> None:
    assert stats.suite_rule_out_p([], attempts=[], bound=0.5) == 1.0
    assert stats.suite_rule_in_p([], attempts=[], bound=0.5) == 1.0
    assert stats.suite_upper_bound([], attempts=[], alpha=0.05) == 1.0
    assert stats.suite_lower_bound([], attempts=[], alpha=0.05) == 0.0
    assert stats.suite_rule_out_p([0], attempts=[9], bound=0.0) == 1.0
    assert stats.suite_rule_out_p([9], attempts=[9], bound=1.5) == 0.0


@pytest.mark.parametrize(
    ("successes", "attempts"),
    [([1, 2], [5, 6]), ([6], [5]), ([-1], [5]), ([0.5], [5]), ([1, 1], [5]), ([[1]], [[5]])],
)
def test_impossible_counts(successes, attempts) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.suite_rule_out_p(successes, attempts=attempts, bound=0.5)
