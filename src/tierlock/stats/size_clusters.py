"""How many clusters rule out a bound when each has several attempts or partial credit.

The default test of cluster means has no closed form for its power. It is estimated from samples
drawn with a fixed seed, so that equal questions have equal answers, and the answer says its Monte
Carlo error (`spec/statistics.md` S-60).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import bounded_values, checked_alpha
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._samples import Rule, drawn_counts, most_dangerous, ruled_out
from tierlock.stats._special import binomial_at_most, normal_quantile
from tierlock.stats.one_sample import rule_out_p
from tierlock.stats.score_law import ScoreLaw
from tierlock.stats.size import fragility, samples_to_rule_out

_SEED = 20_261_123
_DRAWS = 4000
_MOST_CLUSTERS = 200_000
_MOST_LOOKS = 40  # sizes after the first that is enough, at which power is looked at again


class Size(NamedTuple):
    """How many clusters, and how sure that number is."""

    clusters: int
    power: float
    """Probability of a rule-out with so many clusters."""
    error: float
    """Standard error of `power` from the limited number of drawn samples; 0 where it is exact."""


class Power(NamedTuple):
    """The probability of a rule-out, with the standard error of its estimate."""

    power: float
    error: float


def power_to_rule_out(
    law: ScoreLaw,
    *,
    clusters: int,
    bound: float,
    alpha: float,
    proved: bool = False,
    draws: int = _DRAWS,
) -> Power:
    """The probability that so many clusters of this law rule out a bound.

    Args:
        law: how cluster means scatter, on the scale from 0 to 1.
        clusters: how many independent clusters there are.
        bound: the limit on their mean, in (0, 1].
        alpha: one-sided error probability.
        proved: whether Hoeffding-Bentkus decides instead of the default test.
        draws: how many samples are drawn where power has no closed form.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> from tierlock.stats import attempts_law
        >>> power_to_rule_out(attempts_law(0.0), clusters=59, bound=0.05, alpha=0.05)
        Power(power=1.0, error=0.0)
    """
    _checked(bound, alpha)
    if clusters < 1:
        return Power(0.0, 0.0)
    if law.is_binary:
        most = most_dangerous(clusters, rule=Rule(bound, alpha, proved))
        return Power(binomial_at_most(most, n=clusters, rate=law.mean), 0.0)
    counts = drawn_counts(law, clusters=clusters, draws=draws)
    share = float(ruled_out(counts, values=law.values, rule=Rule(bound, alpha, proved)).mean())
    return Power(share, math.sqrt(share * (1.0 - share) / draws))


def clusters_to_rule_out(
    law: ScoreLaw,
    *,
    bound: float,
    alpha: float,
    power: float = 0.8,
    proved: bool = False,
    draws: int = _DRAWS,
) -> Size | None:
    """How many clusters of this law rule out a bound with probability `power`.

    Power is a saw-tooth in the number of clusters: this is the smallest number from which on it
    stays at `power`, looked for over the next two teeth.

    Args:
        law: how cluster means scatter, on the scale from 0 to 1.
        bound: the limit on their mean, in (0, 1].
        alpha: one-sided error probability.
        power: probability of a rule-out.
        proved: whether Hoeffding-Bentkus decides instead of the default test.
        draws: how many samples are drawn where power has no closed form.

    Returns:
        The size; None if the mean is not below the bound, or 200 000 clusters are too few.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> from tierlock.stats import attempts_law
        >>> clusters_to_rule_out(attempts_law(0.05), bound=0.1, alpha=0.05).clusters
        203
    """
    _checked(bound, alpha)
    checked_alpha(power)
    if law.mean >= bound or _guess(law, bound, alpha, power) > _MOST_CLUSTERS:
        return None
    if law.is_binary and not proved:
        exact = samples_to_rule_out(law.mean, bound=bound, alpha=alpha, power=power)
        if exact is None:
            return None
        found = power_to_rule_out(law, clusters=exact, bound=bound, alpha=alpha)
        return Size(exact, *found)

    def power_at(n: int) -> Power:
        return power_to_rule_out(
            law, clusters=n, bound=bound, alpha=alpha, proved=proved, draws=draws
        )

    weak, strong = 0, 1
    while power_at(strong).power < power:
        weak, strong = strong, 2 * strong
        if weak > _MOST_CLUSTERS:
            return None
    while strong - weak > 1:
        middle = (weak + strong) // 2
        enough = power_at(middle).power >= power
        weak, strong = (weak, middle) if enough else (middle, strong)
    if law.is_binary:
        later = range(strong + 1, strong + _teeth(bound) + 1)
        weaker = [n for n in later if power_at(n).power < power]
    else:
        weaker = _weak_later(law, strong, Rule(bound, alpha, proved), power, draws)
    clusters = max(weaker, default=strong - 1) + 1
    return Size(clusters, *power_at(clusters))


def smallest_bound(
    law: ScoreLaw, *, clusters: int, alpha: float, power: float = 0.8, proved: bool = False
) -> float:
    """The resolving power: the smallest bound that so many clusters rule out with `power`.

    Args:
        law: how cluster means scatter; its mean is the true value.
        clusters: how many independent clusters there are.
        alpha: one-sided error probability.
        power: probability of a rule-out.
        proved: whether Hoeffding-Bentkus decides instead of the default test.

    Returns:
        A bound in (0, 1], above the mean of the law; 1 where nothing smaller can be counted on.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> from tierlock.stats import attempts_law
        >>> round(smallest_bound(attempts_law(0.1), clusters=124, alpha=0.05), 4)
        0.1801
    """
    checked_alpha(alpha)
    checked_alpha(power)

    def lacking(bound: float) -> float:
        found = power_to_rule_out(law, clusters=clusters, bound=bound, alpha=alpha, proved=proved)
        return 1.0 - found.power

    low = max(law.mean, 1e-9)
    if lacking(1.0) > 1.0 - power or lacking(low) <= 1.0 - power:
        return 1.0
    high = 1.0
    for _ in range(60 if law.is_binary else 24):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if lacking(middle) > 1.0 - power else (low, middle)
    return high


def extra_safe(values: npt.ArrayLike, *, bound: float, alpha: float) -> int:
    """How many further clusters with the value 0 would rule out a bound: the least that settles.

    Args:
        values: means of the clusters so far, shape (n,), in [0, 1].
        bound: the limit on their mean, in (0, 1].
        alpha: one-sided error probability.

    Example:
        >>> extra_safe([0.0] * 20, bound=0.05, alpha=0.05)
        39
        >>> extra_safe([0.5, 0.5], bound=0.3, alpha=0.05)
        11
    """
    _checked(bound, alpha)
    seen = bounded_values(values, lo=0.0, hi=1.0)
    return _smallest(
        lambda k: rule_out_p(np.append(seen, np.zeros(k)), bound=bound) <= alpha, start=8
    )


def unseen_dangerous(values: npt.ArrayLike, *, bound: float, alpha: float) -> int:
    """How many further clusters with the value 1 would undo a rule-out; 0 where there is none.

    Takes what `extra_safe` does.

    Example:
        >>> unseen_dangerous([0.0] * 59, bound=0.05, alpha=0.05)
        1
    """
    _checked(bound, alpha)
    seen = bounded_values(values, lo=0.0, hi=1.0)
    if bound >= 1.0:
        return 0
    if np.isin(seen, (0.0, 1.0)).all():  # by counts, which is fast for a million clusters
        x, n = int(seen.sum()), seen.size
        return _smallest(lambda k: binomial_at_most(x + k, n=n + k, rate=bound) > alpha, start=2)
    return _smallest(
        lambda k: rule_out_p(np.append(seen, np.ones(k)), bound=bound) > alpha, start=2
    )


def turned_dangerous(values: npt.ArrayLike, *, bound: float, alpha: float) -> int:
    """How many clusters, safest first, would have to be 1 after all before a rule-out is lost.

    Takes what `extra_safe` does; 0 where nothing is ruled out. For clusters that are safe or
    dangerous it is `fragility`.

    Example:
        >>> turned_dangerous([1.0] * 3 + [0.0] * 97, bound=0.2, alpha=0.05)
        11
    """
    _checked(bound, alpha)
    seen = bounded_values(values, lo=0.0, hi=1.0)

    if np.isin(seen, (0.0, 1.0)).all():
        return fragility(int(seen.sum()), n=seen.size, bound=bound, alpha=alpha)

    def lost(k: int) -> bool:
        return rule_out_p(np.append(seen[k:], np.ones(min(k, seen.size))), bound=bound) > alpha

    return 0 if lost(0) else min(_smallest(lost, start=2), seen.size)


def _checked(bound: float, alpha: float) -> None:
    if not 0.0 < bound <= 1.0:
        raise InvalidNumbers(f"a bound on a rate lies between 0 and 1, not `{bound}`")
    checked_alpha(alpha)


def _guess(law: ScoreLaw, bound: float, alpha: float, power: float) -> float:
    """About how many clusters, by the normal approximation."""
    quantiles = max(0.0, -normal_quantile(alpha)) + max(0.0, normal_quantile(power))
    return law.variance * (quantiles / (bound - law.mean)) ** 2


def _smallest(holds: Callable[[int], bool], *, start: int) -> int:
    """The smallest whole number from which on something holds; it is monotone."""
    if holds(0):
        return 0
    no, yes = 0, start
    while not holds(yes):
        no, yes = yes, 2 * yes
    while yes - no > 1:
        middle = (no + yes) // 2
        no, yes = (no, middle) if holds(middle) else (middle, yes)
    return yes


def _teeth(bound: float) -> int:
    """How many clusters two teeth of the power take: one more event is allowed per 1 / bound."""
    return math.ceil(2.0 / bound) + 2


def _weak_later(law: ScoreLaw, first: int, rule: Rule, power: float, draws: int) -> list[int]:
    """Sizes within the next two teeth at which power is too low again.

    The samples grow by clusters instead of being drawn anew, so that chance does not look like a
    tooth.
    """
    stride = math.ceil(_teeth(rule.bound) / _MOST_LOOKS)
    counts = drawn_counts(law, clusters=first, draws=draws)
    rng = np.random.default_rng(_SEED)
    weak = []
    for n in range(first + stride, first + _teeth(rule.bound) + 1, stride):
        counts = counts + rng.multinomial(stride, law.chances, size=draws)
        if float(ruled_out(counts, values=law.values, rule=rule).mean()) < power:
            weak.append(n)
    return weak
