"""The exact group-sequential design: error control, an independent slow copy, published limits."""

import itertools
import math
from fractions import Fraction
from statistics import NormalDist, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierlock import stats
from tierlock.stats._lattice import binomial_masses, crossing_probabilities

CELLS = [(t, t * share) for t in (0.05, 0.1, 0.2, 0.5) for share in (0.1, 0.25, 0.5, 0.7)]
ALPHAS = (0.01, 0.05, 0.1)


def power(boundary: stats.SequentialBoundary, rate: float) -> float:
    return float(crossing_probabilities(boundary.looks, low=boundary.counts, rate=rate)[0].sum())


def slow_design(
    looks: list[int], bound: Fraction, alpha: float
) -> tuple[list[int], list[Fraction]]:
    """Boundaries and what they spend, path by path of counts, in exact fractions."""
    alive, before, spent = {0: Fraction(1)}, 0, Fraction(0)
    counts, sums = [], []
    for n in looks:
        moved: dict[int, Fraction] = {}
        for x, mass in alive.items():
            for d in range(n - before + 1):
                ways = math.comb(n - before, d)
                step = ways * bound**d * (1 - bound) ** (n - before - d)
                moved[x + d] = moved.get(x + d, Fraction(0)) + mass * step
        before = n
        budget = alpha * math.log(1 + (math.e - 1) * n / looks[-1])
        price, most = spent, -1
        for x in range(n + 1):
            price += moved.get(x, Fraction(0))
            if price > budget:
                break
            most, spent = x, price
        alive = {x: mass for x, mass in moved.items() if x > most}
        counts.append(most)
        sums.append(spent)
    return counts, sums


@settings(max_examples=40)
@given(
    st.sets(st.integers(1, 24), min_size=1, max_size=5),
    st.integers(1, 9),
    st.sampled_from(ALPHAS),
)
def test_boundaries_equal_an_independent_exact_copy(
    looks: set[int], tenths: int, alpha: float
) -> None:
    at = sorted(looks)
    counts, spent = slow_design(at, Fraction(tenths, 10), alpha)
    found = stats.rule_out_boundary(at, bound=tenths / 10, alpha=alpha)
    assert list(found.counts) == counts
    assert found.spent == pytest.approx([float(x) for x in spent], abs=1e-12)
    assert found.budget[-1] == pytest.approx(alpha)


@pytest.mark.parametrize(("bound", "rate"), CELLS)
def test_every_cell_saves_a_quarter_with_its_guarantee(bound: float, rate: float) -> None:
    assert saved(bound, rate) >= 0.25


def test_the_median_cell_saves_a_third() -> None:
    assert median(saved(bound, rate) for bound, rate in CELLS) >= 1 / 3


def saved(bound: float, rate: float) -> float:
    """The share of expected clusters saved; error and power are asserted, all by convolution."""
    fixed = stats.samples_to_rule_out(rate, bound=bound, alpha=0.05, power=0.9)
    looks = stats.plan_looks(rate, bound=bound, alpha=0.05, power=0.9)
    assert fixed is not None
    assert looks is not None
    assert len(looks) <= 10
    boundary = stats.rule_out_boundary(looks, bound=bound, alpha=0.05)
    for beyond in np.linspace(bound, 1.0, 7):
        assert power(boundary, float(beyond)) <= 0.05
    stops = crossing_probabilities(looks, low=boundary.counts, rate=rate)[0]
    assert stops.sum() >= 0.9
    assert looks[-1] <= 1.3 * fixed + 1
    return float(1 - (stops @ np.array(looks) + (1 - stops.sum()) * looks[-1]) / fixed)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("bound", [0.05, 0.1, 0.2, 0.5, 0.8])
@pytest.mark.parametrize("maximum", [7, 20, 63, 200])
def test_error_of_both_sides_stays_below_alpha(bound: float, alpha: float, maximum: int) -> None:
    looks = stats.evenly_spaced_looks(maximum, looks=6)
    out = stats.rule_out_boundary(looks, bound=bound, alpha=alpha)
    into = stats.rule_in_boundary(looks, bound=bound, alpha=alpha)
    assert power(out, bound) == pytest.approx(out.spent[-1], abs=1e-12)
    assert power(out, bound) <= alpha
    assert power(into, 1 - bound) <= alpha
    assert all(s <= b for s, b in zip(out.spent, out.budget, strict=True))
    assert list(out.counts) == sorted(out.counts)


def every_path(looks: list[int]) -> list[tuple[int, ...]]:
    steps = [b - a for a, b in itertools.pairwise([0, *looks])]
    jumps = itertools.product(*(range(d + 1) for d in steps))
    return [tuple(itertools.accumulate(jump)) for jump in jumps]


