"""Standards that stand in for owed ones (spec/gate.md G-17)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.policy.factory import (
    AT,
    OPEN,
    OUT,
    ago,
    claim,
    complete,
    determined,
    fact,
    framework,
    sha,
    standard,
    subject,
)
from tierlock.core import (
    Action,
    ActionRule,
    Adjustment,
    Negative,
    Outcome,
    Owed,
    SafeguardCriterion,
    Standard,
    Step,
)
from tierlock.policy.draft import Ask, Draft
from tierlock.policy.standards import check_standards

BASE = determined()
LESS = Adjustment(says="others do less", unless=fact(), instead={"s": ("x", "y")})


def checked(
    *claims: str,
    outcome: Outcome | None = OUT,
    adjustment: Adjustment = LESS,
    records: tuple[Negative, ...] = (),
    **changes: Standard,
) -> Draft:
    """Check the owed standard `s`, for which `x` and `y` may stand in."""
    standards = {name: standard(kind="deployment") for name in ("s", "x", "y")} | changes
    traces = {} if outcome is None else {"less": Step(op="leaf", finding="f", outcome=outcome)}
    ask = Ask(
        framework=framework(standards=standards, adjustments={"less": adjustment}),
        determination=BASE.model_copy(update={"adjustment_traces": traces}),
        name=sha("d"),
        subject=subject(),
        action=Action(name="deploy"),
        rule=ActionRule(needs=("deployment",)),
        at=AT,
        claims=tuple(claim(path) for path in claims),
        negatives=complete(*records),
    )
    draft = Draft()
    check_standards(ask, owed=(Owed(standard="s", because="reached"),), draft=draft)
    return draft


def codes(draft: Draft) -> list[tuple[str, str]]:
    return [(reason.code, reason.about) for reason in draft.reasons]


def notes(draft: Draft) -> list[tuple[str, str]]:
    return [(note.code, note.says) for note in draft.conditions]


def test_what_stands_in_is_enough_and_said() -> None:
    found = checked("x:policy", "y:policy")
    assert codes(found) == []
    assert notes(found) == [("adjustment.applied", "x, y instead of s, by `less`")]


def test_the_notices_are_due() -> None:
    told = LESS.model_copy(update={"notices": ("tell", "publish")})
    (note,) = checked("x:policy", "y:policy", adjustment=told).conditions
    assert note.says == "x, y instead of s, by `less`; due now: tell, publish"


def test_a_standard_that_is_met_is_never_adjusted() -> None:
    found = checked("s:policy", "x:policy", "y:policy")
    assert (codes(found), notes(found)) == ([], [])


@pytest.mark.parametrize("outcome", [OPEN, Outcome.REACHED, None])
def test_one_that_does_not_hold_changes_nothing(outcome: Outcome | None) -> None:
    found = checked("x:policy", "y:policy", outcome=outcome)
    assert codes(found) == [("claim.missing", "s:policy")]


def test_all_that_stands_in_must_be_met() -> None:
    assert codes(checked("x:policy")) == [("claim.missing", "s:policy")]
    undefined = Standard(title="x", kind="deployment", undefined=True)
    assert codes(checked("y:policy", x=undefined)) == [("claim.missing", "s:policy")]


def test_one_of_another_standard_does_not_help() -> None:
    other = LESS.model_copy(update={"instead": {"z": ("x",)}})
    assert codes(checked("x:policy", adjustment=other)) == [("claim.missing", "s:policy")]


def test_what_stands_in_counts_whatever_its_kind() -> None:
    found = checked("x:policy", "y:policy", x=standard(kind="security"))
    assert codes(found) == []


def test_what_is_open_and_only_recommended_in_it_is_still_said() -> None:
    lines: dict[str, Any] = {
        "policy": SafeguardCriterion(says="a policy"),
        "more": SafeguardCriterion(says="more", modality="should"),
    }
    found = checked("x:policy", "y:policy", x=standard(criteria=lines))
    assert [code for code, _ in notes(found)] == ["criterion.recommended", "adjustment.applied"]


def test_nobody_being_able_to_meet_it_can_be_adjusted() -> None:
    undefined = Standard(title="s", kind="deployment", undefined=True)
    assert codes(checked(s=undefined)) == [("standard.undefined", "s")]
    assert codes(checked("x:policy", "y:policy", s=undefined)) == []


def test_what_is_shown_not_to_hold_can_be_adjusted() -> None:
    failed = Negative(
        kind="failed_claim", subject="m", concerns="s:policy", says="no", happened_at=ago(1)
    )
    assert [code for code, _ in codes(checked(records=(failed,)))] == [
        "claim.failed",
        "claim.missing",
    ]
    assert codes(checked("x:policy", "y:policy", records=(failed,))) == []
