from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import Outcome, Verdict
from tierlock.report.layout import (
    Paint,
    bullets,
    cells,
    finish,
    labelled,
    style_of,
    wrap,
)
from tierlock.report.numbers import NBSP

WORDS = st.text(alphabet="abc模型é -", max_size=60)
PLAIN = Paint(color=False)


@given(WORDS, st.integers(min_value=2, max_value=40))
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width=width)
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_colour_changes_no_word() -> None:
    assert Paint(color=True)("held", "open") == "\x1b[1;33mheld\x1b[0m"
    assert PLAIN("held", "open") == "held"
    assert Paint(color=True)("  ", "open") == "  "


@pytest.mark.parametrize(
    ("answer", "style"),
    [
        (Outcome.RULED_OUT, "good"),
        (Outcome.UNDETERMINED, "open"),
        (Outcome.REACHED, "bad"),
        (Verdict.ALLOW, "good"),
        (Verdict.HOLD, "open"),
        (Verdict.DENY, "bad"),
    ],
)
def test_only_permission_looks_good(answer: Outcome | Verdict, style: str) -> None:
    assert style_of(answer) == style


def test_labels_and_bullets_align() -> None:
    assert labelled([("A", "one two"), ("", "three")], width=16) == ["  A  one two", "     three"]
    assert bullets(["one two three"], width=12, mark="!") == ["  ! one two", "    three"]


def test_lines_end_clean() -> None:
    assert finish(["a\u00a0b  ", ""]) == "a b\n\n"


def test_what_should_stay_together_is_parted_at_its_blanks_first() -> None:
    together = NBSP.join(("one", "two", "three"))
    assert wrap(f"{together}, four", width=10) == [f"one{NBSP}two", "three,", "four"]
    assert wrap("abcdefgh", width=3) == ["abc", "def", "gh"]
