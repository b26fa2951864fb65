"""Confidence bounds of tests that have no closed form: by bisection."""

from __future__ import annotations

from collections.abc import Callable


def first_bound(
    holds: Callable[[float], bool], *, lo: float, hi: float, tolerance: float = 0.0
) -> float | None:
    """Return the smallest bound at which a monotone condition holds; None where it never does.

    Args:
        holds: a condition that, once true, stays true for larger bounds.
        lo: where the search begins.
        hi: where it ends.
        tolerance: how much too large the answer may be; 0 for as exact as numbers are.
    """
    if holds(lo):
        return lo
    if not holds(hi):
        return None
    while hi - lo > tolerance and lo < (middle := (lo + hi) / 2) < hi:
        lo, hi = (lo, middle) if holds(middle) else (middle, hi)
    return hi
