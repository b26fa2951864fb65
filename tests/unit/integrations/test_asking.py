"""Only a return of a permission is permission."""

from __future__ import annotations

import logging
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tierlock.core import InputError
from tierlock.integrations import Allowed, Asked, Refused, allowed_by
from tierlock.integrations.asking import LOG
from tierlock.permit import PermitRefused

AT = datetime(2026, 6, 1, tzinfo=UTC)
ASKED = Asked("deploy", "api", "general")


class Answers:
    judges_compute = False

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def check(self, asked: Asked, *, at: datetime) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("until", [None, AT + timedelta(seconds=1)])
def test_a_permission_is_one(until: datetime | None) -> None:
    assert allowed_by(Answers(Allowed(until, "so")), asked=ASKED, at=AT) == Allowed(until, "so")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "internal"),
        (True, "internal"),
        ("ALLOW", "internal"),
        ((None, "so"), "internal"),
        (Allowed(AT, "so"), "integration.gate"),
        (OSError("disk"), "internal"),
        (RecursionError(), "internal"),
        (PermitRefused("permit.stale", "old"), "permit.stale"),
        (InputError("input.file", "gone"), "input.file"),
        (Refused("permit.part", "no", hint="give it"), "permit.part"),
    ],
)
def test_everything_else_is_a_refusal(answer: Any, code: str) -> None:
    with pytest.raises(Refused) as caught:
        allowed_by(Answers(answer), asked=ASKED, at=AT)
    assert caught.value.code == code
    assert caught.value.hint


def test_a_refusal_survives_pickling_and_shows_no_control_characters() -> None:
    refused = Refused("permit.part", "a\x1b[2Jb", hint="c")
    again = pickle.loads(pickle.dumps(refused))  # noqa: S301
    assert (str(again), again.code, again.hint) == (str(refused), "permit.part", "c")
    assert "\x1b" not in str(refused)


def test_without_a_handler_refusals_reach_standard_error() -> None:
    assert LOG.isEnabledFor(logging.WARNING)
    assert LOG.propagate
