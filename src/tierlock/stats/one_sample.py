"""Is the mean of independent clusters above or below a bound? The default test of Tierlock.

For values y_1..y_n in [lo, hi] and a bound t the rule-out p-value is

    p = P(sum_i E_i (y_i - t) + E_0 (hi - t) >= 0),     E_i independent standard exponentials,

which is Gaffke's test: the Bayesian bootstrap with one extra observation at the worst value. For
values that are only `lo` or `hi` it *is* the exact binomial (Clopper-Pearson) test, and that is a
theorem; for other values its error control is conjectured and was searched for counterexamples
without success. Where a proof is required use `hoeffding`. One function thus serves single
attempts, epochs, families, partial credit, pass@k and paired differences (`spec/statistics.md`
S-3).

The unit is the independent cluster: average epochs and items with `cluster_means` first.

References:
    Gaffke (2005), Three test statistics for a nonparametric one-sided hypothesis on the mean of a
    nonnegative variable; Learned-Miller and Thomas (2019), arXiv 1905.06208;
    Clopper and Pearson (1934), Biometrika 26:404.
"""

import math

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import bounded_values, checked_alpha, finite
from tierlock.stats._gamma_tail import probability_not_negative
from tierlock.stats._special import Floats, binomial_at_most, binomial_upper, first_at_most


def rule_out_p(values: npt.ArrayLike, *, bound: float, lo: float = 0.0, hi: float = 1.0) -> float:
    """The p-value of "the mean is at least `bound`"; small means that this is ruled out.

    Args:
        values: one value per independent cluster, shape (n,), each in [lo, hi].
        bound: the limit, in the unit of the values.
        lo: smallest value the score can take.
        hi: largest value the score can take.

    Returns:
        A probability. 1 for no values at all (law L3) and for a bound at or below `lo`; 0 for a
        bound above `hi`.

    Raises:
        InvalidNumbers: NaN, a value outside [lo, hi], or an empty range.
        UnboundedScore: `lo` or `hi` is infinite.

    Example:
        >>> round(rule_out_p([0.0] * 59, bound=0.05), 4)
        0.0485
        >>> round(rule_out_p([0, 0.2, 0.4, 0.4, 1], bound=0.75), 9)
        0.048884639
    """
    return _rule_out_p(bounded_values(values, lo=lo, hi=hi), finite(bound, name="bound"), lo, hi)


def rule_in_p(values: npt.ArrayLike, *, bound: float, lo: float = 0.0, hi: float = 1.0) -> float:
    """The p-value of "the mean is at most `bound`"; small means that the bound is exceeded.

    The exact mirror image of `rule_out_p`, with the same arguments and errors.

    Example:
        >>> round(rule_in_p([1, 1, 1], bound=0.3), 3)
        0.027
    """
    return _rule_out_p(_mirrored(values, lo=lo, hi=hi), -finite(bound, name="bound"), -hi, -lo)


def upper_bound(values: npt.ArrayLike, *, alpha: float, lo: float = 0.0, hi: float = 1.0) -> float:
    """The one-sided upper confidence bound: the smallest bound that these values rule out.

    Args:
        values: one value per independent cluster, shape (n,), each in [lo, hi].
        alpha: one-sided error probability.
        lo: smallest value the score can take.
        hi: largest value the score can take.

    Returns:
        A number in [lo, hi]; `hi` for no values. `rule_out_p` there is `alpha` up to rounding.

    Raises:
        InvalidNumbers: as `rule_out_p`; or `alpha` is not between 0 and 1.
        UnboundedScore: `lo` or `hi` is infinite.

    Example:
        >>> round(upper_bound([0] * 100, alpha=0.05), 7)
        0.029513
    """
    return _upper_bound(bounded_values(values, lo=lo, hi=hi), checked_alpha(alpha), lo, hi)


def lower_bound(values: npt.ArrayLike, *, alpha: float, lo: float = 0.0, hi: float = 1.0) -> float:
    """The one-sided lower confidence bound: `upper_bound` mirrored; `lo` for no values."""
    return -_upper_bound(_mirrored(values, lo=lo, hi=hi), checked_alpha(alpha), -hi, -lo)


def _mirrored(values: npt.ArrayLike, *, lo: float, hi: float) -> Floats:
    """The values with their sign turned, checked on the range that this gives."""
    return bounded_values(-np.asarray(values, np.float64), lo=-hi, hi=-lo)


def _rule_out_p(values: Floats, bound: float, lo: float, hi: float) -> float:
    if values.size == 0 or bound <= lo:
        return 1.0
    if bound > hi:
        return 0.0
    if _only_ends(values, lo, hi):
        successes = int((values == hi).sum())
        rate = (bound - lo) / (hi - lo)
        return binomial_at_most(successes, n=values.size, rate=rate)
    support, times = np.unique(np.append(values, hi), return_counts=True)
    p = probability_not_negative(support - bound, shapes=times.astype(np.float64))
    return 1.0 if math.isnan(p) else p  # a number that was not found is no evidence


def _upper_bound(values: Floats, alpha: float, lo: float, hi: float) -> float:
    if values.size == 0 or values[0] == hi:
        return hi
    if _only_ends(values, lo, hi):
        successes = int((values == hi).sum())
        return lo + (hi - lo) * binomial_upper(successes, n=values.size, alpha=alpha)
    padded = np.append(values, hi)
    error = float((padded / (hi - lo)).std()) / math.sqrt(padded.size)
    spread = max(error, 1e-9) * (hi - lo)
    return first_at_most(
        lambda t: _rule_out_p(values, t, lo, hi),
        alpha=alpha,
        lo=lo,
        hi=hi,
        guess=float(padded.mean()) + 2.0 * spread,
        spread=spread,
    )


def _only_ends(values: Floats, lo: float, hi: float) -> bool:
    return bool(((values == lo) | (values == hi)).all())
