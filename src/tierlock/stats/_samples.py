"""Which of many drawn samples rule a bound out: the default and the proved test, all at once.

The p-value of a drawn sample is the Lugannani-Rice approximation (within 3 % relative, measured);
where that could change the decision, the exact test decides.

References:
    Lugannani and Rice (1980), Advances in Applied Probability 12:475.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._special import Floats, binomial_at_most, first_at_most
from tierlock.stats.hoeffding import mean_rule_out_p
from tierlock.stats.one_sample import rule_out_p
from tierlock.stats.score_law import ScoreLaw

_SEED = 20_261_122
_DOUBT = 0.06  # an approximate p-value this close to alpha is computed exactly
_SADDLE_STEPS = 40
_INSIDE = 1.0 - 1e-12


class Rule(NamedTuple):
    """What is to be ruled out, with which error, and whether Hoeffding-Bentkus decides."""

    bound: float
    alpha: float
    proved: bool


def most_dangerous(n: int, *, rule: Rule) -> int:
    """The largest count out of n that still rules out; -1 where not even 0 does."""
    low, high = -1, n  # n of n never rule out
    while high - low > 1:
        middle = (low + high) // 2
        p = (
            mean_rule_out_p(middle / n, n=n, bound=rule.bound)
            if rule.proved
            else binomial_at_most(middle, n=n, rate=rule.bound)
        )
        low, high = (middle, high) if p <= rule.alpha else (low, middle)
    return low


def drawn_counts(law: ScoreLaw, *, clusters: int, draws: int) -> Floats:
    """How often each value of the law occurs in each drawn sample, shape (draws, values)."""
    rng = np.random.default_rng(_SEED)
    return rng.multinomial(clusters, law.chances, size=draws).astype(np.float64)


def ruled_out(counts: Floats, *, values: Floats, rule: Rule) -> npt.NDArray[np.bool_]:
    """Which of the samples, counts of each value, rule out the bound, shape (draws,)."""
    n = int(counts[0].sum())
    bound, alpha = rule.bound, rule.alpha
    if rule.proved:  # falls with the mean alone
        if mean_rule_out_p(0.0, n=n, bound=bound) > alpha:
            return np.zeros(counts.shape[0], bool)
        most = 1.0 - first_at_most(
            lambda at: mean_rule_out_p(1.0 - at, n=n, bound=bound),
            alpha=alpha,
            lo=0.0,
            hi=1.0,
            guess=1.0 - bound / 2,
            spread=0.5 / math.sqrt(n),
        )
        return np.asarray(counts @ values / n <= most + 1e-12)
    if bound == 1.0:  # ruled out unless every cluster is at the end of the range
        return np.asarray(counts[:, values < 1.0].sum(axis=1) > 0)
    p = sample_p_values(counts, values=values, bound=bound)
    doubtful = np.abs(p - alpha) <= _DOUBT * alpha
    rows, which = np.unique(counts[doubtful], axis=0, return_inverse=True)
    exact = [rule_out_p(np.repeat(values, row.astype(int)), bound=bound) for row in rows]
    p[doubtful] = np.array(exact, np.float64)[which.ravel()]
    return np.asarray(p <= alpha)


def sample_p_values(counts: Floats, *, values: Floats, bound: float) -> Floats:
    """Rule-out p-values of many samples at once, approximately (Lugannani and Rice).

    Args:
        counts: how often each value occurs in each sample, shape (samples, values).
        values: the values, shape (values,), in [0, 1].
        bound: the limit on the mean, strictly between 0 and 1; or one per sample.

    Returns:
        Probabilities, shape (samples,).
    """
    from scipy import special

    k = np.column_stack([counts, np.ones(counts.shape[0])])  # one more at the worst value
    bounds = np.broadcast_to(np.asarray(bound, np.float64), counts.shape[:1])[:, None]
    w = np.where(k > 0, np.append(values, 1.0)[None, :] - bounds, 0.0)
    lightest = w.min(axis=1)
    left = _INSIDE / np.minimum(lightest, -1e-9)  # the cumulant exists between the two poles
    right = _INSIDE / w.max(axis=1)
    s = np.zeros(counts.shape[0])
    for _ in range(_SADDLE_STEPS):
        r = w / (1.0 - s[:, None] * w)
        slope, curve = (k * r).sum(axis=1), (k * r * r).sum(axis=1)
        left, right = np.where(slope < 0, s, left), np.where(slope < 0, right, s)
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = s - slope / curve
        inside = (moved >= left) & (moved <= right)
        after = np.where(inside, moved, 0.5 * (left + right))
        if np.abs(after - s).max() <= 1e-9 * np.abs(after).max(initial=1e-9):
            s = after
            break
        s = after
    r = w / (1.0 - s[:, None] * w)
    curve = (k * r * r).sum(axis=1)
    cumulant = -(k * np.log1p(-s[:, None] * w)).sum(axis=1)
    z = np.sign(s) * np.sqrt(np.maximum(-2.0 * cumulant, 0.0))
    u = s * np.sqrt(curve)
    flat = np.abs(z) < 1e-4
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = special.ndtr(-z) + np.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi) * (
            1.0 / u - 1.0 / z
        )
    skew = (2.0 * k * r**3).sum(axis=1) / curve**1.5
    tail = np.where(flat, 0.5 - skew / (6.0 * math.sqrt(2.0 * math.pi)), tail)
    return np.where(lightest >= 0.0, 1.0, np.clip(np.nan_to_num(tail, nan=1.0), 0.0, 1.0))
