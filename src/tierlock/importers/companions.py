"""What result files with samples beside them share: plain numbers, Unix times, recomputation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from tierlock.core import InputError, Problem
from tierlock.importers.columns import Row
from tierlock.importers.reasons import problem

_TOLERANCE: Final = 1e-6


def plain_number(value: object) -> float | None:
    """Return a number or truth value as a finite float; None for everything else.

    >>> [plain_number(value) for value in (True, 2, 0.5, float("nan"), "0.5", None)]
    [1.0, 2.0, 0.5, None, None, None]
    """
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def unix_instant(seconds: object) -> datetime | None:
    """Return the UTC instant of Unix time `seconds`, a number or its text; None if it is neither.

    >>> unix_instant("1750000000").isoformat()
    '2025-06-15T15:06:40+00:00'
    """
    try:
        number = float(seconds) if isinstance(seconds, int | float | str) else math.nan
        return datetime.fromtimestamp(number, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def check_mean(rows: Iterable[Row], *, column: str, reported: float | None) -> tuple[Problem, ...]:
    """Return a problem if the mean of a column is not the reported one, to six digits."""
    values = [value for row in rows if (value := row.scores.get(column)) is not None]
    if reported is None or not values:
        return ()
    mean = math.fsum(values) / len(values)
    if math.isclose(mean, reported, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE):
        return ()
    says = f"the results give {reported:.6g} for `{column}`, the samples give {mean:.6g}"
    return (problem("header.mismatch", says=says),)


def require_instant(instant: datetime | None, *, what: str) -> datetime:
    """Return `instant`.

    Raises:
        InputError: there is none.
    """
    if instant is None:
        raise InputError("input.type", f"`{what}` is missing or not an instant")
    return instant
