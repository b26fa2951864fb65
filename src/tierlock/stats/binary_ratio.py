"""Two success rates: the exact unconditional test of their ratio (Chan 1998).

The outcomes (x_T, x_C) are ordered by the Farrington-Manning score, made monotone; the p-value is
the largest probability, over the unknown control rate, of an outcome at least as extreme. Measured
sizes are .041 to .049 at alpha = .05, where the asymptotic tests reach .122 (`spec/statistics.md`
S-7).

References:
    Chan (1998), Statistics in Medicine 17:1403; Farrington and Manning (1990), ibid. 9:1447;
    Barnard (1947), Biometrika 34:123, for the convexity of the region.
"""

import numpy as np

from tierlock.stats._checks import checked_count, positive
from tierlock.stats._special import Floats
from tierlock.stats._two_rates import checked_outcomes, largest_probability, region_of


def binary_ratio_rule_out_p(
    treated_successes: int,
    *,
    treated_n: int,
    control_successes: int,
    control_n: int,
    bound: float,
) -> float:
    """The exact p-value of "the treated rate is at least `bound` times the control rate".

    Args:
        treated_successes: units of the treated arm that succeeded.
        treated_n: independent units in the treated arm.
        control_successes: units of the control arm that succeeded.
        control_n: independent units in the control arm.
        bound: the ratio kappa, above 0.

    Returns:
        A probability; 1 if an arm is empty. Time and memory grow like `treated_n * control_n`.

    Raises:
        InvalidNumbers: something that is not a count, a bound that is not above 0, or more than ten
            million possible outcomes.

    Example:
        >>> p = binary_ratio_rule_out_p(
        ...     2, treated_n=25, control_successes=6, control_n=25, bound=2.0
        ... )
        >>> round(p, 6)
        0.007393
    """
    checked_count(treated_successes, n=treated_n)
    checked_count(control_successes, n=control_n)
    positive(bound, name="bound")
    if min(treated_n, control_n) == 0:
        return 1.0
    checked_outcomes(treated_n, control_n=control_n)
    scores = outcome_scores(treated_n, control_n=control_n, bound=bound)
    region = region_of(scores, x=treated_successes, y=control_successes)
    return largest_probability(
        region, treated_of=lambda rates: bound * rates, lowest=0.0, highest=min(1.0, 1.0 / bound)
    )


def binary_ratio_rule_in_p(
    treated_successes: int,
    *,
    treated_n: int,
    control_successes: int,
    control_n: int,
    bound: float,
) -> float:
    """The exact p-value of "the treated rate is at most `bound` times the control rate".

    The same test with the arms exchanged and the ratio inverted.
    """
    return binary_ratio_rule_out_p(
        control_successes,
        treated_n=control_n,
        control_successes=treated_successes,
        control_n=treated_n,
        bound=1.0 / positive(bound, name="bound"),
    )


def farrington_manning_score(
    treated_successes: int,
    *,
    treated_n: int,
    control_successes: int,
    control_n: int,
    bound: float,
) -> float:
    """The score by which outcomes are ordered; very negative speaks for a smaller ratio."""
    x, y = np.array([[float(treated_successes)]]), np.array([float(control_successes)])
    return float(_scores(x, treated_n, y, control_n, bound)[0, 0])


def outcome_scores(treated_n: int, *, control_n: int, bound: float) -> Floats:
    """The score of every outcome, shape (treated_n + 1, control_n + 1); very negative is safest."""
    x, y = np.arange(treated_n + 1.0)[:, None], np.arange(control_n + 1.0)
    return _scores(x, treated_n, y, control_n, bound)


def _scores(x: Floats, n_t: int, y: Floats, n_c: int, kappa: float) -> Floats:
    """(p_T - kappa p_C) over its restricted standard error, shape (len(x), len(y))."""
    difference = x / n_t - kappa * y / n_c
    a = kappa * (n_t + n_c)
    b = -(kappa * n_t + kappa * y + n_c + x)
    root = np.sqrt(np.maximum(b * b - 4.0 * a * (x + y), 0.0))
    control = np.clip((-b - root) / (2.0 * a), 0.0, min(1.0, 1.0 / kappa))
    treated = np.minimum(kappa * control, 1.0)
    variance = treated * (1.0 - treated) / n_t + kappa**2 * control * (1.0 - control) / n_c
    certain = variance <= 1e-15  # all or none succeeded in both arms
    scores = difference / np.sqrt(np.where(certain, 1.0, variance))
    direction = np.where(np.abs(difference) <= 1e-12, 0.0, np.copysign(99.0, difference))
    return np.asarray(np.where(certain, direction, scores), np.float64)
