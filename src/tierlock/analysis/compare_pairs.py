"""Attempts of two sides -> paired differences, their test, and what the pairs could see (S-32)."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from tierlock import stats
from tierlock.core import PairedDifference, PairedTest, SecondaryT
from tierlock.policy import Attempts, Floats, Labels, Mask

_MANY_CLUSTERS: Final = 30
"""From here on Student's t on clusters is shown beside the test."""


class Pairs(NamedTuple):
    """One row per item of either side; values are item means over attempts.

    `low` and `high` are new minus old with everything missing as low, and as high, as it could be;
    `old` and `new` are the means of what has a value, NaN where nothing has.
    """

    items: Labels
    clusters: Labels
    low: Floats
    high: Floats
    old: Floats
    new: Floats
    span: float
    binary: bool


def pair(old: Attempts, *, new: Attempts, lo: float, hi: float, absent: tuple[int, int]) -> Pairs:
    """Return the two sides item by item.

    Args:
        old: attempts of the old side; NaN marks a missing value.
        new: attempts of the new side.
        lo: lower end of the score.
        hi: upper end of the score.
        absent: attempts that each side planned and its logs do not hold. They stand in for items
            that only the other side has; what is left over becomes items of which nothing is known.
    """
    labels = np.concatenate([old.items, new.items])
    items, first = np.unique(labels, return_index=True)
    clusters = np.concatenate([old.clusters, new.clusters])[first]
    sides = [_means(side, items=items, lo=lo, hi=hi) for side in (old, new)]
    unseen = max(
        absent[0] - int((~np.isin(new.items, old.items)).sum()),
        absent[1] - int((~np.isin(old.items, new.items)).sum()),
        0,
    )
    extra = np.array([f"\x1funseen\x1f{i}" for i in range(unseen)], dtype=np.str_)
    span, unknown = hi - lo, np.full(unseen, np.nan)
    values = np.concatenate([old.values, new.values])
    single = (
        np.unique(old.items).size == old.items.size,
        np.unique(new.items).size == new.items.size,
    )
    return Pairs(
        items=np.concatenate([items, extra]),
        clusters=np.concatenate([clusters, extra]),
        low=np.concatenate([sides[1].low - sides[0].high, np.full(unseen, -span)]),
        high=np.concatenate([sides[1].high - sides[0].low, np.full(unseen, span)]),
        old=np.concatenate([sides[0].seen, unknown]),
        new=np.concatenate([sides[1].seen, unknown]),
        span=span,
        binary=all(single)
        and np.unique(clusters).size == items.size
        and bool(np.isin(values[~np.isnan(values)], (lo, hi)).all()),
    )


class _Means(NamedTuple):
    low: Floats
    high: Floats
    seen: Floats


def _means(side: Attempts, *, items: Labels, lo: float, hi: float) -> _Means:
    """Item means of one side in the order of `items`; an item that it lacks is wholly missing."""
    lost = np.isnan(side.values)
    return _Means(
        _placed(np.where(lost, lo, side.values), side.items, items, rest=lo),
        _placed(np.where(lost, hi, side.values), side.items, items, rest=hi),
        _placed(side.values[~lost], side.items[~lost], items, rest=np.nan),
    )


def _placed(values: Floats, labels: Labels, items: Labels, *, rest: float) -> Floats:
    found = np.full(items.size, rest)
    means = stats.cluster_means(values, items=labels, clusters=labels).means
    found[np.searchsorted(items, np.unique(labels))] = means
    return found


def clustered_mean(pairs: Pairs, *, values: Floats) -> float | None:
    """Return the mean over clusters of item values, of items that have one on both sides."""
    have = ~np.isnan(pairs.old + pairs.new)
    return float(_clusters(pairs, values, have=have).mean()) if have.any() else None


def difference_of(pairs: Pairs) -> PairedDifference:
    """Return the three numbers and the counts of changed answers."""
    change = pairs.new - pairs.old
    have = ~np.isnan(change)
    return PairedDifference(
        value=clustered_mean(pairs, values=change),
        lowest=float(_clusters(pairs, pairs.low).mean()),
        highest=float(_clusters(pairs, pairs.high).mean()),
        items=int(have.sum()),
        clusters=int(np.unique(pairs.clusters).size),
        up=int((change[have] > 0).sum()),
        down=int((change[have] < 0).sum()),
    )


def test_pairs(pairs: Pairs, *, alpha: float, power: float) -> PairedTest:
    """Return the test of "no difference" and its interval; missing data count against each claim.

    McNemar's exact test where every item is its own cluster and has one yes-or-no outcome on each
    side; else the default test on cluster differences (S-3, S-8).
    """
    span = pairs.span
    low, high = _clusters(pairs, pairs.low), _clusters(pairs, pairs.high)
    if pairs.binary:
        p_lower = _mcnemar(pairs.high)
        p_higher = _mcnemar(-pairs.low)
    else:
        p_lower = stats.rule_out_p(high, bound=0.0, lo=-span, hi=span)
        p_higher = stats.rule_in_p(low, bound=0.0, lo=-span, hi=span)
    return PairedTest(
        method="McNemar exact" if pairs.binary else "Gaffke",
        p=min(1.0, 2.0 * min(p_lower, p_higher)),
        p_lower=p_lower,
        p_higher=p_higher,
        lower=stats.lower_bound(low, alpha=alpha / 2, lo=-span, hi=span),
        upper=stats.upper_bound(high, alpha=alpha / 2, lo=-span, hi=span),
        detectable=_detectable(pairs, alpha=alpha, power=power),
        secondary=_secondary(low, high=high, alpha=alpha),
    )


def _clusters(pairs: Pairs, values: Floats, *, have: Mask | None = None) -> Floats:
    keep = np.ones(pairs.items.size, dtype=bool) if have is None else have
    return stats.cluster_means(
        values[keep], items=pairs.items[keep], clusters=pairs.clusters[keep]
    ).means


def _mcnemar(differences: Floats) -> float:
    """The p-value of "changes upwards are at least as likely as changes downwards"."""
    up, down = int((differences > 0).sum()), int((differences < 0).sum())
    return stats.counts_rule_out_p(up, n=up + down, bound=0.5)


def _detectable(pairs: Pairs, *, alpha: float, power: float) -> float | None:
    change = pairs.new - pairs.old
    have = ~np.isnan(change)
    count = int(have.sum())
    if not count:
        return None
    if pairs.binary:
        rarer = min(int((change[have] > 0).sum()), int((change[have] < 0).sum()))
        share = stats.detectable_share(count, against=rarer / count, alpha=alpha, power=power)
        return None if share is None else share * pairs.span
    values = _clusters(pairs, change, have=have)
    return stats.detectable_mean(values, alpha=alpha, power=power, lo=-pairs.span, hi=pairs.span)


def _secondary(low: Floats, *, high: Floats, alpha: float) -> SecondaryT | None:
    """Student's t with missing data against each claim; None where it has no footing."""
    below, above = stats.paired_t(high, alpha=alpha), stats.paired_t(low, alpha=alpha)
    if low.size < _MANY_CLUSTERS or below is None or above is None:
        return None
    p = min(1.0, 2.0 * min(below.below_p, above.above_p))
    return SecondaryT(p=p, lower=above.lower, upper=below.upper)
