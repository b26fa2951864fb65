"""The chosen readings of contested clauses, and what stands in for what, in every output."""

from __future__ import annotations

import json

import pytest

from tests.unit.report import factory
from tests.unit.report.example_framework import framework
from tierlock.core import (
    ClauseReading,
    Decision,
    Framework,
    Interpretation,
    Reason,
    Verdict,
)
from tierlock.report import (
    render_gate_markdown,
    render_gate_text,
    render_html,
    render_json,
    render_markdown,
)
from tierlock.report.reason_codes import REASON_CODES
from tierlock.report.wording import reading_lines

APPLIED = Reason(
    code="adjustment.applied", says="lesser instead of asl-3/security, by `less`; due now: tell"
)


def clause(*by: str) -> Interpretation:
    readings = {name: ClauseReading(says=name) for name in ("always", "never")}
    return Interpretation(says="is it so", by=by, readings=readings)


def rules() -> Framework:
    some = {"first": clause("rso", "ceo"), "second": clause("ceo"), "third": clause("ceo")}
    return framework().model_copy(update={"interpretations": some})


def decided(verdict: Verdict = Verdict.ALLOW) -> Decision:
    decision = factory.decision(verdict)
    return decision.model_copy(
        update={
            "readings": {"first": ("always",), "second": ("always", "never"), "third": ()},
            "conditions": (*decision.conditions, APPLIED),
        }
    )


def test_a_clause_that_is_open_is_said_as_a_reason_and_not_here() -> None:
    assert reading_lines(decided(), framework=rules()) == (
        "first: always, chosen by rso and ceo",
        "second: always and never, chosen by ceo",
    )


def test_without_the_clause_only_the_reading_is_known() -> None:
    assert reading_lines(decided(), framework=framework())[0] == "first: always"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_terminal_shows_one_line_each(verdict: Verdict) -> None:
    text = render_gate_text(
        decided(verdict), explanation=factory.explanation(verdict), framework=rules()
    )
    assert "  reading of first: always, chosen by rso and ceo\n" in text
    assert "             second: always and never, chosen by ceo\n" in text
    assert "third" not in text
    assert ("adjustment.applied" in text) == (verdict is Verdict.ALLOW)


def test_the_comment_shows_one_line_each() -> None:
    text = render_gate_markdown(
        decided(), explanation=factory.explanation(Verdict.ALLOW), framework=rules()
    )
    assert "\n\n**Reading of** first: always, chosen by rso and ceo\n\n" in text
    assert (
        "- lesser instead of asl-3/security, by `less`; due now: tell `adjustment.applied`" in text
    )


def test_the_pages_show_one_line_each() -> None:
    report = factory.report(Verdict.ALLOW).model_copy(
        update={"framework": rules(), "decision": decided()}
    )
    line = "Reading of first: always, chosen by rso and ceo."
    assert line in render_html(report)
    assert line in render_markdown(report)
    assert "adjustment.applied" in render_html(report)


def test_programs_get_the_names() -> None:
    readings = json.loads(render_json(decided()))["decision"]["readings"]
    assert readings == {"first": ["always"], "second": ["always", "never"], "third": []}


def test_what_a_file_says_can_not_act_on_the_terminal() -> None:
    bad = decided().model_copy(update={"readings": {"\x1b[2J": ("\x1b[1m",)}})
    text = render_gate_text(
        bad, explanation=factory.explanation(Verdict.ALLOW), framework=framework()
    )
    assert "\x1b" not in text


def test_the_codes_are_explained() -> None:
    assert REASON_CODES["Gate: HOLD"]["interpretation.open"][1] == "G-16"
    assert REASON_CODES["Conditions and notes"]["adjustment.applied"][1] == "G-17"
