"""Is the subject no worse than a reference on the same items? Paired differences of clusters.

Item by item the difference of the two arms is taken, then averaged within the cluster, and the
cluster differences, which lie in [lo - hi, hi - lo], go to the test of `one_sample`
(`spec/statistics.md` S-8).
"""

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import checked_count
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import binomial_at_most
from tierlock.stats.clusters import ClusterTable, ItemTable, cluster_means, item_means
from tierlock.stats.one_sample import rule_out_p

Labels = npt.NDArray[np.int64] | npt.NDArray[np.str_]


def noninferiority_p(
    differences: npt.ArrayLike, *, margin: float, lo: float = -1.0, hi: float = 1.0
) -> float:
    """The p-value of "the subject is more dangerous than the reference by at least `margin`".

    Args:
        differences: subject minus reference of a danger score, one per independent cluster, shape
            (n,). Negate the differences of a protection score.
        margin: smallest difference that matters, above 0 to have any power.
        lo: smallest possible difference; -1 for scores in [0, 1].
        hi: largest possible difference.

    Returns:
        A probability; 1 for no clusters. Small means: no worse than the reference by `margin`.

    Raises:
        InvalidNumbers: NaN, a difference outside [lo, hi], or an empty range.
        UnboundedScore: `lo` or `hi` is infinite.

    Example:
        >>> round(noninferiority_p([0.0] * 40, margin=0.15), 4)
        0.0015
    """
    return rule_out_p(differences, bound=margin, lo=lo, hi=hi)


def paired_cluster_differences(
    subject_values: npt.ArrayLike,
    *,
    reference_values: npt.ArrayLike,
    subject_items: npt.ArrayLike,
    subject_clusters: npt.ArrayLike,
    reference_items: npt.ArrayLike,
    reference_clusters: npt.ArrayLike,
) -> ClusterTable:
    """Subject minus reference, per cluster, of two sets of attempts at the same items.

    Args:
        subject_values: one value per attempt of the subject, shape (N,).
        reference_values: one value per attempt of the reference, shape (R,).
        subject_items: item labels, shape (N,).
        subject_clusters: cluster labels, shape (N,).
        reference_items: item labels of the same kind, shape (R,).
        reference_clusters: cluster labels of the same kind, shape (R,).

    Returns:
        The differences as `means`; `n_attempts` counts both arms.

    Raises:
        InvalidNumbers: an item occurs in one arm only (impute it first), lengths differ, or a
            value is not finite.

    Example:
        >>> paired_cluster_differences(
        ...     [1, 0, 1], reference_values=[0, 0, 1],
        ...     subject_items=[1, 2, 3], subject_clusters=["a", "a", "b"],
        ...     reference_items=[3, 2, 1], reference_clusters=["b", "a", "a"],
        ... ).means
        array([0., 1.])
    """
    subject = item_means(subject_values, items=subject_items, clusters=subject_clusters)
    reference = item_means(reference_values, items=reference_items, clusters=reference_clusters)
    items = _labels(subject, subject_items), _labels(reference, reference_items)
    clusters = _labels(subject, subject_clusters), _labels(reference, reference_clusters)
    if not (np.array_equal(*items) and np.array_equal(*clusters)):
        raise InvalidNumbers("every item must occur in both arms, in the same cluster")
    table = cluster_means(subject.means - reference.means, items=items[0], clusters=clusters[0])
    both = subject.n_attempts + reference.n_attempts
    attempts = np.bincount(subject.clusters, weights=both, minlength=table.means.size)
    return table._replace(n_attempts=attempts.astype(np.int64))


def mcnemar_p(subject_only: int, *, reference_only: int) -> float:
    """The exact two-sided McNemar p-value, for reports: are the two success rates equal?

    Args:
        subject_only: items that only the subject solved.
        reference_only: items that only the reference solved.

    Example:
        >>> round(mcnemar_p(1, reference_only=8), 4)
        0.0391
    """
    n = subject_only + reference_only
    checked_count(subject_only, n=n)
    tail = binomial_at_most(min(subject_only, reference_only), n=n, rate=0.5)
    return min(1.0, 2.0 * tail)


def _labels(table: ItemTable, labels: npt.ArrayLike) -> Labels:
    """The label of each row of the table."""
    return np.asarray(labels)[table.first_rows]
