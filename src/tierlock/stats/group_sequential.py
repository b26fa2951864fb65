"""Planned looks at counts: the exact binomial group-sequential test.

The error probability is spent over the looks as Lan and DeMets (1983) do it, with their function
for boundaries of Pocock's kind, `alpha ln(1 + (e - 1) n_k / n_K)`. The boundary of a look is the
largest count that the budget so far allows, by exact convolution at the bound: no normal
approximation, and what the whole numbers leave unspent stays for later looks. Fewer dangerous
outcomes never undo a crossing, so the error is largest *at* the bound and `alpha` holds beyond it.
Stopping for any other reason, including a crossing on the other side, only lowers it
(`spec/statistics.md` S-17, S-18).

The p-value orders all results that the design can have by their nominal p-value relative to the
boundary of their look, and is the exact chance, at the bound, of a result this extreme at *any*
look. That family of designs is nested, which refined spending boundaries of whole numbers are not:
so the p-value never rises with more data, is at most alpha exactly if a boundary was crossed, and
holds at every look.

References:
    Pocock (1977), Biometrika 64:191; Lan and DeMets (1983), Biometrika 70:659;
    Jennison and Turnbull (2000), Group Sequential Methods, chapters 7, 9 and 12.
"""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tierlock.stats._checks import checked_alpha
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._lattice import (
    binomial_masses,
    checked_looks,
    checked_rate,
    crossing_probabilities,
)
from tierlock.stats._special import Floats
from tierlock.stats.size import samples_to_rule_out

_UNSPENT = 2e-9  # a comparison closer to alpha than 1e-9 fails (determination.md M-7)
_SHORTEST, _LONGEST, _CANDIDATES = 0.9, 1.3, 60  # where `plan_looks` searches, of the fixed n


class SequentialBoundary(NamedTuple):
    """One side of a design: which counts end it, and what that costs."""

    looks: tuple[int, ...]
    """Numbers of clusters."""
    counts: tuple[int, ...]
    """Per look the largest count of dangerous (rule-in: safe) outcomes that ends it; -1: none."""
    spent: tuple[float, ...]
    """Per look the exact error probability at the bound, summed up to here."""
    budget: tuple[float, ...]
    """Per look what could have been spent up to here; the last one is alpha."""


def pocock_spending(share: float, *, alpha: float) -> float:
    """How much of alpha may be spent when this share of the maximum is there.

    Lan and DeMets (1983): `alpha ln(1 + (e - 1) share)`, 0 <= share <= 1.

    Example:
        >>> [round(pocock_spending(k / 5, alpha=0.05), 4) for k in (1, 3, 5)]
        [0.0148, 0.0354, 0.05]
    """
    if not 0.0 <= share <= 1.0:
        raise InvalidNumbers(f"a share lies between 0 and 1, not `{share}`")
    return checked_alpha(alpha) * math.log1p((math.e - 1.0) * share)


def evenly_spaced_looks(maximum: int, *, looks: int = 10) -> tuple[int, ...]:
    """At most `looks` numbers of clusters, evenly spaced, the last one `maximum`.

    Example:
        >>> evenly_spaced_looks(63, looks=5)
        (13, 26, 38, 51, 63)
    """
    if maximum < 1 or looks < 1:
        raise InvalidNumbers(f"`{looks}` looks at up to `{maximum}` clusters are none")
    return tuple(sorted({math.ceil(maximum * k / looks) for k in range(1, looks + 1)}))


def rule_out_boundary(looks: Sequence[int], *, bound: float, alpha: float) -> SequentialBoundary:
    """Per look the most dangerous outcomes with which "the rate is at least `bound`" is ruled out.

    Args:
        looks: numbers of clusters at which one looks, strictly rising; the last is the maximum.
        bound: the limit on the rate, strictly between 0 and 1.
        alpha: one-sided error probability of all looks together.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> rule_out_boundary([15, 30, 45], bound=0.2, alpha=0.05).counts
        (-1, 1, 4)
    """
    return _design(checked_looks(looks), checked_rate(bound, name="bound"), checked_alpha(alpha))[0]


def rule_in_boundary(looks: Sequence[int], *, bound: float, alpha: float) -> SequentialBoundary:
    """The mirror image: the most *safe* outcomes with which "at most `bound`" is rejected.

    Example:
        >>> rule_in_boundary([15, 30, 45], bound=0.8, alpha=0.05).counts
        (-1, 1, 4)
    """
    return rule_out_boundary(looks, bound=_mirrored(bound), alpha=alpha)


