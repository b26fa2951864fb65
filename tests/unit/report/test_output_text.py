"""Texts of samples on a terminal: nothing in them acts, and nothing withheld shows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.report import (
    OutputFound,
    OutputListing,
    OutputRow,
    OutputShown,
    render_output_found,
    render_output_list,
    render_output_shown,
    render_output_shown_json,
    viewer_command,
)
from tierlock.report.layout import cells
from tierlock.report.output_text import text_lines

ROW = OutputRow("a" * 64, "run-1", "/logs/a.eval", "bio", "m", "s1", 1, "check C", "none")


def test_samples_stand_under_their_run() -> None:
    rows = (ROW, ROW._replace(key="b" * 64, id="s2", epoch=3, score=""))
    text = render_output_list(OutputListing(rows, None, ("run-2",)))
    assert text.split("\n")[:4] == [
        "bio on m, run run-1",
        "inspect view --log-dir /logs",
        "  aaaaaaaaaaaa  s1  check C",
        "  bbbbbbbbbbbb  s2 epoch 3  no score",
    ]
    assert "2 samples\nno texts are kept of: run-2\n" in text


def test_nothing_to_list() -> None:
    assert render_output_list(OutputListing((), None, ())) == "\n0 samples\n"


@pytest.mark.parametrize(("hazard", "hint"), [("restricted", True), ("high", False)])
def test_withheld_texts_say_so_and_how_to_see_them(hazard: str, hint: bool) -> None:
    shown = OutputShown(ROW._replace(hazard=hazard), None)
    text = render_output_shown(shown)
    assert f"withheld: its hazard is `{hazard}`" in text
    assert ("--reveal" in text) == hint
    assert json.loads(render_output_shown_json(shown))["texts"] is None


def test_what_was_not_searched_is_counted() -> None:
    found = (OutputFound(ROW, "asked", "the words"), OutputFound(ROW, "", ""))
    text = render_output_found(found)
    assert "found in 1 sample\n" in text
    assert "not searched: 1 sample" in text


@given(st.text(), st.sampled_from([40, 80, 120]))
def test_no_text_acts_on_the_terminal_or_leaves_its_width(text: str, width: int) -> None:
    for line in text_lines(text, width=width):
        assert line.isprintable()
        assert cells(line) <= width + 1  # a wide character is not parted


@given(st.text(max_size=40))
def test_a_path_in_the_command_stays_one_argument(name: str) -> None:
    import shlex

    if "/" not in name and "\0" not in name:
        words = shlex.split(viewer_command(f"/logs/{name}/x.eval"))
        assert words == ["inspect", "view", "--log-dir", f"/logs/{name}"]


def test_indentation_stays() -> None:
    assert text_lines("a\n  b\n\tc", width=40) == ["  a", "    b", "      c"]
