"""What a code means: one table, whose clauses are there and whose lines can be printed."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import ROOT
from tierlock.core import CODES
from tierlock.report import REASON_CODES, render_code
from tierlock.report.reason_codes import clause_words

MEANINGS = [
    (code, says, clause)
    for codes in REASON_CODES.values()
    for code, (says, clause) in codes.items()
]


@pytest.mark.parametrize("clause", sorted({clause for _, _, clause in MEANINGS}))
def test_every_clause_is_one_of_the_specification(clause: str) -> None:
    page = ""
    for word in clause_words(clause).replace(",", "").split():
        if word.startswith("spec/"):
            page = (ROOT / word).read_text(encoding="utf-8")
        else:
            assert re.search(rf"^- \*\*{word}[* ]", page, re.MULTILINE), word


def test_a_meaning_is_one_short_line_that_fits_into_a_table() -> None:
    for code, says, _ in MEANINGS:
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*(?:\.[a-z]+(?:-[a-z]+)*)?", code)
        assert "|" not in says
        assert "\n" not in says
        assert says[:1].islower()
        assert not says.endswith(".")


def test_no_code_is_both_an_error_and_a_reason() -> None:
    assert not {code for code, _, _ in MEANINGS} & set(CODES)


def test_a_code_that_stands_in_two_places_is_told_for_both() -> None:
    text = render_code("standard.undefined")
    assert text is not None
    assert [line.strip() for line in text.splitlines()[1::2]] == [
        "gate: HOLD; spec/gate.md G-8",
        "gate: DENY; spec/gate.md G-8",
    ]
    assert render_code("standard.unknown") is None
