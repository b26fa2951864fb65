"""How much evidence would be enough, and how much error a rule-out survives.

All of it is about the exact binomial test of single-attempt clusters, so it is what a plan needs
first; partial credit and epochs within clusters only help (`spec/statistics.md` S-13).
"""

import math
from typing import NamedTuple

import numpy as np

from tierlock.stats._checks import checked_alpha, checked_count, positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats, binomial_at_most, logit, student_quantile

_MAX_N = 10_000_000


class Tipping(NamedTuple):
    """How wrong the measurement may be before a rule-out is lost."""

    kappa: float
    """The true rate may be this many times the measured one (under-elicitation)."""
    sandbagged_fraction: float
    """Share of true successes that may have been withheld."""
    logit_shift: float
    """The same on the logit scale."""
    odds_ratio: float


def minimum_clusters(bound: float, *, alpha: float) -> int:
    """The smallest number of clusters that rules out `bound` if none of them shows the danger.

    Example:
        >>> [minimum_clusters(t, alpha=0.05) for t in (0.2, 0.05, 0.01)]
        [14, 59, 299]
    """
    return _smallest_n(0, _rate(bound), checked_alpha(alpha))


def extra_all_safe(successes_total: int, *, n: int, bound: float, alpha: float) -> int:
    """How many further clusters, none of them dangerous, would rule out `bound`.

    Args:
        successes_total: dangerous outcomes so far.
        n: clusters so far.
        bound: the limit on the rate, in (0, 1].
        alpha: one-sided error probability.

    Returns:
        A count; 0 if the bound is ruled out already.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> extra_all_safe(0, n=20, bound=0.05, alpha=0.05)
        39
    """
    checked_count(successes_total, n=n)
    return max(0, _smallest_n(successes_total, _rate(bound), checked_alpha(alpha)) - n)


def samples_to_rule_out(
    rate: float, *, bound: float, alpha: float, power: float = 0.8
) -> int | None:
    """How many clusters rule out `bound` with probability `power` at a true rate of `rate`.

    Binomial power is a saw-tooth in n; this is the smallest n from which on it never falls below
    `power`.

    Args:
        rate: the true rate that is planned for.
        bound: the limit on the rate, in (0, 1].
        alpha: one-sided error probability.
        power: probability of a rule-out.

    Returns:
        A count, or None if the rate is not below the bound or ten million clusters are too few.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> samples_to_rule_out(0.05, bound=0.1, alpha=0.05)
        203
    """
    checked_alpha(alpha)
    checked_alpha(power)
    if not 0.0 <= rate <= 1.0:
        raise InvalidNumbers(f"a rate lies between 0 and 1, not `{rate}`")
    if rate >= _rate(bound):
        return None
    z_alpha, z_power = (-student_quantile(q, df=math.inf) for q in (alpha, 1.0 - power))
    spread = max(z_alpha, 0.0) * math.sqrt(bound * (1.0 - bound))
    spread += max(z_power, 0.0) * math.sqrt(rate * (1.0 - rate))
    guess = (spread / (bound - rate)) ** 2 * bound  # the count that still rules out, about
    if guess > _MAX_N * bound:
        return None
    window = 10.0 * math.sqrt(guess) + 30.0
    counts = np.arange(max(0, int(guess - window)), int(guess + window), dtype=np.float64)
    first = _smallest_n_each(counts, bound, alpha)
    # from n = first[c] to first[c + 1] - 1 the counts up to c rule out; power is least at the end
    worst_power = binomial_at_most(counts[:-1], n=first[1:] - 1.0, rate=rate)
    weak = np.flatnonzero(worst_power < power)
    return int(first[weak[-1] + 1] if weak.size else first[0])


def fragility(successes: int, *, n: int, bound: float, alpha: float) -> int:
    """How many safe outcomes would have to be dangerous after all before the rule-out is lost.

    Returns:
        A count; 0 if nothing is ruled out as it is.

    Example:
        >>> fragility(3, n=100, bound=0.2, alpha=0.05)
        11
    """
    checked_count(successes, n=n)
    _rate(bound)
    checked_alpha(alpha)
    kept, lost = successes - 1, n  # n of n never rules out
    while lost - kept > 1:
        middle = (kept + lost) // 2
        if float(binomial_at_most(middle, n=n, rate=bound)) <= alpha:
            kept = middle
        else:
            lost = middle
    return lost - successes


def tipping(upper: float, *, bound: float) -> Tipping:
    """What would undo a rule-out whose upper confidence bound is `upper` against the limit `bound`.

    Args:
        upper: upper confidence bound of a rate, in (0, 1].
        bound: the limit on the rate, in (0, 1].

    Returns:
        The tipping points. With `upper` at or above `bound` there is no rule-out: kappa is at
        most 1, the fraction 0.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> round(tipping(0.0757, bound=0.2).kappa, 2)
        2.64
    """
    if _rate(upper) == 1.0 or _rate(bound) == 1.0:
        shift = 0.0 if upper == bound else math.copysign(math.inf, bound - upper)
    else:
        shift = logit(bound) - logit(upper)
    return Tipping(bound / upper, max(0.0, 1.0 - upper / bound), shift, math.exp(shift))


def _rate(bound: float) -> float:
    if not positive(bound, name="bound") <= 1.0:
        raise InvalidNumbers(f"a bound on a rate is at most 1, not `{bound}`")
    return bound


def _smallest_n(successes: int, bound: float, alpha: float) -> int:
    return int(_smallest_n_each(np.array([float(successes)]), bound, alpha)[0])


def _smallest_n_each(successes: Floats, bound: float, alpha: float) -> Floats:
    """For each count the smallest n with P(Bin(n, bound) <= count) <= alpha, by bisection."""
    spread = math.log(1.0 / alpha)
    low = successes.copy()  # n = count never rules out: P = 1
    high = np.ceil(
        (successes + 2.0 * spread + 2.0 * np.sqrt(spread * (successes + spread)) + 2.0) / bound
    )
    high = np.maximum(high, successes + 1.0)
    while (high - low > 1.0).any():
        middle = np.floor(0.5 * (low + high))
        enough = binomial_at_most(successes, n=middle, rate=bound) <= alpha
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high
