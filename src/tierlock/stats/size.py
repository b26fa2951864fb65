"""How much evidence would be enough, and how much error a rule-out survives.

All of it is about the exact binomial test of single-attempt clusters, so it is what a plan needs
first; partial credit and epochs within clusters only help (`spec/statistics.md` S-13).
"""

import math
from typing import NamedTuple

from tierlock.stats._checks import checked_alpha, checked_count, positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import binomial_at_most, logit, normal_quantile

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
    z_alpha, z_power = -normal_quantile(alpha), normal_quantile(power)
    spread = max(z_alpha, 0.0) * math.sqrt(bound * (1.0 - bound))
    spread += max(z_power, 0.0) * math.sqrt(rate * (1.0 - rate))
    guess = (spread / (bound - rate)) ** 2 * bound  # the count that still rules out, about
    if guess > _MAX_N * bound:
        return None

    def is_weak(count: int) -> bool:
        # from n = first(count) to first(count + 1) - 1 the counts up to `count` rule out: power
        # is least at the end
        last = _smallest_n(count + 1, bound, alpha) - 1
        return binomial_at_most(count, n=last, rate=rate) < power

    weak, strong = -1, max(1, int(guess))
    while is_weak(strong):
        weak, strong = strong, 2 * strong
    while strong - weak > 1:
        middle = (weak + strong) // 2
        weak, strong = (middle, strong) if is_weak(middle) else (weak, middle)
    # Were n not whole, power would only rise from here on. One n more or less moves the mean count
    # by `rate`, one count more by 1 - rate/bound: so many counts further it may still saw.
    teeth = math.ceil(2.0 * rate * bound / (bound - rate)) + 2
    last_weak = max((c for c in range(strong, strong + teeth) if is_weak(c)), default=weak)
    return _smallest_n(last_weak + 1, bound, alpha)


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
        if binomial_at_most(middle, n=n, rate=bound) <= alpha:
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
    """The smallest n with P(Bin(n, bound) <= successes) <= alpha, by bisection."""
    low = successes  # n = successes never rules out: P = 1
    spread = math.log(1.0 / alpha)  # Chernoff's inequality gives an n that is enough
    enough = successes + 2.0 * spread + 2.0 * math.sqrt(spread * (successes + spread)) + 2.0
    high = max(math.ceil(enough / bound), successes + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if binomial_at_most(successes, n=middle, rate=bound) <= alpha:
            high = middle
        else:
            low = middle
    return high
