"""Two success rates: the exact unconditional test of their difference (Chan 1998).

As in `binary_ratio`, outcomes (x_T, x_C) are ordered by the Farrington-Manning score, here of the
difference, and the p-value is the largest probability, over the unknown control rate, of an outcome
at least as extreme (`spec/statistics.md` S-7).

References:
    Chan (1998), Statistics in Medicine 17:1403; Farrington and Manning (1990), ibid. 9:1447, whose
    closed form of the restricted estimates is used.
"""

import numpy as np

from tierlock.stats._checks import checked_count, finite
from tierlock.stats._special import Floats
from tierlock.stats._two_rates import checked_outcomes, largest_probability, region_of


def binary_difference_rule_out_p(
    treated_successes: int,
    *,
    treated_n: int,
    control_successes: int,
    control_n: int,
    bound: float,
) -> float:
    """The exact p-value of "the treated rate minus the control rate is at least `bound`".

    Args:
        treated_successes: units of the treated arm that succeeded.
        treated_n: independent units in the treated arm.
        control_successes: units of the control arm that succeeded.
        control_n: independent units in the control arm.
        bound: the difference of two rates, of any sign.

    Returns:
        A probability; 1 if an arm is empty or the bound is -1 or less, 0 if it exceeds 1. Time and
        memory grow like `treated_n * control_n`.

    Raises:
        InvalidNumbers: something that is not a count, a bound that is not finite, or more than ten
            million possible outcomes.

    Example:
        >>> p = binary_difference_rule_out_p(
        ...     2, treated_n=25, control_successes=2, control_n=25, bound=0.25
        ... )
        >>> round(p, 4)
        0.0068
    """
    checked_count(treated_successes, n=treated_n)
    checked_count(control_successes, n=control_n)
    finite(bound, name="bound")
    if min(treated_n, control_n) == 0 or bound <= -1.0:
        return 1.0
    if bound >= 1.0:  # a difference of 1 means that all of one arm and none of the other succeed
        certain = treated_successes == treated_n and control_successes == 0
        return float(bound == 1.0 and certain)
    checked_outcomes(treated_n, control_n=control_n)
    scores = _scores(treated_n, control_n, bound)
    region = region_of(scores, x=treated_successes, y=control_successes)
    return largest_probability(
        region,
        treated_of=lambda rates: rates + bound,
        lowest=max(0.0, -bound),
        highest=min(1.0, 1.0 - bound),
    )


def binary_difference_rule_in_p(
    treated_successes: int,
    *,
    treated_n: int,
    control_successes: int,
    control_n: int,
    bound: float,
) -> float:
    """The exact p-value of "the treated rate minus the control rate is at most `bound`".

    The same test with the arms exchanged and the sign of the bound turned.
    """
    return binary_difference_rule_out_p(
        control_successes,
        treated_n=control_n,
        control_successes=treated_successes,
        control_n=treated_n,
        bound=-bound,
    )


def _scores(n_t: int, n_c: int, bound: float) -> Floats:
    """(p_T - p_C - bound) over its restricted standard error, shape (n_t + 1, n_c + 1)."""
    p_t, p_c = np.arange(n_t + 1.0)[:, None] / n_t, np.arange(n_c + 1.0) / n_c
    treated = _restricted(p_t, p_c, n_c / n_t, bound)
    control = np.clip(treated - bound, 0.0, 1.0)
    variance = treated * (1.0 - treated) / n_t + control * (1.0 - control) / n_c
    difference = p_t - p_c - bound
    certain = variance <= 1e-15
    scores = difference / np.sqrt(np.where(certain, 1.0, variance))
    direction = np.where(np.abs(difference) <= 1e-12, 0.0, np.copysign(99.0, difference))
    return np.asarray(np.where(certain, direction, scores), np.float64)


def _restricted(p_t: Floats, p_c: Floats, ratio: float, bound: float) -> Floats:
    """The treated rate of largest likelihood among those `bound` above the control rate.

    The root of a cubic between the ends that the bound leaves; `ratio` is n_C / n_T.
    """
    a = 1.0 + ratio
    b = -(1.0 + ratio + p_t + ratio * p_c + bound * (ratio + 2.0))
    c = bound**2 + bound * (2.0 * p_t + ratio + 1.0) + p_t + ratio * p_c
    d = -p_t * bound * (1.0 + bound)
    third = b / (3.0 * a)
    v = third**3 - b * c / (6.0 * a * a) + d / (2.0 * a)
    u = np.copysign(np.sqrt(np.maximum(third**2 - c / (3.0 * a), 0.0)), v)
    flat = np.abs(u) <= 1e-12
    cosine = np.clip(v / np.where(flat, 1.0, u) ** 3, -1.0, 1.0)
    root = 2.0 * u * np.cos((np.pi + np.arccos(cosine)) / 3.0) - third
    return np.asarray(
        np.clip(np.where(flat, -third, root), max(0.0, bound), min(1.0, 1.0 + bound)), np.float64
    )
