"""What a code means: every code of every room, each told where it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tierlock.analysis import LINT_CODES, PROPERTIES
from tierlock.core import CODES
from tierlock.importers import OMISSIONS, PROBLEMS
from tierlock.permit import CODES as PERMIT_CODES
from tierlock.report import REASON_CODES
from tierlock.usecases import meaning_of

REASONS = {code for codes in REASON_CODES.values() for code in codes}
TABLES: list[set[str]] = [
    set(CODES),
    set(PERMIT_CODES),
    REASONS,
    set(PROBLEMS),
    set(OMISSIONS),
    set(LINT_CODES),
    {str(name) for name in PROPERTIES},
]


@pytest.mark.parametrize("code", sorted(set().union(*TABLES)))
def test_every_code_is_told_with_its_place(code: str) -> None:
    text = meaning_of(code)
    assert text is not None
    first, second, *_ = text.splitlines()
    assert first.startswith(f"{code}: ")
    assert len(first) > len(code) + 10
    assert second.startswith("  ")


def test_only_importers_and_findings_share_codes() -> None:
    shared = {
        code
        for place, table in enumerate(TABLES)
        for other in TABLES[place + 1 :]
        for code in table & other
    }
    assert all(code in REASONS and code in PROBLEMS.keys() | OMISSIONS.keys() for code in shared)


def test_the_pages_that_are_named_are_there() -> None:
    for code in set().union(*TABLES):
        for word in str(meaning_of(code)).replace(",", "").replace(";", "").split():
            if word.startswith("docs/"):
                assert Path(ROOT / word).is_file()
