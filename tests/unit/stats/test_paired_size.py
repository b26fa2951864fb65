"""Student's t on pairs, and the smallest difference that pairs can show."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]  # no stubs

from tierlock import stats

SLEEP = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
"""Hours of sleep gained, second drug minus first: Student (1908), Biometrika 6:1."""


def trinomial_power(n: int, against: float, difference: float, alpha: float) -> float:
    """Power of McNemar's exact test, summed over every outcome."""
    law = reference.multinomial(n, [against + difference, against, 1 - 2 * against - difference])
    return sum(
        float(law.pmf([up, down, n - up - down]))
        for up in range(n + 1)
        for down in range(up)
        if up + down <= n and 2 * reference.binom.cdf(down, up + down, 0.5) <= alpha
    )


def test_students_sleep_data() -> None:
    """R: `t.test(extra ~ group, sleep, paired = TRUE)`."""
    found = stats.paired_t(SLEEP, alpha=0.05)
    assert found is not None
    assert found.mean / found.standard_error == pytest.approx(4.0621, abs=5e-5)
    assert 2 * found.above_p == pytest.approx(0.002833, abs=5e-7)
    assert (found.lower, found.upper) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)


def test_approval_of_a_prime_minister() -> None:
    """Agresti, Categorical Data Analysis, section 10.1: 150 turned away, 86 came round, of 1600."""
    differences = [-1.0] * 150 + [1.0] * 86 + [0.0] * 1364
    found = stats.paired_t(differences, alpha=0.05)
    assert found is not None
    assert (found.mean, found.lower, found.upper) == pytest.approx((-0.04, -0.06, -0.02), abs=0.002)
    table = [[794, 150], [86, 570]]
    exact = mcnemar(table, exact=True).pvalue
    assert stats.mcnemar_p(86, reference_only=150) == pytest.approx(exact, rel=1e-9)
    assert mcnemar(table, exact=False, correction=False).statistic == pytest.approx(17.36, abs=0.01)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=40))
def test_t_agrees_with_another_implementation(differences: list[float]) -> None:
    found = stats.paired_t(differences, alpha=0.1)
    if np.ptp(differences) < 1e-6:
        return
    assert found is not None
    wanted = reference.ttest_1samp(differences, 0.0, alternative="less")
    assert found.below_p == pytest.approx(wanted.pvalue, rel=1e-6, abs=1e-12)
    assert found.below_p + found.above_p == pytest.approx(1.0)


@pytest.mark.parametrize("differences", [[], [0.5], [0.0] * 50, [0.25] * 9])
def test_no_spread_is_no_knowledge_of_the_spread(differences: list[float]) -> None:
    assert stats.paired_t(differences, alpha=0.05) is None


@pytest.mark.parametrize(
    ("n", "against", "alpha"), [(12, 0.0, 0.05), (30, 0.1, 0.05), (40, 0.02, 0.01), (25, 0.2, 0.2)]
)
def test_detectable_share_has_just_the_power(n: int, against: float, alpha: float) -> None:
    found = stats.detectable_share(n, against=against, alpha=alpha, power=0.8)
    assert found is not None
    assert trinomial_power(n, against, found, alpha) == pytest.approx(0.8, abs=1e-6)


def test_six_changes_of_one_kind_are_the_least_that_is_seen() -> None:
    """2 * .5^5 > .05 >= 2 * .5^6."""
    assert stats.detectable_share(5, against=0.0, alpha=0.05) is None
    found = stats.detectable_share(100, against=0.0, alpha=0.05)
    assert found == pytest.approx(1 - reference.beta.ppf(0.2, 95, 6), abs=1e-9)


def test_more_pairs_see_less_and_noise_hides() -> None:
    sizes = [stats.detectable_share(n, against=0.1, alpha=0.05) or 1.0 for n in (30, 100, 1000)]
    assert sizes == sorted(sizes, reverse=True)
    noise = [stats.detectable_share(100, against=q, alpha=0.05) or 1.0 for q in (0, 0.05, 0.2)]
    assert noise == sorted(noise)
    assert stats.detectable_share(0, against=0.0, alpha=0.05) is None


def test_detectable_mean_is_seen_at_about_the_power() -> None:
    rng = np.random.default_rng(7)
    pilot = rng.choice([-0.5, 0.0, 0.5], 40, p=[0.2, 0.6, 0.2])
    found = stats.detectable_mean(pilot, alpha=0.05, power=0.8)
    assert found is not None
    drawn = np.clip(rng.choice(pilot - pilot.mean(), (300, 40)) - found, -1, 1)
    seen = [stats.rule_out_p(row, bound=0.0, lo=-1.0, hi=1.0) <= 0.025 for row in drawn]
    assert 0.7 <= np.mean(seen) <= 0.9


def test_detectable_mean_is_never_zero_and_sometimes_nothing() -> None:
    found = stats.detectable_mean([0.0] * 40, alpha=0.05)
    assert found is not None
    assert stats.rule_out_p([-found] * 40, bound=0.0, lo=-1.0, hi=1.0) <= 0.025
    assert stats.detectable_mean([0.0] * 5, alpha=0.05) is None  # .5^5 > .025
    assert stats.detectable_mean([], alpha=0.05) is None


def test_the_interval_covers_every_difference_of_pairs() -> None:
    """Exact enumeration of laws on -1, 0 and 1."""
    n = 12
    outcomes = [(up, down) for up in range(n + 1) for down in range(n + 1 - up)]
    ends = []
    for up, down in outcomes:
        values = [1.0] * up + [-1.0] * down + [0.0] * (n - up - down)
        ends.append(
            (
                stats.lower_bound(values, alpha=0.025, lo=-1.0, hi=1.0),
                stats.upper_bound(values, alpha=0.025, lo=-1.0, hi=1.0),
            )
        )
    for up_rate, down_rate in ((0.05, 0.05), (0.5, 0.5), (0.1, 0.4), (0.0, 0.2), (0.7, 0.1)):
        law = reference.multinomial(n, [up_rate, down_rate, 1 - up_rate - down_rate])
        true = up_rate - down_rate
        covered = sum(
            float(law.pmf([up, down, n - up - down]))
            for (up, down), (low, high) in zip(outcomes, ends, strict=True)
            if low - 1e-9 <= true <= high + 1e-9
        )
        assert covered >= 0.95


@pytest.mark.parametrize(
    "call",
    [
        lambda: stats.paired_t([float("nan"), 1.0], alpha=0.05),
        lambda: stats.paired_t([0.0, 1.0], alpha=1.0),
        lambda: stats.detectable_share(-1, against=0.0, alpha=0.05),
        lambda: stats.detectable_share(10, against=0.6, alpha=0.05),
        lambda: stats.detectable_share(10, against=0.0, alpha=0.05, power=1.0),
        lambda: stats.detectable_mean([2.0], alpha=0.05),
    ],
)
def test_impossible_questions(call: object) -> None:
    assert callable(call)
    with pytest.raises(stats.InvalidNumbers):
        call()
