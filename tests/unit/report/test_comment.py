"""The comment on a pull request: it can be acted on, and no text from outside can break it."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.unit.report import factory
from tests.unit.report.example_framework import framework
from tierlock.cli.main import COMMANDS
from tierlock.core import Decision, GateReason, Reason, Verdict, WorkItem
from tierlock.report import render_gate_markdown
from tierlock.report.comment import MOST

NASTY = "`|<>@[]()!ab/:\\*_~#-1. \n"


def comment(decision: Decision) -> str:
    return render_gate_markdown(
        decision, explanation=factory.explanation(decision.verdict), framework=framework()
    )


def item(owner: str, *, settles: str = "asl-2/deployment:policy", do: str = "") -> WorkItem:
    return WorkItem(
        do=do or f"put in place and claim {settles}: a policy",
        settles=settles,
        kind="safeguard",
        owner=owner,
        group="asl-2/deployment",
    )


def test_it_says_who_does_what_and_with_which_command() -> None:
    work = (item("policy-team"), item(""), *factory.decision().work)
    text = comment(factory.decision().model_copy(update={"work": work}))
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert any(
        "policy-team | puts in place and claims | `asl-2/deployment:policy`" in r for r in rows
    )
    assert any("nobody is named | puts in place and claims" in row for row in rows)
    assert "`tierlock gate --action deploy --surface api --audience general`" in text
    named = set(re.findall(r"`tierlock (\w+)", text))
    assert named <= set(COMMANDS)


def test_details_are_folded_and_still_a_table() -> None:
    text = comment(factory.decision())
    assert text.index("</summary>") < text.index("| What stands in the way |")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") == 2
    blocks = [token.content for token in tokens if token.type == "html_block"]
    assert [block.strip()[:9] for block in blocks] == ["<!-- tier", "<details>", "</details"]


def test_however_much_is_missing_it_fits_and_keeps_the_answer() -> None:
    reasons = tuple(
        GateReason(
            code="claim.missing",
            says="<" * 1500,
            about=f"asl-2/deployment:c{number}",
            verdict="DENY" if number % 2 else "HOLD",
        )
        for number in range(400)
    )
    work = tuple(item(f"team {n} " + "|" * 300, settles=f"x:{n}" + "<" * 900) for n in range(400))
    notes = tuple(Reason(code=f"clock.soft{n}", says="@" * 1900) for n in range(60))
    update = {"reasons": reasons, "work": work, "subject": "<" * 5000, "noncompliance": notes}
    text = comment(factory.decision(Verdict.DENY).model_copy(update=update))
    assert len(text) <= MOST < 65_536
    assert "### ■ DENY" in text or "DENY:" in text
    assert "more: `tierlock gate` prints all." in text
    assert text.count("<details>") == text.count("</details>") == 1
    assert "Only ALLOW is permission." in text


@settings(max_examples=60)
@given(owner=st.text(NASTY, max_size=30), says=st.text(NASTY, min_size=1, max_size=40))
def test_hostile_owners_and_reasons_stay_text(owner: str, says: str) -> None:
    reasons = (GateReason(code="dissent.open", says=says, about="dissent", verdict="HOLD"),)
    update = {"reasons": reasons, "work": (item(owner),)}
    text = comment(factory.decision().model_copy(update=update))
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    blocks = [t.content for t in tokens if t.type == "html_block"]
    assert len(blocks) == 3
    inner = [child for token in tokens for child in (token.children or ())]
    assert {child.content for child in inner if child.type == "html_inline"} <= {"<!-- -->"}
    assert not [child for child in inner if child.type in {"link_open", "image"}]
