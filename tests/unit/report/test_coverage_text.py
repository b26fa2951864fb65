"""The suite as text and JSON: everything named, nothing wider than the page."""

from __future__ import annotations

import json

import pytest

from tests.unit.policy.factory import (
    ago,
    attested,
    doubt,
    evaluation,
    fact,
    framework,
    measured,
    run,
    threshold,
)
from tierlock.core import AnyOf, Domain, Undisclosed
from tierlock.report import render_suite_json, render_suite_text
from tierlock.report.layout import cells
from tierlock.usecases import cover

RULES = framework(
    domains={
        "biology": Domain(title="Biology", unassessed=("toxins\x1b[31m",)),
        "cyber": Domain(title="Cyber"),
    },
    evaluations={"bio": evaluation(), "old": evaluation(tasks=("old",), status="saturated")},
    thresholds={
        "bio-3": threshold(
            AnyOf(
                any=(
                    measured(),
                    measured(evaluation="old", id="was"),
                    Undisclosed(undisclosed=True, evaluation="kept", cite="card"),
                    attested(),
                    fact(),
                )
            )
        ),
        "bio-4": threshold(attested("showing"), implies=("bio-3",)),
    },
)
HELD = [run(measured_at=ago(3), problems=(doubt(),))]


def test_what_it_says() -> None:
    text = render_suite_text(cover(RULES, evidence=HELD, subject="m"), width=200)
    for said in (
        "example/tiny-1: which evaluations bind which line",
        "evidence in the store about m",
        "nobody outside can rule it out",
        "ruled out with bio-3",
        "below 0.2 (proposal); logs know it as bio; 1 run, newest of",
        "1 in doubt",
        "old: below 0.2 (proposal); logs know it as old; saturated, so it can not rule out; 0 runs",
        "the bound is not disclosed",
        "people attest it",
        "a declared fact",
        "cyber: Cyber\n  no line",
        "5 gaps",
        "unassessed threat: the framework says that no evaluation here covers it",
    ):
        assert said in text, said
    assert "\x1b" not in text


def test_without_a_gap() -> None:
    text = render_suite_text(cover(framework(), evidence=None, subject=None))
    assert text.endswith("Nothing that the framework names is left without an evaluation.\n")
    assert "evidence in the store" not in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_keeps_to_the_width(width: int) -> None:
    text = render_suite_text(cover(RULES, evidence=HELD, subject="m"), width=width)
    assert max(map(cells, text.splitlines())) <= width


def test_colour_changes_nothing_else() -> None:
    suite = cover(RULES, evidence=HELD, subject="m")
    plain = render_suite_text(suite)
    bold = render_suite_text(suite, color=True)
    assert bold != plain
    assert bold.replace("\x1b[1m", "").replace("\x1b[0m", "") == plain


def test_as_json() -> None:
    found = json.loads(render_suite_json(cover(RULES, evidence=HELD, subject="m")))
    assert found["framework"] == "example/tiny-1"
    tests = found["domains"][0]["lines"][0]["tests"]
    assert [test["kind"] for test in tests] == [
        "measured", "measured", "undisclosed", "attested", "fact",
    ]  # fmt: skip
    assert tests[0]["held"]["runs"] == 1
    assert [gap["kind"] for gap in found["gaps"]][:1] == ["unassessed threat"]
