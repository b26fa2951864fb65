"""The looks of a plan as a person reads them."""

from __future__ import annotations

from tierlock.report import render_looks
from tierlock.stats import StoppingRule


def test_every_look_says_what_settles_it() -> None:
    rule = StoppingRule(kind="group_sequential", bound=0.2, looks=(15, 30, 45), planned=0.05)
    lines = list(render_looks({"bio-3:bio": rule}, width=80))
    assert lines[1] == "bio-3:bio: looks after each run, group-sequential design"
    for row, boundary in zip(rule.boundaries(), lines[3:6], strict=True):
        assert boundary.split()[0] == str(row.n)
        if row.ruled_out_at_most is not None:
            assert f"<= {row.ruled_out_at_most}" in boundary
        else:
            assert " - " in boundary
        if row.ruled_in_at_least is not None:
            assert f">= {row.ruled_in_at_least}" in boundary


def test_lines_fit_and_nothing_gives_nothing() -> None:
    rule = StoppingRule(kind="betting", bound=0.2, looks=(15, 30))
    assert all(len(line) <= 60 for line in render_looks({"a-threshold:bio": rule}, width=60))
    assert list(render_looks({}, width=80)) == []
