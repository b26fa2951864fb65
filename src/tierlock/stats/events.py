"""Events per unit of exposure: successful attacks per hour that attackers tried.

Given the hours, the number of successes is a Poisson count with mean `rate * hours`, whoever spent
them: attackers who differ have the hour-weighted mean of their rates. So it speaks of *these
attackers*; for the share of attackers or strategies that succeed, the cluster is the unit and
`rule_out_p` the test (`spec/statistics.md` S-42).

References:
    Garwood (1936), Biometrika 28:437.
"""

import math

from tierlock.stats._checks import checked_alpha, finite
from tierlock.stats._errors import InvalidNumbers


def events_rule_out_p(events: int, *, hours: float, bound: float) -> float:
    """The p-value of "the rate is at least `bound`": P(Poisson(bound * hours) <= events).

    Args:
        events: number of events, at least 0.
        hours: exposure, at least 0, in the unit of which `bound` says "per".
        bound: events per unit of exposure.

    Returns:
        A probability; 1 without exposure, and for a bound of 0 or less.

    Raises:
        InvalidNumbers: a count that is none, or exposure that is negative or not finite.

    Example:
        >>> round(events_rule_out_p(0, hours=100, bound=0.03), 5)
        0.04979
    """
    from scipy import special

    _check(events, hours)
    mean = finite(bound, name="bound") * hours
    return 1.0 if mean <= 0.0 else float(special.gammaincc(events + 1, mean))


def events_rule_in_p(events: int, *, hours: float, bound: float) -> float:
    """The p-value of "the rate is at most `bound`": P(Poisson(bound * hours) >= events).

    1 without events or exposure; 0 for events although the bound is 0 or less.
    """
    from scipy import special

    _check(events, hours)
    mean = finite(bound, name="bound") * hours
    if events == 0 or hours == 0.0:
        return 1.0
    return 0.0 if mean <= 0.0 else float(special.gammainc(events, mean))


def events_upper_bound(events: int, *, hours: float, alpha: float) -> float:
    """The one-sided upper confidence bound of the rate; infinite without exposure.

    Example:
        >>> round(events_upper_bound(0, hours=1, alpha=0.05), 6)
        2.995732
    """
    from scipy import special

    _check(events, hours)
    quantile = float(special.gammainccinv(events + 1, checked_alpha(alpha)))
    return quantile / hours if hours > 0.0 else math.inf


def events_lower_bound(events: int, *, hours: float, alpha: float) -> float:
    """The one-sided lower confidence bound of the rate; 0 without events or exposure."""
    from scipy import special

    _check(events, hours)
    checked_alpha(alpha)
    if events == 0 or hours == 0.0:
        return 0.0
    return float(special.gammaincinv(events, alpha)) / hours


def _check(events: int, hours: float) -> None:
    if int(events) != events or events < 0:
        raise InvalidNumbers(f"`{events}` is not a count")
    if not (math.isfinite(hours) and hours >= 0.0):
        raise InvalidNumbers(f"hours must be a finite number of at least 0, not `{hours}`")
