"""Chan's exact test of a difference: restricted estimates, its size by enumeration, symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize
from scipy import stats as reference

from tierlock import stats
from tierlock.stats.binary_difference import _restricted


def out(x: int, n: int, y: int, m: int, bound: float) -> float:
    return stats.binary_difference_rule_out_p(
        x, treated_n=n, control_successes=y, control_n=m, bound=bound
    )


@pytest.mark.parametrize(("n", "m", "bound"), [(7, 5, 0.2), (6, 9, -0.3), (8, 8, 0.0)])
def test_restricted_estimates_are_those_of_largest_likelihood(n: int, m: int, bound: float) -> None:
    """The closed form against a direct search."""
    closed = _restricted(np.arange(n + 1.0)[:, None] / n, np.arange(m + 1.0) / m, m / n, bound)

    def loss(treated: float, x: int, y: int) -> float:
        p, q = np.clip([treated, treated - bound], 1e-12, 1 - 1e-12)
        logs = x * np.log(p) + (n - x) * np.log(1 - p) + y * np.log(q) + (m - y) * np.log(1 - q)
        return -float(logs)

    ends = max(0.0, bound), min(1.0, 1.0 + bound)
    for x in range(n + 1):
        for y in range(m + 1):
            best = optimize.minimize_scalar(loss, bounds=ends, args=(x, y), method="bounded")
            assert loss(float(closed[x, y]), x, y) <= best.fun + 1e-9


@pytest.mark.parametrize("bound", [-0.5, -0.1, 0.0, 0.1, 0.3, 0.7])
def test_size_by_enumeration(bound: float) -> None:
    """With the difference at the bound P(p <= alpha) is at most alpha; and p is monotone."""
    n, m = 12, 9
    ps = np.array([[out(x, n, y, m, bound) for y in range(m + 1)] for x in range(n + 1)])
    rates = np.linspace(max(0.0, -bound) + 0.003, min(1.0, 1.0 - bound) - 0.003, 61)
    treated = reference.binom.pmf(np.arange(n + 1)[:, None], n, rates + bound)
    control = reference.binom.pmf(np.arange(m + 1)[:, None], m, rates)
    for alpha in (0.01, 0.05, 0.1):
        size = np.einsum("ig,ij,jg->g", treated, (ps <= alpha).astype(float), control)
        assert size.max() <= alpha
    assert (np.diff(ps, axis=0) >= -1e-12).all()
    assert (np.diff(ps, axis=1) <= 1e-12).all()


def test_at_a_difference_of_nothing_it_is_the_ratio_of_one() -> None:
    assert out(7, 15, 12, 15, 0.0) == pytest.approx(
        stats.binary_ratio_rule_out_p(
            7, treated_n=15, control_successes=12, control_n=15, bound=1.0
        )
    )
    theirs = reference.barnard_exact([[7, 12], [8, 3]], alternative="less").pvalue
    assert out(7, 15, 12, 15, 0.0) == pytest.approx(theirs, rel=2e-3)


def test_rule_in_exchanges_the_arms() -> None:
    p = stats.binary_difference_rule_in_p(
        12, treated_n=15, control_successes=3, control_n=15, bound=0.2
    )
    assert p == out(3, 15, 12, 15, -0.2)


def test_ends() -> None:
    assert out(0, 0, 3, 10, 0.2) == out(0, 10, 0, 0, 0.2) == 1.0
    assert out(0, 10, 10, 10, -1.0) == 1.0
    assert (out(10, 10, 0, 10, 1.0), out(9, 10, 0, 10, 1.0), out(10, 10, 0, 10, 1.1)) == (1, 0, 0)
    assert out(0, 40, 40, 40, 0.0) < 1e-9


def test_what_is_no_count() -> None:
    for case in ((3, 2, 1, 5), (-1, 2, 1, 5), (1, 2, 6, 5)):
        with pytest.raises(stats.InvalidNumbers):
            out(*case, 0.2)
    with pytest.raises(stats.InvalidNumbers):
        out(1, 2, 1, 5, float("nan"))
    with pytest.raises(stats.InvalidNumbers, match="too large"):
        out(1, 10_000, 1, 10_000, 0.2)
