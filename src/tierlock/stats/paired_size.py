"""Paired differences beyond the default test: Student's t beside it, and what the pairs could see.

None of it decides that two versions differ: that is McNemar's exact test or the test of
`one_sample` (`spec/statistics.md` S-32). The smallest detectable differences are for planning and
for reading "no change shown" (S-33).

References:
    Miller (2024), arXiv 2411.00640, sections 3 and 5;
    Duffy (1984), Biometrics 40:1005, for the unconditional power of McNemar's exact test.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import bounded_values, checked_alpha, checked_count
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats, normal_quantile, student_below, student_quantile
from tierlock.stats.clusters import Counts
from tierlock.stats.one_sample import rule_out_p

_STEPS = 50  # halvings of the range of differences
_FAR = 10.0  # standard deviations of a count beyond which nothing is summed


class PairedT(NamedTuple):
    """Student's t on cluster differences: a secondary output, never a decision."""

    mean: float
    standard_error: float
    lower: float
    """Lower end of the two-sided interval."""
    upper: float
    below_p: float
    """The p-value of "the mean difference is at least 0"."""
    above_p: float
    """The p-value of "the mean difference is at most 0"."""


def paired_t(differences: npt.ArrayLike, *, alpha: float) -> PairedT | None:
    """Student's t test and two-sided interval of the mean of independent cluster differences.

    Args:
        differences: one per independent cluster, shape (n,).
        alpha: two-sided error probability of the interval.

    Returns:
        None for fewer than two clusters and for differences that do not vary: a spread of 0 is no
        knowledge of the spread.

    Raises:
        InvalidNumbers: a value is not finite, or `alpha` is out of range.

    Example:
        >>> found = paired_t([0.5, 0.0, 0.25, 0.25], alpha=0.05)
        >>> round(found.lower, 3), round(found.upper, 3)
        (-0.075, 0.575)
    """
    array = np.sort(np.asarray(differences, np.float64))
    if array.ndim != 1 or not np.isfinite(array).all():
        raise InvalidNumbers("differences must be a flat list of finite numbers")
    df = array.size - 1
    checked_alpha(alpha)
    error = float(array.std(ddof=1)) / math.sqrt(array.size) if df > 0 else 0.0
    if array.size == 0 or array[0] == array[-1] or error == 0.0:
        return None
    half = -student_quantile(alpha / 2, df=df)
    mean = float(array.mean())
    below = student_below(mean / error, df=df)
    above = student_below(-mean / error, df=df)
    return PairedT(mean, error, mean - half * error, mean + half * error, below, above)


def detectable_share(n: int, *, against: float, alpha: float, power: float = 0.8) -> float | None:
    """The smallest difference of two rates that McNemar's exact test sees in `n` pairs.

    The number of changed pairs is random: exact power is summed over it.

    Args:
        n: pairs with one yes-or-no outcome on each side.
        against: share of pairs that change against the difference, at most 0.5; the observed share
            of the rarer direction is the usual guess.
        alpha: two-sided error probability.
        power: probability with which the difference is seen.

    Returns:
        A difference above 0; None where even the largest possible one is not seen.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> round(detectable_share(100, against=0.0, alpha=0.05), 3)
        0.078
        >>> detectable_share(5, against=0.0, alpha=0.05)
    """
    checked_count(0, n=n)
    checked_alpha(alpha)
    checked_alpha(power)
    if not 0.0 <= against <= 0.5:
        raise InvalidNumbers(f"a share against the difference is at most 0.5, not `{against}`")
    low, high = 0.0, 1.0 - 2.0 * against
    if n == 0 or _mcnemar_power(high, n=n, against=against, alpha=alpha) < power:
        return None
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        seen = _mcnemar_power(middle, n=n, against=against, alpha=alpha) >= power
        low, high = (low, middle) if seen else (middle, high)
    return high


def detectable_mean(
    differences: npt.ArrayLike,
    *,
    alpha: float,
    power: float = 0.8,
    lo: float = -1.0,
    hi: float = 1.0,
) -> float | None:
    """About the smallest mean difference that the default test sees in clusters spread like these.

    The observed differences are moved until the test of `one_sample` just rejects "no lower" at
    `alpha / 2`; a sample falls short of its mean by more than `z(power)` standard errors with
    probability `1 - power`, so that much is added. Above 0 also where nothing was observed to vary.

    Args:
        differences: one per independent cluster, shape (n,), each in [lo, hi].
        alpha: two-sided error probability.
        power: probability with which the difference is seen.
        lo: smallest possible difference.
        hi: largest possible difference, `-lo`.

    Returns:
        A difference above 0 and at most `hi`; None where no such difference is seen.

    Raises:
        InvalidNumbers: as `rule_out_p`; or a probability out of range.
        UnboundedScore: `lo` or `hi` is infinite.

    Example:
        >>> round(detectable_mean([0.0] * 40, alpha=0.05), 3)
        0.097
    """
    array = bounded_values(differences, lo=lo, hi=hi)
    spread = checked_alpha(alpha), checked_alpha(power)
    if array.size == 0:
        return None
    centred = array - array.mean()
    error = float(array.std(ddof=1)) / math.sqrt(array.size) if array.size > 1 else 0.0

    def rejected(shift: float) -> bool:
        moved = np.clip(centred - shift, lo, hi)
        return rule_out_p(moved, bound=0.0, lo=lo, hi=hi) <= spread[0] / 2

    low, high = 0.0, hi
    if not rejected(high):
        return None
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if rejected(middle) else (middle, high)
    found = high + max(normal_quantile(spread[1]), 0.0) * error
    return found if found <= hi else None


def _mcnemar_power(difference: float, *, n: int, against: float, alpha: float) -> float:
    """Probability that at most as many pairs change against the difference as the test allows."""
    from scipy import special

    changed = 2.0 * against + difference
    reach = _FAR * math.sqrt(n * changed * (1.0 - changed)) + _FAR
    first, last = max(0, math.floor(n * changed - reach)), min(n, math.ceil(n * changed + reach))
    counts = np.arange(first, last + 1)
    weights = special.bdtr(counts.astype(np.float64), n, changed)
    weights = np.diff(weights, prepend=special.bdtr(first - 1.0, n, changed) if first else 0.0)
    most = _most_against(counts, alpha=alpha)
    share = against / changed if changed > 0 else 0.5
    seen = np.where(most < 0, 0.0, special.bdtr(np.maximum(most, 0.0), counts, share))
    return float(weights @ seen)


def _most_against(counts: Counts, *, alpha: float) -> Floats:
    """The largest k with P(Bin(count, 1/2) <= k) <= alpha / 2, per count; -1 where none is."""
    from scipy import special

    guess = np.floor(counts / 2 + normal_quantile(alpha / 2) * np.sqrt(counts) / 2) + 2
    most = np.minimum(guess, counts)
    for _ in range(8):  # the normal guess is off by less
        large = special.bdtr(np.maximum(most, 0.0), counts, 0.5) > alpha / 2
        most = np.where(large & (most >= 0), most - 1, most)
    return np.asarray(most, np.float64)
