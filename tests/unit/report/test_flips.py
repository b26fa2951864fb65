from __future__ import annotations

from tierlock.core import Flip
from tierlock.report.flips import flip_lines


def flip(path: str, changes: str, *, to: str = "reached", direction: str = "closes") -> Flip:
    return Flip.model_validate({"path": path, "to": to, "changes": changes, "direction": direction})


def test_what_changes_the_verdict_comes_first_and_once() -> None:
    raised = flip("bio:a", "bio: ruled out -> reached", direction="raises")
    closed = flip("bio:a", "ALLOW -> HOLD")
    opened = flip("bio:b", "HOLD -> ALLOW", to="ruled_out", direction="opens")
    assert flip_lines([raised, closed, opened, closed]) == [
        "if bio:b were ruled out: HOLD → ALLOW",
        "if bio:a were reached: ALLOW → HOLD; bio: ruled out → reached",
    ]
    assert flip_lines([raised, closed], verdict_only=True) == [
        "if bio:a were reached: ALLOW → HOLD"
    ]


def test_facts_that_change_the_same_are_named_together() -> None:
    flips = [flip(path, "ALLOW -> HOLD", to="unmet") for path in ("s:a", "s:b", "t:c")]
    assert flip_lines(flips) == ["if any one of s (a, b), t:c were unmet: ALLOW → HOLD"]
    assert flip_lines(flips, names=2) == [
        "if any one of 3 safeguards (2 of s, 1 of t) were unmet: ALLOW → HOLD"
    ]


def test_a_name_can_not_repaint_the_screen() -> None:
    assert "\x1b" not in flip_lines([flip("\x1b[2J:a", "ALLOW -> HOLD")])[0]
