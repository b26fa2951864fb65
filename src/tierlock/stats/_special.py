"""Typed doors to the few special functions that this room needs.

What nearly every assessment asks for, exact binomial tests, is computed here; the rest is scipy's.
`scipy.special` is imported when it is first needed, because that takes longer than an
assessment's arithmetic (docs/adr/0011). `scipy.stats`, `scipy.optimize` and `scipy.integrate` take
far longer and are never imported (a test says so).
"""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from tierlock.stats._beta import beta_above, beta_cdf, beta_quantile_logit, expit

Floats = npt.NDArray[np.float64]

_NORMAL = NormalDist()
_FARTHEST_QUANTILE = 40.0
_ROOT_TOLERANCE = 1e-11
_MAX_ROOT_STEPS = 200


def binomial_at_most(x: int, *, n: int, rate: float) -> float:
    """P(Bin(n, rate) <= x) for whole x <= n; a negative x is allowed and gives 0."""
    if x < 0 or x >= n:
        return 0.0 if x < 0 else 1.0
    return beta_above(rate, a=x + 1.0, b=float(n - x))


def binomial_at_least(x: int, *, n: int, rate: float) -> float:
    """P(Bin(n, rate) >= x) for whole x <= n."""
    return 1.0 if x <= 0 else beta_cdf(rate, a=float(x), b=n - x + 1.0)


def binomial_upper(x: int, *, n: int, alpha: float) -> float:
    """The rate U with P(Bin(n, U) <= x) = alpha (Clopper-Pearson); 1 if x = n."""
    return 1.0 if x >= n else expit(-beta_quantile_logit(alpha, a=float(n - x), b=x + 1.0))


def binomial_lower(x: int, *, n: int, alpha: float) -> float:
    """The rate L with P(Bin(n, L) >= x) = alpha (Clopper-Pearson); 0 if x = 0."""
    return 0.0 if x <= 0 else expit(beta_quantile_logit(alpha, a=float(x), b=n - x + 1.0))


def binomial_pmf(n: int, *, rates: Floats) -> Floats:
    """P(Bin(n, rate) = x), shape (n + 1, len(rates)); rates strictly between 0 and 1."""
    from scipy import special

    x = np.arange(n + 1, dtype=np.float64)[:, None]
    ways = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return np.asarray(np.exp(ways + x * np.log(rates) + (n - x) * np.log1p(-rates)), np.float64)


def student_below(t: float, *, df: float) -> float:
    """P(T <= t) for Student's t; the normal distribution when `df` is infinite."""
    from scipy import special

    return float(special.ndtr(t)) if math.isinf(df) else float(special.stdtr(df, t))


def student_quantile(probability: float, *, df: float) -> float:
    """The t with P(T <= t) = probability; the normal quantile when `df` is infinite."""
    if math.isinf(df):
        return normal_quantile(probability)
    from scipy import special

    return float(special.stdtrit(df, probability))


def normal_quantile(probability: float) -> float:
    """The z with P(Z <= z) = probability, cut to -40 and 40 at the ends."""
    if not 0.0 < probability < 1.0:
        return math.copysign(_FARTHEST_QUANTILE, probability - 0.5)
    return _NORMAL.inv_cdf(probability)


def logit(probability: float) -> float:
    """log(p / (1 - p)) for p strictly between 0 and 1."""
    return math.log(probability / (1.0 - probability))


def first_at_most(
    p_value: Callable[[float], float],
    *,
    alpha: float,
    lo: float,
    hi: float,
    guess: float,
    spread: float,
) -> float:
    """The smallest bound in [lo, hi] at which a falling `p_value` is at most `alpha`.

    A secant search on the normal-quantile scale, where p-values are close to straight lines, kept
    inside a bracket. The answer errs upwards, by at most 1e-11 of the range: `p_value(answer) <=
    alpha`.

    Args:
        p_value: a falling function of the bound, above `alpha` at `lo` and at most `alpha` at
            `hi`.
        alpha: error probability.
        lo: where the search begins.
        hi: where the search ends.
        guess: about where the answer is.
        spread: about how far the bound moves per unit of the normal quantile, above 0.
    """
    target = normal_quantile(alpha)
    tolerance = _ROOT_TOLERANCE * (hi - lo)
    left, right, slope = lo, hi, -1.0 / spread
    at = guess if lo < guess < hi else 0.5 * (lo + hi)
    before: tuple[float, float] | None = None
    for step in range(_MAX_ROOT_STEPS):
        height = normal_quantile(p_value(at)) - target
        left, right = (at, right) if height > 0 else (left, at)
        if right - left <= tolerance:
            break
        if before is not None and at != before[0]:
            slope = (height - before[1]) / (at - before[0])
        before = (at, height)
        # aim a little past the root, so that the bracket closes from both sides
        past = 0.4 * tolerance * (1.0 if height > 0 else -1.0)
        at = at - height / slope + past if slope < 0 else left
        if not left < at < right or step % 5 == 4:
            at = 0.5 * (left + right)
    return float(right)
