"""The proved counterpart of the default test: `guarantee: proved`.

The Hoeffding-Bentkus p-value needs only the mean and the number of independent clusters, which
need not be alike, and its error control is a theorem for every bounded score. The price is 3 to
14 points of power against `one_sample` (`spec/statistics.md` S-4).

References:
    Hoeffding (1963), JASA 58:13; Bentkus (2004), Annals of Probability 32:1650;
    Bates et al. (2021), arXiv 2101.02703 (the two combined).
"""

import math

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import bounded_values, checked_alpha, finite
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import binomial_at_most, first_at_most


def hoeffding_bentkus_rule_out_p(
    values: npt.ArrayLike, *, bound: float, lo: float = 0.0, hi: float = 1.0
) -> float:
    """The proved p-value of "the mean is at least `bound`".

    Takes, returns and raises what `rule_out_p` does.

    Example:
        >>> round(hoeffding_bentkus_rule_out_p([0.0] * 30 + [0.5] * 30, bound=0.5), 5)
        0.00018
    """
    array = bounded_values(values, lo=lo, hi=hi)
    mean = float(array.mean()) if array.size else hi
    return mean_rule_out_p(mean, n=int(array.size), bound=bound, lo=lo, hi=hi)


def hoeffding_bentkus_rule_in_p(
    values: npt.ArrayLike, *, bound: float, lo: float = 0.0, hi: float = 1.0
) -> float:
    """The proved p-value of "the mean is at most `bound`": the mirror image of the rule-out one."""
    return hoeffding_bentkus_rule_out_p(
        -np.asarray(values, np.float64), bound=-bound, lo=-hi, hi=-lo
    )


def hoeffding_bentkus_upper_bound(
    values: npt.ArrayLike, *, alpha: float, lo: float = 0.0, hi: float = 1.0
) -> float:
    """The proved one-sided upper confidence bound of the mean; `hi` for no values."""
    array = bounded_values(values, lo=lo, hi=hi)
    mean = float(array.mean()) if array.size else hi
    return mean_upper_bound(mean, n=int(array.size), alpha=alpha, lo=lo, hi=hi)


def hoeffding_bentkus_lower_bound(
    values: npt.ArrayLike, *, alpha: float, lo: float = 0.0, hi: float = 1.0
) -> float:
    """The proved one-sided lower confidence bound of the mean; `lo` for no values."""
    mirrored = -np.asarray(values, np.float64)
    return -hoeffding_bentkus_upper_bound(mirrored, alpha=alpha, lo=-hi, hi=-lo)


def mean_rule_out_p(
    mean: float, *, n: int, bound: float, lo: float = 0.0, hi: float = 1.0
) -> float:
    """The proved p-value from a mean and a number of clusters alone, as publications give them.

    Args:
        mean: mean over the clusters, in [lo, hi]. Pass the worst number that rounds to the
            printed one.
        n: number of independent clusters, not of attempts.
        bound: the limit, in the unit of the mean.
        lo: smallest value the score can take.
        hi: largest value the score can take.

    Returns:
        A probability; 1 for `n = 0`.

    Raises:
        InvalidNumbers: the mean lies outside [lo, hi], or `n` is not a count.
        UnboundedScore: `lo` or `hi` is infinite.

    Example:
        >>> round(mean_rule_out_p(0.25, n=40, bound=0.5), 5)
        0.00302
    """
    clean = float(bounded_values([mean], lo=lo, hi=hi)[0])
    if int(n) != n or n < 0:
        raise InvalidNumbers(f"the number of clusters must be a count, not `{n}`")
    if n == 0 or finite(bound, name="bound") <= lo:
        return 1.0
    if bound > hi:
        return 0.0
    return _p((clean - lo) / (hi - lo), n, (bound - lo) / (hi - lo))


def mean_rule_in_p(mean: float, *, n: int, bound: float, lo: float = 0.0, hi: float = 1.0) -> float:
    """The mirror image of `mean_rule_out_p`: the p-value of "the mean is at most `bound`"."""
    return mean_rule_out_p(-mean, n=n, bound=-bound, lo=-hi, hi=-lo)


def mean_upper_bound(
    mean: float, *, n: int, alpha: float, lo: float = 0.0, hi: float = 1.0
) -> float:
    """The proved upper confidence bound from a mean and a number of clusters; `hi` for `n = 0`."""
    checked_alpha(alpha)
    if mean_rule_out_p(mean, n=n, bound=hi, lo=lo, hi=hi) > alpha:
        return hi
    spread = (hi - lo) / (2.0 * math.sqrt(n))
    return first_at_most(
        lambda t: mean_rule_out_p(mean, n=n, bound=t, lo=lo, hi=hi),
        alpha=alpha,
        lo=lo,
        hi=hi,
        guess=mean + 2.0 * spread,
        spread=spread,
    )


def mean_lower_bound(
    mean: float, *, n: int, alpha: float, lo: float = 0.0, hi: float = 1.0
) -> float:
    """The mirror image of `mean_upper_bound`; `lo` for `n = 0`."""
    return -mean_upper_bound(-mean, n=n, alpha=alpha, lo=-hi, hi=-lo)


def _p(mean: float, n: int, t: float) -> float:
    """The smaller of Hoeffding's and Bentkus' tail for a mean of n values in [0, 1], 0 < t <= 1."""
    if mean >= t:
        return 1.0
    if t == 1.0:
        return 0.0
    divergence = (1.0 - mean) * math.log((1.0 - mean) / (1.0 - t))
    if mean > 0.0:
        divergence += mean * math.log(mean / t)
    # n * mean is a whole number for 0/1 data: rounding must not lift it to the next one
    total = math.ceil(n * mean * (1.0 - 1e-14))
    bentkus = math.e * binomial_at_most(min(total, n), n=n, rate=t)
    return min(1.0, math.exp(-n * max(divergence, 0.0)), bentkus)
