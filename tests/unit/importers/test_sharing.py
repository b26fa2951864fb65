"""Equal values are kept once, and nothing changes by it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.importers import sharing
from tierlock.importers.sharing import Shared, SharedDict

ENTRIES = st.dictionaries(st.text(max_size=2), st.floats() | st.none(), max_size=3)


@given(st.lists(ENTRIES, max_size=20))
def test_what_comes_back_is_written_the_same(rows: list[dict[str, float | None]]) -> None:
    shared: SharedDict[float | None] = SharedDict()
    for row in rows:
        assert repr(dict(shared.one(row))) == repr(row)


def test_equal_entries_are_one_dictionary_and_zero_keeps_its_sign() -> None:
    shared: SharedDict[float] = SharedDict()
    first = shared.one({"a": 0.0})
    assert shared.one({"a": 0.0}) is first
    assert math.copysign(1, shared.one({"a": -0.0})["a"]) == -1


def test_beyond_the_bound_values_come_back_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_MOST", 1)
    shared: Shared[tuple[object, ...]] = Shared()
    first, other = ("a" * 9, 1), ("b", 2)
    listed: tuple[object, ...] = ("c", [])
    assert shared.one(first) is first
    assert shared.one((*first,)) is first
    for fresh in (other, (*other[:1], 2)):
        assert shared.one(fresh) is fresh
    assert shared.one(listed) is listed
