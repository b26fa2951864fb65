"""A request with a key is done once, whoever sends it again, also at the same time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from tierlock.server.problems import Refused
from tierlock.server.state.idempotency import Answered, Once
from tierlock.server.state.tables import open_engine

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_second_request_gets_the_first_answer() -> None:
    once, calls = Once(open_engine(None)), []

    def act() -> Answered:
        calls.append(1)
        return Answered(201, b"made")

    first = once.do(act, key="ana\nk", fingerprint="f", at=AT)
    again = once.do(act, key="ana\nk", fingerprint="f", at=AT + timedelta(hours=23))
    assert (first.replayed, again) == (False, Answered(201, b"made", replayed=True))
    assert len(calls) == 1
    once.do(act, key="ana\nk", fingerprint="f", at=AT + timedelta(hours=25))
    assert len(calls) == 2


def test_another_request_under_the_key_is_refused() -> None:
    once = Once(open_engine(None))
    once.do(lambda: Answered(200, b""), key="k", fingerprint="f", at=AT)
    with pytest.raises(Refused) as refused:
        once.do(lambda: Answered(200, b""), key="k", fingerprint="g", at=AT)
    assert (refused.value.status, refused.value.code) == (422, "server.key-reused")


def test_what_failed_may_be_sent_again() -> None:
    once = Once(open_engine(None))

    def fail() -> Answered:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # any error
        once.do(fail, key="k", fingerprint="f", at=AT)
    assert once.do(lambda: Answered(200, b"x"), key="k", fingerprint="f", at=AT).body == b"x"


def test_the_same_request_at_the_same_time_waits_its_turn(tmp_path) -> None:
    once = Once(open_engine(f"sqlite:///{tmp_path / 'state.db'}"))
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Answered:
        begun.set()
        assert go_on.wait(10)
        return Answered(200, b"slow")

    worker = threading.Thread(target=once.do, args=(slow,), kwargs=_named())
    worker.start()
    assert begun.wait(10)
    with pytest.raises(Refused) as refused:
        once.do(lambda: Answered(200, b"second"), **_named())
    go_on.set()
    worker.join()
    assert (refused.value.status, refused.value.code) == (409, "server.in-progress")
    assert once.do(lambda: Answered(200, b"third"), **_named()).body == b"slow"


def test_a_request_whose_server_was_killed_can_be_sent_again_later(tmp_path) -> None:
    once = Once(open_engine(f"sqlite:///{tmp_path / 'state.db'}"))

    def killed() -> Answered:
        raise _Killed

    once._forget = lambda key: None  # type: ignore[method-assign]  # a killed process forgets nothing
    with pytest.raises(_Killed):
        once.do(killed, **_named())
    fresh = Once(open_engine(f"sqlite:///{tmp_path / 'state.db'}"))
    with pytest.raises(Refused):
        fresh.do(lambda: Answered(200, b"x"), **_named())
    later = fresh.do(lambda: Answered(200, b"x"), **{**_named(), "at": AT + timedelta(hours=1)})
    assert later.body == b"x"


class _Killed(BaseException):
    """The process ends here."""


def _named() -> dict:
    return {"key": "k", "fingerprint": "f", "at": AT}
