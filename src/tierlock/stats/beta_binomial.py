"""The beta-binomial posterior of a rate: a second opinion beside a test, which decides nothing.

Clusters have rates from Beta(mu d, (1 - mu) d); the prior is uniform in the mean mu and Gamma(1, 1)
in the concentration d, on a fixed grid. Averaged over that prior it is well calibrated; for one
given truth it is not: a rule "posterior at most alpha" was measured to rule out falsely in up to
43 % of the cases where most families are hopeless and few are easy (`spec/statistics.md` S-44).

References:
    Bowyer et al. (2025), arXiv 2503.01747 (the model and its prior).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import finite
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats

_MEANS: Final = 200
_CONCENTRATIONS: Final = np.array(
    [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.4, 2.0, 3.0, 5.0, 8.0, 15.0, 40.0]
)


def beta_binomial_posterior(
    successes: npt.ArrayLike, *, attempts: npt.ArrayLike, bound: float
) -> float:
    """The posterior probability that the mean rate of the clusters is at least `bound`.

    Accurate to about 1 / 200 of the range of the mean, which is what the grid resolves.

    Args:
        successes: successful attempts in each cluster, shape (G,).
        attempts: attempts in each cluster, shape (G,).
        bound: the limit on the mean rate.

    Returns:
        A probability; the prior's, `1 - bound`, for no clusters.

    Raises:
        InvalidNumbers: counts that are not counts.

    Example:
        >>> round(beta_binomial_posterior([0] * 20, attempts=[1] * 20, bound=0.1), 2)
        0.11
    """
    won = np.atleast_1d(np.asarray(successes, np.float64))
    tried = np.atleast_1d(np.asarray(attempts, np.float64))
    whole = np.array_equal(won, np.round(won)) and np.array_equal(tried, np.round(tried))
    if won.shape != tried.shape or not whole or (won < 0).any() or (won > tried).any():
        raise InvalidNumbers(
            "successes and attempts must be counts, with no more successes than attempts"
        )
    limit = finite(bound, name="bound")
    mean = (np.arange(_MEANS) + 0.5) / _MEANS
    size = _CONCENTRATIONS
    edges = np.concatenate([[0.0], np.sqrt(size[1:] * size[:-1]), [np.inf]])
    log_prior = np.log(np.exp(-edges[:-1]) - np.exp(-edges[1:]))
    likelihood = (
        _rising(mean[:, None] * size, won)
        + _rising((1.0 - mean)[:, None] * size, tried - won)
        - _rising(size[None, :], tried)
    )
    weight = np.exp(likelihood + log_prior - (likelihood + log_prior).max()).sum(axis=1)
    above = np.clip((mean - limit) * _MEANS + 0.5, 0.0, 1.0)  # share of each cell beyond the bound
    return float((weight * above).sum() / weight.sum())


def _rising(start: Floats, counts: Floats) -> Floats:
    """Sum over clusters of log(start (start + 1) .. (start + count - 1)), shape of `start`."""
    total = np.zeros(start.shape)
    longest = int(counts.max()) if counts.size else 0
    reached = counts.size - np.cumsum(np.bincount(counts.astype(np.int64), minlength=longest + 1))
    for step in range(longest):
        total += reached[step] * np.log(start + step)
    return total
