"""Looks at any time, at counts: an e-process, valid whenever and for whatever reason one stops.

The e-value after n clusters with s dangerous outcomes is the likelihood of rates below the bound t
relative to that of t itself: half at a planned rate q (the sequential probability ratio test), half
averaged over a Beta prior cut off at t. Under any rate at or beyond t it is a nonnegative
supermartingale from 1, so by Ville's inequality it ever reaches 1/alpha with probability alpha at
most, and `1 / max e` is a p-value at every look (`spec/statistics.md` S-19).

Partial scores and cluster means: `betting`, the same process for values between the ends.

References:
    Wald (1945), Annals of Mathematical Statistics 16:117; Ville (1939), Etude critique de la notion
    de collectif; Robbins (1970), Annals of Mathematical Statistics 41:1397;
    Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49:1055.
"""

import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import checked_alpha
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._lattice import checked_rate
from tierlock.stats._special import Floats
from tierlock.stats._wealth import (
    JEFFREYS,
    anytime_p,
    bets_against,
    last_or_one,
    log_sum,
    ordered_shares,
    share_of,
)

_BISECTIONS = 64


def log_e_value(
    successes: npt.ArrayLike,
    *,
    n: npt.ArrayLike,
    bound: float,
    planned: float | None = None,
    prior: tuple[float, float] = JEFFREYS,
) -> Floats:
    """The logarithm of the e-value against "the rate is at least `bound`" after n clusters.

    `log(w r(q) + (1-w) E r)` with the likelihood ratio `r(q) = (q/t)^s ((1-q)/(1-t))^(n-s)`, E its
    mean over Beta(a, b) cut off at t, and w = 1/2 if there is a planned rate q, else 0.

    Args:
        successes: dangerous outcomes s, any shape; need not be whole.
        n: clusters, broadcast with `successes`.
        bound: the limit t on the rate, strictly between 0 and 1.
        planned: the rate that is planned for, in [0, bound); None for the mixture alone.
        prior: (a, b), each above 0.

    Returns:
        Shape of the broadcast; minus infinity is possible without a mixture only.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> round(float(log_e_value(3, n=40, bound=0.2)), 7)
        1.5464034
    """
    t = checked_rate(bound, name="bound")
    s, total = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(n, np.float64))
    if not ((s >= 0) & (s <= total)).all():
        raise InvalidNumbers("successes must lie between 0 and n")
    rates, weights = bets_against(t, planned=planned, prior=prior)
    with np.errstate(divide="ignore", invalid="ignore"):
        event, none = np.log(rates / t), np.log((1.0 - rates) / (1.0 - t))
        # 0 events at a rate of 0 have a likelihood of 1
        logs = np.where(s[..., None] > 0, s[..., None] * event, 0.0)
        logs = np.log(weights) + logs + (total - s)[..., None] * none
    return log_sum(logs)


def e_process_rule_out_p(
    values: npt.ArrayLike,
    *,
    bound: float,
    planned: float | None = None,
    lo: float = 0.0,
    hi: float = 1.0,
) -> float:
    """The anytime-valid p-value of "the rate is at least `bound`", looking after every cluster.

    Args:
        values: one value per cluster, each `lo` or `hi`, in an order that was fixed before any
            of them was known; shape (n,).
        bound: the limit, in the unit of the values.
        planned: the true value that is planned for, below `bound`, in the unit of the values.
        lo: what a safe outcome counts.
        hi: what a dangerous outcome counts.

    Returns:
        `min(1, 1 / max e)`; 1 without clusters. Never rises as clusters are added at the end.

    Raises:
        InvalidNumbers: a value between the ends, or arguments out of range.

    Example:
        >>> round(e_process_rule_out_p([0] * 40, bound=0.1, planned=0.01), 4)
        0.0268
    """
    shares = _whole(ordered_shares(values, lo=lo, hi=hi))
    rate = None if planned is None else share_of(planned, lo=lo, hi=hi)
    return last_or_one(anytime_p(shares, t=share_of(bound, lo=lo, hi=hi), planned=rate))


def e_process_rule_in_p(
    values: npt.ArrayLike,
    *,
    bound: float,
    planned: float | None = None,
    lo: float = 0.0,
    hi: float = 1.0,
) -> float:
    """The anytime-valid p-value of "the rate is at most `bound`"; `planned` lies above it.

    The exact mirror image of `e_process_rule_out_p`, with the same arguments and errors.

    Example:
        >>> e_process_rule_in_p([1, 1, 1, 1], bound=0.1) < 0.001
        True
    """
    mirrored = None if planned is None else -planned
    flipped = -np.asarray(values, np.float64)
    return e_process_rule_out_p(flipped, bound=-bound, planned=mirrored, lo=-hi, hi=-lo)


def e_process_counts(
    looks: Sequence[int], *, bound: float, alpha: float, planned: float | None = None
) -> tuple[int, ...]:
    """Per number of clusters the largest count whose e-value is at least 1/alpha; -1 for none.

    Example:
        >>> e_process_counts([20, 40, 80], bound=0.1, alpha=0.05)
        (-1, 0, 1)
    """
    return _counts(tuple(looks), bound, checked_alpha(alpha), planned)


@functools.lru_cache(maxsize=64)
def _counts(
    looks: tuple[int, ...], bound: float, alpha: float, planned: float | None
) -> tuple[int, ...]:
    n = np.asarray(looks, np.float64)
    needed = -math.log(alpha)
    below, above = np.full(n.shape, -1.0), n + 1.0  # the e-value falls as the count rises
    for _ in range(_BISECTIONS):
        if (above - below <= 1.0).all():
            break
        middle = np.clip(np.floor(0.5 * (below + above)), 0.0, n)
        enough = log_e_value(middle, n=n, bound=bound, planned=planned) >= needed
        open_ = above - below > 1.0
        below = np.where(open_ & enough, middle, below)
        above = np.where(open_ & ~enough, middle, above)
    return tuple(int(count) for count in below)


def _whole(shares: Floats) -> Floats:
    if not ((shares == 0.0) | (shares == 1.0)).all():
        raise InvalidNumbers(
            "an e-process of counts takes values at the ends of the score only",
            hint="use `betting` for partial scores and cluster means",
        )
    return shares
