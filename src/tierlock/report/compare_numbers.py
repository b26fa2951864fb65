"""The numbers of a comparison of two versions, as people read them."""

from __future__ import annotations

from typing import Final

from tierlock.core import EvaluationComparison
from tierlock.report.numbers import NBSP, show_plain, show_share

_TINY: Final = 1e-4
_MANY: Final = 0.995


def show_value(value: float | None, *, row: EvaluationComparison) -> str:
    """Return a mean score: percent where the score goes from 0 to 1."""
    if value is None:
        return "-"
    return show_share(value) if is_share(row) else show_plain(value)


def show_change(value: float | None, *, row: EvaluationComparison) -> str:
    """Return a difference with its sign, in points where the score goes from 0 to 1.

    >>> signed(0.25, share=True), signed(-0.004, share=True), signed(0.0, share=True)
    ('+25', '-0.4', '0')
    """
    return "-" if value is None else signed(value, share=is_share(row))


def signed(value: float, *, share: bool) -> str:
    """Return a number with its sign, as points of percent if it is a share."""
    text = show_share(value).removesuffix(f"{NBSP}%") if share else show_plain(value)
    return text if text.startswith("-") or text == "0" else f"+{text}"


def is_share(row: EvaluationComparison) -> bool:
    """Tell whether the score goes from 0 to 1."""
    return (row.lo, row.hi) == (0.0, 1.0)


def unit_of(row: EvaluationComparison) -> str:
    """Return the unit of differences."""
    return f"{NBSP}points" if is_share(row) else ""


def interval_words(row: EvaluationComparison) -> str:
    """Return the interval of the difference, `-3.1 to +8`."""
    if row.test is None:
        return "not tested"
    lower = show_change(row.test.lower, row=row)
    return f"{lower} to {show_change(row.test.upper, row=row)}"


def show_p(p: float) -> str:
    """Return a p-value; never 0.

    >>> show_p(0.0391), show_p(1e-9), show_p(1.0), show_p(0.9961)
    ('0.039', '<0.0001', '1', '1')
    """
    if p < _TINY:
        return "<0.0001"
    return "1" if p > _MANY else f"{p:.2g}"


def p_words(p: float) -> str:
    """Return `p = 0.039`, or `p <0.0001`: it is never 0."""
    text = show_p(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"
