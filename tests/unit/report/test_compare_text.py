"""A comparison as text and Markdown: nothing from a log acts on its surroundings."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.policy.factory import run, samples
from tierlock.analysis import compare_versions
from tierlock.core import Evidence, SubjectRef, Tokens, VersionSource
from tierlock.report import render_compare_json, render_compare_markdown, render_compare_text
from tierlock.report.compare_words import summary
from tierlock.report.numbers import NBSP

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


def rendered(old: Evidence, new: Evidence) -> tuple[str, str]:
    """Return text with single blanks, and Markdown."""
    found = compare_versions([old], new=[new])
    sides: dict[str, Any] = {"old": source("a"), "new": source("b")}
    text = " ".join(render_compare_text(found, **sides).split())
    return text, render_compare_markdown(found, **sides).replace(NBSP, " ")


def test_what_an_attempt_used_is_shown_old_against_new() -> None:
    used = {
        "tokens": Tokens(input=4000, output=800, total=4800),
        "other_tokens": Tokens(input=100, output=20, total=120),
        "usd": 0.5,
    }
    more = {
        "tokens": Tokens(input=6000, output=1200, total=7200),
        "other_tokens": Tokens(input=100, output=20, total=120),
        "usd": 0.25,
    }
    text, markdown = rendered(side("a", [0.0] * 40, **used), side("b", [0.0] * 40, **more))
    assert "tokens 120 an attempt old, 180 new (× 1.5) input 100 -> 150, output 20 -> 30" in text
    assert "of graders and other models 3 an attempt old, 3 new (× 1)" in text
    assert "cost 0.0125 USD an attempt old, 0.00625 USD new (× 0.5)" in text
    assert "- tokens: 120 an attempt old, 180 new (× 1.5)" in markdown
    assert "  - of graders and other models 3 an attempt old" in markdown
    assert "- cost: 0.0125 USD an attempt old, 0.00625 USD new (× 0.5)" in markdown


def test_what_only_one_side_tells_is_not_shown() -> None:
    tokens = Tokens(input=40, output=0, total=40)
    full = {"tokens": tokens, "other_tokens": tokens, "usd": 0.0}
    for text in rendered(side("a", [0.0] * 40, **full), side("b", [0.0] * 40)):
        assert "an attempt" not in text
    graded = side("b", [0.0] * 40, other_tokens=tokens, usd=0.0)
    text, _ = rendered(side("a", [0.0] * 40, **full), graded)
    assert "tokens of graders and other models 1 an attempt old, 1 new (× 1)" in text
    assert "cost 0 USD an attempt old, 0 USD new" in text
    assert "input" not in text


def test_too_few_pairs_say_that_they_could_see_nothing() -> None:
    found = compare_versions([side("a", [0.0] * 4)], new=[side("b", [1.0] * 4)])
    text = " ".join(render_compare_text(found, old=source("a"), new=source("b")).split())
    assert "could see no difference at all" in text
    assert "shown are 0 higher" in text
