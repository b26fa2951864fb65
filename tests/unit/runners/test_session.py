"""What the recorder sees of a run of our own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tierlock.runners.session import Entered, Session, active


def session(told: list[tuple[int, int, int, int]]) -> Session:
    project: Any = None
    return Session(
        project,
        clock=lambda: datetime(2026, 3, 1, tzinfo=UTC),
        items=(),
        show=lambda *seen: told.append(seen),
    )


def test_samples_and_tokens_are_counted_and_told():
    told: list[tuple[int, int, int, int]] = []
    one = session(told)
    one.tokens(came_in=10, came_out=2)
    one.sample(failed=False)
    one.tokens(came_in=5, came_out=1)
    one.sample(failed=True)
    assert told == [(1, 0, 10, 2), (2, 1, 15, 3)]


def test_a_session_is_active_while_its_block_runs():
    outer, inner = session([]), session([])
    assert active() is None
    with Entered(outer):
        with Entered(inner):
            assert active() is inner
        assert active() is outer
    assert active() is None