@pytest.mark.parametrize(
    ("looks", "bound", "alpha"),
    [([4, 8, 12], 0.3, 0.05), ([5, 6, 14], 0.5, 0.1), ([3, 9, 11], 0.6, 0.01), ([10], 0.2, 0.05)],
)
def test_the_sequential_p_is_valid_at_every_level_and_decides_like_the_boundary(
    looks: list[int], bound: float, alpha: float
) -> None:
    """Enumeration of every path: P(p <= a) <= a for every a, and p <= alpha iff it crossed."""
    counts = stats.rule_out_boundary(looks, bound=bound, alpha=alpha).counts
    steps = [b - a for a, b in itertools.pairwise([0, *looks])]
    found = []
    for path in every_path(looks):
        ps = [
            stats.group_sequential_rule_out_p(path[:k], looks=looks, bound=bound, alpha=alpha)
            for k in range(len(looks) + 1)
        ]
        assert ps == sorted(ps, reverse=True)
        crossed = [x <= c for x, c in zip(path, counts, strict=True)]
        for k in range(len(looks) + 1):
            assert (ps[k] <= alpha) == any(crossed[:k])
        jumps = [b - a for a, b in itertools.pairwise([0, *path])]
        mass = math.prod(
            float(binomial_masses(d, rate=bound)[j]) for d, j in zip(steps, jumps, strict=True)
        )
        found.append((ps[-1], mass))
    assert sum(mass for _, mass in found) == pytest.approx(1.0)
    for level in {p for p, _ in found}:
        assert sum(mass for p, mass in found if p <= level) <= level + 1e-12


@given(st.lists(st.integers(0, 5), min_size=4, max_size=4), st.integers(0, 3), st.integers(1, 9))
def test_p_is_monotone_in_the_data(jumps: list[int], at: int, tenths: int) -> None:
    looks, bound = [5, 10, 15, 20], tenths / 10
    worse = list(jumps)
    worse[at] = 5
    ps = [
        stats.group_sequential_rule_out_p(
            list(itertools.accumulate(path)), looks=looks, bound=bound, alpha=0.05
        )
        for path in (jumps, worse)
    ]
    assert ps[0] <= ps[1]


def test_one_look_is_the_exact_binomial_test() -> None:
    for x in range(21):
        p = stats.group_sequential_rule_out_p([x], looks=[20], bound=0.3, alpha=0.05)
        fixed = stats.counts_rule_out_p(x, n=20, bound=0.3)
        assert p == pytest.approx(fixed) if fixed <= 0.05 else p > 0.05


def test_no_data_and_the_mirror_image() -> None:
    assert stats.group_sequential_rule_out_p([], looks=[5, 9], bound=0.2, alpha=0.05) == 1.0
    out = stats.group_sequential_rule_out_p([1, 1], looks=[15, 30], bound=0.25, alpha=0.05)
    into = stats.group_sequential_rule_in_p([14, 29], looks=[15, 30], bound=0.75, alpha=0.05)
    assert out == into < 0.05


# Pocock (1977) and Jennison and Turnbull (2000), table 2.1: two-sided alpha .05
@pytest.mark.parametrize(("looks", "constant"), [(2, 2.178), (3, 2.289), (5, 2.413)])
def test_large_samples_approach_pocock(looks: int, constant: float) -> None:
    """Boundaries at 4,000 clusters per look stay near the constant that Pocock published.

    One-sided alpha .025. Lan and DeMets' function imitates Pocock's boundary and is not it: theirs
    lie within 0.07 of the constant.
    """
    bound, each = 0.5, 4000
    at = [each * k for k in range(1, looks + 1)]
    boundary = stats.rule_out_boundary(at, bound=bound, alpha=0.025)
    z = [
        (n * bound - c) / math.sqrt(n * bound * (1 - bound))
        for n, c in zip(at, boundary.counts, strict=True)
    ]
    assert z == pytest.approx([constant] * looks, abs=0.07)


def test_the_first_boundary_is_that_of_lan_and_demets() -> None:
    """At the first of five equal looks .00738 of .025 is spent: z = 2.438 (Lan, DeMets 1983)."""
    spent = stats.pocock_spending(0.2, alpha=0.025)
    assert NormalDist().inv_cdf(1 - spent) == pytest.approx(2.438, abs=5e-4)
    n = 2_000
    at = [n * k for k in range(1, 6)]
    first = stats.rule_out_boundary(at, bound=0.5, alpha=0.025).counts[0]
    one = 2 / math.sqrt(n)  # what one count is worth
    z = (n / 2 - first - 0.5) * one  # with the correction for continuity
    assert 2.438 <= z < 2.438 + one


@pytest.mark.parametrize(
    "call",
    [
        lambda: stats.rule_out_boundary([], bound=0.2, alpha=0.05),
        lambda: stats.rule_out_boundary([5, 5], bound=0.2, alpha=0.05),
        lambda: stats.rule_out_boundary([5], bound=1.0, alpha=0.05),
        lambda: stats.rule_out_boundary([5], bound=0.2, alpha=0.0),
        lambda: stats.evenly_spaced_looks(0),
        lambda: stats.pocock_spending(1.5, alpha=0.05),
        lambda: stats.group_sequential_rule_out_p([6], looks=[5], bound=0.2, alpha=0.05),
        lambda: stats.group_sequential_rule_out_p([2, 1], looks=[5, 9], bound=0.2, alpha=0.05),
        lambda: stats.group_sequential_rule_out_p([1, 1], looks=[5], bound=0.2, alpha=0.05),
    ],
)
def test_wrong_arguments(call) -> None:
    with pytest.raises(stats.InvalidNumbers):
        call()


def test_there_is_no_plan_beyond_the_bound() -> None:
    assert stats.plan_looks(0.2, bound=0.2, alpha=0.05) is None
