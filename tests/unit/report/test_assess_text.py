from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report import factory
from tierlock.core import Outcome, Reason, Verdict
from tierlock.report import render_assess_text
from tierlock.report.layout import cells

CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
SGR = re.compile(r"\x1b\[[0-9;]*m")


def test_the_first_screen_says_what_it_rests_on() -> None:
    text = render_assess_text(factory.report())
    for said in (
        "Imported 2 logs, 244 samples · 3 problems",
        "binding: declared",
        "declared: after",
        "time: self-asserted",
        "95 % per threshold, 85 % for all 3 together",
        "asl-3/security (undefined)",
        "HOLD: small-model-1 may not be deployed to api/general yet",
        "! cyber-ctf.eval: 4 of 44 samples hit a limit",
        "Next  run more samples of Capture-the-flag suite",
    ):
        assert said in text


@pytest.mark.parametrize("width", [60, 72, 80, 100, 140])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    lines = render_assess_text(factory.report(mock=True), width=width).splitlines()
    assert max(map(cells, lines)) <= width


def test_colour_adds_nothing_but_colour() -> None:
    report = factory.report(mock=True)
    coloured = render_assess_text(report, color=True)
    stripped = "\n".join(line.rstrip() for line in SGR.sub("", coloured).split("\n"))
    assert stripped == render_assess_text(report)
    assert coloured != stripped


def test_a_mock_model_can_not_be_overlooked() -> None:
    assert "MOCK MODEL: evidence by `mockllm/model`" in render_assess_text(
        factory.report(mock=True)
    )
    assert "MOCK" not in render_assess_text(factory.report())


@given(st.text(min_size=1))
def test_a_log_can_not_control_the_screen(task: str) -> None:
    text = render_assess_text(factory.report(task=task))
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", text
    )
    # A forged line would have to begin at the left edge.
    starts = {line.split(" ")[0] for line in text.splitlines() if line and line[0] != " "}
    assert starts == {"small-model-1", "Imported", "Next"}


def test_an_empty_assessment_is_readable() -> None:
    base = factory.report(None)
    empty = base.model_copy(
        update={
            "evidence": (),
            "determination": base.determination.model_copy(
                update={"thresholds": (), "findings": (), "owed": (), "unused": ()}
            ),
            "explanation": base.explanation.model_copy(update={"next_step": None, "work": ()}),
        }
    )
    text = render_assess_text(empty)
    assert "Imported 0 logs, 0 samples" in text
    assert "no threshold, no guarantee" in text
    assert "nothing: the framework names no baseline" in text


def test_many_problems_are_counted_not_hidden() -> None:
    base = factory.report()
    notes = tuple(Reason(code="note.n", says=f"note {i}") for i in range(20))
    noisy = base.model_copy(
        update={"determination": base.determination.model_copy(update={"notes": notes})}
    )
    text = render_assess_text(noisy)
    assert "23 problems (see below)" in text
    assert "15 more problems in the report" in text


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.RULED_OUT, "out of scope by declared facts"),
        (Outcome.REACHED, "in scope by declared facts"),
        (Outcome.UNDETERMINED, "not all declared"),
    ],
)
def test_scope_is_shown_where_the_framework_has_one(outcome: Outcome, words: str) -> None:
    base = factory.report()
    scoped = base.determination.model_copy(update={"scope_outcome": outcome})
    text = render_assess_text(base.model_copy(update={"determination": scoped}))
    assert words in " ".join(text.split())


def test_allow_names_its_end_and_terms() -> None:
    text = " ".join(render_assess_text(factory.report(Verdict.ALLOW)).split())
    assert "ALLOW: small-model-1 may be deployed to api/general until 2026-12-31" in text
    assert "under 1 condition" in text
