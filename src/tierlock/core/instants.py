"""Instants are UTC, periods are calendar periods (spec/determination.md T-1 to T-4)."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, NamedTuple

from pydantic import AfterValidator, PlainSerializer

from tierlock.core.errors import InputError

_PERIOD: Final = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")


class Span(NamedTuple):
    """A calendar period: whole months and whole days."""

    months: int
    days: int


def to_utc(instant: datetime) -> datetime:
    """Return `instant` in UTC.

    Raises:
        ValueError: the instant is naive (pydantic turns this into a located error).
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError("instant has no time zone: add `Z` or an offset")
    return instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """Return the one textual form of an instant: RFC 3339 in UTC with a `Z`.

    >>> format_instant(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05Z'
    """
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _check_period(text: str) -> str:
    if _PERIOD.fullmatch(text) is None:
        raise ValueError(f"`{text}` is not a period such as P6M, P1Y or P30D")
    return text


Instant = Annotated[
    datetime, AfterValidator(to_utc), PlainSerializer(format_instant, return_type=str)
]
Period = Annotated[str, AfterValidator(_check_period)]


def parse_instant(text: str) -> datetime:
    """Return the UTC instant that ISO 8601 `text` names; a bare date is midnight UTC.

    Raises:
        InputError: not an instant, or one without a time zone.

    >>> parse_instant("2026-03-01T02:00:00+02:00").isoformat()
    '2026-03-01T00:00:00+00:00'
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("input.type", f"`{text}` is not an instant", hint="use ISO 8601") from None
    if instant.tzinfo is None and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return instant.replace(tzinfo=UTC)
    try:
        return to_utc(instant)
    except ValueError:
        raise InputError(
            "input.naive-time", f"`{text}` has no time zone", hint="add `Z` or an offset"
        ) from None


def parse_period(text: str) -> Span:
    """Return the months and days of an ISO 8601 period.

    Raises:
        InputError: `text` is not such a period.

    >>> parse_period("P1Y6M")
    Span(months=18, days=0)
    """
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise InputError("input.period", f"`{text}` is not a period such as P6M, P1Y or P30D")
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    return Span(months=12 * years + months, days=7 * weeks + days)


def add_period(instant: datetime, *, period: str) -> datetime:
    """Return `instant` plus calendar `period` in UTC; a missing day is clamped to the month's end.

    >>> add_period(datetime(2026, 8, 31, tzinfo=UTC), period="P6M").date().isoformat()
    '2027-02-28'
    """
    span = parse_period(period)
    start = instant.astimezone(UTC)
    month = start.month - 1 + span.months
    year, month = start.year + month // 12, month % 12 + 1
    try:
        day = min(start.day, calendar.monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + timedelta(days=span.days)
    except (ValueError, OverflowError):
        raise InputError("input.period", f"`{period}` leads beyond the calendar") from None
