"""The chart of a timeline: every event once, in the row of its kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tierlock.report import Event, timeline_chart

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def values(events: list[Event]) -> list[dict[str, object]]:
    data = timeline_chart(events)["data"]
    assert isinstance(data, dict)
    found: list[dict[str, object]] = data["values"]
    return found


def test_equal_marks_are_one_mark_that_counts_them() -> None:
    events = [Event(AT, "decision", f"no {n}", "DENY") for n in range(3)]
    (row,) = values(events)
    assert (row["count"], row["lane"], row["what"]) == (3, "Gate", "DENY")


def test_what_is_not_known_stands_in_a_row_of_its_own() -> None:
    assert values([Event(AT, "configuration", "x")])[0]["lane"] == "Other"


@pytest.mark.parametrize(("days", "form"), [(2, "%d %b %H:%M"), (40, "%Y-%m-%d")])
def test_instants_far_apart_are_named_by_day(days: int, form: str) -> None:
    events = [Event(AT, "run", "a"), Event(AT + timedelta(days=days), "run", "b")]
    assert f"'{form}'" in str(timeline_chart(events))


def test_no_event_is_a_chart_too() -> None:
    assert values([]) == []
