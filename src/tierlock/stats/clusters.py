"""From attempts to clusters: epochs are averaged within an item, items within a cluster.

Only clusters count as sample size. Repeating an item or adding items to a family makes the mean
of that cluster more precise and adds no independent observation (`spec/statistics.md` S-1, S-2).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats

Counts = npt.NDArray[np.int64]


class ClusterTable(NamedTuple):
    """One row per cluster, in the sorted order of the cluster labels."""

    means: Floats
    """Mean over the items of the mean over the attempts at each item, shape (G,)."""
    n_items: Counts
    """Number of items, shape (G,)."""
    n_attempts: Counts
    """Number of attempts, shape (G,)."""


class ItemTable(NamedTuple):
    """One row per item, sorted by cluster label and then by item label."""

    means: Floats
    """Mean over the attempts, shape (I,)."""
    n_attempts: Counts
    """Number of attempts, shape (I,)."""
    clusters: Counts
    """Index of the item's cluster among the sorted cluster labels, shape (I,)."""
    first_rows: Counts
    """Index of one attempt at the item in the input, shape (I,)."""


def cluster_means(
    values: npt.ArrayLike, *, items: npt.ArrayLike, clusters: npt.ArrayLike
) -> ClusterTable:
    """The cluster means that every test of this room takes as its sample.

    An item is identified within its cluster: the same item label in two clusters names two items.
    The order of the rows does not matter, not even for the last digit.

    Args:
        values: one value per attempt, shape (N,), without NaN.
        items: label of the item of each attempt: whole numbers or strings, shape (N,).
        clusters: label of the independent cluster of each attempt, shape (N,).

    Raises:
        InvalidNumbers: the three differ in length, or a value is not finite.

    Example:
        >>> cluster_means([1, 0, 1, 0], items=[7, 7, 8, 9], clusters=["a", "a", "a", "b"]).means
        array([0.75, 0.  ])
    """
    table = item_means(values, items=items, clusters=clusters)
    means, n_items = _grouped_means(table.means, table.clusters)
    attempts = np.bincount(table.clusters, weights=table.n_attempts, minlength=n_items.size)
    return ClusterTable(means, n_items, attempts.astype(np.int64))


def item_means(
    values: npt.ArrayLike, *, items: npt.ArrayLike, clusters: npt.ArrayLike
) -> ItemTable:
    """The mean of each item and the cluster it belongs to; arguments as for `cluster_means`."""
    array = np.asarray(values, np.float64)
    item_labels, cluster_labels = np.asarray(items), np.asarray(clusters)
    if array.ndim != 1 or not array.shape == item_labels.shape == cluster_labels.shape:
        raise InvalidNumbers(
            f"values, items and clusters must have one length, not "
            f"`{array.shape}`, `{item_labels.shape}` and `{cluster_labels.shape}`"
        )
    if not np.isfinite(array).all():
        raise InvalidNumbers("values must be finite; replace missing values by `worst_best` first")
    names, item_codes = np.unique(item_labels, return_inverse=True)
    _, cluster_codes = np.unique(cluster_labels, return_inverse=True)
    pairs, rows, codes = np.unique(
        cluster_codes.astype(np.int64) * max(names.size, 1) + item_codes,
        return_index=True,
        return_inverse=True,
    )
    means, attempts = _grouped_means(array, codes.astype(np.int64))
    return ItemTable(means, attempts, pairs // max(names.size, 1), rows.astype(np.int64))


def design_effect(
    values: npt.ArrayLike, *, items: npt.ArrayLike, clusters: npt.ArrayLike
) -> float | None:
    """How many times larger the variance of the mean is than if all attempts were independent.

    Reported beside an estimate; no decision uses it, because it is a plug-in: with no observed
    variation it says nothing.

    Returns:
        The ratio, or None where it can not be estimated (fewer than two clusters, or no variation).
    """
    array = np.asarray(values, np.float64)
    table = cluster_means(array, items=items, clusters=clusters)
    if table.means.size < 2:
        return None
    naive = float(array.var(ddof=1)) / array.size
    return float(table.means.var(ddof=1)) / table.means.size / naive if naive > 0 else None


def effective_n(values: npt.ArrayLike, *, items: npt.ArrayLike, clusters: npt.ArrayLike) -> float:
    """The number of independent attempts that would be worth as much; reported only.

    At least the number of clusters, which is also the answer where no design effect can be
    estimated, and at most the number of attempts.

    Example:
        >>> effective_n([1, 1, 0, 0], items=[1, 1, 2, 2], clusters=[1, 1, 2, 2])
        2.0
    """
    array = np.asarray(values, np.float64)
    effect = design_effect(array, items=items, clusters=clusters)
    # Asked for counts, too, because numpy loads its masked arrays for values alone.
    groups = float(np.unique(np.asarray(clusters), return_counts=True)[0].size)
    if effect is None or effect <= 0.0:
        return groups
    return float(min(max(array.size / effect, groups), array.size))


def _grouped_means(values: Floats, codes: Counts) -> tuple[Floats, Counts]:
    """Mean and size of each group; values are added in ascending order: row order is moot."""
    order = np.lexsort((values, codes))
    counts = np.bincount(codes).astype(np.int64)
    sums = np.bincount(codes[order], weights=values[order], minlength=counts.size)
    return sums / np.maximum(counts, 1), counts
