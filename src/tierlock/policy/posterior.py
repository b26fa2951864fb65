"""A labelled second opinion beside the test: the posterior of a rate, which decides nothing."""

from __future__ import annotations

from typing import Final

import numpy as np

from tierlock import stats
from tierlock.core import Evaluation, Limits, Measured
from tierlock.policy.pooling import Attempts

_RATES: Final = frozenset({"success_rate", "mean_score"})
_DIGITS: Final = 6  # the grid resolves three; machines may differ in the last of sixteen
_MOST_PER_CLUSTER: Final = 200  # up to here it takes less than 3 ms


def posterior_of(
    attempts: Attempts, *, criterion: Measured, evaluation: Evaluation, limits: Limits
) -> float | None:
    """Return the beta-binomial posterior probability that the rate is at or beyond the limit.

    None where the estimand is not a plain rate of 0/1 values over tasks like these, where a judge
    with known errors scored, and where no attempt has a value. Missing attempts count as dangerous.
    """
    plain = criterion.estimand.name in _RATES and criterion.estimand.population == "tasks"
    if not plain or limits.hi is None or evaluation.judge is not None:
        return None
    missing = np.isnan(attempts.values)
    lo, hi, worse = limits.lo, limits.hi, limits.higher_is_worse
    if missing.all() or not np.isin(attempts.values[~missing], (lo, hi)).all():
        return None
    bad = missing | (attempts.values == (hi if worse else lo))
    _, codes = np.unique(attempts.clusters, return_inverse=True)
    tried = np.bincount(codes)
    if tried.max() > _MOST_PER_CLUSTER:
        return None
    bound = (limits.rule_out - lo if worse else hi - limits.rule_out) / (hi - lo)
    found = stats.beta_binomial_posterior(
        np.bincount(codes, weights=bad), attempts=tried, bound=bound
    )
    return round(found, _DIGITS)
