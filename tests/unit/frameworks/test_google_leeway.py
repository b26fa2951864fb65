"""What Google DeepMind's framework leaves open: the response to an alert, and nothing lowered."""

from __future__ import annotations

import pytest

from tests.unit.frameworks.google_cases import (
    LEVELS,
    RULES,
    alert_found,
    below,
    chosen,
    claims,
    decided,
    determined,
    safeguards,
)
from tests.unit.frameworks.published import outcomes
from tests.unit.policy.factory import AT, IN, OUT, complete, plan, run, subject
from tierlock.core import Action, Choice, Decision
from tierlock.policy import decide, determine


def test_no_clause_lowers_what_is_required() -> None:
    """Marginal risk is weighed inside a finding (3.x), or touches recommendations alone (2.0)."""
    assert [version for version, rules in RULES.items() if rules.adjustments] == []
    assert [version for version, rules in RULES.items() if rules.interpretations] == ["3.1"]
    for version in ("3.0", "3.1"):
        text = " ".join(RULES[version].does_not_establish)
        assert "how much other developers' models weigh" in text


def test_an_alert_of_3_1_is_read_in_two_ways() -> None:
    """1.3.3 is about the model at the alert; the glossary prepares for later ones."""
    rules = RULES["3.1"]
    clause = rules.interpretations["alert-response"]
    assert clause.by == ("governance-function",)
    [rule] = clause.readings["this-model"].combinations
    assert rule.if_all == (tuple(f"{level}/alert" for level in LEVELS["3.1"]),)
    assert rule.obliges == ("response-plan",)
    assert clause.readings["later-models"].combinations == ()
    assert rules.duties["response-to-alerts"].modality == "must"  # in either reading


WAITS = {"deploy_external", "deploy_internal_high_risk", "publish_weights"}


@pytest.mark.parametrize("action", RULES["3.1"].actions)
def test_an_alert_without_its_level_waits_for_a_reading_and_then_follows_it(action: str) -> None:
    """Published practice has models at the cyber alert and below the level."""
    rules, level = RULES["3.1"], "cyber-uplift-1"
    record = alert_found(rules, level)
    said = below(rules, level) + safeguards(rules)
    given = claims(rules, without=("response-plan",))

    def asked(*, choices: list[Choice], planned: bool = False) -> Decision:
        made = claims(rules) if planned else given
        return decided(rules, action, said, made, record, choices=choices)

    found = outcomes(determined(rules, said, record))
    assert (found[f"{level}/alert"], found[level]) == (IN, OUT)
    waits = action in WAITS
    still = asked(choices=[], planned=True)
    assert {reason.code for reason in still.reasons} == (
        {"interpretation.open"} if waits else set()
    )
    this = asked(choices=chosen(rules, "this-model"))
    assert {reason.about.split(":")[0] for reason in this.reasons} == (
        {"response-plan"} if waits else set()
    )
    assert not asked(choices=chosen(rules, "this-model"), planned=True).reasons
    assert not asked(choices=chosen(rules, "later-models")).reasons


def test_where_no_alert_is_reached_nobody_chooses() -> None:
    """Without the two lines whose alert also asks for evaluations, all alerts are ruled out."""
    rules = RULES["3.1"]
    alerts = [name for name in rules.thresholds if name.endswith("/alert")]
    found = determine(
        rules,
        plan(rules, "grb"),
        [run(20, 74, evaluation="grb")],
        subject=subject(facts={}),
        at=AT,
        attestations=below(rules, *alerts) + safeguards(rules),
        negatives=complete(),
    )
    assert {outcomes(found)[name] for name in alerts} == {OUT}
    answer = decide(
        rules,
        found,
        subject=subject(facts={}),
        action=Action(name="deploy_external"),
        at=AT,
        claims=claims(rules, without=("response-plan",)),
        negatives=complete(),
    )
    assert answer.reasons == ()
