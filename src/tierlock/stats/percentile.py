"""Where does a model stand among experts? Counts of experts, with the noise of both sides.

Two readings of "the model is at the q-th percentile of experts" are kept apart, because they can
lead to opposite decisions (`spec/statistics.md` S-50):

* of their *scores*: the share of experts whose measured score the model's expected score reaches,
  or, where the model did each expert's own items, the share of experts it beats on them;
* of their *skill*: the share of experts whose expected score the model's expected score reaches.

Scores of a few items each spread wider than skill does. An expert therefore counts as above the
model in skill only if that expert's own items show it at the error `DOUBT`, and the binomial test
allows for that error. It is valid for any number of items, and has no power with a few.

References:
    Clopper and Pearson (1934), Biometrika 26:404, for the counts.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import checked_range, checked_share, finite
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats
from tierlock.stats.clusters import item_means
from tierlock.stats.hoeffding import hoeffding_bentkus_rule_in_p
from tierlock.stats.one_sample import rule_in_p
from tierlock.stats.reported import (
    counts_lower_bound,
    counts_rule_in_p,
    counts_rule_out_p,
    counts_upper_bound,
)

DOUBT: Final = 0.1
"""Error at which an expert's own items must show that the expert is above a limit."""
_TIE: Final = 1e-9  # share of the range within which two means are one


class ExpertCount(NamedTuple):
    """How many experts are not above a limit."""

    experts: int
    by_score: int
    """Experts whose measured score is at most the limit."""
    by_skill: int
    """Experts whose items do not show, at the error `DOUBT`, that they are above the limit."""


def experts_at_most(
    values: npt.ArrayLike,
    *,
    items: npt.ArrayLike,
    experts: npt.ArrayLike,
    limit: float,
    lo: float = 0.0,
    hi: float = 1.0,
    proved: bool = False,
) -> ExpertCount:
    """Count the experts that are not above `limit`, by score and by skill.

    Args:
        values: one value per attempt of an expert, shape (N,), each in [lo, hi].
        items: label of the item of each attempt, shape (N,); attempts at one item are averaged.
        experts: label of the expert of each attempt, shape (N,).
        limit: the score to compare with, in the unit of the values.
        lo: smallest value the score can take.
        hi: largest value the score can take.
        proved: whether skill is judged by the proved test instead of the default one.

    Raises:
        InvalidNumbers: lengths differ, or a value is not finite or outside [lo, hi].
        UnboundedScore: `lo` or `hi` is infinite.

    Example:
        >>> experts_at_most(
        ...     [1, 1, 0, 1] + [1] * 40,
        ...     items=[1, 2, 1, 2, *range(40)],
        ...     experts=["a", "a", "b", "b"] + ["c"] * 40,
        ...     limit=0.8,
        ... )
        ExpertCount(experts=3, by_score=1, by_skill=2)
    """
    checked_range(lo, hi=hi)
    finite(limit, name="limit")
    means, starts = _by_expert(values, items, experts)
    if not means.size:
        return ExpertCount(0, 0, 0)
    groups = np.split(means, starts[1:])
    at = limit + _TIE * (hi - lo)
    test = hoeffding_bentkus_rule_in_p if proved else rule_in_p
    return ExpertCount(
        len(groups),
        sum(float(group.mean()) <= at for group in groups),
        sum(test(group, bound=limit, lo=lo, hi=hi) > DOUBT for group in groups),
    )


def head_to_head(
    model: npt.ArrayLike,
    *,
    model_items: npt.ArrayLike,
    values: npt.ArrayLike,
    items: npt.ArrayLike,
    experts: npt.ArrayLike,
    lo: float = 0.0,
    hi: float = 1.0,
) -> Floats | None:
    """Per expert: 1 if the model's mean on that expert's items is higher, 0.5 if equal, else 0.

    Args:
        model: one value per attempt of the model, shape (M,).
        model_items: label of the item of each attempt, shape (M,).
        values: one value per attempt of an expert, shape (N,).
        items: label of the item of each attempt, shape (N,).
        experts: label of the expert of each attempt, shape (N,).
        lo: smallest value the score can take.
        hi: largest value the score can take.

    Returns:
        Shape (J,), experts in the sorted order of their labels; or None where the model did not do
        some item that an expert did: then the two are not paired.

    Raises:
        InvalidNumbers: lengths differ, or a value is not finite.
        UnboundedScore: `lo` or `hi` is infinite.

    Example:
        >>> head_to_head(
        ...     [1, 1, 0], model_items=[1, 2, 3],
        ...     values=[1, 0, 1, 1, 0, 0], items=[1, 2, 1, 2, 3, 3], experts=[1, 1, 2, 2, 3, 3],
        ... )
        array([1. , 0.5, 0.5])
    """
    checked_range(lo, hi=hi)
    labels = np.asarray(model_items)
    own = item_means(model, items=labels, clusters=np.zeros(labels.shape, np.int64))
    known = labels[own.first_rows]  # sorted: all in one cluster
    named = np.asarray(items)
    theirs = item_means(values, items=named, clusters=experts)
    wanted = named[theirs.first_rows]
    at = np.searchsorted(known, wanted)
    if not known.size or (at == known.size).any() or (known[at] != wanted).any():
        return None
    gaps = own.means[at] - theirs.means
    counts = np.bincount(theirs.clusters)
    means = np.bincount(theirs.clusters, weights=gaps) / counts
    tie = np.abs(means) <= _TIE * (hi - lo)
    return np.asarray(np.where(tie, 0.5, means > 0), np.float64)


