from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.unit.report import factory
from tests.unit.report.example_framework import framework
from tierlock.core import Decision, Verdict
from tierlock.report import render_gate_markdown, render_markdown
from tierlock.report.markdown import escape
from tierlock.report.sanitize import clean


def comment(decision: Decision) -> str:
    return render_gate_markdown(
        decision, explanation=factory.explanation(decision.verdict), framework=framework()
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("run `a_b`", "run `a_b`"),
        ("a_b *c*", "a\\_b \\*c\\*"),
        ("<script>", "&lt;script&gt;"),
        ("odd ` tick", "odd \\` tick"),
        ("@everyone", "@<!-- -->everyone"),
        ("[x](https://e.org)", "\\[x\\](https:<!-- -->//e.org)"),
        ("1. one", "1\\. one"),
        ("1.71×", "1.71×"),
        ("- item", "\\- item"),
    ],
)
def test_escaping(text: str, shown: str) -> None:
    assert escape(text) == shown


def parsed(text: str) -> list[Token]:
    """Return the tokens of `text`, those inside of inline tokens too."""
    found: list[Token] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        found += [token, *(token.children or ())]
    return found


ACTIVE = {"link_open", "image", "em_open", "strong_open", "s_open", "html_block", "heading_open"}


@given(st.text(alphabet="`|<>@[]()!ab/:\\*_~#-1. \n"))
def test_hostile_text_stays_in_its_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {escape(clean(text))} | z |\n"
    tokens = parsed(table)
    assert not {token.type for token in tokens} & ACTIVE
    assert {t.content for t in tokens if t.type == "html_inline"} <= {"<!-- -->"}
    assert [t.type for t in tokens].count("td_open") == 2
    assert not any(re.search(r"@\w|://", t.content) for t in tokens if t.type == "text")


@given(st.text(alphabet="`|<>@[]ab\\*_~#+=-1.) \n"))
def test_hostile_text_opens_no_block(text: str) -> None:
    kinds = [token.type for token in parsed(f"- {escape(clean(text))}\n- z\n")]
    assert kinds.count("list_item_open") == 2
    assert not set(kinds) & (ACTIVE | {"ordered_list_open", "hr", "fence"})


def test_the_comment_can_be_acted_on() -> None:
    text = comment(factory.decision())
    first, second, *_ = text.splitlines()
    assert first == "<!-- tierlock-gate small-model-1/deploy/api/general -->"
    assert second.startswith("### ◆ HOLD: small-model-1 may not be deployed")
    assert "rule out ASL-3/cyber:\n\n- [ ] run more samples" in text
    assert "or, instead, meet:\n\n- [ ] asl-3/deployment: classifiers" in text
    assert "asl-2/deployment (ASL-2 deployment, always owed): 1 of 2 in place; safeguard" in text
    assert "Only ALLOW is permission." in text


def test_an_allow_comment_names_its_terms_and_asks_for_nothing() -> None:
    text = comment(factory.decision(Verdict.ALLOW))
    assert "**On these terms**" in text
    assert "- [ ]" not in text


def test_the_hidden_mark_can_not_be_closed_from_within() -> None:
    hostile = factory.decision().model_copy(update={"subject": "m --> <b>"})
    first = comment(hostile).splitlines()[0]
    assert first.count("-->") == 1
    assert "<b>" not in first


def test_the_report_holds_every_section_and_no_chart() -> None:
    text = render_markdown(factory.report(mock=True))
    for title in ("What we know", "What your signature would assert", "Evidence", "Provenance"):
        assert f"## {title}" in text
    assert "**Warning.**" in text
    assert "<svg" not in text
    assert "How to read a chart" not in text
    rows = [line for line in text.splitlines() if line.startswith("| Threshold |")]
    assert rows == ["| Threshold | Outcome | Domain | Tier | Decided by |"]


def test_a_hostile_task_is_inert() -> None:
    text = render_markdown(factory.report(task=factory.HOSTILE))
    outside_code = re.sub(r"`[^`]*`", "", text)
    assert "<script" not in outside_code
    assert "&lt;script&gt;" in outside_code
