"""A comparison as text and Markdown: nothing from a log acts on its surroundings."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.policy.factory import run, samples
from tierlock.analysis import compare_versions
from tierlock.core import Evidence, SubjectRef, VersionSource
from tierlock.report import render_compare_json, render_compare_markdown, render_compare_text
from tierlock.report.compare_words import summary

HOSTILE = "bio\x1b[2J\n| forged"


def side(name: str, values: list[float], **changes: Any) -> Evidence:
    return run(name=name, samples=samples(values), **changes)


def source(name: str) -> VersionSource:
    return VersionSource(asked=name, kept_in="logs", subjects=(name,), runs=1)


def test_hostile_names_are_harmless_in_every_format() -> None:
    about = SubjectRef(name=HOSTILE)
    old = side("a", [0.0] * 40, evaluation=HOSTILE, about=about, configuration={"x": HOSTILE})
    new = side("b", [1.0] * 40, evaluation=HOSTILE, about=about, configuration={"x": "y"})
    found = compare_versions([old], new=[new])
    sides: dict[str, Any] = {"old": source(HOSTILE), "new": source("model-2")}
    text = render_compare_text(found, **sides, mock_models=[HOSTILE])
    markdown = render_compare_markdown(found, **sides, mock_models=[HOSTILE])
    document = render_compare_json(found, **sides, exit_code=4, mock_models=[HOSTILE])
    for made in (text, markdown, document):
        assert "\x1b" not in made
        assert "\n| forged" not in made
    assert json.loads(document)["evaluations"][0]["name"] == HOSTILE


def test_a_score_without_known_ends_is_shown_and_not_tested() -> None:
    found = compare_versions([side("a", [3.0] * 8)], new=[side("b", [5.0] * 8)])
    text = render_compare_text(found, old=source("a"), new=source("b"))
    assert "compare.range" in text
    assert "not tested" in text
    assert "Not tested: 1 evaluation" in " ".join(summary(found))
    assert "Of 0" not in text


def test_missing_answers_and_refusals_are_said() -> None:
    lost = samples(
        [0.0] * 38 + [None, None],
        state=("scored",) * 38 + ("errored",) * 2,
        refused=(True,) * 4 + (False,) * 36,
    )
    old = side("a", [0.0] * 40)
    found = compare_versions([old], new=[run(name="b", samples=lost)])
    text = " ".join(render_compare_text(found, old=source("a"), new=source("b")).split())
    assert "missing 0 of 40 attempts old, 2 of 40 new" in text
    assert "change 0 without them, 0 to +5 whatever they were" in text
    assert "refusals 0 of 40 (0 %) old, 4 of 40 (10 %) new" in text


def test_too_few_pairs_say_that_they_could_see_nothing() -> None:
    found = compare_versions([side("a", [0.0] * 4)], new=[side("b", [1.0] * 4)])
    text = " ".join(render_compare_text(found, old=source("a"), new=source("b")).split())
    assert "could see no difference at all" in text
    assert "shown are 0 higher" in text
