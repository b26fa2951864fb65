from __future__ import annotations

from tests.unit.report import factory
from tests.unit.report.example_framework import AIRD, BIO, CYBER, framework
from tierlock.core import Deciding, Explanation, GateReason, Outcome, Verdict
from tierlock.report.work import way_lines, work_cost, work_ways, work_words

STANDARD = "asl-3/deployment"


def ways(decision: object = "as made", explanation: Explanation | None = None) -> dict[str, str]:
    found = work_ways(
        factory.work(),
        framework=framework(),
        explanation=explanation or factory.explanation(),
        decision=factory.decision() if decision == "as made" else None,
    )
    return {item.settles: way for way, item in found}


def test_each_item_says_what_it_is_for() -> None:
    found = ways()
    assert found[f"{CYBER}:ctf"] == f"rule out {CYBER}"
    assert found["asl-2/deployment:abuse-monitoring"] == ""
    assert found[f"{STANDARD}:classifiers"] == f"or instead of ruling out {CYBER}"


def test_no_choice_is_offered_where_a_threshold_was_reached() -> None:
    deciding = (
        Deciding(threshold=BIO, outcome=Outcome.RULED_OUT, paths=()),
        Deciding(threshold=CYBER, outcome=Outcome.REACHED, paths=()),
        Deciding(threshold=AIRD, outcome=Outcome.RULED_OUT, paths=()),
    )
    assert ways(explanation=Explanation(deciding=deciding))[f"{STANDARD}:classifiers"] == ""


def test_an_unmeetable_standard_is_not_hidden_behind_a_choice() -> None:
    # Without a decision, every undefined standard may bind.
    found = ways(decision=None)
    assert found[f"{STANDARD}:classifiers"].startswith("not enough while nobody can meet")
    base = factory.decision()
    reason = GateReason(
        code="standard.undefined", says="undefined", verdict="HOLD", about="asl-3/security"
    )
    lines = way_lines(
        base.work,
        framework=framework(),
        explanation=factory.explanation(),
        decision=base.model_copy(update={"reasons": (*base.reasons, reason)}),
    )
    assert lines[-1].startswith("not enough while nobody can meet asl-3/security")


def test_choices_come_after_what_must_be_done() -> None:
    assert list(ways())[-1] == f"{STANDARD}:classifiers"


def test_costs() -> None:
    first = factory.work()[0]
    cost = work_cost(first).replace("\u00a0", " ")
    assert cost == "at least 39 samples, likely 61, ~2 h, ~4 USD"
    assert work_words(factory.work()[-1]).endswith("(~3 days; owner: trust-and-safety)")
    assert Verdict.HOLD is factory.decision().verdict
