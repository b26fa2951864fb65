"""Work beside the requests: once, in turn, never lost without a word."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tierlock.core import InputError
from tierlock.server.pages.studies import Studies, Study
from tierlock.server.problems import Refused


def ended(studies: Studies, key: tuple[str, ...]) -> Study:
    """Return a piece of work when it has ended."""
    for _ in range(1000):
        found = studies.look(key)
        if found.state != "running":
            return found
        time.sleep(0.01)
    raise AssertionError(key)


def failing(error: Exception) -> Callable[[], bytes]:
    """Return work that fails."""

    def make() -> bytes:
        raise error

    return make


def test_a_piece_of_work_is_done_once() -> None:
    studies, done = Studies(), []

    def make() -> bytes:
        done.append(1)
        return b"made"

    assert studies.look(("a",)).state == "none"
    for _ in range(3):
        studies.begin(("a",), make=make)
        assert ended(studies, ("a",)) == Study("done", data=b"made")
    assert done == [1]


def test_a_failure_says_why_and_may_be_tried_again() -> None:
    studies = Studies()
    studies.begin(("a",), make=failing(InputError("input.file", "it is gone")))
    assert ended(studies, ("a",)) == Study("failed", says="it is gone", code="input.file")
    studies.begin(("a",), make=lambda: b"now")
    assert ended(studies, ("a",)).data == b"now"


def test_an_unforeseen_failure_shows_nothing_of_itself() -> None:
    studies = Studies()
    studies.begin(("a",), make=failing(RuntimeError("a secret")))
    found = ended(studies, ("a",))
    assert (found.state, found.code) == ("failed", "server.internal")
    assert "secret" not in found.says


def test_too_much_work_is_refused_and_one_runs_at_a_time() -> None:
    studies, gate, running = Studies(), threading.Event(), []

    def make() -> bytes:
        running.append(threading.active_count())
        gate.wait(30)
        return b""

    for number in range(8):
        studies.begin((str(number),), make=make)
    with pytest.raises(Refused) as refused:
        studies.begin(("one more",), make=make)
    assert refused.value.status == 429
    assert len(running) <= 1
    gate.set()
    assert all(ended(studies, (str(number),)).state == "done" for number in range(8))


def test_only_so_much_is_kept() -> None:
    studies = Studies()
    for number in range(70):
        studies.begin((str(number),), make=lambda: b"x")
        ended(studies, (str(number),))
    assert studies.look(("0",)).state == "none"
    assert studies.look(("69",)).state == "done"
