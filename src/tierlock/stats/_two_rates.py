"""Exact unconditional tests of two success rates: the set of outcomes and its probability."""

from collections.abc import Callable

import numpy as np

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats, binomial_pmf

_GRID = 2000
_TIE = 1e-9
_MAX_OUTCOMES = 10_000_000  # bounds the memory: 80 MB per table of outcomes


def checked_outcomes(treated_n: int, *, control_n: int) -> None:
    """Raises InvalidNumbers if two arms have too many outcomes to enumerate."""
    if treated_n * control_n > _MAX_OUTCOMES:
        raise InvalidNumbers(
            f"arms of `{treated_n}` and `{control_n}` units are too large for the exact test"
        )


def region_of(scores: Floats, *, x: int, y: int) -> Floats:
    """The outcomes at least as extreme as (x, y), as 1 and 0, in the shape of `scores`."""
    raised = raised_scores(scores)
    return np.asarray(raised <= raised[x, y] + _TIE, np.float64)


def raised_scores(scores: Floats) -> Floats:
    """The scores made monotone (Barnard's convexity).

    The score of an outcome is raised to the largest one among outcomes with no more treated and no
    fewer control successes. So more success of the treated arm can not lower the p-value, which
    the score alone fails to ensure in a few corners.
    """
    raised = np.maximum.accumulate(scores, axis=0)
    return np.asarray(np.maximum.accumulate(raised[:, ::-1], axis=1)[:, ::-1], np.float64)


def largest_probability(
    region: Floats, *, treated_of: Callable[[Floats], Floats], lowest: float, highest: float
) -> float:
    """The largest probability of a set of outcomes over the unknown control rate.

    Args:
        region: 1 for each outcome in the set, else 0, shape (n_T + 1, n_C + 1).
        treated_of: the treated rates that belong to control rates.
        lowest: smallest control rate.
        highest: largest control rate; the ends themselves are left out.

    Returns:
        A number a little above that probability, and for a larger set never a smaller one: the
        rates are the same for every set, evenly spaced where a rate's error is even (arc sine),
        and what may lie between two of them is added.
    """
    steps = np.arange(1, _GRID + 1) / (_GRID + 1)
    rates = lowest + (highest - lowest) * np.sin(0.5 * np.pi * steps) ** 2
    found = float(_region_probability(region, treated_of(rates), rates).max())
    half_step = 0.25 * np.pi / (_GRID + 1)
    between = 2.0 * (region.shape[0] + region.shape[1]) * half_step**2
    return float(min(1.0, found * (1.0 + between)))


def _region_probability(region: Floats, treated_rates: Floats, control_rates: Floats) -> Floats:
    """Probability of the region at each pair of rates."""
    treated = binomial_pmf(region.shape[0] - 1, rates=treated_rates)
    control = binomial_pmf(region.shape[1] - 1, rates=control_rates)
    return np.asarray((treated * (region @ control)).sum(axis=0), np.float64)
