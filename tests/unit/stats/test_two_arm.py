"""Ratio and difference of two arms: scipy, a published trial, and what must not be believed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats
from tierlock.stats import ArmSummary

RNG = np.random.default_rng(7)
TREATED, CONTROL = RNG.beta(4, 3, 17), RNG.beta(2, 5, 12)
ARMS = st.lists(st.floats(0, 1), min_size=2, max_size=10)


def summary(values: np.ndarray) -> ArmSummary:
    return ArmSummary(float(values.mean()), float(values.std(ddof=1)), len(values))


@pytest.mark.parametrize("bound", [0.8, 1.0, 1.5, 2.8])
def test_ratio_is_welch_on_a_contrast(bound: float) -> None:
    expected = reference.ttest_ind(TREATED, bound * CONTROL, equal_var=False, alternative="less")
    p = stats.ratio_rule_out_p(TREATED, control=CONTROL, bound=bound)
    assert p == pytest.approx(expected.pvalue, rel=1e-9)
    q = stats.ratio_rule_in_p(TREATED, control=CONTROL, bound=bound)
    assert p + q == pytest.approx(1.0)


@pytest.mark.parametrize("bound", [-0.1, 0.0, 0.3])
def test_difference_is_welch(bound: float) -> None:
    expected = reference.ttest_ind(TREATED - bound, CONTROL, equal_var=False, alternative="less")
    p = stats.difference_rule_out_p(TREATED, control=CONTROL, bound=bound)
    assert p == pytest.approx(expected.pvalue, rel=1e-9)
    q = stats.difference_rule_in_p(TREATED, control=CONTROL, bound=bound)
    assert p + q == pytest.approx(1.0)


def test_summaries_and_values_agree() -> None:
    for test in (stats.ratio_rule_out_p, stats.difference_rule_out_p):
        raw = test(TREATED, control=CONTROL, bound=1.5)
        short = test(summary(TREATED), control=summary(CONTROL), bound=1.5)
        assert short == pytest.approx(raw, rel=1e-12)


TRIAL = [
    # units per arm; p at 2.8 and at 5 per reading: SD, standard error, half-width of an interval
    (8, (0.31, 0.43, 0.37), (0.0155, 0.19, 0.053)),
    (9, (0.30, 0.43, 0.37), (0.0107, 0.19, 0.0507)),
    (10, (0.29, 0.43, 0.36), (0.0074, 0.19, 0.049)),
]


@pytest.mark.parametrize(("n", "at_bar", "at_five"), TRIAL)
def test_acquisition_trial_is_never_ruled_out_at_its_bar(
    n: int, at_bar: tuple[float, ...], at_five: tuple[float, ...]
) -> None:
    """Claude Opus 4: control 25 % +- 13 %, treated 63 % +- 13 %, the +- unexplained."""
    treated = stats.unlabelled_readings(0.63, spread=0.13, n=n)
    control = stats.unlabelled_readings(0.25, spread=0.13, n=n)
    for bound, expected in ((2.8, at_bar), (5.0, at_five)):
        ps = [
            stats.ratio_rule_out_p(t, control=c, bound=bound)
            for t, c in zip(treated, control, strict=True)
        ]
        assert ps == pytest.approx(expected, abs=0.006)
        assert max(ps) > 0.05


def test_second_arm_of_the_same_trial() -> None:
    """Claude Sonnet 4: 42 % +- 11 %, read as standard deviations of 9 per arm."""
    p = stats.ratio_rule_out_p(
        ArmSummary(0.42, 0.11, 9), control=ArmSummary(0.25, 0.13, 9), bound=2.8
    )
    assert p == pytest.approx(0.027, abs=5e-4)


@pytest.mark.parametrize(
    ("n", "lower", "upper"), [(8, 1.783, 4.009), (9, 1.816, 3.882), (10, 1.844, 3.780)]
)
def test_fieller_of_the_trial(n: int, lower: float, upper: float) -> None:
    found = stats.fieller(ArmSummary(0.63, 0.13, n), control=ArmSummary(0.25, 0.13, n))
    assert found.kind == "bounded"
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=6e-4)


def test_fieller_can_be_unbounded() -> None:
    treated = stats.unlabelled_readings(0.63, spread=0.13, n=9)
    control = stats.unlabelled_readings(0.25, spread=0.13, n=9)
    found = stats.fieller(treated.standard_error, control=control.standard_error)
    assert found.kind == "unbounded"
    assert found.upper == pytest.approx(1.0455, abs=5e-5)
    assert found.g == pytest.approx(1.0387, abs=5e-5)
    found = stats.fieller(treated.interval_half_width, control=control.interval_half_width)
    assert (found.lower, found.upper) == pytest.approx((1.557, 5.350), abs=6e-4)


def test_fieller_of_two_arms_near_zero_is_everything() -> None:
    found = stats.fieller(ArmSummary(0.01, 1.0, 5), control=ArmSummary(0.01, 1.0, 5))
    assert found[:3] == ("everything", -math.inf, math.inf)


def test_fieller_ends_are_where_the_contrast_test_rejects() -> None:
    found = stats.fieller(TREATED, control=CONTROL, confidence=0.9, df=20.0)
    top, base = summary(TREATED), summary(CONTROL)
    for end, sign in ((found.lower, 1), (found.upper, -1)):
        error = math.hypot(top.sd / math.sqrt(top.n), end * base.sd / math.sqrt(base.n))
        t = sign * (top.mean - end * base.mean) / error
        assert reference.t.sf(t, 20) == pytest.approx(0.05, rel=1e-6)


def test_no_spread_at_all_is_no_evidence() -> None:
    for test in (stats.ratio_rule_out_p, stats.ratio_rule_in_p):
        assert test([0.1] * 9, control=[0.3] * 9, bound=1.0) == 1.0
    assert stats.difference_rule_out_p([0.1] * 9, control=[0.1] * 9, bound=0.5) == 1.0
    rounded = [0.1, 0.30000000000000004 - 0.2] * 5  # equal up to the last digit
    assert stats.difference_rule_out_p(rounded, control=rounded, bound=0.5) == 1.0
    least = ArmSummary(0.1, 5e-324, 9)  # its standard error underflows
    assert stats.difference_rule_out_p(least, control=least, bound=0.5) == 1.0
    flat = ArmSummary(0.1, 0.0, 9)
    assert stats.difference_rule_in_p(flat, control=flat, bound=-0.5) == 1.0


def test_fewer_than_two_units_are_no_evidence() -> None:
    for short in ([], [0.1], ArmSummary(0.1, 0.0, 1)):
        assert stats.ratio_rule_out_p(short, control=CONTROL, bound=9.0) == 1.0
        assert stats.ratio_rule_out_p(TREATED, control=short, bound=9.0) == 1.0
        with pytest.raises(stats.InvalidNumbers):
            stats.fieller(short, control=CONTROL)


@pytest.mark.parametrize(
    "arm",
    [[0.1, math.nan], [[0.1, 0.2]], ArmSummary(0.1, -1.0, 9), ArmSummary(math.inf, 1.0, 9),
     ArmSummary(0.1, 0.1, -1)],
)  # fmt: skip
def test_impossible_arms(arm) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.difference_rule_out_p(arm, control=CONTROL, bound=0.0)


@pytest.mark.parametrize("bound", [0.0, -1.0, math.nan, math.inf])
def test_impossible_ratios(bound: float) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.ratio_rule_out_p(TREATED, control=CONTROL, bound=bound)


def test_welch_is_not_monotone_and_the_cross_check_is() -> None:
    """One treated value ten times as large lowers the p-value; the cross-check does not give in."""
    control = [1.0, 1.2, 0.8, 1.1, 0.9]
    mild, wild = [2.0, 2.6, 2.3, 2.9, 2.2, 3.0], [2.0, 2.6, 2.3, 2.9, 2.2, 0.2]
    p = [stats.ratio_rule_out_p(arm, control=control, bound=2.8) for arm in (mild, wild)]
    raised = [*wild[:-1], 2.2]
    p_raised = stats.ratio_rule_out_p(raised, control=control, bound=2.8)
    assert p_raised < p[1]  # a higher treated value, a lower p-value
    for arm in (mild, wild, raised):
        assert not stats.ratio_cross_check(arm, control=control, bound=2.8, alpha=0.05, hi=100)


@settings(max_examples=25)  # four searches for a bound in each
@given(ARMS, ARMS, st.floats(0, 1), st.floats(0.2, 5.0))
def test_cross_checks_are_monotone(
    treated: list[float], control: list[float], other: float, bound: float
) -> None:
    worse = [max(treated[0], other), *treated[1:]]
    for check in (stats.ratio_cross_check, stats.difference_cross_check):
        before = check(treated, control=control, bound=bound, alpha=0.2)
        after = check(worse, control=control, bound=bound, alpha=0.2)
        assert before or not after


def test_cross_check_by_hand() -> None:
    upper = 1 - 0.025 ** (1 / 60)
    lower = 0.025 ** (1 / 60)
    for gap, agrees in ((1e-6, True), (-1e-6, False)):
        check = stats.difference_cross_check(
            [0.0] * 60, control=[1.0] * 60, bound=upper - lower + gap, alpha=0.05
        )
        assert check is agrees
        check = stats.ratio_cross_check(
            [0.0] * 60, control=[1.0] * 60, bound=upper / lower + gap, alpha=0.05
        )
        assert check is agrees


def test_cross_check_of_summaries_is_hoeffding() -> None:
    radius = math.sqrt(math.log(2 / 0.05) / 200)
    low, high = ArmSummary(0.2, 0.1, 100), ArmSummary(0.6, 0.1, 100)
    limit = (0.2 + radius) / (0.6 - radius)
    for gap, agrees in ((1e-9, True), (-1e-9, False)):
        check = stats.ratio_cross_check(low, control=high, bound=limit + gap, alpha=0.05)
        assert check is agrees
    empty = ArmSummary(0.2, 0.0, 0)
    assert not stats.ratio_cross_check(empty, control=high, bound=1.5, alpha=0.05)
    with pytest.raises(stats.InvalidNumbers):
        stats.ratio_cross_check(ArmSummary(1.2, 0.1, 9), control=high, bound=1.5, alpha=0.05)


def test_an_unbounded_score_has_no_cross_check() -> None:
    with pytest.raises(stats.UnboundedScore):
        stats.ratio_cross_check(TREATED, control=CONTROL, bound=2, alpha=0.05, hi=math.inf)


@pytest.mark.parametrize(("spread", "n"), [(-0.1, 5), (0.1, 0), (math.nan, 5)])
def test_impossible_readings(spread: float, n: int) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.unlabelled_readings(0.5, spread=spread, n=n)


@given(st.permutations([0.1, 0.2, 1 / 3, 0.7, 0.9, 0.30000000000000004]))
def test_order_does_not_change_a_bit(values: list[float]) -> None:
    p = stats.ratio_rule_out_p(values, control=CONTROL, bound=1.5)
    assert p == stats.ratio_rule_out_p(sorted(values), control=CONTROL, bound=1.5)
