"""The identity of a determination: what people sign, the same whenever it is asked for."""

from __future__ import annotations

from datetime import timedelta

from tests.reference.identity import identity
from tests.unit.policy.factory import AT, ago, determined, framework, plan, run
from tierlock.core import canonical_bytes, determination_id, digest


def test_it_does_not_change_with_the_instant_of_the_question():
    later = determined(at=AT + timedelta(days=1))
    assert determination_id(determined()) == determination_id(later)
    assert digest(determined()) != digest(later)


def test_it_is_what_the_specification_says():
    """D-1, by the reference engine."""
    for found in (determined(), determined(None, run(12))):
        assert determination_id(found) == identity(canonical_bytes(found))


def test_other_evidence_another_plan_and_another_framework_are_others():
    rules = framework()
    other = rules.model_copy(update={"title": "Another"})
    found = {
        determination_id(each)
        for each in (
            determined(rules),
            determined(rules, run(12)),
            determined(rules, plan=plan(rules, sealed_at=ago(99))),
            determined(other),
        )
    }
    assert len(found) == 4


def test_a_start_of_evidence_that_is_no_instant_of_asking_counts():
    found = determined()
    moved = found.model_copy(update={"evidence_from": ago(11)})
    assert determination_id(found) != determination_id(moved)


def test_a_changed_copy_has_its_own():
    found = determined()
    kept = determination_id(found)
    assert determination_id(found.model_copy(update={"label": "other"})) != kept
    assert determination_id(found) == kept
