"""The default test against published numbers, scipy, and the laws that it must keep."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats
from tierlock.stats import _gamma_tail

UNIT = st.floats(0.0, 1.0)
SAMPLES = st.lists(UNIT, min_size=1, max_size=12)
BOUNDS = st.floats(0.01, 0.99)
ALPHAS = st.floats(0.001, 0.5)


@pytest.mark.parametrize(
    ("values", "bound", "p", "upper"),
    [
        ([0, 0.2, 0.4, 0.4, 1], 0.75, 0.048884639, 0.7484332),
        ([0] * 8 + [0.2, 0.6], 0.3, 0.086076250, 0.3379312),
        (list(np.arange(20) / 40), 0.4, 0.011986830, 0.3555786),
    ],
)
def test_gaffke_goldens(values: list[float], bound: float, p: float, upper: float) -> None:
    assert stats.rule_out_p(values, bound=bound) == pytest.approx(p, abs=2e-9)
    assert stats.upper_bound(values, alpha=0.05) == pytest.approx(upper, abs=5e-8)


def test_gaffke_p_is_the_chance_it_says_it_is() -> None:
    values, bound = np.array([0, 0.2, 0.4, 0.4, 1]), 0.6
    draws = np.random.default_rng(1).standard_exponential((400_000, 6))
    hits = draws @ np.append(values - bound, 1 - bound) >= 0
    error = 4 * np.sqrt(0.25 / len(hits))
    assert stats.rule_out_p(values, bound=bound) == pytest.approx(hits.mean(), abs=error)


@pytest.mark.parametrize("n", [1, 2, 7, 30])
@pytest.mark.parametrize("bound", [0.05, 0.3, 0.9])
def test_zero_one_data_is_the_exact_binomial_test(n: int, bound: float) -> None:
    for x in range(n + 1):
        values = [1.0] * x + [0.0] * (n - x)
        out, into = stats.rule_out_p(values, bound=bound), stats.rule_in_p(values, bound=bound)
        assert out == pytest.approx(reference.binom.cdf(x, n, bound), abs=1e-13, rel=1e-10)
        assert into == pytest.approx(reference.binom.sf(x - 1, n, bound), abs=1e-13, rel=1e-10)


@pytest.mark.parametrize("n", [2, 30, 300, 3000])
@pytest.mark.parametrize("bound", [0.002, 0.1, 0.5, 0.97])
def test_the_general_path_meets_the_binomial_one(n: int, bound: float) -> None:
    """Values a hair away from 0 and 1 take the numerical integral and must not jump."""
    for x in {0, 1, n // 20, n // 2, n - 1}:
        exact = reference.binom.cdf(x, n, bound)
        hair = 1e-13
        values = np.concatenate([np.ones(x), np.zeros(n - x)])
        values[0], values[-1] = abs(values[0] - hair), hair
        assert stats.rule_out_p(values, bound=bound) == pytest.approx(exact, rel=1e-7, abs=1e-12)


def test_tiny_p_values_keep_their_relative_accuracy() -> None:
    exact = reference.binom.cdf(20, 1000, 0.2)
    values = np.concatenate([np.ones(20), np.zeros(978), [1e-14, 1e-14 / 2]])
    assert exact < 1e-50
    assert stats.rule_out_p(values, bound=0.2) == pytest.approx(exact, rel=1e-8)


def test_an_almost_certain_sum_against_one_exponential() -> None:
    """The integrand of this one oscillates a hundred times on a straight path."""
    n = 10_000
    values = np.full(n, 1e-5)
    values[0] = 2e-5
    bound = 3e-4
    # independent route: integrate out the pseudo-observation, the rest being one gamma up to 1e-5
    rest = reference.gamma(n - 1)
    grid = rest.ppf((np.arange(20_000) + 0.5) / 20_000)
    total = grid * (bound - 1e-5) + (bound - 2e-5)
    expected = np.exp(-total / (1 - bound)).mean()
    assert stats.rule_out_p(values, bound=bound) == pytest.approx(expected, rel=1e-4)


def test_an_almost_certain_gain_against_one_loss() -> None:
    """The straight path oscillates here too, and the integrand cancels: the step must be halved.

    With g ~ Gamma(n)/n for the small gains, P(E0 + g >= 3 E1) = 1 - .75 exp(-g/3) in the mean.
    """
    n, unit = 10_000, 0.2
    values = np.full(n + 1, 0.8 + unit / n)
    values[0] = 0.8 - 3 * unit
    expected = 1 - 0.75 * (1 + 1 / (3 * n)) ** -n
    assert stats.rule_out_p(values, bound=0.8) == pytest.approx(expected, rel=1e-8)


def test_a_number_that_was_not_found_is_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [0.0, 0.1, 0.2, 0.1]
    assert stats.rule_out_p(values, bound=0.9) < 0.01
    monkeypatch.setattr(_gamma_tail, "_KEPT_BYTES", -1)  # nothing is kept from before, or for after
    monkeypatch.setattr(_gamma_tail, "_MAX_HALVINGS", 0)
    assert stats.rule_out_p(values, bound=0.9) == 1.0
    assert stats.rule_in_p(values, bound=0.01) == 1.0


def test_an_answer_that_was_kept_is_the_same_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    samples = [np.linspace(0.0, 0.9, n) ** 2 for n in (3, 40, 40, 3, 1200)]
    twice = [stats.rule_out_p(values, bound=0.4) for values in [*samples, *samples]]
    monkeypatch.setattr(_gamma_tail, "_KEPT_BYTES", -1)
    assert twice == 2 * [stats.rule_out_p(values, bound=0.4) for values in samples]
    assert twice[1] == twice[2] != twice[0]


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_newcombe_1998_clopper_pearson(x: int, n: int, lower: float, upper: float) -> None:
    values = [1.0] * x + [0.0] * (n - x)
    assert stats.lower_bound(values, alpha=0.025) == pytest.approx(lower, abs=5e-5)
    assert stats.upper_bound(values, alpha=0.025) == pytest.approx(upper, abs=5e-5)


def test_r_binom_test() -> None:
    values = [1.0] * 682 + [0.0] * 243
    assert stats.lower_bound(values, alpha=0.025) == pytest.approx(0.7076683, abs=1e-7)
    assert stats.upper_bound(values, alpha=0.025) == pytest.approx(0.7654066, abs=1e-7)


def test_r_binom_confint_exact(shared_data: Path) -> None:
    path = shared_data / "stat-reference" / "binomial_ci_R_binom.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    assert cases
    for case in cases:
        values = [1.0] * case["k"] + [0.0] * (case["n"] - case["k"])
        ours = [stats.lower_bound(values, alpha=0.025), stats.upper_bound(values, alpha=0.025)]
        assert ours == pytest.approx(case["ci"]["exact"], abs=6e-8)  # R printed seven digits


@pytest.mark.parametrize(("n", "upper"), [(100, 0.0295130), (300, 0.0099361), (1000, 0.0029912)])
def test_rule_of_three(n: int, upper: float) -> None:
    assert stats.upper_bound([0.0] * n, alpha=0.05) == pytest.approx(upper, abs=5e-8)


def test_task_solving_counts() -> None:
    """0 of 4 gives .527; 1 of 4 gives .7514, so it does not rule out .75; 3 of 4 gives .249."""
    assert stats.upper_bound([0] * 4, alpha=0.05) == pytest.approx(0.527, abs=5e-4)
    assert stats.upper_bound([0, 0, 0, 1], alpha=0.05) == pytest.approx(0.7514, abs=5e-5)
    assert stats.rule_out_p([0, 0, 0, 1], bound=0.75) > 0.05
    assert stats.lower_bound([0, 1, 1, 1], alpha=0.05) == pytest.approx(0.249, abs=5e-4)


def test_nothing_is_ruled_out_by_nothing() -> None:
    for bound in (-1.0, 0.0, 0.5, 1.0, 2.0):
        assert stats.rule_out_p([], bound=bound) == 1.0
        assert stats.rule_in_p([], bound=bound) == 1.0
    assert stats.upper_bound([], alpha=0.05, lo=-1, hi=3) == 3
    assert stats.lower_bound([], alpha=0.05, lo=-1, hi=3) == -1


@pytest.mark.parametrize("values", [[0.0, 0.0], [0.3, 0.4], [0.0, 1.0]])
def test_bounds_at_and_beyond_the_ends(values: list[float]) -> None:
    assert stats.rule_out_p(values, bound=0.0) == 1.0
    assert stats.rule_out_p(values, bound=-0.1) == 1.0
    assert stats.rule_out_p(values, bound=1.0) == 0.0
    assert stats.rule_out_p(values, bound=1.1) == 0.0
    assert stats.rule_in_p(values, bound=1.0) == 1.0
    assert stats.rule_in_p(values, bound=-0.1) == 0.0


def test_values_that_are_all_the_worst_rule_nothing_out() -> None:
    assert stats.rule_out_p([1.0] * 50, bound=1.0) == 1.0
    assert stats.upper_bound([1.0] * 50, alpha=0.05) == 1.0
    assert stats.lower_bound([0.0] * 50, alpha=0.05) == 0.0


@pytest.mark.parametrize(
    ("values", "range_"),
    [
        ([0.5, float("nan")], (0, 1)),
        ([1.5], (0, 1)),
        ([-0.001], (0, 1)),
        ([float("inf")], (0, 1)),
        ([0.5], (1, 1)),
        ([0.5], (1, 0)),
        ([0.5], (0, float("nan"))),
        ([[0.5], [0.5]], (0, 1)),
    ],
)
def test_impossible_numbers(values: list[float], range_: tuple[float, float]) -> None:
    lo, hi = range_
    for test in (stats.rule_out_p, stats.rule_in_p):
        with pytest.raises(stats.InvalidNumbers) as caught:
            test(values, bound=0.5, lo=lo, hi=hi)
        assert caught.value.code == "input.number"


@pytest.mark.parametrize("bound", [float("nan"), float("inf")])
def test_an_impossible_bound(bound: float) -> None:
    with pytest.raises(stats.InvalidNumbers, match="bound"):
        stats.rule_out_p([0.5], bound=bound)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, float("nan")])
def test_an_impossible_alpha(alpha: float) -> None:
    with pytest.raises(stats.InvalidNumbers, match="alpha"):
        stats.upper_bound([0.5], alpha=alpha)


def test_a_score_without_ends_has_no_test() -> None:
    for lo, hi in ((0.0, float("inf")), (float("-inf"), 1.0), (-1.7e308, 1.7e308)):
        with pytest.raises(stats.UnboundedScore):
            stats.rule_out_p([0.5], bound=2.0, lo=lo, hi=hi)


@pytest.mark.parametrize(("lo", "width"), [(0.0, 1e-12), (0.0, 1e300), (-1e6, 1.0)])
def test_ranges_of_any_size(lo: float, width: float) -> None:
    values = lo + width * np.array([0, 0.2, 0.4, 0.4, 1])
    p = stats.rule_out_p(values, bound=lo + width * 0.75, lo=lo, hi=lo + width)
    assert p == pytest.approx(0.048884639, abs=1e-8)
    upper = stats.upper_bound(values, alpha=0.05, lo=lo, hi=lo + width)
    assert (upper - lo) / width == pytest.approx(0.7484332, abs=5e-8)


def test_a_mean_may_stick_out_by_a_rounding_error() -> None:
    assert sum([0.1] * 3) / 3 > 0.1
    assert stats.rule_out_p([sum([0.1] * 3) / 3], bound=0.05, hi=0.1) == 1.0


@given(SAMPLES, BOUNDS, st.integers(0, 11), UNIT)
def test_a_worse_value_never_helps(
    values: list[float], bound: float, index: int, other: float
) -> None:
    """Law L9."""
    worse = list(values)
    worse[index % len(values)] = max(worse[index % len(values)], other)
    slack = 1e-9
    before, after = (stats.rule_out_p(v, bound=bound) for v in (values, worse))
    assert before <= after * (1 + slack) + 1e-12
    before, after = (stats.rule_in_p(v, bound=bound) for v in (values, worse))
    assert after <= before * (1 + slack) + 1e-12


@given(SAMPLES, BOUNDS, BOUNDS)
def test_a_laxer_bound_is_easier(values: list[float], first: float, second: float) -> None:
    low, high = sorted((first, second))
    p_low, p_high = (stats.rule_out_p(values, bound=bound) for bound in (low, high))
    assert p_high <= p_low * (1 + 1e-9) + 1e-12


@given(SAMPLES, BOUNDS)
def test_rule_in_is_the_mirror_image(values: list[float], bound: float) -> None:
    mirrored = [1 - value for value in values]
    p = stats.rule_in_p(values, bound=bound)
    assert p == pytest.approx(stats.rule_out_p(mirrored, bound=1 - bound), rel=1e-6, abs=1e-9)


@given(SAMPLES, BOUNDS, st.floats(-5, 5), st.floats(0.1, 10))
def test_the_unit_of_the_score_is_free(
    values: list[float], bound: float, lo: float, width: float
) -> None:
    moved = [lo + width * value for value in values]
    p = stats.rule_out_p(moved, bound=lo + width * bound, lo=lo, hi=lo + width)
    assert p == pytest.approx(stats.rule_out_p(values, bound=bound), rel=1e-6, abs=1e-9)


@given(st.permutations([0.0, 0.1, 0.1, 1 / 3, 0.7, 1.0]))
def test_order_does_not_change_a_bit(values: list[float]) -> None:
    """Law L2."""
    assert stats.rule_out_p(values, bound=0.8) == stats.rule_out_p(sorted(values), bound=0.8)


@given(SAMPLES, ALPHAS)
def test_bounds_invert_the_tests(values: list[float], alpha: float) -> None:
    upper = stats.upper_bound(values, alpha=alpha)
    lower = stats.lower_bound(values, alpha=alpha)
    assert 0.0 <= lower <= upper <= 1.0
    if upper < 1.0:
        assert stats.rule_out_p(values, bound=upper) <= alpha * (1 + 1e-9)
        assert stats.rule_out_p(values, bound=upper - 1e-7) >= alpha * (1 - 1e-9)
    if lower > 0.0:
        assert stats.rule_in_p(values, bound=lower) <= alpha * (1 + 1e-9)
        assert stats.rule_in_p(values, bound=lower + 1e-7) >= alpha * (1 - 1e-9)


@given(SAMPLES, ALPHAS, ALPHAS)
def test_more_confidence_is_a_wider_bound(values: list[float], a: float, b: float) -> None:
    strict, lax = sorted((a, b))
    bounds = [stats.upper_bound(values, alpha=alpha) for alpha in (strict, lax)]
    assert bounds[0] >= bounds[1] - 1e-9
