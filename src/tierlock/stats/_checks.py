"""Validation that every test of this room shares. Messages name what is wrong, in lower case."""

import math

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers, UnboundedScore
from tierlock.stats._special import Floats

_ROUNDING = 1e-9  # share of the range by which a mean may stick out of its ends


def bounded_values(values: npt.ArrayLike, *, lo: float, hi: float) -> Floats:
    """The values as a sorted float array, shape (n,); sorted so that input order cannot matter.

    Raises:
        InvalidNumbers: NaN, a value outside [lo, hi], or ends that are not a range.
        UnboundedScore: an infinite end.
    """
    checked_range(lo, hi=hi)
    array = np.atleast_1d(np.asarray(values, np.float64))
    if array.ndim != 1:
        raise InvalidNumbers(f"values must be a flat list, not an array of shape `{array.shape}`")
    if np.isnan(array).any():
        raise InvalidNumbers("values contain NaN; replace missing values by `worst_best` first")
    slack = _ROUNDING * (hi - lo)
    outside = (array < lo - slack) | (array > hi + slack)
    if outside.any():
        first = float(array[outside][0])
        raise InvalidNumbers(f"value `{first}` lies outside of [`{lo}`, `{hi}`]")
    return np.sort(np.clip(array, lo, hi))


def checked_range(lo: float, *, hi: float) -> None:
    """Raises InvalidNumbers or UnboundedScore unless lo < hi and both are finite."""
    if math.isnan(lo) or math.isnan(hi) or not lo < hi:
        raise InvalidNumbers(f"the range from `{lo}` to `{hi}` is empty")
    if math.isinf(hi - lo):
        raise UnboundedScore(f"a score from `{lo}` to `{hi}` has no worst or best value")


def checked_alpha(alpha: float) -> float:
    """The error probability, which must lie strictly between 0 and 1."""
    if not 0.0 < alpha < 1.0:
        raise InvalidNumbers(f"alpha must lie between 0 and 1, not `{alpha}`")
    return alpha


def finite(number: float, *, name: str) -> float:
    """The number, which must be finite."""
    if not math.isfinite(number):
        raise InvalidNumbers(f"{name} must be a finite number, not `{number}`")
    return number


def positive(number: float, *, name: str) -> float:
    """The number, which must be finite and above 0."""
    if not (math.isfinite(number) and number > 0):
        raise InvalidNumbers(f"{name} must be above 0, not `{number}`")
    return number


def checked_count(successes: int, *, n: int) -> None:
    """Raises InvalidNumbers unless 0 <= successes <= n, both whole."""
    if int(successes) != successes or int(n) != n or not 0 <= successes <= n:
        raise InvalidNumbers(f"`{successes}` of `{n}` is not a count")


def checked_share(share: float, *, name: str) -> float:
    """The number, which must lie between 0 and 1."""
    if not 0.0 <= share <= 1.0:
        raise InvalidNumbers(f"{name} must lie between 0 and 1, not `{share}`")
    return share
