"""How the mean of one independent cluster scatters, as a few values with their chances.

A plan has to assume it: from a rate and the likeness of attempts (beta-binomial), from declared
variances, or from the clusters seen so far. Everything is on the scale where 0 is safe and 1 is
dangerous (`spec/statistics.md` S-13).
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import bounded_values
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats

_MOST_ATTEMPTS = 1000  # attempts at one cluster: the law of their mean takes as many numbers
_NODES = 24  # values that stand for a continuous law; they share its first 47 moments
_MOST_VALUES = 41  # a law with more values is read on a grid of so many


class ScoreLaw(NamedTuple):
    """Values that the mean of a cluster can have, ascending in [0, 1], and their chances."""

    values: Floats
    chances: Floats

    @property
    def mean(self) -> float:
        """The estimand: the mean over clusters."""
        return float(self.values @ self.chances)

    @property
    def variance(self) -> float:
        """Variance between the means of clusters, the noise within them included."""
        return float((self.values - self.mean) ** 2 @ self.chances)

    @property
    def is_binary(self) -> bool:
        """Whether every cluster is either safe or dangerous."""
        return bool(np.isin(self.values[self.chances > 0], (0.0, 1.0)).all())


def attempts_law(
    rate: float, *, epochs: int = 1, items: int = 1, icc: float = 1.0, item_icc: float = 0.0
) -> ScoreLaw:
    """The law of the mean of `items * epochs` yes-or-no attempts at one cluster.

    Clusters have rates from a beta distribution around `rate`, and items of one cluster rates from
    another around the cluster's own; attempts at an item are then independent.

    Args:
        rate: share of dangerous attempts over all clusters.
        epochs: attempts at each item.
        items: items in each cluster.
        icc: correlation of two attempts at one cluster, at different items where it has several:
            0 for unrelated, 1 for copies.
        item_icc: the same of two attempts at one item, given its cluster; only with several items.

    Raises:
        InvalidNumbers: arguments out of range, or more than 1000 attempts at a cluster.

    Example:
        >>> law = attempts_law(0.1, epochs=5, icc=0.3)
        >>> round(law.mean, 6), round(law.variance / 0.09, 6)
        (0.1, 0.44)
    """
    for share in (rate, icc, item_icc):
        if not 0.0 <= share <= 1.0:
            raise InvalidNumbers(f"a rate or a correlation lies between 0 and 1, not `{share}`")
    if epochs < 1 or items < 1 or epochs * items > _MOST_ATTEMPTS:
        raise InvalidNumbers(f"`{items}` items with `{epochs}` epochs are no cluster to plan with")
    attempts = epochs * items
    if attempts == 1 or rate in (0.0, 1.0) or (icc == 1.0 and items == 1):
        return ScoreLaw(np.array([0.0, 1.0]), np.array([1.0 - rate, rate]))
    if items == 1:
        chances = _beta_binomial(np.array([rate]), epochs, icc)[0]
    else:
        rates, weights = _beta_nodes(rate, icc, nodes=attempts // 2 + 1)
        single = _beta_binomial(rates, epochs, item_icc)
        waves = np.fft.rfft(single, n=attempts + 1, axis=1) ** items  # a sum of independent items
        chances = weights @ np.fft.irfft(waves, n=attempts + 1, axis=1)
    chances = np.maximum(chances, 0.0)
    return _on_grid(np.arange(attempts + 1) / attempts, chances / chances.sum())


def spread_law(mean: float, *, between: float, within: float = 0.0, attempts: int = 1) -> ScoreLaw:
    """The law of the mean of one cluster with partial credit, from declared variances.

    A beta distribution with this mean and the variance `between + within / attempts`.

    Args:
        mean: mean score, strictly between 0 and 1.
        between: variance between clusters.
        within: variance of one attempt within its cluster.
        attempts: attempts at each cluster.

    Raises:
        InvalidNumbers: arguments out of range, or more variance than a score in [0, 1] can have.

    Example:
        >>> law = spread_law(0.25, between=0.02, within=0.1, attempts=5)
        >>> round(law.mean, 6), round(law.variance, 6)
        (0.25, 0.04)
    """
    variance = between + within / attempts if attempts >= 1 else math.nan
    most = mean * (1.0 - mean)
    if not (0.0 < mean < 1.0 and between >= 0.0 and within >= 0.0 and variance <= most):
        raise InvalidNumbers(
            f"a score with mean `{mean}` can not have the variance `{variance}` in [0, 1]"
        )
    return ScoreLaw(*_beta_nodes(mean, variance / most, nodes=_NODES))


def observed_law(values: npt.ArrayLike) -> ScoreLaw:
    """The law of clusters like those seen, with one more at 1/2 for what was not seen yet.

    Args:
        values: means of the clusters so far, shape (n,), in [0, 1]; n may be 0.

    Raises:
        InvalidNumbers: a value that is NaN or outside of [0, 1].

    Example:
        >>> round(observed_law([0.0, 0.0, 1.0]).mean, 6)
        0.375
    """
    seen = np.append(bounded_values(values, lo=0.0, hi=1.0), 0.5)
    if np.isin(seen[:-1], (0.0, 1.0)).all():
        return ScoreLaw(np.array([0.0, 1.0]), np.array([1.0 - seen.mean(), seen.mean()]))
    distinct, counts = np.unique(seen, return_counts=True)
    return _on_grid(distinct, counts / seen.size)


def _beta_binomial(rates: Floats, n: int, icc: float) -> Floats:
    """Chances of 0..n successes, shape (len(rates), n + 1)."""
    from scipy import special

    x = np.arange(n + 1.0)
    mean = np.clip(rates, 1e-12, 1.0 - 1e-12)[:, None]
    if icc == 1.0:
        return np.asarray(np.where(x == 0.0, 1.0 - mean, np.where(x == n, mean, 0.0)), np.float64)
    ways = special.gammaln(n + 1.0) - special.gammaln(x + 1.0) - special.gammaln(n - x + 1.0)
    if icc == 0.0:
        log = x * np.log(mean) + (n - x) * np.log1p(-mean)
    else:
        a, b = mean * (1.0 - icc) / icc, (1.0 - mean) * (1.0 - icc) / icc
        log = special.betaln(x + a, n - x + b) - special.betaln(a, b)
    return np.asarray(np.exp(ways + log), np.float64)


def _beta_nodes(mean: float, icc: float, *, nodes: int) -> tuple[Floats, Floats]:
    """Values and weights that integrate polynomials exactly over a beta distribution.

    Gauss-Jacobi quadrature by the eigenvalues of its recurrence (Golub and Welsch 1969).
    """
    if icc == 0.0:
        return np.array([mean]), np.ones(1)
    if icc == 1.0:
        return np.array([0.0, 1.0]), np.array([1.0 - mean, mean])
    p, q = (1.0 - mean) * (1.0 - icc) / icc - 1.0, mean * (1.0 - icc) / icc - 1.0
    k = np.arange(1.0, nodes)
    total = 2.0 * k + p + q
    diagonal = np.append((q - p) / (p + q + 2.0), (q * q - p * p) / (total * (total + 2.0)))
    first = 4.0 * (p + 1.0) * (q + 1.0) / ((p + q + 2.0) ** 2 * (p + q + 3.0))
    k, total = k[1:], total[1:]
    rest = 4.0 * k * (k + p) * (k + q) * (k + p + q) / (total**2 * (total + 1.0) * (total - 1.0))
    beside = np.sqrt(np.append(first, rest)[: nodes - 1])
    at, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return np.clip(0.5 * (at + 1.0), 0.0, 1.0), np.asarray(vectors[0] ** 2, np.float64)


def _on_grid(values: Floats, chances: Floats) -> ScoreLaw:
    """The law itself, or split onto a grid; that keeps the mean and never lowers the variance."""
    if values.size <= _MOST_VALUES:
        return ScoreLaw(values, chances)
    steps = _MOST_VALUES - 1
    below = np.minimum(np.floor(values * steps), steps - 1)
    share = values * steps - below
    grid = np.bincount(below.astype(np.int64), weights=chances * (1.0 - share), minlength=steps + 1)
    grid += np.bincount(below.astype(np.int64) + 1, weights=chances * share, minlength=steps + 1)
    return ScoreLaw(np.linspace(0.0, 1.0, _MOST_VALUES), np.asarray(grid, np.float64))
