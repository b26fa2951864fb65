"""The table of what was run, at the widths that people have."""

from __future__ import annotations

import json

import pytest

from tierlock.report import SlotRan, render_runs, render_runs_json

SETTLED = SlotRan("synthesis", 2, 3, 4, 120, 200, "ruled_out", 12_000, 1_200, 0.054, "")
BROKEN = SlotRan(
    "a" * 90, 0, 0, 1, 0, None, None, 0, 0, None, "error[run.failed] no\n  hint: x\x1b"
)


def test_a_slot_says_what_it_took_and_why_it_ended():
    head, row = render_runs([SETTLED], width=80).splitlines()
    assert head.split() == ["Slot", "Runs", "Samples", "Tokens", "Cost", "State"]
    assert row.split("  ") == [
        "synthesis", "3 of 4", "120 of 200", "13,200", "$0.05", "settled: ruled out",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [80, 100])
def test_no_line_is_wider_than_the_terminal_and_nothing_acts_on_it(width):
    text = render_runs([SETTLED, BROKEN], width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "unknown" in text
    assert "failed" in text
    assert "hint:" in text
    assert "\x1b" not in text


def test_json_holds_the_assessment_and_the_exit_code():
    found = json.loads(render_runs_json([BROKEN], assessment='{"label": "x"}', exit_code=4))
    assert (found["assessment"], found["exitCode"]) == ({"label": "x"}, 4)
    assert found["slots"][0]["usd"] is None
    assert found["slots"][0]["tokens"] == {"input": 0, "output": 0}
