"""P-values up the tree: a node crosses if at least k of its M children cross.

Valid under any dependence between the children. Under the hypothesis "at least k children cross"
at least k of the child hypotheses are true, so the (M-k+1)-th smallest p-value is no smaller than
the smallest of those k true ones, and Bonferroni over them gives the factor k
(`spec/statistics.md` S-9).

References:
    Benjamini and Heller (2008), Biometrics 64:1215;
    Holm (1979), Scandinavian Journal of Statistics 6:65.
"""

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats


def rule_out_p_of(children_p: npt.ArrayLike, *, k: int) -> float:
    """The rule-out p-value of a node that crosses if at least `k` children cross.

    `min(1, k * p_(M-k+1))`, the p-values in ascending order: the largest one for "any" (k = 1), M
    times the smallest one for "all" (k = M).

    Args:
        children_p: rule-out p-values of all M children, shape (M,).
        k: how many must cross, 1 <= k <= M.

    Raises:
        InvalidNumbers: no children, `k` out of range, or something that is not a probability.

    Example:
        >>> rule_out_p_of([0.001, 0.01, 0.2, 0.6], k=3)
        0.03
    """
    p = _ascending(children_p, k)
    return float(min(1.0, k * p[p.size - k]))


def rule_in_p_of(children_p: npt.ArrayLike, *, k: int) -> float:
    """The rule-in p-value of the same node from the rule-in p-values: `min(1, (M-k+1) * q_(k))`.

    Example:
        >>> rule_in_p_of([0.01, 0.5, 0.9], k=1)
        0.03
    """
    q = _ascending(children_p, k)
    return float(min(1.0, (q.size - k + 1) * q[k - 1]))


def holm(p_values: npt.ArrayLike) -> Floats:
    """Holm's adjusted p-values, in the order given: which children are ruled out *individually*.

    For reports; a node's own outcome comes from `rule_out_p_of`.

    Example:
        >>> [round(float(p), 4) for p in holm([0.01, 0.02, 0.03, 0.04])]
        [0.04, 0.06, 0.06, 0.06]
    """
    p = _probabilities(p_values)
    order = np.argsort(p, kind="stable")
    steps = (p.size - np.arange(p.size)) * p[order]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def _ascending(children_p: npt.ArrayLike, k: int) -> Floats:
    p = _probabilities(children_p)
    if not (int(k) == k and 1 <= k <= p.size):
        raise InvalidNumbers(f"`{k}` of `{p.size}` children is no condition")
    return np.sort(p)


def _probabilities(p_values: npt.ArrayLike) -> Floats:
    p = np.asarray(p_values, np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise InvalidNumbers("p-values must be a flat list of numbers from 0 to 1")
    return p
