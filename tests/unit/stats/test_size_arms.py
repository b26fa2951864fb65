"""Participants per arm: the published table, and the tests themselves as an oracle."""

import pytest
from scipy import stats as reference

from tierlock import stats

# Per arm for power .8 at a true ratio of 1, 1.5, 2 and 2.53; limit 2.8, control mean .25.
RATIOS = (1.0, 1.5, 2.0, 2.53)
UPLIFT = {0.13: (6, 10, 24, 204), 0.2: (12, 22, 56, 481), 0.3: (25, 48, 124, 1081)}


@pytest.mark.parametrize("sd", UPLIFT)
def test_the_table_of_uplift_trials(sd: float) -> None:
    for ratio, published in zip(RATIOS, UPLIFT[sd], strict=True):
        trial = stats.Trial(0.25 * ratio, 0.25, sd, sd, ratio_limit=2.8)
        found = stats.participants_per_arm(trial, alpha=0.05)
        assert found in (published, published + 1)  # Welch's degrees of freedom cost one at times


def test_the_cross_check_asks_for_more_than_the_welch_test() -> None:
    laws = [stats.spread_law(mean, between=0.0169) for mean in (0.25, 0.25)]
    size = stats.checked_participants(laws[0], control=laws[1], alpha=0.05, ratio_limit=2.8)
    assert size is not None
    assert size.clusters > 6
    trial = stats.Trial(0.25, 0.25, 0.13, 0.13, ratio_limit=2.8)
    assert stats.participants_per_arm(trial, alpha=0.05) == 6
    assert 0.8 <= size.power <= 1.0


def test_a_difference() -> None:
    trial = stats.Trial(0.3, 0.3, 0.2, 0.2, difference_limit=0.1)
    found = stats.participants_per_arm(trial, alpha=0.05)
    assert found is not None
    power = [
        1
        - reference.nct.cdf(reference.t.ppf(0.95, 2 * n - 2), 2 * n - 2, 0.1 / 0.2 * (n / 2) ** 0.5)
        for n in (found - 1, found)
    ]
    assert power[0] < 0.8 <= power[1]


def test_yes_or_no_outcomes_by_the_exact_test_itself() -> None:
    size = stats.binary_participants(0.3, control_rate=0.3, bound=3.0, alpha=0.05)
    assert size is not None
    n = 15
    small = stats.binary_participants(0.02, control_rate=0.6, bound=1.0, alpha=0.05)
    assert small is not None
    assert small.clusters < n
    n = small.clusters
    pmf = [[reference.binom.pmf(x, n, rate) for x in range(n + 1)] for rate in (0.02, 0.6)]
    power = sum(
        pmf[0][x] * pmf[1][y]
        for x in range(n + 1)
        for y in range(n + 1)
        if stats.binary_ratio_rule_out_p(
            x, treated_n=n, control_successes=y, control_n=n, bound=1.0
        )
        <= 0.05
    )
    assert small.power == pytest.approx(power, abs=1e-6)


def test_what_can_not_be_planned() -> None:
    over = stats.Trial(0.8, 0.25, 0.2, 0.2, ratio_limit=2.8)
    assert stats.participants_per_arm(over, alpha=0.05) is None
    assert stats.binary_participants(0.6, control_rate=0.3, bound=2.0, alpha=0.05) is None
    assert stats.binary_participants(0.29, control_rate=0.3, bound=1.0, alpha=0.05) is None
    with pytest.raises(stats.InvalidNumbers):
        stats.participants_per_arm(stats.Trial(0.1, 0.2, 0.0, 0.0), alpha=0.05)
    with pytest.raises(stats.InvalidNumbers):
        stats.binary_participants(1.2, control_rate=0.3, bound=2.0, alpha=0.05)