def group_sequential_rule_out_p(
    counts: Sequence[int], *, looks: Sequence[int], bound: float, alpha: float
) -> float:
    """The sequential p-value of "the rate is at least `bound`" after the first looks.

    Args:
        counts: dangerous outcomes up to each look so far, rising; shape (k,), k <= looks.
        looks: all planned numbers of clusters, strictly rising.
        bound: the limit on the rate, strictly between 0 and 1.
        alpha: what the design was made for; shapes the order of results, see the module.

    Returns:
        The smallest error probability at which the design would have rejected by now; 1 before
        the first look. At most `alpha` exactly if a boundary was crossed.

    Raises:
        InvalidNumbers: arguments out of range, or counts that can not be.

    Example:
        >>> p = [group_sequential_rule_out_p([1, 2, 5][:k], looks=[15, 30, 45], bound=0.2,
        ...      alpha=0.05) for k in range(4)]
        >>> [round(x, 4) for x in p]
        [1.0, 0.4793, 0.1201, 0.0918]
    """
    boundary, levels, nominal = _design(
        checked_looks(looks), checked_rate(bound, name="bound"), checked_alpha(alpha)
    )
    _check_counts(counts, boundary.looks)
    if not counts:
        return 1.0
    extreme = min(float(p[x]) / level for p, x, level in zip(nominal, counts, levels, strict=False))
    at_most = [
        int(np.searchsorted(p / level, extreme, side="right")) - 1
        for p, level in zip(nominal, levels, strict=True)
    ]
    size = float(crossing_probabilities(boundary.looks, low=at_most, rate=bound)[0].sum())
    return min(1.0, size if extreme <= 1.0 else max(size, alpha * extreme))


def group_sequential_rule_in_p(
    counts: Sequence[int], *, looks: Sequence[int], bound: float, alpha: float
) -> float:
    """The sequential p-value of "the rate is at most `bound`" after the first looks.

    `group_sequential_rule_out_p` of the safe outcomes, with the same arguments and errors.

    Example:
        >>> round(group_sequential_rule_in_p([9], looks=[15, 30], bound=0.2, alpha=0.05), 4)
        0.0015
    """
    safe = [n - x for n, x in zip(looks, counts, strict=False)]
    return group_sequential_rule_out_p(safe, looks=looks, bound=_mirrored(bound), alpha=alpha)


def plan_looks(
    rate: float, *, bound: float, alpha: float, power: float = 0.9, looks: int = 10
) -> tuple[int, ...] | None:
    """Evenly spaced looks with the least expected sample that still has `power` at a true `rate`.

    Args:
        rate: the true rate that is planned for.
        bound: the limit on the rate, strictly between 0 and 1.
        alpha: one-sided error probability of all looks together.
        power: probability of a rule-out at `rate`, by exact computation.
        looks: how many looks at most.

    Returns:
        Numbers of clusters, or None if the rate is not below the bound or the fixed number of
        clusters (`samples_to_rule_out`) is beyond all means.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> plan_looks(0.1, bound=0.2, alpha=0.05, looks=5)
        (26, 51, 76, 101, 126)
    """
    fixed = samples_to_rule_out(rate, bound=bound, alpha=alpha, power=power)
    if fixed is None:
        return None
    step = max(1, fixed // _CANDIDATES)
    best: tuple[float, tuple[int, ...]] | None = None
    maximum = math.ceil(_SHORTEST * fixed)
    while best is None or maximum <= _LONGEST * fixed:
        at = evenly_spaced_looks(maximum, looks=looks)
        low = rule_out_boundary(at, bound=bound, alpha=alpha).counts
        stops = crossing_probabilities(at, low=low, rate=rate)[0]
        expected = float(stops @ np.asarray(at, np.float64)) + (1.0 - stops.sum()) * maximum
        if stops.sum() >= power and (best is None or expected < best[0]):
            best = (expected, at)
        maximum += step
    return best[1]


@functools.lru_cache(maxsize=64)
def _design(
    looks: tuple[int, ...], bound: float, alpha: float
) -> tuple[SequentialBoundary, tuple[float, ...], tuple[Floats, ...]]:
    """The boundary; per look the nominal level it stands for, and all nominal p-values."""
    nominal = tuple(np.cumsum(binomial_masses(n, rate=bound)) for n in looks)
    reach = int(np.searchsorted(nominal[-1], alpha)) + 1  # no boundary lies further up
    budget = tuple(pocock_spending(n / looks[-1], alpha=alpha) for n in looks)
    counts, spent, levels = [], [], []
    alive, before, used = np.ones(1), 0, 0.0
    for n, may_spend, p in zip(looks, budget, nominal, strict=True):
        alive = np.convolve(alive, binomial_masses(n - before, rate=bound))[:reach]
        before = n
        price = used + np.cumsum(alive)
        # a count below an earlier boundary can not be reached and costs nothing, so that a boundary
        # may stay where it was
        most = int(np.searchsorted(price, may_spend - _UNSPENT, side="right")) - 1
        if most >= 0:
            used = float(price[most])
            alive[: most + 1] = 0.0
        # between the p-value of the boundary and the next one: nothing lies on it
        above = float(p[most + 1])
        levels.append(math.sqrt(above * float(p[most])) if most >= 0 else 0.5 * above)
        counts.append(most)
        spent.append(used)
    boundary = SequentialBoundary(looks, tuple(counts), tuple(spent), budget)
    return boundary, tuple(levels), nominal


def _mirrored(bound: float) -> float:
    return 1.0 - bound


def _check_counts(counts: Sequence[int], looks: tuple[int, ...]) -> None:
    """Counts must be able to happen: whole, and rising by no more than the clusters do."""
    x, n = 0, 0
    if len(counts) > len(looks):
        raise InvalidNumbers(f"`{len(counts)}` counts are more than `{len(looks)}` looks")
    for count, clusters in zip(counts, looks, strict=False):
        if int(count) != count or not 0 <= count - x <= clusters - n:
            raise InvalidNumbers(f"counts `{tuple(counts)}` can not be at looks `{looks}`")
        x, n = count, clusters
