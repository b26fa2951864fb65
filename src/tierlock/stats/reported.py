"""P-values from what a publication prints: counts, a mean, a mean with a spread, an interval.

Published numbers are rounded and their units are often unclear. Everything here takes the reading
that is worst for a rule-out or makes the caller choose (`spec/statistics.md` S-10).
"""

import math
from typing import Literal

import numpy as np

from tierlock.stats._checks import checked_alpha, checked_count, finite
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import (
    binomial_at_least,
    binomial_at_most,
    binomial_lower,
    binomial_upper,
    student_below,
)
from tierlock.stats.two_arm import ArmSummary, checked_summary


def counts_rule_out_p(successes: int, *, n: int, bound: float) -> float:
    """The exact binomial p-value of "the rate is at least `bound`" for `successes` of `n` clusters.

    Example:
        >>> round(counts_rule_out_p(3, n=100, bound=0.08), 5)
        0.03671
    """
    checked_count(successes, n=n)
    if n == 0 or finite(bound, name="bound") <= 0.0:
        return 1.0
    return 0.0 if bound > 1.0 else binomial_at_most(successes, n=n, rate=bound)


def counts_rule_in_p(successes: int, *, n: int, bound: float) -> float:
    """The exact binomial p-value of "the rate is at most `bound`"."""
    checked_count(successes, n=n)
    if n == 0 or finite(bound, name="bound") >= 1.0:
        return 1.0
    return 0.0 if bound < 0.0 else binomial_at_least(successes, n=n, rate=bound)


def counts_upper_bound(successes: int, *, n: int, alpha: float) -> float:
    """The one-sided Clopper-Pearson upper bound; 1 for `n = 0`.

    Example:
        >>> round(counts_upper_bound(81, n=263, alpha=0.025), 4)
        0.3676
    """
    checked_count(successes, n=n)
    return binomial_upper(successes, n=n, alpha=checked_alpha(alpha))


def counts_lower_bound(successes: int, *, n: int, alpha: float) -> float:
    """The one-sided Clopper-Pearson lower bound; 0 for `n = 0`."""
    checked_count(successes, n=n)
    return binomial_lower(successes, n=n, alpha=checked_alpha(alpha))


def summary_rule_out_p(summary: ArmSummary, *, bound: float) -> float:
    """The Student t p-value of "the mean is at least `bound`" from a mean and its spread.

    Not monotone in the data (one extreme value can widen or shift it) and not proved: a bounded
    score must also pass `mean_rule_out_p`. A zero standard deviation says nothing about the
    spread: the answer is 1.

    Example:
        >>> round(summary_rule_out_p(ArmSummary(mean=0.2, sd=0.3, n=25), bound=0.35), 4)
        0.0098
    """
    checked = checked_summary(summary)
    finite(bound, name="bound")
    error = checked.sd / math.sqrt(checked.n) if checked.n >= 2 else 0.0
    if error == 0.0:
        return 1.0
    return student_below((checked.mean - bound) / error, df=checked.n - 1)


def summary_rule_in_p(summary: ArmSummary, *, bound: float) -> float:
    """The mirror image of `summary_rule_out_p`: the p-value of "the mean is at most `bound`"."""
    return summary_rule_out_p(summary._replace(mean=-summary.mean), bound=-bound)


def interval_rule_out_p(
    upper: float, *, confidence: float, bound: float, sides: Literal[1, 2] = 2
) -> float:
    """The most that a published interval proves against "the quantity is at least `bound`".

    Args:
        upper: upper end of the interval.
        confidence: its stated confidence, such as 0.95.
        bound: the limit.
        sides: 2 for an ordinary interval, 1 for a one-sided bound.

    Returns:
        The error of that end, `(1 - confidence) / sides`, if the interval ends below `bound`;
        otherwise 1. (An interval gives no smaller p-value, however far away it ends.)

    Example:
        >>> interval_rule_out_p(0.18, confidence=0.95, bound=0.2)
        0.025
    """
    if sides not in (1, 2):
        raise InvalidNumbers(f"an interval has 1 or 2 sides, not `{sides}`")
    if not 0.0 < confidence < 1.0:
        raise InvalidNumbers(f"confidence must lie between 0 and 1, not `{confidence}`")
    below = finite(upper, name="upper") < finite(bound, name="bound")
    # 1 - 0.95 is 0.05 plus a rounding error that would miss alpha = 0.05
    return round((1.0 - confidence) / sides, 12) if below else 1.0


def interval_rule_in_p(
    lower: float, *, confidence: float, bound: float, sides: Literal[1, 2] = 2
) -> float:
    """The most that a published interval proves against "the quantity is at most `bound`"."""
    return interval_rule_out_p(-lower, confidence=confidence, bound=-bound, sides=sides)


def counts_from_rate(rate: float, *, n: int, digits: int) -> range:
    """All counts out of `n` whose rate rounds to the printed one; empty if there are none.

    Args:
        rate: the printed rate as a share, 0.841 for 84.1 %.
        n: the number that it is a share of.
        digits: digits of the share after the point: 3 for 84.1 %.

    Example:
        >>> list(counts_from_rate(0.12, n=200, digits=2))
        [23, 24, 25]
    """
    if not 0.0 <= rate <= 1.0 or int(n) != n or n < 1 or digits < 0:
        raise InvalidNumbers(f"`{rate}` of `{n}` with `{digits}` digits is not a printed rate")
    half = 0.5 * 10.0**-digits + 1e-12  # either way of rounding a half is accepted
    first = max(0, int(np.ceil((rate - half) * n)))
    last = min(n, int(np.floor((rate + half) * n)))
    return range(first, last + 1)


def count_from_rate(rate: float, *, n: int, digits: int) -> int | None:
    """The only count out of `n` whose rate rounds to the printed one, or None.

    None means that no count does (then the rate is something else, such as a mean over clusters),
    or that several do (then take the worst end of `counts_from_rate`).

    Example:
        >>> count_from_rate(0.85, n=60, digits=3)
        51
        >>> count_from_rate(0.841, n=60, digits=3) is None
        True
    """
    counts = counts_from_rate(rate, n=n, digits=digits)
    return counts[0] if len(counts) == 1 else None
