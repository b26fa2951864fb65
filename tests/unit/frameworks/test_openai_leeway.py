"""What OpenAI's framework leaves open: the cyber row of Table 1, and marginal risk."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.unit.frameworks.openai_cases import (
    BETA,
    DERIVED,
    TWO,
    asked,
    chosen,
    codes,
    judged,
    standards_in,
)
from tests.unit.frameworks.published import outcomes
from tests.unit.policy.factory import IN, OPEN, OUT, subject
from tierlock.core import Attested, Determination, Subject, Verdict, leaves

INSIDE = "deploy_internal_large_scale"
LONG = "Research/long-range-autonomy"
WITHOUT_C2 = [
    name
    for name, item in TWO.standards.items()
    if item.kind != "misalignment" and not item.undefined
]


def cyber_high(*, long: bool = False, but: Collection[str] = ()) -> tuple[Subject, Determination]:
    """Return a model that is High in cybersecurity alone, and acts alone for long or does not."""
    about = subject(facts=DERIVED)
    reached = ["High/cyber", LONG] if long else ["High/cyber"]
    return about, judged(TWO, about=about, reached=reached, but=but)


def test_the_conjunction_is_a_clause_that_two_offices_must_read() -> None:
    """Table 1, Cybersecurity, High: with or without long-range autonomy."""
    clause = TWO.interpretations["lra-conjunction"]
    assert clause.by == ("safety-advisory-group", "leadership")
    assert "GPT-5.3-Codex" in clause.cite
    groups = {name: [r.if_all for r in item.combinations] for name, item in clause.readings.items()}
    assert groups == {
        "always": [(("High/cyber",),)],
        "in-conjunction": [(("High/cyber",), (LONG,))],
    }
    assert {rule.obliges for rule in clause.all_combinations} == {("high/misalignment",)}
    assert not BETA.interpretations


@pytest.mark.parametrize("claimed", [WITHOUT_C2, [*WITHOUT_C2, "high/misalignment"]])
def test_cyber_high_without_long_range_autonomy_waits_for_a_reading(claimed: list[str]) -> None:
    """Nothing but the reading is open, and large-scale internal deployment waits for it."""
    about, found = cyber_high()
    assert (outcomes(found)["High/cyber"], outcomes(found)[LONG]) == (IN, OUT)
    answer = asked(TWO, found, INSIDE, about=about, claimed=claimed)
    missing = set() if "high/misalignment" in claimed else {"claim.missing"}
    assert answer.verdict is Verdict.HOLD
    assert codes(answer) == {"interpretation.open"} | missing


@pytest.mark.parametrize(
    ("reading", "long", "verdict"),
    [
        ("always", False, Verdict.HOLD),
        ("always", True, Verdict.HOLD),
        ("in-conjunction", False, Verdict.ALLOW),
        ("in-conjunction", True, Verdict.HOLD),
    ],
)
def test_the_chosen_reading_opens_or_closes(reading: str, long: bool, verdict: Verdict) -> None:
    about, found = cyber_high(long=long)
    choices = [chosen(TWO, reading)]
    answer = asked(TWO, found, INSIDE, about=about, claimed=WITHOUT_C2, choices=choices)
    assert answer.verdict is verdict
    assert standards_in(answer) == (set() if verdict is Verdict.ALLOW else {"high/misalignment"})
    whole = [*WITHOUT_C2, "high/misalignment"]
    met = asked(TWO, found, INSIDE, about=about, claimed=whole, choices=choices)
    assert met.verdict is Verdict.ALLOW


def test_long_range_autonomy_that_is_open_counts_as_found() -> None:
    """What was not ruled out is treated as reached, also inside a reading."""
    about, found = cyber_high(but=["long-range-autonomy"])
    assert outcomes(found)[LONG] is OPEN
    choices = [chosen(TWO, "in-conjunction")]
    answer = asked(TWO, found, INSIDE, about=about, claimed=WITHOUT_C2, choices=choices)
    assert standards_in(answer) == {"high/misalignment"}


@pytest.mark.parametrize("office", ["safety-advisory-group", "leadership"])
def test_one_office_alone_chooses_no_reading(office: str) -> None:
    about, found = cyber_high()
    choices = [chosen(TWO, "in-conjunction", by=[office])]
    answer = asked(TWO, found, INSIDE, about=about, claimed=WITHOUT_C2, choices=choices)
    assert "interpretation.open" in codes(answer)


@pytest.mark.parametrize("action", ["deploy", "offer_fine_tuning", "train"])
def test_the_reading_matters_to_large_scale_internal_deployment_alone(action: str) -> None:
    """Table 1 asks for C.2 there, and for C.1 and C.3 whatever is read."""
    about, found = cyber_high()
    answer = asked(TWO, found, action, about=about, claimed=WITHOUT_C2)
    assert answer.verdict is Verdict.ALLOW


def test_a_model_below_high_in_cybersecurity_needs_no_reading() -> None:
    about = subject(facts=DERIVED)
    found = judged(TWO, about=about, reached=["High/self-improvement"])
    assert asked(TWO, found, INSIDE, about=about, claimed=WITHOUT_C2).verdict is Verdict.ALLOW


RIVAL = "adjusted/marginal-risk:"
PRECONDITIONS = {
    "rival-not-confirmed": "safety-advisory-group",
    "overall-risk-grows": "safety-advisory-group",
    "not-acknowledged": "company",
    "not-more-protective": "safety-advisory-group",
    "not-validated": "company",
}
LOWERED = [
    name
    for name, item in TWO.standards.items()
    if name not in {"high/misuse", "high/misalignment"} and not item.undefined
]
"""Everything that can be met, with what stands in for C.1 and C.2 instead of these."""


def test_only_the_safeguards_of_c1_and_c2_are_adjusted() -> None:
    """Section 4.3: not security, not reports, not the halt at Critical; and nothing in the beta."""
    assert not BETA.adjustments
    [(name, rule)] = TWO.adjustments.items()
    assert rule.instead == {
        "high/misuse": ("above-rival/misuse",),
        "high/misalignment": ("above-rival/misalignment",),
    }
    assert {leaf.name: leaf.by for leaf in leaves(rule.unless) if isinstance(leaf, Attested)} == (
        PRECONDITIONS
    )
    assert (name, rule.notices) == ("marginal-risk", ("show-adjustment-for-others",))
    owed_by_a_rule = {name for item in TWO.thresholds.values() for name in item.obliges}
    assert not owed_by_a_rule & {"above-rival/misuse", "above-rival/misalignment"}


@pytest.mark.parametrize("action", ["deploy", "offer_fine_tuning", INSIDE])
def test_more_protective_than_a_rival_stands_in_for_high(action: str) -> None:
    about, found = cyber_high()
    choices = [chosen(TWO, "always")]
    answer = asked(TWO, found, action, about=about, claimed=LOWERED, choices=choices)
    assert answer.verdict is Verdict.ALLOW
    [condition] = answer.conditions
    assert condition.code == "adjustment.applied"
    less = [name for name in LOWERED if not name.startswith("above-rival/")]
    answer = asked(TWO, found, action, about=about, claimed=less, choices=choices)
    assert answer.verdict is Verdict.HOLD  # less than the rival is never enough


@pytest.mark.parametrize("name", PRECONDITIONS)
def test_each_condition_of_section_4_3_is_needed(name: str) -> None:
    about, found = cyber_high(but=[f"{RIVAL}{name}"])
    answer = asked(TWO, found, "deploy", about=about, claimed=LOWERED)
    assert answer.verdict is Verdict.HOLD
    assert standards_in(answer) == {"high/misuse"}


@pytest.mark.parametrize("name", ["high/security", "safeguards-report", "deployment-decision"])
def test_what_else_is_owed_stays_owed(name: str) -> None:
    about, found = cyber_high()
    claimed = [other for other in LOWERED if other != name]
    answer = asked(TWO, found, "deploy", about=about, claimed=claimed)
    assert answer.verdict is Verdict.HOLD
    assert name in standards_in(answer)


def test_a_rival_does_not_lift_the_halt_at_critical() -> None:
    about = subject(facts=DERIVED)
    found = judged(TWO, about=about, reached=["Critical/cyber"])
    choices = [chosen(TWO, "in-conjunction")]
    for action in TWO.actions:
        answer = asked(TWO, found, action, about=about, claimed=LOWERED, choices=choices)
        assert answer.verdict is Verdict.DENY


def test_what_stays_open_is_named() -> None:
    text = " ".join(TWO.does_not_establish)
    assert "conjunction with long-range autonomy" in text
    assert "Section 4.3" in text
