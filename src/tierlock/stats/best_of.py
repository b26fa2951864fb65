"""The best of k attempts at a task, estimated without bias from the n >= k attempts that were made.

Averaging over all choices of k of the n attempts uses every attempt and favours no order:

    success:  pass@k = 1 - C(n - c, k) / C(n, k)                        (c successes among n)
    score:    best-of-k = sum_i C(i - 1, k - 1) / C(n, k) y_(i)         (y ascending, i = 1..n)

The second is the first where scores are 0 or 1. Both are means of a bounded number per cluster, so
`rule_out_p` tests them as it tests a rate (`spec/statistics.md` S-40).

References:
    Chen et al. (2021), arXiv 2107.03374, section 2.1 (pass@k);
    arXiv 2406.06647 (order statistics for scores).
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats
from tierlock.stats.clusters import ClusterTable, cluster_means


def pass_at_k(successes: npt.ArrayLike, *, attempts: npt.ArrayLike, k: int) -> Floats:
    """The unbiased estimate per task of "at least one of k attempts succeeds".

    Args:
        successes: successful attempts at each task, shape (T,).
        attempts: attempts at each task, shape (T,), each at least `k`.
        k: attempts of which the best counts.

    Raises:
        InvalidNumbers: counts that are not counts, or a task with fewer than `k` attempts.

    Example:
        >>> [round(float(p), 7) for p in pass_at_k([2, 3], attempts=[5, 10], k=2)]
        [0.7, 0.5333333]
    """
    won, tried = np.broadcast_arrays(
        np.atleast_1d(np.asarray(successes, np.float64)),
        np.atleast_1d(np.asarray(attempts, np.float64)),
    )
    whole = np.array_equal(won, np.round(won)) and np.array_equal(tried, np.round(tried))
    if not whole or (won < 0).any() or (won > tried).any():
        raise InvalidNumbers(
            "successes and attempts must be counts, with no more successes than attempts"
        )
    _check_k(k, fewest=float(tried.min()) if tried.size else float(k))
    fails = np.ones(tried.shape)
    for drawn in range(k):
        fails *= np.maximum(tried - won - drawn, 0.0) / (tried - drawn)
    return 1.0 - fails


def best_of_k(
    values: npt.ArrayLike,
    *,
    items: npt.ArrayLike,
    clusters: npt.ArrayLike,
    k: int,
    best: Literal["high", "low"] = "high",
) -> ClusterTable:
    """The cluster means of the expected best of k attempts at each item.

    Args:
        values: one value per attempt, shape (N,), without NaN.
        items: label of the item of each attempt, shape (N,).
        clusters: label of the independent cluster of each attempt, shape (N,).
        k: attempts of which the best counts; no more than any item has.
        best: which end is best: `high`, or `low` for "the lowest of k".

    Returns:
        One row per cluster, as `cluster_means` gives it, with one attempt per item: its estimate.

    Raises:
        InvalidNumbers: the three differ in length, a value is not finite, or an item has fewer
            than `k` attempts.

    Example:
        >>> best_of_k([0.0, 0.3, 0.9], items=[1, 1, 1], clusters=["a"] * 3, k=2).means
        array([0.7])
    """
    array = np.asarray(values, np.float64)
    if not np.isfinite(array).all():
        raise InvalidNumbers("values must be finite; replace missing values by `worst_best` first")
    codes, counts, of_cluster = _by_item(array, items, clusters)
    _check_k(k, fewest=float(counts.min()) if counts.size else float(k))
    sign = 1.0 if best == "high" else -1.0
    order = np.lexsort((sign * array, codes))
    starts = np.cumsum(counts) - counts
    rank = np.arange(array.size) - starts[codes[order]]  # 0 for the worst attempt at its item
    n = counts[codes[order]].astype(np.float64)
    weights = k / n  # C(rank, k - 1) / C(n, k), a factor at a time
    for drawn in range(k - 1):
        weights *= np.maximum(rank - drawn, 0.0) / (n - 1.0 - drawn)
    estimates = np.bincount(codes[order], weights * array[order], minlength=counts.size)
    ends = (array.min(), array.max()) if array.size else (0.0, 0.0)
    inside = np.clip(estimates, *ends)  # weights add up to 1 only to the last digit
    return cluster_means(inside, items=np.arange(counts.size), clusters=of_cluster)


def fewest_attempts(items: npt.ArrayLike, *, clusters: npt.ArrayLike) -> int:
    """The number of attempts at the item that has fewest; 0 for no items.

    Example:
        >>> fewest_attempts([1, 1, 2], clusters=["a", "a", "a"])
        1
    """
    labels = np.asarray(items)
    _, counts, _ = _by_item(np.zeros(labels.size), labels, clusters)
    return int(counts.min()) if counts.size else 0


def _by_item(
    values: Floats, items: npt.ArrayLike, clusters: npt.ArrayLike
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Number of its item for each attempt; attempts and cluster number of each item."""
    item_labels, cluster_labels = np.asarray(items), np.asarray(clusters)
    if values.ndim != 1 or not values.shape == item_labels.shape == cluster_labels.shape:
        raise InvalidNumbers(
            f"values, items and clusters must have one length, not "
            f"`{values.shape}`, `{item_labels.shape}` and `{cluster_labels.shape}`"
        )
    names, item_codes = np.unique(item_labels, return_inverse=True)
    _, cluster_codes = np.unique(cluster_labels, return_inverse=True)
    width = max(names.size, 1)
    pairs, codes, counts = np.unique(
        cluster_codes.astype(np.int64) * width + item_codes,
        return_inverse=True,
        return_counts=True,
    )
    return codes.astype(np.int64), counts.astype(np.int64), pairs // width


def _check_k(k: int, *, fewest: float) -> None:
    if int(k) != k or k < 1:
        raise InvalidNumbers(f"k must be a whole number of at least 1, not `{k}`")
    if fewest < k:
        raise InvalidNumbers(f"the best of `{k}` needs `{k}` attempts at every item")
