"""The regularised incomplete beta function of one number, and its inverse.

Exact binomial tests ask for nothing else, and few assessments need anything but those.
`scipy.special` has both functions too, but importing it takes longer than the arithmetic of a
whole assessment (docs/adr/0011).

The continued fraction converges in about `sqrt(max(a, b))` steps. The factor in front of it is
written with deviances instead of differences of log-gamma functions, which would lose a digit for
every power of ten in `a + b`: relative accuracy is 1e-12 or better up to `a + b` = 1e5, for tiny
probabilities too.

References:
    Didonato and Morris (1992), ACM Transactions on Mathematical Software 18:360 (the fraction);
    NIST Digital Library of Mathematical Functions, 8.17.4, 5.11.1 (Stirling's series);
    Loader (2000), Fast and accurate computation of binomial probabilities (the deviances).
"""

import math

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_STIRLING_FROM = 10.0  # from here on the series is exact to the last digit
_CONVERGED = 4e-16
_TINY = 1e-300  # stands in for a denominator of zero
_MAX_STEPS = 1_000_000
_MAX_NEWTON = 100
_LAST_STEP = 1e-9  # the error after a step of Newton's is about the square of the step


def beta_cdf(x: float, *, a: float, b: float) -> float:
    """P(Beta(a, b) <= x) for a, b > 0; 0 below 0 and 1 above 1.

    >>> round(beta_cdf(0.25, a=1.0, b=1.0), 12)
    0.25
    """
    if x <= 0.0:
        return 0.0
    return 1.0 if x >= 1.0 else _cdf(x, 1.0 - x, a, b)


def beta_above(x: float, *, a: float, b: float) -> float:
    """P(Beta(a, b) > x), as accurate where it is tiny.

    >>> beta_above(1e-20, a=1.0, b=1.0)
    1.0
    """
    if x <= 0.0:
        return 1.0
    return 0.0 if x >= 1.0 else _cdf(1.0 - x, x, b, a)


def beta_quantile_logit(probability: float, *, a: float, b: float) -> float:
    """The logit of the x with P(Beta(a, b) <= x) = probability, for 0 < probability < 1.

    On this scale the logarithm of the distribution function is concave, so Newton's method can not
    fail: after one step it approaches the root from below.

    >>> round(expit(beta_quantile_logit(0.25, a=1.0, b=1.0)), 12)
    0.25
    """
    target = math.log(probability)
    at = math.log(a / b)
    for _ in range(_MAX_NEWTON):
        height, slope = _log_cdf(at, a, b)
        step = (height - target) / slope
        at -= step
        if abs(step) <= _LAST_STEP * max(abs(at), 1.0):
            break
    return at


def expit(u: float) -> float:
    """1 / (1 + exp(-u)), the inverse of the logit."""
    small = math.exp(-abs(u))
    return (1.0 if u > 0.0 else small) / (1.0 + small)


def _cdf(x: float, y: float, a: float, b: float) -> float:
    """P(Beta(a, b) <= x) for 0 < x < 1 and y = 1 - x."""
    if _is_past_middle(x, a, b):
        return 1.0 - min(1.0, math.exp(_log_density(y, x, b, a)) / _fraction(y, x, b, a))
    return min(1.0, math.exp(_log_density(x, y, a, b)) / _fraction(x, y, a, b))


def _log_cdf(u: float, a: float, b: float) -> tuple[float, float]:
    """The logarithm of P(Beta(a, b) <= expit(u)), and its derivative by u."""
    x, y = expit(u), expit(-u)
    log_density = _log_density(x, y, a, b)
    if _is_past_middle(x, a, b):
        density = math.exp(log_density)
        below = 1.0 - min(1.0, density / _fraction(y, x, b, a))
        return math.log(below), density / below
    fraction = _fraction(x, y, a, b)
    return log_density - math.log(fraction), fraction


def _is_past_middle(x: float, a: float, b: float) -> bool:
    """Whether the other tail is the one whose fraction converges fast."""
    return x * (a + b + 2.0) > a + 1.0


def _log_density(x: float, y: float, a: float, b: float) -> float:
    """The logarithm of x^a y^b / B(a, b), the density on the logit scale."""
    n = a + b
    off = b * x - a * y  # n * x - a, without rounding n * x
    exponent = _stirling(n) - _stirling(a) - _stirling(b)
    exponent -= a * _deviance(off / a, n * x / a) + b * _deviance(-off / b, n * y / b)
    return exponent + 0.5 * math.log(a / n * b) - _HALF_LOG_TWO_PI


def _deviance(d: float, ratio: float) -> float:
    """D - log(ratio) for ratio = 1 + d > 0: two readings of one number, each exact somewhere."""
    return d - (math.log1p(d) if d > -0.5 else math.log(ratio))


def _stirling(z: float) -> float:
    """Log Gamma(z) less its leading part, (z - 1/2) log z - z + log(2 pi)/2, for z > 0."""
    if z < _STIRLING_FROM:
        return math.lgamma(z) - ((z - 0.5) * math.log(z) - z + _HALF_LOG_TWO_PI)
    total, square = 0.0, 1.0 / (z * z)
    for coefficient in reversed(_STIRLING):
        total = total * square + coefficient
    return total / z


def _fraction(x: float, y: float, a: float, b: float) -> float:
    """By what to divide x^a y^b / B(a, b); the denominators of the fraction by Lentz' method."""
    off = a * y - b * x + 1.0
    value = c = a * off / (a + 1.0) or _TINY
    d = 0.0
    for m in range(1, _MAX_STEPS):
        k = a + 2.0 * m
        share = m * (b - m) * x / (k - 1.0)
        above = share * (a + m - 1.0) * (a + b + m - 1.0) * x / (k - 1.0)
        below = m + share + (a + m) * (off + m * (1.0 + y)) / (k + 1.0)
        d = 1.0 / (below + above * d or _TINY)
        c = below + above / c or _TINY
        change = c * d
        value *= change
        if abs(change - 1.0) <= _CONVERGED:
            break
    return value