def percentile_rule_out_p(count: ExpertCount, *, bound: float, spent: float) -> tuple[float, float]:
    """The p-values of "the percentile is at least `bound`", by score and by skill.

    Args:
        count: experts at most the upper bound of the model's mean.
        bound: the percentile as a share.
        spent: error of that upper bound, to which the count's own is added.

    Returns:
        (by score, by skill), each `spent + P(Bin(experts, rate) <= count)`; the rate is `bound` by
        score and `bound * (1 - DOUBT)` by skill. Both are at least `spent`, and 1 without experts.

    Example:
        >>> count = ExpertCount(experts=20, by_score=8, by_skill=12)
        >>> by_score, by_skill = percentile_rule_out_p(count, bound=0.8, spent=0.025)
        >>> round(by_score, 4), round(by_skill, 4)
        (0.0251, 0.1957)
    """
    n, seen, possible = _checked(count)
    checked_share(spent, name="spent")
    return (
        min(1.0, spent + counts_rule_out_p(seen, n=n, bound=bound)),
        min(1.0, spent + counts_rule_out_p(possible, n=n, bound=bound * (1.0 - DOUBT))),
    )


def percentile_rule_in_p(count: ExpertCount, *, bound: float, spent: float) -> tuple[float, float]:
    """The p-values of "the percentile is at most `bound`"; the mirror of `percentile_rule_out_p`.

    Args:
        count: experts that are *not below* the lower bound of the model's mean: what
            `experts_at_most` gives for values, limit and range with their signs turned.
        bound: the percentile as a share.
        spent: error of that lower bound.
    """
    n, seen, possible = _checked(count)
    checked_share(spent, name="spent")
    rate = bound + (1.0 - bound) * DOUBT
    return (
        min(1.0, spent + counts_rule_in_p(n - seen, n=n, bound=bound)),
        min(1.0, spent + counts_rule_in_p(n - possible, n=n, bound=rate)),
    )


def percentile_upper_bounds(count: ExpertCount, *, alpha: float) -> tuple[float, float]:
    """The percentiles, by score and by skill, at which the count's own error is `alpha`.

    Example:
        >>> by_score, by_skill = percentile_upper_bounds(ExpertCount(20, 8, 12), alpha=0.025)
        >>> round(by_score, 3), round(by_skill, 3)
        (0.639, 0.899)
    """
    n, seen, possible = _checked(count)
    skill = counts_upper_bound(possible, n=n, alpha=alpha) / (1.0 - DOUBT)
    return counts_upper_bound(seen, n=n, alpha=alpha), min(1.0, skill)


def percentile_lower_bounds(count: ExpertCount, *, alpha: float) -> tuple[float, float]:
    """The mirror of `percentile_upper_bounds`, for the count of `percentile_rule_in_p`."""
    n, seen, possible = _checked(count)
    skill = (counts_lower_bound(n - possible, n=n, alpha=alpha) - DOUBT) / (1.0 - DOUBT)
    return counts_lower_bound(n - seen, n=n, alpha=alpha), max(0.0, skill)


def _checked(count: ExpertCount) -> ExpertCount:
    n, seen, possible = count
    if not (0 <= seen <= n and 0 <= possible <= n):
        raise InvalidNumbers(f"`{count}` does not count experts")
    return count


def _by_expert(
    values: npt.ArrayLike, items: npt.ArrayLike, experts: npt.ArrayLike
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Means per expert and item, expert by expert, and the row at which each expert begins."""
    table = item_means(values, items=items, clusters=experts)
    starts = np.flatnonzero(np.diff(table.clusters, prepend=-1)).astype(np.int64)
    return table.means, starts
