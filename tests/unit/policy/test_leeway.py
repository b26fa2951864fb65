"""Which reading of a contested clause stands, and which are open (spec/gate.md G-16)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    ago,
    determined,
    framework,
    run,
    sha,
    subject,
    threshold,
)
from tierlock.core import (
    Action,
    Choice,
    ClauseReading,
    Combination,
    Interpretation,
    RoleSignature,
    WorkItem,
    digest,
)
from tierlock.policy import chosen_readings, decide
from tierlock.policy.leeway import Chosen, owed_by_some_reading, signed_by_all
from tierlock.policy.work import work_order


def rule(*groups: tuple[str, ...], obliges: tuple[str, ...] = ("deploy",)) -> Combination:
    return Combination(says="so", if_all=groups, obliges=obliges)


CLAUSE = Interpretation(
    says="what does it mean",
    by=("ceo", "auditor"),
    readings={
        "wide": ClauseReading(says="much", combinations=(rule(("a",)), rule(("b",)))),
        "narrow": ClauseReading(
            says="little", combinations=(rule(("a",), ("b",), obliges=("secure",)),)
        ),
        "none": ClauseReading(says="nothing"),
    },
)
RULES = framework(
    thresholds={"a": threshold(), "b": threshold()},
    interpretations={"clause": CLAUSE},
    declared_assurance="refused",
)


def signed(role: str, signer: str, assurance: Any = "signed") -> RoleSignature:
    return RoleSignature(role=role, signer=signer, assurance=assurance)


BOTH = (signed("ceo", "ann"), signed("auditor", "bob"))


def choice(reading: str = "narrow", **changes: Any) -> Choice:
    given: dict[str, Any] = {
        "interpretation": "clause",
        "reading": reading,
        "framework": digest(RULES),
        "signatures": BOTH,
        "reasons": "we think so",
        "chosen_at": ago(5),
    }
    return Choice(**{**given, **changes})


OTHER_FILE = "the choice on record is about another file of the framework"
NOT_SIGNED = "the choice on record is not one that ceo and auditor signed"


def standing(*choices: Choice) -> Chosen:
    return chosen_readings(RULES, choices=choices, at=AT)["clause"]


def test_a_framework_without_clauses_has_none() -> None:
    assert chosen_readings(framework(), choices=[choice()], at=AT) == {}


def test_a_choice_that_all_roles_signed_stands() -> None:
    made = choice(expires_at=AT + timedelta(days=1))
    assert standing(made) == Chosen(("narrow",), AT + timedelta(days=1), (digest(made),), "")


def test_one_about_another_clause_is_passed_over() -> None:
    assert not standing(choice(interpretation="other")).readings


@pytest.mark.parametrize(
    ("choices", "because"),
    [
        ((), "ceo and auditor chose no reading"),
        ((choice(framework=sha("older")),), OTHER_FILE),
        ((choice(reading="never"),), NOT_SIGNED),
        ((choice(signatures=BOTH[:1]),), NOT_SIGNED),
        ((choice(expires_at=AT),), "the choice of ceo and auditor lapsed 2026-06-01"),
        ((choice("wide"), choice(chosen_at=ago(1), expires_at=ago(0.5))),
         "the choice of ceo and auditor lapsed 2026-05-31"),
    ],
)  # fmt: skip
def test_why_it_is_open(choices: tuple[Choice, ...], because: str) -> None:
    assert standing(*choices) == Chosen(open_because=because)


def test_the_latest_that_counts_stands() -> None:
    unsigned = choice("none", chosen_at=ago(1), signatures=())
    assert standing(choice("wide"), choice(chosen_at=ago(4)), unsigned).readings == ("narrow",)


def test_of_two_at_one_instant_both_stand_until_the_first_lapses() -> None:
    first, second = choice("wide", expires_at=AT + timedelta(days=2)), choice()
    third = choice("none", expires_at=AT + timedelta(days=1))
    found = standing(first, second, third)
    assert found.readings == ("narrow", "none", "wide")
    assert found.until == AT + timedelta(days=1)
    assert found.records == tuple(sorted(map(digest, (first, second, third))))


@pytest.mark.parametrize(
    ("signatures", "accepted", "counts"),
    [
        (BOTH, "refused", True),
        (BOTH[:1], "refused", False),
        ((signed("ceo", "ann"), signed("auditor", "ann")), "accepted", False),
        ((signed("ceo", "ann"), signed("auditor", "ann"), signed("auditor", "bob")), "refused",
         True),
        ((signed("ceo", "ann"), signed("auditor", "bob", "declared")), "refused", False),
        ((signed("ceo", "ann"), signed("auditor", "bob", "declared")), "accepted", True),
    ],
)  # fmt: skip
def test_every_role_signs_each_by_another_person(
    signatures: tuple[RoleSignature, ...], accepted: str, counts: bool
) -> None:
    rules = RULES.model_copy(update={"declared_assurance": accepted})
    assert signed_by_all(signatures, roles=("ceo", "auditor"), framework=rules) is counts


def test_nobody_signs_for_no_role() -> None:
    assert not signed_by_all(BOTH, roles=(), framework=RULES)


@pytest.mark.parametrize(
    ("a", "b", "owed"),
    [
        (OUT, OUT, ()),
        (OUT, OPEN, ("deploy",)),
        (IN, OUT, ("deploy",)),
        (OPEN, IN, ("deploy", "secure")),
    ],
)
def test_what_at_least_one_reading_owes(a: Any, b: Any, owed: tuple[str, ...]) -> None:
    outcomes = {"a": a, "b": b}
    assert owed_by_some_reading(RULES, interpretation="clause", outcomes=outcomes) == owed


def test_a_contested_clause_is_read_by_its_roles() -> None:
    found = determined(RULES, run(bad=60))
    decision = decide(RULES, found, subject=subject(), action=Action(name="deploy"), at=AT)
    assert "interpretation.open" in {reason.code for reason in decision.reasons}
    assert decision.readings == {"clause": ()}
    work = work_order(RULES, determination=found, decision=decision, margins={})
    assert [item for item in work if item.settles == "clause"] == [
        WorkItem(
            do="choose a reading of clause: what does it mean",
            settles="clause",
            kind="sign",
            owner="ceo, auditor",
        )
    ]
