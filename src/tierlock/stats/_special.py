"""Typed doors to the few special functions that this room needs.

`scipy.special` imports quickly; `scipy.stats`, `scipy.optimize` and `scipy.integrate` do not and
are never imported (a test says so).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]
Numbers = float | Floats

_ROOT_TOLERANCE = 1e-11
_MAX_ROOT_STEPS = 200


def beta_cdf(x: float, *, a: float, b: float) -> float:
    """P(Beta(a, b) <= x)."""
    return float(special.betainc(a, b, x))


def binomial_at_most(x: Numbers, *, n: Numbers, rate: Numbers) -> Floats:
    """P(Bin(n, rate) <= x) for whole 0 <= x <= n, elementwise; -1 is allowed and gives 0."""
    x, n, rate = (np.asarray(number, np.float64) for number in (x, n, rate))
    inside = (x >= 0) & (x < n)
    tail = special.betaincc(np.where(inside, x + 1, 1.0), np.where(inside, n - x, 1.0), rate)
    return np.asarray(np.where(inside, tail, np.where(x < 0, 0.0, 1.0)), np.float64)


def binomial_at_least(x: Numbers, *, n: Numbers, rate: Numbers) -> Floats:
    """P(Bin(n, rate) >= x) for whole 0 <= x <= n, elementwise."""
    x, n, rate = (np.asarray(number, np.float64) for number in (x, n, rate))
    tail = special.betainc(np.maximum(x, 1.0), np.maximum(n - x + 1, 1.0), rate)
    return np.asarray(np.where(x <= 0, 1.0, tail), np.float64)


def binomial_upper(x: int, *, n: int, alpha: float) -> float:
    """The rate U with P(Bin(n, U) <= x) = alpha (Clopper-Pearson); 1 if x = n."""
    return 1.0 if x >= n else float(special.betainccinv(x + 1, n - x, alpha))


def binomial_lower(x: int, *, n: int, alpha: float) -> float:
    """The rate L with P(Bin(n, L) >= x) = alpha (Clopper-Pearson); 0 if x = 0."""
    return 0.0 if x <= 0 else float(special.betaincinv(x, n - x + 1, alpha))


def binomial_pmf(n: int, *, rates: Floats) -> Floats:
    """P(Bin(n, rate) = x), shape (n + 1, len(rates)); rates strictly between 0 and 1."""
    x = np.arange(n + 1, dtype=np.float64)[:, None]
    ways = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return np.asarray(np.exp(ways + x * np.log(rates) + (n - x) * np.log1p(-rates)), np.float64)


def student_below(t: float, *, df: float) -> float:
    """P(T <= t) for Student's t; the normal distribution when `df` is infinite."""
    return float(special.ndtr(t)) if np.isinf(df) else float(special.stdtr(df, t))


def student_quantile(probability: float, *, df: float) -> float:
    """The t with P(T <= t) = probability; the normal quantile when `df` is infinite."""
    if np.isinf(df):
        return float(special.ndtri(probability))
    return float(special.stdtrit(df, probability))


def logit(probability: float) -> float:
    """log(p / (1 - p)); infinite at 0 and 1."""
    return float(special.logit(probability))


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
    target = float(special.ndtri(alpha))
    tolerance = _ROOT_TOLERANCE * (hi - lo)
    left, right, slope = lo, hi, -1.0 / spread
    at = guess if lo < guess < hi else 0.5 * (lo + hi)
    before: tuple[float, float] | None = None
    for step in range(_MAX_ROOT_STEPS):
        height = float(np.clip(special.ndtri(p_value(at)), -40.0, 40.0)) - target
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
