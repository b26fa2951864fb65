"""A rate that a judge with known errors reports, corrected with every uncertainty kept.

If the judge calls a dangerous attempt dangerous with probability `sens` and a safe one safe with
probability `spec`, it calls a share `a = theta sens + (1 - theta) (1 - spec)` dangerous, so that

    theta = (a + spec - 1) / (sens + spec - 1)                       (Rogan and Gladen 1978).

All three on the right are estimates. The bounds here give each a third of alpha: the apparent
share by the test that it would have without a judge, sensitivity and specificity by
Clopper-Pearson from the validation. A rule-out at t needs, at alpha / 3 each,

    upper(a) < t lower(sens) + (1 - t) (1 - upper(spec))   and   lower(sens) > 1 - lower(spec).

The second part shows that the judge is better than chance; without it the first means nothing. If
the judge is better than chance, a false rule-out needs one of three bounds to miss, and if it is
not, the second part holds only if one of two misses: never more than alpha (`spec/statistics.md`
S-43).

References:
    Rogan and Gladen (1978), American Journal of Epidemiology 107:71.
"""

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from tierlock.stats._checks import checked_alpha, checked_count, finite
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import binomial_lower, binomial_upper

_PARTS: Final = 3  # what alpha is divided among
_LEAST: Final = 1e-15  # smaller p-values are not told apart
_HALVINGS: Final = 60


class Judge(NamedTuple):
    """How often a judge was right: (right, of) among dangerous and among safe samples."""

    sensitivity: tuple[int, int]
    specificity: tuple[int, int]


_Apparent = Callable[[float], float]
"""P-value of the apparent share against a bound, or its confidence bound at an alpha."""


def rogan_gladen(apparent: float, *, judge: Judge) -> float | None:
    """The corrected share, in [0, 1]; None where the judge was no better than chance.

    Example:
        >>> round(rogan_gladen(0.3, judge=Judge((90, 100), (80, 100))), 6)
        0.142857
    """
    (hits, of), (passed, among) = _checked(judge)
    youden = hits / of + passed / among - 1.0
    if youden <= 0.0:
        return None
    return min(1.0, max(0.0, (apparent + passed / among - 1.0) / youden))


def is_informative(judge: Judge, *, alpha: float) -> bool:
    """Tell whether the judge is shown to be better than chance, at alpha / 3 for each bound.

    Example:
        >>> is_informative(Judge((92, 100), (39, 100)), alpha=0.05)
        True
        >>> is_informative(Judge((6, 10), (6, 10)), alpha=0.05)
        False
    """
    low_sens, _, _, high_false = _ends(_checked(judge), checked_alpha(alpha) / _PARTS)
    return low_sens > high_false


def contradicts_judge(apparent_upper: _Apparent, *, judge: Judge, alpha: float) -> bool:
    """Tell whether fewer are called dangerous than the judge's false alarms alone would make.

    Then no true share fits, at alpha / 3 for each bound: the validation is about other samples
    than those that were judged, and its correction would flatter.

    Args:
        apparent_upper: gives for an alpha the upper bound of the apparent share.
        judge: the validation of the judge.
        alpha: one-sided error probability of the whole.

    Example:
        >>> from tierlock.stats import counts_upper_bound
        >>> upper = lambda alpha: counts_upper_bound(0, n=200, alpha=alpha)
        >>> contradicts_judge(upper, judge=Judge((95, 100), (160, 200)), alpha=0.05)
        True
    """
    beta = checked_alpha(alpha) / _PARTS
    return apparent_upper(beta) < _ends(_checked(judge), beta)[2]


def judged_rule_out_p(apparent_p: _Apparent, *, bound: float, judge: Judge) -> float:
    """The p-value of "the true share is at least `bound`".

    Args:
        apparent_p: gives for x the p-value of "the share that is called dangerous is at least x".
        bound: the limit on the true share.
        judge: the validation of the judge.

    Returns:
        A probability, at least 3e-15; 1 where no alpha shows the judge to be better than chance.

    Raises:
        InvalidNumbers: counts of the validation that are not counts.

    Example:
        >>> from tierlock.stats import counts_rule_out_p
        >>> p = lambda x: counts_rule_out_p(10, n=200, bound=x)
        >>> judge = Judge((95, 100), (98, 100))
        >>> round(p(0.1), 4), round(judged_rule_out_p(p, bound=0.1, judge=judge), 4)
        (0.0081, 0.0697)
    """
    counts, limit = _checked(judge), finite(bound, name="bound")

    def rejects(beta: float) -> bool:
        low_sens, _, low_false, high_false = _ends(counts, beta)
        edge = limit * low_sens + (1.0 - limit) * low_false
        return low_sens > high_false and apparent_p(edge) <= beta

    return _smallest(rejects) if limit > 0.0 else 1.0


def judged_rule_in_p(apparent_p: _Apparent, *, bound: float, judge: Judge) -> float:
    """The p-value of "the true share is at most `bound`"; `apparent_p` is of "at most x"."""
    counts, limit = _checked(judge), finite(bound, name="bound")

    def rejects(beta: float) -> bool:
        low_sens, high_sens, _, high_false = _ends(counts, beta)
        edge = limit * high_sens + (1.0 - limit) * high_false
        return low_sens > high_false and apparent_p(edge) <= beta

    return _smallest(rejects) if limit < 1.0 else 1.0


def judged_upper_bound(apparent_upper: _Apparent, *, judge: Judge, alpha: float) -> float:
    """The upper confidence bound of the true share; 1 where the judge may be a coin.

    Args:
        apparent_upper: gives for an alpha the upper bound of the apparent share.
        judge: the validation of the judge.
        alpha: one-sided error probability of the whole.
    """
    beta = checked_alpha(alpha) / _PARTS
    low_sens, _, low_false, high_false = _ends(_checked(judge), beta)
    if low_sens <= high_false:
        return 1.0
    return _inside((apparent_upper(beta) - low_false) / (low_sens - low_false))


def judged_lower_bound(apparent_lower: _Apparent, *, judge: Judge, alpha: float) -> float:
    """The lower confidence bound of the true share; 0 where the judge may be a coin."""
    beta = checked_alpha(alpha) / _PARTS
    low_sens, high_sens, _, high_false = _ends(_checked(judge), beta)
    if low_sens <= high_false:
        return 0.0
    return _inside((apparent_lower(beta) - high_false) / (high_sens - high_false))


def _ends(judge: Judge, beta: float) -> tuple[float, float, float, float]:
    """Lower and upper bound of the sensitivity and of the false-alarm rate, each at beta."""
    (hits, of), (passed, among) = judge
    return (
        binomial_lower(hits, n=of, alpha=beta),
        binomial_upper(hits, n=of, alpha=beta),
        1.0 - binomial_upper(passed, n=among, alpha=beta),
        1.0 - binomial_lower(passed, n=among, alpha=beta),
    )


def _smallest(rejects: Callable[[float], bool]) -> float:
    """Three times the smallest beta that rejects; larger ones all do."""
    low, high = math.log(_LEAST), math.log(1.0 / _PARTS)
    if rejects(_LEAST):
        return _PARTS * _LEAST
    if not rejects(1.0 / _PARTS):
        return 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if rejects(math.exp(middle)) else (middle, high)
        if high - low <= 1e-12:
            break
    return min(1.0, _PARTS * math.exp(high))


def _checked(judge: Judge) -> Judge:
    for right, of in judge:
        checked_count(right, n=of)
        if of == 0:
            raise InvalidNumbers("a judge that was never tried has no error rates")
    return judge


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))
