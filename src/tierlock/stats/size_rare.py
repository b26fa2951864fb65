"""What a given amount of evidence can resolve, and sizes for experts and for hours of attack.

Exact throughout: the binomial test for counts of clusters and of experts, the Poisson test for
events per hour (`spec/statistics.md` S-13).

References:
    Garwood (1936), Biometrika 28:437.
"""

import math

from tierlock.stats._checks import checked_alpha, positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import binomial_at_most, binomial_upper
from tierlock.stats.size import minimum_clusters

_MOST_EVENTS = 100_000


def largest_rate(n: int, *, bound: float, alpha: float, power: float = 0.8) -> float | None:
    """The largest true rate at which n clusters still rule out a bound with `power`.

    The bound less this rate is what n clusters can tell apart: the minimum detectable effect.

    Args:
        n: clusters with one attempt each.
        bound: the limit on the rate, in (0, 1].
        alpha: one-sided error probability.
        power: probability of a rule-out.

    Returns:
        A rate below the bound; None if n clusters rule the bound out never, or not even at rate 0.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> round(largest_rate(124, bound=0.2, alpha=0.05), 4)
        0.1172
    """
    checked_alpha(power)
    if int(n) != n or n < 0:
        raise InvalidNumbers(f"the number of clusters must be a count, not `{n}`")
    if minimum_clusters(bound, alpha=alpha) > n:
        return None
    low, high = 0, n  # low of n rule out, n of n never do
    while high - low > 1:
        middle = (low + high) // 2
        rules_out = binomial_at_most(middle, n=n, rate=bound) <= alpha
        low, high = (middle, high) if rules_out else (low, middle)
    return binomial_upper(low, n=n, alpha=power)


def minimum_experts(share: float, *, alpha: float) -> int:
    """How many experts a percentile needs at least, if the subject beats none of them.

    Half of alpha is kept for the noise of the subject's own score.

    Args:
        share: the percentile as a share of experts, in (0, 1].
        alpha: one-sided error probability.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> [minimum_experts(q, alpha=0.05) for q in (0.5, 0.9, 0.1)]
        [6, 2, 36]
    """
    return minimum_clusters(share, alpha=checked_alpha(alpha) / 2.0)


def minimum_hours(bound: float, *, alpha: float) -> float:
    """How many hours rule out `bound` events per hour if there is none.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> round(minimum_hours(0.01, alpha=0.05), 1)
        299.6
    """
    return -math.log(checked_alpha(alpha)) / positive(bound, name="bound")


def quiet_hours(events: int, *, bound: float, alpha: float) -> float:
    """How many hours in all rule out `bound` events per hour if no more than `events` happen.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> round(quiet_hours(1, bound=0.01, alpha=0.05), 1)
        474.4
    """
    from scipy import special

    if int(events) != events or events < 0:
        raise InvalidNumbers(f"the number of events must be a count, not `{events}`")
    quantile = float(special.gammainccinv(events + 1.0, checked_alpha(alpha)))
    return quantile / positive(bound, name="bound")


def hours_to_rule_out(
    rate: float, *, bound: float, alpha: float, power: float = 0.8
) -> float | None:
    """How many hours rule out `bound` events per hour with `power` at a true rate of `rate`.

    Power is a saw-tooth here too; from this many hours on it never falls below `power`.

    Args:
        rate: true events per hour, at least 0.
        bound: the limit on events per hour, above 0.
        alpha: one-sided error probability.
        power: probability of a rule-out.

    Returns:
        Hours; None if the rate is not below the bound, or a hundred thousand events are too few.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> round(hours_to_rule_out(0.005, bound=0.01, alpha=0.05))
        2189
    """
    from scipy import special

    checked_alpha(alpha)
    checked_alpha(power)
    positive(bound, name="bound")
    if not (math.isfinite(rate) and rate >= 0.0):
        raise InvalidNumbers(f"a rate is at least 0, not `{rate}`")
    if rate >= bound:
        return None
    ratio = rate / bound

    def hours(count: int) -> float:
        """From here on `count` events still rule out, in units of 1 / bound."""
        return float(special.gammainccinv(count + 1.0, alpha))

    def is_weak(count: int) -> bool:
        # power is least just before the next count rules out
        return float(special.gammaincc(count + 1.0, ratio * hours(count + 1))) < power

    weak, strong = -1, 1
    while is_weak(strong):
        weak, strong = strong, 2 * strong
        if strong > _MOST_EVENTS:
            return None
    while strong - weak > 1:
        middle = (weak + strong) // 2
        weak, strong = (middle, strong) if is_weak(middle) else (weak, middle)
    teeth = math.ceil(2.0 * ratio / (1.0 - ratio)) + 2
    last = max((c for c in range(strong, strong + teeth) if is_weak(c)), default=weak)
    return hours(last + 1) / bound
