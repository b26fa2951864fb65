"""Many weighted logistic curves in one variable, fitted at the same time.

Newton's method, with steps whose length needs no search: a step that changes the log odds of a
point by at most d is shortened to log(1 + d). A logistic loss never bends so fast that this
overshoots, so the search converges from everywhere.

References:
    Sun and Tran-Dinh (2019), Mathematical Programming 178:145 (the length of the step).
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats

_CONVERGED: Final = 1e-6  # the error after a step is about the square of the step
_MAX_STEPS: Final = 200


class Curves(NamedTuple):
    """Several fitted curves, shape (B,) each; NaN where the search did not converge."""

    intercepts: Floats
    slopes: Floats


def fit_curves(
    x: Floats, *, weights: Floats, successes: Floats, penalty: float, start: tuple[float, float]
) -> Curves:
    """Fit one curve per row of weights.

    Args:
        x: position of each point, shape (n,).
        weights: of each curve and point, at least 0, shape (B, n); each row with a positive sum.
        successes: the part of each weight that is a success, shape (B, n).
        penalty: half of it times the squared slope is added to the weighted loss.
        start: intercept and slope where every search begins.
    """
    center = float(x.mean())
    z = x - center
    linear = np.stack([np.ones_like(z), z], axis=1)
    squares = np.stack([np.ones_like(z), z, z * z], axis=1)
    ends = float(z.min()), float(z.max())
    b0 = np.full(weights.shape[0], start[0] + start[1] * center)
    b1 = np.full(weights.shape[0], start[1])
    found = np.full((2, weights.shape[0]), np.nan)
    live = np.arange(weights.shape[0])
    for _ in range(_MAX_STEPS):
        odds = np.multiply.outer(b1, z)
        odds += b0[:, None]
        rate = _rates(odds)
        expected = weights * rate
        gradient = (expected - successes) @ linear
        rate *= expected
        h00, h01, h11 = ((expected - rate) @ squares).T
        h11 = h11 + penalty
        g0, g1 = gradient[:, 0], gradient[:, 1] + penalty * b1
        scale = np.maximum(h00 * h11 - h01 * h01, 1e-300)
        d0, d1 = (h11 * g0 - h01 * g1) / scale, (h00 * g1 - h01 * g0) / scale
        far = np.maximum(np.abs(d0 + ends[0] * d1), np.abs(d0 + ends[1] * d1))
        shorter = np.log1p(far) / np.maximum(far, 1e-300)
        b0, b1 = b0 - shorter * d0, b1 - shorter * d1
        done = far <= _CONVERGED
        if 2 * np.count_nonzero(done) < done.size:
            continue
        found[:, live[done]] = b0[done] - b1[done] * center, b1[done]
        left = ~done
        live, b0, b1 = live[left], b0[left], b1[left]
        if not live.size:
            break
        weights, successes = weights[left], successes[left]
    return Curves(found[0], found[1])


def _rates(odds: Floats) -> Floats:
    """1 / (1 + exp(-odds)), computed in place."""
    np.clip(odds, -500.0, 500.0, out=odds)  # beyond this the rate is 0 or 1 anyway
    np.negative(odds, out=odds)
    np.exp(odds, out=odds)
    odds += 1.0
    np.reciprocal(odds, out=odds)
    return odds


def checked_success(success: float) -> float:
    """The success rate at which a horizon is read, which must lie strictly between 0 and 1."""
    if not 0.0 < success < 1.0:
        raise InvalidNumbers(f"success must lie between 0 and 1, not `{success}`")
    return success


def checked_attempts(
    values: npt.ArrayLike, *, minutes: npt.ArrayLike, weights: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Success, minutes and weights of attempts as arrays of one length, shape (N,).

    Raises:
        InvalidNumbers: no attempts, another length, or a number out of its range.
    """
    share, length, weight = (np.asarray(part, np.float64) for part in (values, minutes, weights))
    if share.ndim != 1 or not share.size or not share.shape == length.shape == weight.shape:
        raise InvalidNumbers(
            f"values, minutes and weights must have one length above 0, not "
            f"`{share.shape}`, `{length.shape}` and `{weight.shape}`"
        )
    if not ((share >= 0) & (share <= 1)).all():
        raise InvalidNumbers("success must be a share from 0 to 1 in every attempt")
    for name, part in (("minutes", length), ("weights", weight)):
        if not (np.isfinite(part) & (part > 0)).all():
            raise InvalidNumbers(f"{name} must be above 0 and finite in every attempt")
    return share, length, weight
