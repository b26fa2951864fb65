"""Two descriptions of how precise an average over attempts is; no decision uses either.

Evaluations are often reported with a cluster-robust standard error or a cluster bootstrap. Both are
plug-ins: where nothing was seen to vary they say 0, and every limit would be ruled out (measured
false rule-outs of up to .82, `spec/statistics.md` S-15). They are here for reports and for
comparison with other tools, and return None where they would say 0.

Both describe the plain mean over *attempts*, as other tools do, in which a cluster counts as often
as it was tried; the tests take every cluster once (S-2). Sums of values that are not whole depend
in their last digit on the order of the rows.

References:
    Liang and Zeger (1986), Biometrika 73:13; Miller (2024), arXiv 2411.00640 (standard error);
    Rubin (1981), Annals of Statistics 9:130 (exponential weights).
"""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._labels import label_codes
from tierlock.stats._special import Floats

_SEED: Final = 20_261_122
_CHUNK: Final = 1 << 20  # weights that are drawn at once: bounds the memory
_NOTHING: Final = 1e-15  # relative: what rounding leaves where nothing varies
_BITS: Final = np.uint64(41)  # leaves 23, which half a step more still holds exactly


class _Totals(NamedTuple):
    sums: Floats
    """Sum of the values of each cluster, shape (G,)."""
    attempts: Floats
    """Number of attempts at each cluster, shape (G,), all above 0."""

    @property
    def mean(self) -> float:
        return float(self.sums.sum() / self.attempts.sum())

    @property
    def residuals(self) -> Floats:
        """Sum of the deviations of each cluster from the mean of all attempts, shape (G,)."""
        return self.sums - self.mean * self.attempts


def cluster_standard_error(values: npt.ArrayLike, *, clusters: npt.ArrayLike) -> float | None:
    """The cluster-robust standard error of the mean over attempts; describes, never decides.

    `sqrt(G / (G - 1)) * sqrt(sum_g r_g^2) / N`, r_g the sum of the deviations of the attempts at
    cluster g from the mean of all N attempts: the sandwich estimate of a regression on a constant
    with the usual correction for G clusters.

    Args:
        values: one value per attempt, shape (N,), finite.
        clusters: label of the cluster of each attempt: whole numbers or strings, shape (N,).

    Returns:
        The standard error in the unit of the values. None for fewer than two clusters, and where
        the clusters do not differ: that is no knowledge of how they differ, and no 0.

    Raises:
        InvalidNumbers: the two differ in length, or a value is not finite.

    Example:
        >>> round(cluster_standard_error([1, 1, 0, 0, 1, 0], clusters=[1, 1, 2, 2, 3, 3]), 4)
        0.2887
        >>> cluster_standard_error([0] * 6, clusters=[1, 1, 2, 2, 3, 3]) is None
        True
    """
    totals = _totals(values, clusters)
    if not _varies(totals):
        return None
    groups = totals.sums.size
    spread = math.sqrt(float(np.square(totals.residuals).sum()))
    return spread / float(totals.attempts.sum()) * math.sqrt(groups / (groups - 1))


def cluster_bootstrap(
    values: npt.ArrayLike, *, clusters: npt.ArrayLike, draws: int = 1000
) -> Floats | None:
    """Means over attempts with randomly weighted clusters; describes, never decides.

    `sum_g E_g S_g / sum_g E_g N_g` with standard exponentials E: the Bayesian bootstrap over whole
    clusters, of which only sum S_g and size N_g are needed. The draws come from a fixed seed, so
    that equal data give equal draws. Their standard deviation is a standard error, their quantiles
    an interval.

    Args:
        values: one value per attempt, shape (N,), finite.
        clusters: label of the cluster of each attempt, shape (N,).
        draws: how many means.

    Returns:
        The means, shape (draws,). None where `cluster_standard_error` is None.

    Raises:
        InvalidNumbers: the two differ in length, a value is not finite, or there are no draws.

    Example:
        >>> labels = [1, 1, 2, 2, 3, 3]
        >>> drawn = cluster_bootstrap([1, 1, 0, 0, 1, 0], clusters=labels, draws=4000)
        >>> round(float(drawn.mean()), 2)
        0.5
    """
    if int(draws) != draws or draws < 1:
        raise InvalidNumbers(f"the number of draws must be at least 1, not `{draws}`")
    totals = _totals(values, clusters)
    if not _varies(totals):
        return None
    groups = totals.sums.size
    bits = np.random.PCG64(_SEED)
    at_once = max(1, _CHUNK // groups)
    found = np.empty(draws)
    table = np.stack([totals.sums, totals.attempts], axis=1).astype(np.float32)
    for start in range(0, draws, at_once):
        size = min(at_once, draws - start)
        weights = _exponentials(bits, size * groups).reshape(size, groups)
        weighted = np.einsum("bg,gk->kb", weights, table)  # not by BLAS: it has threads
        found[start : start + size] = weighted[0] / weighted[1]
    return found


def _exponentials(bits: np.random.PCG64, size: int) -> npt.NDArray[np.float32]:
    """Standard exponentials from the raw bits, which no release of numpy may change."""
    raw = np.asarray(bits.random_raw(size), np.uint64) >> _BITS
    uniform = (raw.astype(np.float32) + np.float32(0.5)) * np.float32(2.0**-23)
    exponentials: npt.NDArray[np.float32] = -np.log(uniform)
    return exponentials


def _totals(values: npt.ArrayLike, clusters: npt.ArrayLike) -> _Totals:
    array, labels = np.asarray(values, np.float64), np.asarray(clusters)
    if array.ndim != 1 or array.shape != labels.shape:
        raise InvalidNumbers(
            f"values and clusters must have one length, not `{array.shape}` and `{labels.shape}`"
        )
    codes = label_codes(labels)
    attempts = np.bincount(codes)
    sums = np.asarray(np.bincount(codes, weights=array, minlength=attempts.size), np.float64)
    if not np.isfinite(sums).all():  # a sum shows every value that is not finite, and is short
        raise InvalidNumbers("values must be finite; a missing value has no place in a description")
    there = attempts > 0
    return _Totals(sums[there], attempts[there].astype(np.float64))


def _varies(totals: _Totals) -> bool:
    """Whether there are two clusters that differ by more than rounding."""
    if totals.sums.size < 2:
        return False
    size = float(np.abs(totals.sums).max())
    return float(np.abs(totals.residuals).max()) > _NOTHING * totals.sums.size * size
