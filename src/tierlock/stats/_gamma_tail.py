"""The chance that a weighted sum of gamma variables is not negative, to about ten digits.

`P(sum_j w_j * G_j >= 0)` with independent `G_j ~ Gamma(k_j, 1)` is the one integral behind the
default test of `one_sample`. It is an inverse Laplace transform,

    P = 1 / (2 pi i) * integral of exp(K(s)) / s ds,     K(s) = -sum_j k_j log(1 - w_j s),

taken along a path that crosses the real axis between 0 and `1 / max w`. Any such path gives the
same number; the one used here runs through the saddle point and follows the direction of steepest
descent. So the integrand is largest where the path crosses and hardly oscillates, which keeps
*relative* accuracy for tiny probabilities, and the trapezoid rule on `sinh` spaced nodes
converges geometrically. The cost grows linearly with the number of distinct weights, so no
separate approximation is needed for large samples.

References:
    Daniels (1954), Annals of Mathematical Statistics 25:631 (the saddle point);
    Trefethen and Weideman (2014), SIAM Review 56:385 (trapezoid rule on deformed contours).
"""

import functools
import math
from collections.abc import Callable

import numpy as np

from tierlock.stats._beta import beta_cdf
from tierlock.stats._special import Floats

Integrand = Callable[[Floats], Floats]

_FIRST_STEP = 0.125
_MAX_HALVINGS = 9
_CONVERGED = 1e-9  # two consecutive steps agree; the error of the finer one is about the square
_NEGLIGIBLE = 1e-17
_NO_WEIGHT = 1e-150  # relative to the largest: below it, squares would overflow
_SADDLE_HALVINGS = 30
_CHUNK = 1 << 20  # node x weight pairs evaluated at once: bounds the memory
_KEPT_BYTES = 8192  # of weights and of shapes, in answers that are kept: bounds the memory, too


def probability_not_negative(weights: Floats, *, shapes: Floats) -> float:
    """P(sum of `weights[j] * Gamma(shapes[j])` >= 0) for independent gamma variables.

    Args:
        weights: any finite real weights, shape (m,). Zero weights do not matter.
        shapes: positive gamma shapes, shape (m,); here the multiplicity of each distinct value.

    Returns:
        A probability; NaN if the integral did not converge. An empty sum is 0, so its probability
        is 1.
    """
    # Several thresholds ask the same attempts the same question, and search the same bounds.
    if weights.dtype == shapes.dtype == np.float64 and weights.nbytes <= _KEPT_BYTES:
        return _kept_probability(weights.tobytes(), shapes.tobytes())
    return _probability(weights, shapes)


@functools.lru_cache(maxsize=256)
def _kept_probability(weights: bytes, shapes: bytes) -> float:
    return _probability(np.frombuffer(weights), np.frombuffer(shapes))


def _probability(weights: Floats, shapes: Floats) -> float:
    used = np.abs(weights) > _NO_WEIGHT * np.abs(weights).max(initial=0.0)
    w, k = weights[used], shapes[used]
    negative = w < 0
    if not negative.any():
        return 1.0
    if negative.all():
        return 0.0
    if w.size == 2:  # Gamma+ / (Gamma+ + Gamma-) is Beta distributed: the exact binomial tail
        up, down = (1, 0) if negative[0] else (0, 1)
        share = float(w[up] / (w[up] - w[down]))
        return beta_cdf(share, a=float(k[down]), b=float(k[up]))
    if float((k * w).sum()) > 0:
        return 1.0 - _upper_tail(-w, k)
    return _upper_tail(w, k)


def _upper_tail(w: Floats, k: Floats) -> float:
    """The same probability when the sum has a mean of at most 0."""
    w = w / w.max()
    c = _saddle(w, k)
    r = w / (1.0 - w * c)
    curvature = float((k * r**2).sum()) + 1.0 / c**2
    skew = (2.0 * float((k * r**3).sum()) - 2.0 / c**3) / curvature**1.5
    width = 1.0 / np.sqrt(curvature)
    # The steepest path leaves the axis as c + iy + y^2 skew/6. Beyond 30 degrees the far field
    # suffers.
    q = skew / 3.0
    sin_bend = float(np.clip(2.0 * q / (1.0 + np.sqrt(1.0 + 4.0 * q * q)), -0.5, 0.5))
    cos_bend = float(np.sqrt(1.0 - sin_bend**2))

    def integrand(u: Floats) -> Floats:
        real = width * sin_bend * (np.cosh(u) - 1.0)
        imag = width * cos_bend * np.sinh(u)
        log_size = -0.5 * np.log((c + real) ** 2 + imag**2)
        angle = -np.arctan2(imag, c + real)
        rows = max(1, _CHUNK // max(1, u.size))
        for start in range(0, r.size, rows):
            part, times = r[start : start + rows, None], k[start : start + rows]
            x, y = -part * real, -part * imag
            log_size -= 0.5 * _weighted(times, np.log1p(2.0 * x + x * x + y * y))
            angle -= _weighted(times, np.arctan2(y, 1.0 + x))
        # Im(exp(log_size + i angle) * ds/du), the lower half of the path being the mirror image
        slope_real = width * sin_bend * np.sinh(u)
        slope_imag = width * cos_bend * np.cosh(u)
        ratio: Floats = (
            c * np.exp(log_size) * (slope_real * np.sin(angle) + slope_imag * np.cos(angle))
        )
        return ratio

    scale = np.exp(-float((k * np.log1p(-w * c)).sum())) / (np.pi * c)
    return float(np.clip(scale * _half_line(integrand), 0.0, 1.0))


def _weighted(times: Floats, rows: Floats) -> Floats:
    """Sum of the rows, each so many times; without BLAS, whose threads change the last digit."""
    total: Floats = np.einsum("i,ij->j", times, rows)
    return total


def _saddle(w: Floats, k: Floats) -> float:
    """Where K'(s) = 1/s in (0, 1), for weights whose maximum is 1. Three digits would be enough."""
    low, high = -40.0, 36.0  # bisect on the logit: the point may be close to either end
    for _ in range(_SADDLE_HALVINGS):
        middle = 0.5 * (low + high)
        s = 1.0 / (1.0 + np.exp(-middle))
        if float((k * (w / (1.0 - w * s))).sum()) < 1.0 / s:
            low = middle
        else:
            high = middle
    return float(1.0 / (1.0 + np.exp(-0.5 * (low + high))))


def _half_line(integrand: Integrand) -> float:
    """Integral of an even, rapidly falling function over (0, infinity), by the trapezoid rule."""
    step = _FIRST_STEP
    nodes: Floats = np.arange(1, 9, dtype=np.float64) * step  # one unit of the parameter at a time
    total = 0.5 * float(integrand(np.zeros(1))[0])
    peak = largest = abs(total)
    reach = 0.0
    while largest > _NEGLIGIBLE * peak:  # it falls at least like exp(-reach)
        values = integrand(nodes + reach)
        total += float(values.sum())
        reach += 1.0
        largest = float(np.abs(values).max())
        peak = max(peak, largest)
    estimate = step * total
    for _ in range(_MAX_HALVINGS):
        middles: Floats = (np.arange(round(reach / step), dtype=np.float64) + 0.5) * step
        finer = 0.5 * (estimate + step * float(integrand(middles).sum()))
        step *= 0.5
        if abs(finer - estimate) <= _CONVERGED * abs(finer):
            return finer
        estimate = finer
    return math.nan
