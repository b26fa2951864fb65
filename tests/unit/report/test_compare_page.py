"""The page of a comparison: self-contained, harmless, and withheld texts are not in it."""

from __future__ import annotations

import base64
import hashlib
from html import unescape
from typing import Any

import pytest

from tests.unit.policy.factory import run, samples
from tests.unit.report.test_html import Outline
from tierlock.analysis import compare_versions
from tierlock.core import SubjectRef, VersionSource
from tierlock.report import ChangedAnswer, render_compare_html

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e`|"


def page(*answers: ChangedAnswer, asked: bool = True, name: str = "bio", **more: Any) -> str:
    about = SubjectRef(name="m")
    old = run(name="a", samples=samples([0.0] * 40), evaluation=name, about=about)
    new = run(name="b", samples=samples([1.0] * 40), evaluation=name, about=about)
    sides = {
        side: VersionSource(asked=f"{side} {name}", kept_in="logs", subjects=(name,), runs=1)
        for side in ("old", "new")
    }
    found = compare_versions([old], new=[new])
    return render_compare_html(
        found, old=sides["old"], new=sides["new"], answers=answers if asked else None, **more
    )


def answer(**changed: Any) -> ChangedAnswer:
    made = ChangedAnswer("bio", "q1", (0.0, 1.0), "none", False, "what?\n  if", ("no", None))
    return made._replace(**changed)


def outline(text: str) -> Outline:
    found = Outline()
    found.feed(text)
    assert not found.open
    return found


@pytest.mark.parametrize("text", ["bio", HOSTILE])
def test_the_page_is_self_contained_and_well_formed(text: str) -> None:
    made = page(
        answer(evaluation=text, item=text, asked=text, answers=(text, text)),
        name=text,
        mock_models=[text],
    )
    found = outline(made)
    assert found.tags.count("h1") == 1
    assert not {"script", "img", "iframe", "link", "object", "form"} & set(found.tags)
    assert not any(name.startswith("on") for name, _ in found.attributes)
    assert not {"\x1b", "\u202e"} & set(made)
    style = made.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in unescape(made)


def test_the_numbers_and_the_answers_are_there() -> None:
    made = page(answer())
    for words in ("shown to be higher", "McNemar exact", "q1: 0 → 1", "what?\n  if", "old, 0"):
        assert words in made
    assert "(no text is kept)" in made  # the new side's
    assert "Warning" not in made


def test_withheld_texts_are_not_in_it_and_how_to_see_them_is() -> None:
    held = answer(hazard="restricted", withheld=True, asked=None, answers=(None, None))
    made = page(held)
    assert "withheld: its hazard is <code>restricted</code>" in made
    assert "--reveal --reason TEXT --as NAME" in made
    assert "<pre>" not in made
    assert "--reveal" not in page(held._replace(hazard="high"))


def test_what_was_revealed_is_warned_of() -> None:
    assert "This page holds texts that are withheld elsewhere." in page(answer(hazard="restricted"))


def test_without_answers_there_is_no_section_of_them() -> None:
    assert "Answers that changed" not in page(asked=False)
    assert "<p>None.</p>" in page()


def test_an_empty_answer_says_so() -> None:
    assert "<pre>(nothing)</pre>" in page(answer(answers=("", "x")))
