"""P-values and bounds of a time horizon from its bootstrap draws, by the expanded percentile.

With few families the plain percentile of the draws is too narrow. The expanded percentile looks
for the percentile

    alpha' = Phi(-sqrt(F / (F - 1)) * t_(1 - alpha, F - 1))      with F families

instead of alpha, which is the same as the p-value `T_(F-1)(Phi^-1(share) / sqrt(F / (F - 1)))` of
the share of draws at or beyond the bound. What false rule-outs were measured is in
`spec/statistics.md` S-71.

References:
    Hesterberg (2015), The American Statistician 69:371 (the expanded percentile); Davison and
    Hinkley (1997), Bootstrap Methods and their Application, 4.4 (one is added to both counts of a
    share).
"""

import math
from typing import Final

import numpy as np

from tierlock.stats._checks import checked_alpha, finite
from tierlock.stats._special import normal_quantile, student_below, student_quantile
from tierlock.stats.horizon_bootstrap import HorizonDraws

_LEAST_DRAWS: Final = 2_000
_MOST_DRAWS: Final = 40_000
_BEYOND: Final = 100  # draws that a bound at the smallest alpha should leave beyond itself
_ROUNDING: Final = 1e-12


def draws_for(alpha: float, *, families: int, expanded: bool = True) -> int:
    """How many draws resolve an error probability, between 2,000 and 40,000.

    About a hundred of them lie beyond a bound at that alpha, if that many draws are enough. Where
    even the largest number has none beyond it, nothing is ruled out: the smallest p-value that
    there can be is that of a share of 1 / (draws + 1).

    Example:
        >>> draws_for(0.05, families=36), draws_for(0.001, families=12)
        (2310, 40000)
    """
    share = _share_at(checked_alpha(alpha), families=families, expanded=expanded)
    return min(_MOST_DRAWS, max(_LEAST_DRAWS, math.ceil(_BEYOND / max(share, 1e-9))))


def horizon_rule_out_p(draws: HorizonDraws, *, bound: float, expanded: bool = True) -> float:
    """The p-value of "the time horizon is at least `bound`"; small means that this is ruled out.

    Args:
        draws: what `horizon_draws` returned.
        bound: the limit in minutes.
        expanded: whether the percentile is expanded; METR's own intervals are not.

    Returns:
        A probability; 1 for fewer than two families, and never below the resolution of the draws.

    Raises:
        InvalidNumbers: `bound` is not finite.
    """
    finite(bound, name="bound")
    beyond = draws.highest.size - int(np.searchsorted(draws.highest, bound, side="left"))
    return _p_of(beyond, draws, expanded=expanded)


def horizon_rule_in_p(draws: HorizonDraws, *, bound: float, expanded: bool = True) -> float:
    """The p-value of "the time horizon is at most `bound`"; arguments as `horizon_rule_out_p`."""
    finite(bound, name="bound")
    return _p_of(int(np.searchsorted(draws.lowest, bound, side="right")), draws, expanded=expanded)


def horizon_upper_bound(draws: HorizonDraws, *, alpha: float, expanded: bool = True) -> float:
    """The limit in minutes that every larger bound is ruled out at `alpha` by; inf if none is.

    `horizon_rule_out_p` is at most `alpha` exactly for the bounds above it.
    """
    beyond = _allowed(draws, alpha=alpha, expanded=expanded)
    return math.inf if beyond < 0 else float(draws.highest[draws.highest.size - 1 - beyond])


def horizon_lower_bound(draws: HorizonDraws, *, alpha: float, expanded: bool = True) -> float:
    """The limit in minutes that the horizon exceeds at `alpha`; 0 if there is none."""
    within = _allowed(draws, alpha=alpha, expanded=expanded)
    return 0.0 if within < 0 else float(draws.lowest[within])


def _p_of(count: int, draws: HorizonDraws, *, expanded: bool) -> float:
    """The p-value of so many draws on the wrong side."""
    if draws.families < 2:
        return 1.0
    share = (1 + count) / (1 + draws.highest.size)
    if not expanded or share >= 1.0:
        return share
    wider = normal_quantile(share) / math.sqrt(draws.families / (draws.families - 1))
    return max(share, student_below(wider, df=draws.families - 1))


def _allowed(draws: HorizonDraws, *, alpha: float, expanded: bool) -> int:
    """The most draws on the wrong side with which p is at most alpha; -1 if not even none."""
    share = _share_at(checked_alpha(alpha), families=draws.families, expanded=expanded)
    most = math.floor(share * (1 + draws.highest.size) * (1.0 + _ROUNDING)) - 1
    return min(most, draws.highest.size - 1)


def _share_at(alpha: float, *, families: int, expanded: bool) -> float:
    """The share of draws whose p-value is `alpha`."""
    if families < 2:
        return 0.0
    if not expanded:
        return alpha
    wider = math.sqrt(families / (families - 1)) * student_quantile(alpha, df=families - 1)
    return min(alpha, 0.5 * math.erfc(-wider / math.sqrt(2.0)))
