"""The table of all answers, and what lapses, at every width."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.unit.report import factory
from tests.unit.report.example_framework import framework
from tierlock.core import Action, Decision, GateReason, Reason, Verdict
from tierlock.report import (
    Expiring,
    Lapse,
    render_expiring_json,
    render_expiring_text,
    render_gate_all_json,
    render_gate_all_text,
)
from tierlock.report.layout import cells

NAMES = ("a-surface-with-a-long-name", "模型的表面")


def answers() -> dict[Action, Decision]:
    found = {}
    for name in ("store", "deploy"):
        for surface in NAMES if name == "deploy" else (None,):
            for verdict in Verdict:
                action = Action(name=name, surface=surface, audience=f"people-{verdict}")
                update = {"action": action, "instructs": ("pause", "de_deploy")}
                found[action] = factory.decision(verdict).model_copy(update=update)
    return found


def test_every_answer_has_a_row_and_orders_are_said_once_per_action() -> None:
    text = render_gate_all_text(answers(), framework=framework(), not_asked=("app",), width=120)
    rows = [line for line in text.splitlines() if "people-" in line and "tierlock" not in line]
    assert len(rows) == 9
    assert [verdict for row in rows[:3] for verdict in Verdict if f"  {verdict}" in row] == [
        "ALLOW",
        "HOLD",
        "DENY",
    ]
    assert text.count("pause; de deploy") == 2
    assert "Not asked: the subject declares no paths of app." in text
    assert "3 of 9 allowed" in text


def test_the_command_that_says_why_is_about_a_closed_answer() -> None:
    text = render_gate_all_text(answers(), framework=framework(), width=120)
    assert "> why: tierlock gate --action store --audience people-HOLD" in text
    allowed = {a: d for a, d in answers().items() if d.verdict is Verdict.ALLOW}
    assert "why:" not in render_gate_all_text(allowed, framework=framework())


def test_json_holds_every_answer() -> None:
    body = json.loads(render_gate_all_json(answers(), exit_code=1))
    assert (body["exitCode"], len(body["decisions"])) == (1, 9)


def lapse(**changes: object) -> Lapse:
    action = Action(name="deploy", surface=NAMES[0], audience="general")
    base = Lapse(
        kind="claim",
        what="claim asl-3/deployment:a-criterion-with-a-long-name",
        at=factory.AT + timedelta(days=3),
        clock="its own `expires_at`",
        when="within",
        owner="team",
        renew="claim it again with new evidence (document or audit)",
        closes=(action,),
        because=tuple(
            GateReason(
                code="c", says=f"\x1b[2Jreason {n} " + "word " * 20, about="x", verdict="HOLD"
            )
            for n in range(5)
        ),
    )
    return base.model_copy(update=changes)


def found(*lapses: Lapse, idle: tuple[Lapse, ...] = ()) -> Expiring:
    asked = (Action(name="store"), Action(name="deploy", surface=NAMES[0], audience="general"))
    return Expiring(
        subject="m",
        framework="f/g-1",
        at=factory.AT,
        within="P7D",
        asked=asked,
        allowed=asked,
        lapses=lapses,
        idle=idle,
    )


EVERY = (
    lapse(when="lapsed", at=factory.AT - timedelta(days=2), also=(Action(name="store"),)),
    lapse(together=("claim another",)),
    lapse(owner="", closes=(), conditions=(Reason(code="clock.soft", says="is due"),), soft=True),
    lapse(when="later", kind="evidence", outcomes=("bio: ruled out -> undetermined",)),
)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("color", [True, False])
def test_no_line_is_wider_than_the_screen(width: int, color: bool) -> None:
    idle = tuple(lapse(when="later", what=f"claim c{n}", closes=(), because=()) for n in range(6))
    texts = [render_expiring_text(found(*EVERY, idle=idle), width=width)]
    texts.append(render_gate_all_text(answers(), framework=framework(), width=max(width, 80)))
    for text, limit in zip(texts, (width, max(width, 80)), strict=True):
        assert max(cells(line) for line in text.splitlines()) <= limit
    if color:
        painted = render_expiring_text(found(*EVERY, idle=idle), width=width, color=True)
        assert "\x1b[" in painted
        assert "\x1b[2J" not in painted


def test_each_group_has_its_heading_and_its_words() -> None:
    text = render_expiring_text(found(*EVERY), width=120)
    for words in (
        "Lapsed\n  2026-11-20 10:00 UTC (2 days ago)",
        "Within P7D\n  2026-11-25 10:00 UTC (in 3 days)",
        "Later\n",
        "also holds  store, closed without it too",
        "together  with claim another",
        "on terms  is due",
        "owner     not named",
        "changes  bio: ruled out -> undetermined",
    ):
        assert words in text
    assert "and 2 more" in text
    assert "and 4 more" in text
    assert "\x1b" not in text


def test_what_is_alike_stands_together() -> None:
    text = render_expiring_text(found(lapse(), lapse(what="claim b"), lapse(owner="other")))
    assert text.count("2026-11-25 10:00 UTC (in 3 days)") == 2


def test_where_nothing_lapses_it_says_so() -> None:
    assert "Nothing that lapses would change an answer." in render_expiring_text(found(), width=120)
    body = json.loads(render_expiring_json(found(*EVERY), exit_code=4))
    assert body["exitCode"] == 4
    assert [one["when"] for one in body["lapses"]] == ["lapsed", "within", "within", "later"]


def test_what_presses_has_lapsed_or_lies_within() -> None:
    assert len(found(*EVERY).pressing) == 3
    assert not EVERY[0].changes_nothing
    assert lapse(closes=()).changes_nothing
