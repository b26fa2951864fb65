"""Chan's exact test: goldens, its size by full enumeration, and symmetry."""

import numpy as np
import pytest
from scipy import stats as reference

from tierlock import stats
from tierlock.stats.binary_ratio import farrington_manning_score


def out(x: int, n: int, y: int, m: int, bound: float) -> float:
    return stats.binary_ratio_rule_out_p(
        x, treated_n=n, control_successes=y, control_n=m, bound=bound
    )


def test_goldens() -> None:
    assert out(2, 25, 6, 25, 2.0) == pytest.approx(0.007393, abs=2e-6)
    assert out(5, 50, 10, 50, 2.0) == pytest.approx(0.002526, abs=2e-6)
    score = farrington_manning_score(5, treated_n=50, control_successes=10, control_n=50, bound=2.0)
    assert score == pytest.approx(-2.98901, abs=5e-6)


@pytest.mark.parametrize("bound", [0.5, 1.0, 2.0, 3.0])
def test_size_by_enumeration(bound: float) -> None:
    """With the ratio at the bound P(p <= alpha) is at most alpha, whatever the control rate."""
    n, m = 12, 9
    ps = np.array([[out(x, n, y, m, bound) for y in range(m + 1)] for x in range(n + 1)])
    rates = np.linspace(0.003, min(1.0, 1 / bound) - 0.003, 61)
    treated = reference.binom.pmf(np.arange(n + 1)[:, None], n, bound * rates)
    control = reference.binom.pmf(np.arange(m + 1)[:, None], m, rates)
    for alpha in (0.01, 0.05, 0.1):
        size = np.einsum("ig,ij,jg->g", treated, (ps <= alpha).astype(float), control)
        assert size.max() <= alpha + 1e-6
    # and it is not empty talk: more success in the treated arm never lowers the p-value
    assert (np.diff(ps, axis=0) >= -1e-9).all()


def test_agrees_with_barnard_at_a_ratio_of_one() -> None:
    """At ratio 1 the score is Barnard's pooled statistic."""
    theirs = reference.barnard_exact([[7, 12], [8, 3]], alternative="less").pvalue
    assert theirs == pytest.approx(0.034077, abs=1e-6)
    assert out(7, 15, 12, 15, 1.0) == pytest.approx(theirs, rel=1e-3)


def test_rule_in_exchanges_the_arms() -> None:
    p = stats.binary_ratio_rule_in_p(12, treated_n=15, control_successes=3, control_n=15, bound=2.0)
    assert p == pytest.approx(out(3, 15, 12, 15, 0.5))


def test_nothing_and_extremes() -> None:
    assert out(0, 0, 3, 10, 2.0) == 1.0
    assert out(0, 10, 0, 0, 2.0) == 1.0
    assert out(0, 10, 0, 10, 2.0) > 0.5  # no successes anywhere: nothing is known of the ratio
    assert out(10, 10, 0, 10, 2.0) > 0.9
    assert out(0, 40, 40, 40, 1.0) < 1e-9


@pytest.mark.parametrize("case", [(3, 2, 1, 5), (-1, 2, 1, 5), (1, 2, 6, 5)])
def test_impossible_counts(case: tuple[int, int, int, int]) -> None:
    with pytest.raises(stats.InvalidNumbers):
        out(*case, 2.0)
    with pytest.raises(stats.InvalidNumbers):
        out(1, 2, 1, 5, 0.0)


def test_arms_too_large_for_enumeration() -> None:
    with pytest.raises(stats.InvalidNumbers, match="too large"):
        out(1, 10_000, 1, 10_000, 2.0)
