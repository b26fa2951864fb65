"""Lint of contested clauses and adjustments."""

from __future__ import annotations

from tests.unit.analysis.small import FINE, fine
from tests.unit.analysis.test_lint import LONE, brief, remarks
from tierlock.core import Adjustment, ClauseReading, Combination, Framework, Interpretation

ALWAYS = Combination(says="so", if_all=(("cyber-1",),), obliges=("watch",))
EACH = Combination(says="so", if_all=(("cyber-1",), ("cyber-2",)), obliges=("watch",))
WATCH = {"watch": FINE.standards["guard"], "lesser": FINE.standards["guard"]}


def contested(*readings: tuple[Combination, ...], **changed: object) -> Framework:
    named = {
        f"r{place}": ClauseReading(says="so", combinations=rules)
        for place, rules in enumerate(readings)
    }
    clause = Interpretation(says="is it so", by=("owner",), readings=named, cite="paper")
    return fine(
        standards={**FINE.standards, **WATCH},
        interpretations={"clause": clause.model_copy(update=changed)},
        adjustments={"less": Adjustment(says="s", unless=LONE, instead={"watch": ("lesser",)})},
    )


def test_what_a_reading_owes_or_stands_in_is_used() -> None:
    assert brief(contested((ALWAYS,), (EACH,)), "lint.unused") == []


def test_an_adjustment_of_what_nothing_owes_is_unused() -> None:
    assert brief(contested((), ()), "lint.unused") == [
        ("note", "watch"),
        ("note", "adjustments.less"),
    ]


def test_clauses_and_adjustments_are_cited() -> None:
    framework = contested((ALWAYS,), (EACH,), cite="")
    found = [where for _, where in brief(framework, "lint.no-citation")]
    assert found == ["interpretations.clause", "adjustments.less"]


def test_readings_that_oblige_to_the_same_leave_no_choice() -> None:
    reworded = ALWAYS.model_copy(update={"says": "otherwise"})
    assert brief(contested((ALWAYS,), (reworded,)), "lint.same-readings") == [
        ("note", "interpretations.clause")
    ]
    assert brief(contested((), ()), "lint.same-readings") == [("note", "interpretations.clause")]
    assert brief(contested((ALWAYS,), (EACH,)), "lint.same-readings") == []
    assert brief(contested((ALWAYS,), (reworded,), (EACH,)), "lint.same-readings") == []


def test_an_attested_precondition_that_never_expires_is_noted() -> None:
    framework = contested((ALWAYS,), (EACH,)).model_copy(update={"triggers": ()})
    (note,) = (one for one in remarks(framework, "lint.no-expiry") if one.severity == "note")
    assert "`adjusted/less:no-lone-attack`" in note.says


def test_a_new_adjustment_asks_for_less_than_before() -> None:
    new = contested((ALWAYS,), (EACH,))
    old = new.model_copy(update={"adjustments": {}})
    assert ("problem", "adjustments.less") in [
        (one.severity, one.where) for one in remarks(new, "lint.weakened", previous=old)
    ]
