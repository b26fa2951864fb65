"""The texts that people read do not change unnoticed."""

from __future__ import annotations

import pytest

from tests.golden.report.build_report_goldens import FOLDER, TEXTS


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_as_kept(name: str) -> None:
    assert TEXTS[name]() == (FOLDER / name).read_text(encoding="utf-8")


def test_no_golden_is_left_behind() -> None:
    kept = {path.name for path in FOLDER.iterdir() if path.is_file() and path.suffix != ".py"}
    assert kept == set(TEXTS)
