"""Time horizon: the length of task, in human minutes, that an agent completes with a given rate.

A logistic curve of success over log2(minutes) is fitted with weights that give every run of a
task, and every task of a family, less to say the more of them there are; the horizon at success
rate p is where the curve crosses p:

    horizon(p) = 2 ** ((log(p / (1 - p)) - intercept) / slope)     minutes.

The fit minimises `penalty / 2 * slope^2 + sum w_i loss_i` with weights that sum to 1, so even a
small penalty weighs much: METR's 0.1 flattens the curve and moves horizons at high success rates
by a quarter or more. The default is small enough to matter only for a curve that is a step, where
the unpenalised slope is infinite (`spec/statistics.md` S-70).

References:
    Kwa and others (METR, 2025), Measuring AI Ability to Complete Long Tasks, arXiv 2503.14499.
"""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._logistic import checked_attempts, checked_success, fit_curves
from tierlock.stats._special import Floats, logit

DEFAULT_PENALTY: Final = 1e-5


class HorizonFit(NamedTuple):
    """A fitted curve: log odds of success = intercept + slope * log2(minutes).

    For an agent that never succeeds the intercept is -inf, for one that always does it is inf; both
    have slope 0. NaN where the search did not converge.
    """

    intercept: float
    slope: float


def horizon_weights(*, items: npt.ArrayLike, clusters: npt.ArrayLike) -> Floats:
    """METR's weight of every attempt: 1 / (attempts at its item * sqrt(items of its cluster)).

    Args:
        items: label of the task of each attempt, shape (N,); identified within its cluster.
        clusters: label of the task family of each attempt, shape (N,).

    Returns:
        Weights that sum to 1, shape (N,).

    Raises:
        InvalidNumbers: the two differ in length.

    Example:
        >>> horizon_weights(items=["a", "a", "b"], clusters=["f", "f", "g"])
        array([0.25, 0.25, 0.5 ])
    """
    item_labels, cluster_labels = np.asarray(items), np.asarray(clusters)
    if item_labels.ndim != 1 or item_labels.shape != cluster_labels.shape:
        raise InvalidNumbers(
            f"items and clusters must have one length, not `{item_labels.shape}` and "
            f"`{cluster_labels.shape}`"
        )
    names, item_codes = np.unique(item_labels, return_inverse=True)
    _, cluster_codes = np.unique(cluster_labels, return_inverse=True)
    pairs, codes, runs = np.unique(
        cluster_codes.astype(np.int64) * max(names.size, 1) + item_codes,
        return_inverse=True,
        return_counts=True,
    )
    tasks = np.bincount(pairs // max(names.size, 1))
    weights = 1.0 / (runs[codes] * np.sqrt(tasks[cluster_codes]))
    return np.asarray(weights / max(math.fsum(weights), 1e-300), np.float64)


def fit_horizon(
    values: npt.ArrayLike,
    *,
    minutes: npt.ArrayLike,
    weights: npt.ArrayLike,
    penalty: float = DEFAULT_PENALTY,
) -> HorizonFit:
    """The weighted logistic curve of success over log2 of the human minutes.

    Args:
        values: success of each attempt, from 0 to 1; a share counts as that much of a success and
            the rest of a failure; shape (N,), at least one.
        minutes: human minutes of the task of each attempt, above 0, shape (N,).
        weights: weight of each attempt, above 0, shape (N,); rescaled to sum to 1.
        penalty: half of it times the squared slope is added to the mean loss. scikit-learn's
            `LogisticRegression(C=1/penalty)` has the same optimum.

    Raises:
        InvalidNumbers: no attempts, another length, or a number out of its range.

    Example:
        >>> tried = fit_horizon([1, 1, 0, 1, 0, 0], minutes=[1, 2, 4, 8, 16, 32], weights=[1] * 6)
        >>> round(horizon_at(tried, success=0.5), 2)
        5.66
    """
    share, length, weight = checked_attempts(values, minutes=minutes, weights=weights)
    positive(penalty, name="penalty")
    order = np.lexsort((weight, share, length))  # row order is moot, even for the last digit
    share, length, weight = share[order], length[order], weight[order]
    total = weight.sum()
    if share.min() == 1.0 or share.max() == 0.0:
        return HorizonFit(math.inf if share[0] else -math.inf, 0.0)
    mean = float(share @ weight / total)
    found = fit_curves(
        np.log2(length),
        weights=(weight / total)[None, :],
        successes=(share * weight / total)[None, :],
        penalty=penalty,
        start=(logit(min(max(mean, 1e-6), 1.0 - 1e-6)), 0.0),
    )
    return HorizonFit(float(found.intercepts[0]), float(found.slopes[0]))


def horizon_at(fit: HorizonFit, *, success: float = 0.5) -> float:
    """The human minutes at which a fitted curve crosses a success rate.

    Returns:
        Minutes: 0 for an agent that never succeeds, inf for one that always does, and NaN for a
        curve that does not fall with the length of the task or was not found: it crosses nowhere,
        or from below.

    Raises:
        InvalidNumbers: `success` is not between 0 and 1.

    Example:
        >>> horizon_at(HorizonFit(intercept=3.0, slope=-0.5), success=0.5)
        64.0
    """
    checked_success(success)
    if math.isinf(fit.intercept):
        return 0.0 if fit.intercept < 0 else math.inf
    if not fit.slope < 0:
        return math.nan
    exponent = (logit(success) - fit.intercept) / fit.slope
    return math.inf if exponent > 1000.0 else 2.0**exponent
