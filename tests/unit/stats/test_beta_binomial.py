"""The beta-binomial posterior: known where the model is simple, and never a test."""

import numpy as np
import pytest
from scipy import stats as reference

from tierlock import stats


def test_single_attempts_have_the_beta_posterior() -> None:
    """With one attempt per cluster the concentration says nothing: Beta(1 + x, 1 + n - x)."""
    for x, n, bound in ((0, 20, 0.1), (3, 40, 0.2), (12, 20, 0.5), (20, 20, 0.9)):
        found = stats.beta_binomial_posterior(
            [1] * x + [0] * (n - x), attempts=[1] * n, bound=bound
        )
        assert found == pytest.approx(reference.beta.sf(bound, 1 + x, 1 + n - x), abs=2e-3)


def test_it_agrees_with_a_direct_sum_over_the_grid() -> None:
    won, tried, bound = np.array([0, 2, 5, 1]), np.array([5, 5, 5, 3]), 0.3
    mean = (np.arange(2000) + 0.5) / 2000
    size = np.geomspace(0.005, 60, 300)
    a, b = mean[:, None] * size, (1 - mean)[:, None] * size
    log_like = sum(reference.betabinom.logpmf(x, n, a, b) for x, n in zip(won, tried, strict=True))
    weight = np.exp(log_like) * np.exp(-size) * size  # Gamma(1, 1) on a logarithmic grid
    exact = weight[mean >= bound].sum() / weight.sum()
    assert stats.beta_binomial_posterior(won, attempts=tried, bound=bound) == pytest.approx(
        exact, abs=0.01
    )


def test_no_data_leave_the_prior_and_order_is_moot() -> None:
    assert stats.beta_binomial_posterior([], attempts=[], bound=0.3) == pytest.approx(0.7)
    one = stats.beta_binomial_posterior([0, 3, 1], attempts=[4, 4, 2], bound=0.4)
    assert stats.beta_binomial_posterior([1, 0, 3], attempts=[2, 4, 4], bound=0.4) == one
    bounds = [-0.5, 0.0, 0.2, 0.5, 1.0, 1.5]
    found = [stats.beta_binomial_posterior([1], attempts=[4], bound=b) for b in bounds]
    assert found == sorted(found, reverse=True)
    assert (found[0], found[-1]) == (1.0, 0.0)


def test_it_is_no_test() -> None:
    """Half the families hopeless, half at .4: at a mean of .2 it is below .05 far too often."""
    rng = np.random.default_rng(7)
    rates = np.where(rng.random((400, 8)) < 0.5, 0.4, 0.0)
    won = rng.binomial(20, rates)
    posterior = [
        stats.beta_binomial_posterior(row, attempts=[20] * 8, bound=0.2) <= 0.05 for row in won
    ]
    tested = [stats.rule_out_p(row / 20, bound=0.2) <= 0.05 for row in won]
    assert np.mean(tested) <= 0.05
    assert np.mean(posterior) > np.mean(tested)


@pytest.mark.parametrize(("won", "tried"), [([2], [1]), ([0.5], [1]), ([1], [1, 1]), ([-1], [1])])
def test_nonsense_is_refused(won, tried) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.beta_binomial_posterior(won, attempts=tried, bound=0.5)
