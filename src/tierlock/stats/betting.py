"""Looks at any time, at scores between two ends: betting on cluster means.

A bettor stakes on every next cluster mean that it will lie below the bound t. If the mean over
clusters is at least t, no stake gains on average, so the wealth ever reaches 1/alpha with
probability alpha at most (Ville), and `1 / max wealth` is a p-value at every look. The clusters
come in an order that was fixed before their values were known: `pre_registered_order`.

The bettor hedges: it divides its wealth over constant stakes from none to all and moves none of it
later. So the test is monotone in every value (law L9) and the wealth at the end does not depend on
the order. The adaptive stake of Waudby-Smith and Ramdas (aGRAPA) is not monotone, and in the
settings that `benchmarks/sequential.py` prints it needs between 4 % fewer and 26 % more clusters.
At values that are only lo or hi this is the e-process of `e_process` (`spec/statistics.md` S-20).

References:
    Waudby-Smith and Ramdas (2024), JRSS B 86:1; Ville (1939), Etude critique de la notion de
    collectif.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._lattice import checked_rate
from tierlock.stats._special import Floats
from tierlock.stats._wealth import (
    anytime_p,
    last_or_one,
    log_wealth,
    ordered_shares,
    share_of,
)


def betting_rule_out_p(
    values: npt.ArrayLike,
    *,
    bound: float,
    planned: float | None = None,
    lo: float = 0.0,
    hi: float = 1.0,
) -> float:
    """The anytime-valid p-value of "the mean is at least `bound`", looking after every cluster.

    Args:
        values: one value per independent cluster, each in [lo, hi], in an order that was fixed
            before any of them was known; shape (n,).
        bound: the limit, in the unit of the values.
        planned: the true mean that is planned for, below `bound`; half of the wealth then goes
            on the stake that is best for a yes-or-no score of this mean.
        lo: smallest value the score can take.
        hi: largest value the score can take.

    Returns:
        `min(1, 1 / max wealth)`; 1 without clusters. Never rises as clusters are added at the end.

    Raises:
        InvalidNumbers: NaN, a value outside [lo, hi], or arguments out of range.
        UnboundedScore: `lo` or `hi` is infinite.

    Example:
        >>> round(betting_rule_out_p([0.2, 0.0, 0.1] * 8, bound=0.3), 4)
        0.0072
    """
    shares = ordered_shares(values, lo=lo, hi=hi)
    mean = None if planned is None else share_of(planned, lo=lo, hi=hi)
    return last_or_one(anytime_p(shares, t=share_of(bound, lo=lo, hi=hi), planned=mean))


def betting_rule_in_p(
    values: npt.ArrayLike,
    *,
    bound: float,
    planned: float | None = None,
    lo: float = 0.0,
    hi: float = 1.0,
) -> float:
    """The anytime-valid p-value of "the mean is at most `bound`"; `planned` lies above it.

    The exact mirror image of `betting_rule_out_p`, with the same arguments and errors.

    Example:
        >>> betting_rule_in_p([0.9, 1.0, 0.8], bound=0.3) < 0.2
        True
    """
    mirrored = None if planned is None else -planned
    flipped = -np.asarray(values, np.float64)
    return betting_rule_out_p(flipped, bound=-bound, planned=mirrored, lo=-hi, hi=-lo)


def betting_log_wealth(
    values: npt.ArrayLike,
    *,
    bound: float,
    planned: float | None = None,
    lo: float = 0.0,
    hi: float = 1.0,
) -> Floats:
    """The logarithm of the wealth against "at least `bound`" after every cluster, shape (n,).

    With the arguments and errors of `betting_rule_out_p`, but the bound strictly between the ends.

    Example:
        >>> round(float(betting_log_wealth([0.2, 0.0, 0.1] * 8, bound=0.3)[-1]), 3)
        4.929
    """
    shares = ordered_shares(values, lo=lo, hi=hi)
    t = checked_rate(share_of(bound, lo=lo, hi=hi), name="bound")
    mean = None if planned is None else share_of(planned, lo=lo, hi=hi)
    return log_wealth(shares, t=t, planned=mean)


def pre_registered_order(labels: Sequence[str], *, seed: str) -> tuple[int, ...]:
    """An order of clusters that anybody can recompute: by SHA-256 of the seed and the label.

    Args:
        labels: cluster labels, all different.
        seed: a text that is fixed before results are known, for instance the digest of a plan.

    Returns:
        Positions in `labels`, in the order in which to look. It does not depend on the order of
        the labels, and leaving a label out does not change the order of the others.

    Raises:
        InvalidNumbers: a label occurs twice.

    Example:
        >>> pre_registered_order(["a", "b", "c"], seed="plan 7")
        (2, 1, 0)
    """
    if len(set(labels)) != len(labels):
        raise InvalidNumbers("cluster labels must differ from each other")
    prefix = hashlib.sha256(seed.encode()).digest()  # of one length, so that no two texts run on
    keys = [hashlib.sha256(prefix + label.encode()).digest() for label in labels]
    return tuple(sorted(range(len(labels)), key=keys.__getitem__))
