"""Missing values replaced by the worst and by the best that they could have been.

An errored, unscored or invalidated attempt is neither dropped nor counted as zero: rule-out is
tested on the worst case, rule-in on the best case (`spec/statistics.md` S-12). So losing data
never strengthens a finding.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers, UnboundedScore
from tierlock.stats._special import Floats


class WorstBest(NamedTuple):
    """The same values twice, with every missing one replaced; shape (N,) each."""

    worst: Floats
    """For the rule-out test."""
    best: Floats
    """For the rule-in test."""
    n_missing: int


def worst_best(
    values: npt.ArrayLike, *, lo: float, hi: float, worse_is: Literal["high", "low"]
) -> WorstBest:
    """The values with NaN replaced by the worst and by the best end of the score.

    Args:
        values: one value per attempt, shape (N,); NaN marks a missing one.
        lo: smallest value the score can take; -inf where there is none.
        hi: largest value the score can take; inf where there is none.
        worse_is: which end is the bad one: "high" for a danger score, "low" for a protection
            score.

    Raises:
        UnboundedScore: a value is missing and an end is infinite.
        InvalidNumbers: an infinite value, one outside [lo, hi], or an empty range.

    Example:
        >>> worst_best([0.25, float("nan")], lo=0, hi=1, worse_is="high").worst
        array([0.25, 1.  ])
    """
    if math.isnan(lo) or math.isnan(hi) or not lo < hi:
        raise InvalidNumbers(f"the range from `{lo}` to `{hi}` is empty")
    if worse_is not in ("high", "low"):
        raise InvalidNumbers(f"worse_is must be `high` or `low`, not `{worse_is}`")
    array = np.asarray(values, np.float64)
    missing = np.isnan(array)
    present = array[~missing]
    if np.isinf(present).any() or (present < lo).any() or (present > hi).any():
        raise InvalidNumbers(f"a value is infinite or lies outside of [`{lo}`, `{hi}`]")
    n_missing = int(missing.sum())
    if n_missing and (math.isinf(lo) or math.isinf(hi)):
        raise UnboundedScore(f"`{n_missing}` values are missing from a score without finite ends")
    low, high = np.where(missing, lo, array), np.where(missing, hi, array)
    return (
        WorstBest(high, low, n_missing) if worse_is == "high" else WorstBest(low, high, n_missing)
    )
