"""The incomplete beta function against exact fractions, against scipy, and by its own laws."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from tierlock.stats._beta import beta_above, beta_cdf, beta_quantile_logit, expit

ACCURATE = 1e-12
SHAPES = st.one_of(
    st.floats(0.05, 60.0), st.integers(1, 100_000).map(float), st.floats(0.05, 100_000.0)
)


def exact_binomial_at_most(x: int, *, n: int, rate: Fraction) -> Fraction:
    terms = (math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(x + 1))
    return sum(terms, Fraction(0))


@pytest.mark.parametrize(
    ("x", "n", "rate"),
    [
        (0, 1, 0.5), (0, 59, 0.05), (3, 100, 0.125), (99, 100, 0.99), (150, 500, 0.389),
        (150, 500, 0.2), (2, 2000, 0.25), (0, 900, 1e-9), (10, 1500, 1e-3), (499, 500, 0.9999),
    ],
)  # fmt: skip
def test_binomial_tails_are_exact(x: int, n: int, rate: float) -> None:
    truth = exact_binomial_at_most(x, n=n, rate=Fraction(rate))
    assert beta_above(rate, a=x + 1.0, b=float(n - x)) == pytest.approx(float(truth), rel=ACCURATE)
    rest = float(1 - truth)
    assert beta_cdf(rate, a=x + 1.0, b=float(n - x)) == pytest.approx(rest, rel=ACCURATE)


@given(a=SHAPES, b=SHAPES, sigmas=st.floats(-12.0, 12.0))
def test_both_tails_agree_with_scipy(a: float, b: float, sigmas: float) -> None:
    mean = a / (a + b)
    x = mean + sigmas * math.sqrt(mean * (1.0 - mean) / (a + b + 1.0))
    x = min(max(x, 1e-6), 1.0 - 1e-6)  # nearer to the ends scipy itself is off by 1e-11
    below, above = float(special.betainc(a, b, x)), float(special.betaincc(a, b, x))
    assert beta_cdf(x, a=a, b=b) == pytest.approx(below, rel=ACCURATE, abs=1e-290)
    assert beta_above(x, a=a, b=b) == pytest.approx(above, rel=ACCURATE, abs=1e-290)


def test_near_the_end_it_is_the_arcsine_law() -> None:
    """Beta(1/2, 1/2) has a closed form; scipy's tails differ from it here in the eleventh digit."""
    x = 1.0 - 1e-12
    above = 2.0 / math.pi * math.asin(math.sqrt(1.0 - x))
    assert beta_above(x, a=0.5, b=0.5) == pytest.approx(above, rel=ACCURATE)
    assert beta_cdf(x, a=0.5, b=0.5) == pytest.approx(1.0 - above, rel=ACCURATE)


@given(a=SHAPES, b=SHAPES, exponent=st.floats(-12.0, -0.001))
def test_quantile_inverts(a: float, b: float, exponent: float) -> None:
    probability = 10.0**exponent
    at = beta_quantile_logit(probability, a=a, b=b)
    x, y = expit(at), expit(-at)
    # Where the result is so close to an end that its last digit matters, look from that end.
    back = beta_cdf(x, a=a, b=b) if x < 0.5 else beta_above(y, a=b, b=a)
    steepness = max(a, b, 1.0)
    assert back == pytest.approx(probability, rel=1e-14 * steepness + ACCURATE, abs=1e-300)


@pytest.mark.parametrize("n", [1, 2, 30, 500, 20_000])
@pytest.mark.parametrize("alpha", [1e-6, 0.005, 0.025, 0.05, 0.5, 0.95])
def test_quantile_agrees_with_scipy(n: int, alpha: float) -> None:
    for x in {0, 1, n // 3, n - 1} - {n}:
        upper = expit(-beta_quantile_logit(alpha, a=float(n - x), b=x + 1.0))
        truth = float(special.betainccinv(x + 1, n - x, alpha))
        assert upper == pytest.approx(truth, rel=ACCURATE)


@pytest.mark.parametrize(("x", "below"), [(-1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (2.0, 1.0)])
def test_ends(x: float, below: float) -> None:
    assert beta_cdf(x, a=2.0, b=3.0) == below
    assert beta_above(x, a=2.0, b=3.0) == 1.0 - below


def test_tiny_probabilities_underflow_to_nothing() -> None:
    assert beta_cdf(1e-9, a=1000.0, b=1000.0) == 0.0
    assert beta_above(1e-9, a=1000.0, b=1000.0) == 1.0


@given(u=st.floats(-800.0, 800.0))
def test_expit(u: float) -> None:
    assert expit(u) == pytest.approx(float(special.expit(u)), rel=4e-15, abs=1e-300)
