"""Numbers as people read them: shares, ratios, counts, costs.

The blank inside a number (`9.1 %`) is a no-break space, so that wrapping never tears it apart;
outputs for a terminal turn it into an ordinary blank when their lines are broken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from tierlock.core import Criterion, Limits, Measured

NBSP: Final = "\u00a0"
_MOST_DECIMALS: Final = 9
_SHARES: Final = frozenset({"pass_at_k", "refusal_rate", "human_percentile"})
_FROM_ZERO: Final = frozenset({"time_horizon", "tasks_solved", "attack_rate"})

Unit = Literal["share", "points", "ratio", "plain"]


def show_share(value: float, *, beside: float | None = None) -> str:
    """Return a share of one in percent; never rounded onto 100 % or onto `beside`.

    A limit that lies next to its bound must not look equal to it.

    >>> show_share(0.0909).replace(NBSP, " "), show_share(0.25).replace(NBSP, " ")
    ('9.1 %', '25 %')
    >>> show_share(0.99996).replace(NBSP, " ")
    '99.996 %'
    >>> show_share(0.15004, beside=0.15).replace(NBSP, " ")
    '15.004 %'
    """
    return _apart(_percent, value=value, beside=beside) + f"{NBSP}%"


def show_plain(value: float, *, beside: float | None = None) -> str:
    """Return a number with three significant digits, more where it would look like `beside`.

    >>> show_plain(2.5349), show_plain(1240), show_plain(0.0)
    ('2.53', '1,240', '0')
    """
    return _apart(_significant, value=value, beside=beside)


def show_count(count: int) -> str:
    """Return a whole number with thousands separated.

    >>> show_count(1240)
    '1,240'
    """
    return f"{count:,}"


def count_of(count: int, *, one: str, many: str = "") -> str:
    """Return a count with its noun.

    >>> count_of(1, one="log"), count_of(1240, one="sample")
    ('1 log', '1,240 samples')
    """
    noun = one if count == 1 else (many or f"{one}s")
    return f"{show_count(count)} {noun}"


def show_duration(seconds: float) -> str:
    """Return an approximate duration in the largest unit that keeps it above one.

    >>> [show_duration(s).replace(NBSP, " ") for s in (40, 1500, 7000, 400000)]
    ['~40 s', '~25 min', '~2 h', '~5 days']
    """
    for limit, size, unit in ((90, 1, "s"), (90 * 60, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < limit:
            return f"~{max(1, round(seconds / size))}{NBSP}{unit}"
    return f"~{round(seconds / 86400)}{NBSP}days"


def show_money(usd: float) -> str:
    """Return an approximate amount in US dollars.

    >>> show_money(4.2).replace(NBSP, " "), show_money(0.031).replace(NBSP, " ")
    ('~4 USD', '~0.03 USD')
    """
    amount = f"{usd:,.0f}" if usd >= 1 else f"{usd:.1g}"
    return f"~{amount}{NBSP}USD"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How the values of one criterion are written, and the range that they live in."""

    unit: Unit
    lo: float
    hi: float | None

    def show(self, value: float, *, beside: float | None = None) -> str:
        """Return `value` in this scale's unit."""
        if self.unit == "share":
            return show_share(value, beside=beside)
        if self.unit == "points":
            return _apart(_percent, value=value, beside=beside) + f"{NBSP}points"
        suffix = "×" if self.unit == "ratio" else ""
        return show_plain(value, beside=beside) + suffix


def scale_of(
    criterion: Criterion | None,
    *,
    limits: Limits | None,
    span: tuple[float, float | None] | None = None,
) -> Scale:
    """Return the scale of a measured criterion: percent only where the range is [0, 1].

    Args:
        criterion: what is measured, where it is known.
        limits: the limits it was judged by, which bring the range.
        span: the evaluation's declared range, where nothing was judged.
    """
    lo, hi = (limits.lo, limits.hi) if limits is not None else span or (0.0, 1.0)
    name = criterion.estimand.name if isinstance(criterion, Measured) else "success_rate"
    if name == "uplift_ratio":
        return Scale(unit="ratio", lo=lo, hi=hi)
    if name == "speed_up":
        return Scale(unit="ratio", lo=0.0, hi=None)
    if name == "uplift_difference" and hi is not None and hi - lo <= 2:
        return Scale(unit="points", lo=lo, hi=hi)
    if name in _SHARES:
        return Scale(unit="share", lo=0.0, hi=1.0)
    if name in _FROM_ZERO:
        return Scale(unit="plain", lo=0.0, hi=None)
    if (lo, hi) == (0.0, 1.0):
        return Scale(unit="share", lo=lo, hi=hi)
    return Scale(unit="plain", lo=lo, hi=hi)


def _apart(write: Callable[[float, int], str], *, value: float, beside: float | None) -> str:
    """Return `value` with as many extra digits as set it apart from `beside`."""
    text = write(value, 0)
    for extra in range(1, _MOST_DECIMALS):
        if beside is None or value == beside or text != write(beside, 0):
            break
        text = write(value, extra)
    return text


def _percent(value: float, extra: int) -> str:
    percent = 100 * value
    size = abs(percent)
    decimals = 1 + extra
    if 0 < size < 1:
        decimals = min(_MOST_DECIMALS, 1 - math.floor(math.log10(size)) + extra)
    while size < 100 and float(f"{size:.{decimals}f}") >= 100 and decimals < _MOST_DECIMALS:
        decimals += 1
    return _trim(f"{percent:.{decimals}f}")


def _significant(value: float, extra: int) -> str:
    size = abs(value)
    if size >= 999.5:
        return f"{value:,.{extra}f}"
    if size < 1e-4:
        return f"{value:.{3 + extra}g}"
    decimals = max(0, 2 - math.floor(math.log10(size))) + extra
    return _trim(f"{value:.{decimals}f}")


def _trim(text: str) -> str:
    trimmed = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if trimmed in {"-0", ""} else trimmed
