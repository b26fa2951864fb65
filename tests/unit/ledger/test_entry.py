"""One entry, one encoding: what a ledger takes and how its leaf is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.ledgers import AT, leaf_bytes
from tierlock.core import InputError
from tierlock.ledger import Draft
from tierlock.ledger.entry import MAX_BYTES, canonical_leaf, format_time, parse_time

TYPES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,9}/[a-z0-9][a-z.+-]{0,9}", fullmatch=True)
TIMES = st.datetimes(timezones=st.timezones()).filter(lambda at: 1000 < at.year < 9998)
DRAFTS = st.builds(Draft, media_type=TYPES, payload=st.binary(max_size=20), logged_at=TIMES)


@given(DRAFTS, DRAFTS)
def test_different_entries_have_different_leaves(one: Draft, two: Draft) -> None:
    same = (one.media_type, one.payload, one.logged_at) == (
        two.media_type, two.payload, two.logged_at,
    )  # fmt: skip
    assert (canonical_leaf(one) == canonical_leaf(two)) == same
    assert (one.content == two.content) == (
        (one.media_type, one.payload) == (two.media_type, two.payload)
    )


@given(DRAFTS)
def test_the_leaf_is_written_as_the_specification_says(item: Draft) -> None:
    assert canonical_leaf(item) == leaf_bytes(item)


@pytest.mark.parametrize(
    "name",
    [
        "", "text", "text/", "/plain", "text/plain; charset=utf-8", "text/plain\n", "text/pla\nin",
        " text/plain", "text/plain ", "téxt/plain", "text/plaın", "text/٣", "-x/y", "a/b/c",
        "x" * 128 + "/y", "text/\x00", "text/\u202e",
    ],
)  # fmt: skip
def test_what_is_no_media_type(name: str) -> None:
    with pytest.raises(InputError) as caught:
        Draft(media_type=name, payload=b"", logged_at=AT)
    assert caught.value.code == "ledger.content"
    assert caught.value.message.isprintable()


def test_what_is_too_large_or_has_no_zone() -> None:
    assert Draft(media_type="a/b", payload=bytes(MAX_BYTES), logged_at=AT).payload
    with pytest.raises(InputError) as caught:
        Draft(media_type="a/b", payload=bytes(MAX_BYTES + 1), logged_at=AT)
    assert caught.value.code == "ledger.content"
    with pytest.raises(InputError) as caught:
        Draft(media_type="a/b", payload=b"", logged_at=AT.replace(tzinfo=None))
    assert caught.value.code == "input.naive-time"


@given(TIMES)
def test_a_time_has_one_spelling(at: datetime) -> None:
    text = format_time(at)
    # In UTC, because a time that a zone has twice or never equals none of another zone (PEP 495).
    assert parse_time(text) == at.astimezone(UTC)
    assert format_time(parse_time(text)) == text
    assert format_time(at.astimezone(timezone(timedelta(hours=5)))) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000+00:00",
        "2026-01-01 00:00:00.000000Z",
        "2026-13-01T00:00:00.000000Z", "2026-02-30T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z",
        "2026-01-01T00:00:60.000000Z", "٢٠٢٦-01-01T00:00:00.000000Z",
        "2026-01-01T00:00:00.000000Z\n",
        "2026-01-01T00:00:00.000000z", "0000-01-01T00:00:00.000000Z",
    ],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_time(text)
    assert caught.value.code == "ledger.content"


def test_times_are_kept_in_utc_to_the_microsecond() -> None:
    at = datetime(2026, 1, 1, 2, 0, 0, 7, tzinfo=timezone(timedelta(hours=2)))
    assert format_time(at) == "2026-01-01T00:00:00.000007Z"
    assert parse_time("2026-01-01T00:00:00.000007Z").tzinfo == UTC
