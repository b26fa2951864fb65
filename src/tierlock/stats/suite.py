"""The estimand "these tasks only": mean success probability over the tasks of this very suite.

Pooled Clopper-Pearson over the attempts, with the same number of attempts at every task.
Hoeffding (1956) showed that, however different the tasks are, the pooled count is at most c no
more often than the binomial count of the same mean, provided c <= n t - 1. A count beyond that
limit never rules out here: that closes the known exception, "ruled out unless every attempt
succeeds", whose true error can exceed alpha. It says nothing about tasks outside of the suite
(`spec/statistics.md` S-5).

References:
    Hoeffding (1956), Annals of Mathematical Statistics 27:713, theorem 4;
    Clopper and Pearson (1934), Biometrika 26:404.
"""

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import checked_alpha, finite
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import binomial_at_most, binomial_upper


def suite_rule_out_p(successes: npt.ArrayLike, *, attempts: npt.ArrayLike, bound: float) -> float:
    """The p-value of "the mean success probability over these tasks is at least `bound`".

    Args:
        successes: successful attempts at each task, shape (T,).
        attempts: attempts at each task, shape (T,), all equal. (Totals over equal tasks are one
            entry each.)
        bound: the limit on the success rate.

    Returns:
        A probability; 1 for no attempts.

    Raises:
        InvalidNumbers: counts that are not counts, or tasks with different numbers of attempts.

    Example:
        >>> round(suite_rule_out_p([0, 1, 0, 0], attempts=[10, 10, 10, 10], bound=0.2), 5)
        0.00146
    """
    total, n = _totals(successes, attempts)
    return _rule_out_p(total, n, finite(bound, name="bound"))


def suite_rule_in_p(successes: npt.ArrayLike, *, attempts: npt.ArrayLike, bound: float) -> float:
    """The p-value of "the mean success probability over these tasks is at most `bound`"."""
    total, n = _totals(successes, attempts)
    return _rule_out_p(n - total, n, 1.0 - finite(bound, name="bound"))


def suite_upper_bound(successes: npt.ArrayLike, *, attempts: npt.ArrayLike, alpha: float) -> float:
    """The one-sided upper confidence bound of `suite_rule_out_p`; 1 for no attempts."""
    total, n = _totals(successes, attempts)
    return _upper_bound(total, n, checked_alpha(alpha))


def suite_lower_bound(successes: npt.ArrayLike, *, attempts: npt.ArrayLike, alpha: float) -> float:
    """The one-sided lower confidence bound of `suite_rule_in_p`; 0 for no attempts."""
    total, n = _totals(successes, attempts)
    return 1.0 - _upper_bound(n - total, n, checked_alpha(alpha))


def _rule_out_p(successes: int, n: int, bound: float) -> float:
    if n == 0 or bound <= 0.0:
        return 1.0
    if bound > 1.0:
        return 0.0
    if bound < (successes + 1) / n:  # outside of Hoeffding's condition
        return 1.0
    return binomial_at_most(successes, n=n, rate=bound)


def _upper_bound(successes: int, n: int, alpha: float) -> float:
    if n == 0:
        return 1.0
    return max(binomial_upper(successes, n=n, alpha=alpha), min(1.0, (successes + 1) / n))


def _totals(successes: npt.ArrayLike, attempts: npt.ArrayLike) -> tuple[int, int]:
    won = np.atleast_1d(np.asarray(successes, np.float64))
    tried = np.atleast_1d(np.asarray(attempts, np.float64))
    if won.shape != tried.shape or won.ndim != 1:
        raise InvalidNumbers("successes and attempts must have one entry per task each")
    whole = np.array_equal(won, np.round(won)) and np.array_equal(tried, np.round(tried))
    if not whole or (won < 0).any() or (won > tried).any():
        raise InvalidNumbers(
            "successes and attempts must be counts, with no more successes than attempts"
        )
    if tried.size and (tried != tried[0]).any():
        raise InvalidNumbers("every task of a suite needs the same number of attempts")
    return int(won.sum()), int(tried.sum())
