"""Bets against "every cluster's mean is at least t", and the wealth that they make.

The constant bet that looks for a rate of q < t multiplies the wealth by `1 + l (t - y)`,
`l = (t - q) / (t (1 - t))`, when a cluster of value y in [0, 1] comes in: never below 0, and by 1
at most on average as long as the mean is at least t. For y = 0 or 1 that factor is the likelihood
ratio of q against t. A mixture of such bets is a bet.

The mixture over q is Beta(a, b) cut off at t, at the nodes of a Gauss-Legendre rule in
`asin(sqrt(q))`, where Jeffreys' prior is flat. A mixture over finitely many nodes is exactly valid,
however well or badly the rule approximates the integral.
"""

import functools

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import bounded_values, finite, positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats

JEFFREYS = (0.5, 0.5)

_NODES = 96
_BLOCK = 16_384  # clusters whose wealth is computed at a time, times 97 bets


def ordered_shares(values: npt.ArrayLike, *, lo: float, hi: float) -> Floats:
    """The values as shares of the range from lo to hi, in the order given; shape (n,).

    Raises:
        InvalidNumbers: NaN, a value outside [lo, hi], or an empty range.
        UnboundedScore: an end is infinite.
    """
    bounded_values(values, lo=lo, hi=hi)
    array = np.clip(np.atleast_1d(np.asarray(values, np.float64)), lo, hi)
    return np.asarray((array - lo) / (hi - lo), np.float64)


def share_of(bound: float, *, lo: float, hi: float) -> float:
    """The bound on the scale of `ordered_shares`."""
    return (finite(bound, name="bound") - lo) / (hi - lo)


@functools.lru_cache(maxsize=64)
def bets_against(
    t: float, *, planned: float | None, prior: tuple[float, float]
) -> tuple[Floats, Floats]:
    """The rates q that are bet on, all below t, and their weights, which sum to 1.

    Half of the weight lies on the planned rate, if there is one.

    Raises:
        InvalidNumbers: the planned rate is not below t, or no prior.
    """
    a, b = (positive(number, name="a parameter of the prior") for number in prior)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    angles = 0.5 * (nodes + 1.0) * np.arcsin(np.sqrt(t))
    density = np.sin(angles) ** (2.0 * a - 1.0) * np.cos(angles) ** (2.0 * b - 1.0)
    rates, weights = np.sin(angles) ** 2, weights * density
    weights = weights / weights.sum()
    if planned is not None:
        if not 0.0 <= planned < t:
            raise InvalidNumbers(f"the planned rate `{planned}` must be below the bound `{t}`")
        rates, weights = np.append(rates, planned), np.append(0.5 * weights, 0.5)
    return rates, weights


def log_wealth(
    shares: Floats, *, t: float, planned: float | None, prior: tuple[float, float] = JEFFREYS
) -> Floats:
    """The logarithm of the wealth after every cluster, shape (n,), for 0 < t < 1."""
    rates, weights = bets_against(t, planned=planned, prior=prior)
    stakes = (t - rates) / (t * (1.0 - t))
    carried = np.log(weights)
    wealth = np.empty(shares.size)
    for start in range(0, shares.size, _BLOCK):
        block = shares[start : start + _BLOCK, None]
        with np.errstate(divide="ignore"):  # a bet on a rate of 0 is lost for good: log 0
            steps = np.log1p(np.maximum(stakes * (t - block), -1.0))
        grown = carried + np.cumsum(steps, axis=0)
        wealth[start : start + _BLOCK] = log_sum(grown)
        carried = grown[-1]
    return wealth


def log_sum(logs: Floats) -> Floats:
    """log(sum(exp(logs))) over the last axis; the least term may be minus infinity."""
    top = logs.max(axis=-1, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.exp(logs - top).sum(axis=-1)), np.float64)


def anytime_p(shares: Floats, *, t: float, planned: float | None) -> Floats:
    """The running `min(1, 1 / max wealth)` after every cluster, shape (n,); any t.

    As everywhere: 1 for a bound at or below the least value, 0 beyond the greatest one.
    """
    if t <= 0.0:
        return np.ones(shares.size)
    if t >= 1.0:
        # "the mean is 1" is refuted by the first value below 1
        refuted = np.minimum.accumulate(shares) < 1.0 if t == 1.0 else np.ones(shares.size, bool)
        return np.where(refuted, 0.0, 1.0)
    best = np.maximum.accumulate(log_wealth(shares, t=t, planned=planned))
    return np.asarray(np.exp(-np.maximum(best, 0.0)), np.float64)


def last_or_one(p: Floats) -> float:
    """The p-value after the last cluster; 1 without any (law L3)."""
    return float(p[-1]) if p.size else 1.0
