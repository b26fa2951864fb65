"""Two success rates: the exact unconditional test of their ratio (Chan 1998).

The outcomes (x_T, x_C) are ordered by the Farrington-Manning score; the p-value is the largest
probability, over the unknown control rate, of an outcome at least as extreme. Measured sizes are
.041 to .049 at alpha = .05, where the asymptotic tests reach .122 (`spec/statistics.md` S-7).

References:
    Chan (1998), Statistics in Medicine 17:1403; Farrington and Manning (1990), ibid. 9:1447.
"""

import numpy as np

from tierlock.stats._checks import checked_count, positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats, binomial_pmf

_GRID = 400
_TIE = 1e-9
_MAX_OUTCOMES = 10_000_000  # bounds the memory: 80 MB per table of outcomes


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
    if treated_n * control_n > _MAX_OUTCOMES:
        raise InvalidNumbers(
            f"arms of `{treated_n}` and `{control_n}` units are too large for the exact test"
        )
    scores = _scores(
        np.arange(treated_n + 1.0)[:, None], treated_n, np.arange(control_n + 1.0), control_n, bound
    )
    region = (scores <= scores[treated_successes, control_successes] + _TIE).astype(np.float64)
    top = min(1.0, 1.0 / bound)
    rates = np.linspace(0.0, top, _GRID + 2)[1:-1]
    coarse = _region_probability(region, treated_n, control_n, rates, bound)
    peak = rates[int(coarse.argmax())]
    step = top / (_GRID + 1)
    near = np.linspace(max(peak - step, step * 1e-3), min(peak + step, top - step * 1e-3), _GRID)
    fine = _region_probability(region, treated_n, control_n, near, bound)
    return float(min(1.0, max(coarse.max(), fine.max())))


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


def _region_probability(
    region: Floats, n_t: int, n_c: int, control_rates: Floats, kappa: float
) -> Floats:
    """Probability of the region at each control rate, the treated rate being kappa times it."""
    treated = binomial_pmf(n_t, rates=kappa * control_rates)
    control = binomial_pmf(n_c, rates=control_rates)
    return np.asarray((treated * (region @ control)).sum(axis=0), np.float64)
