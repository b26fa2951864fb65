from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import printable
from tierlock.report.sanitize import clean, escape_json

HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mALLOW\x1b[0m", "\\x1b[31mALLOW\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("one\r\ntwo\tthree", "one two three"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("a\u2028b", "a b"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("  Größe 模型  ", "Größe 模型"),
        ("9.1\u00a0%", "9.1\u00a0%"),
        ("private \ue000, unassigned \u0378", "private \\ue000, unassigned \\u0378"),
    ],
)
def test_clean_shows_what_was_there(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_nothing_harmful_survives(text: str) -> None:
    shown = clean(text)
    assert not {unicodedata.category(char) for char in shown} & HARMFUL
    assert clean(shown) == shown
    assert shown.replace("\u00a0", "").isprintable()


@given(st.text(max_size=100))
def test_errors_and_reports_escape_alike(text: str) -> None:
    """Only white space differs: a report breaks its own lines, an error shows what was there."""
    word = "".join(text.split())
    assert clean(word) == printable(word)


def test_a_flood_is_cut() -> None:
    assert len(clean("x" * 10**6)) < 3000


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_escaped_json_has_the_same_value(value: object) -> None:
    document = escape_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(document) == value
    assert not {unicodedata.category(char) for char in document if char != "\n"} & HARMFUL
