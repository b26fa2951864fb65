"""Records that can only restrict (spec/gate.md G-11, G-14) and the draft they are noted in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.policy.factory import (
    AT,
    ago,
    complete,
    determined,
    framework,
    negative,
    sha,
    subject,
    trigger,
)
from tierlock.core import Action, ActionRule, GateReason, Negatives, Reason
from tierlock.policy.draft import Ask, Draft, open_records
from tierlock.policy.negatives import check_negatives

BASE = determined()


def asked(records, **changes):
    given = {
        "framework": framework(),
        "determination": BASE,
        "name": sha("d"),
        "subject": subject(),
        "action": Action(name="deploy"),
        "rule": ActionRule(needs=("deployment",)),
        "at": AT,
        "claims": (),
        "negatives": records,
    }
    return Ask(**{**given, **changes})


def drafted(*records, negatives=None, **changes):
    draft = Draft()
    check_negatives(asked(negatives or complete(*records), **changes), draft=draft)
    return draft


def codes(draft):
    return [(reason.code, reason.about) for reason in draft.reasons]


def test_a_complete_list_without_records_ends_after_its_greatest_age():
    """G-14: completeness plus `register_max_age` (a day)."""
    draft = drafted()
    assert (draft.reasons, draft.conditions) == ([], [])
    assert draft.ends == [AT - timedelta(hours=1) + timedelta(days=1)]


@pytest.mark.parametrize("as_of", [None, ago(1), ago(2)])
def test_an_old_or_unproved_list_holds(as_of):
    """G-11: complete up to at most `register_max_age` before `at`, half-open."""
    draft = drafted(negatives=Negatives(complete_as_of=as_of))
    assert codes(draft) == [("negatives.not-current", "negative records")]
    assert (draft.ends, draft.reasons[0].verdict) == ([], "HOLD")
    inside = Negatives(complete_as_of=ago(1) + timedelta(seconds=1))
    assert codes(drafted(negatives=inside)) == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("revocation", "revoked"),
        ("incident", "incident.open"),
        ("new_attack_class", "incident.open"),
        ("dissent", "dissent.open"),
        ("objection", "objection.open"),
    ],
)
def test_an_open_record_about_the_subject_holds(kind, code):
    """G-11."""
    assert codes(drafted(negative(kind))) == [(code, kind)]
    assert codes(drafted(negative(kind, subject="m-log"))) == [(code, kind)]
    assert codes(drafted(negative(kind, subject="x"))) == []
    assert codes(drafted(negative(kind, resolved_at=ago(1)))) == []
    assert drafted(negative(kind)).reasons[0].verdict == "HOLD"


def test_every_open_record_is_told():
    two = (negative("dissent"), negative("dissent", says="again"), negative("revocation"))
    assert codes(drafted(*two)) == [
        ("revoked", "revocation"),
        ("dissent.open", "dissent"),
        ("dissent.open", "dissent"),
    ]
    assert drafted(negative("new_attack_class")).reasons[0].says == "new attack class: it happened"


def test_a_failed_claim_is_no_matter_of_this_clause():
    assert codes(drafted(negative("failed_claim"))) == []


@pytest.mark.parametrize("kind", ["incident", "new_attack_class"])
def test_a_resolved_incident_expires_older_evidence_where_a_trigger_says_so(kind):
    """G-11: at or after the determination's earliest evidence."""
    other = {"incident": "new_attack_class", "new_attack_class": "incident"}[kind]
    rules = framework(triggers=(trigger("clock", elapsed="P1Y"), trigger(incident=kind)))

    def found(about=kind, days=5.0, rules=rules, **changes):
        record = negative(about, happened_at=ago(days), resolved_at=ago(1), **changes)
        return codes(drafted(record, framework=rules))

    assert found() == [("determination.before-incident", kind)]
    assert found(days=10) == [("determination.before-incident", kind)]
    assert found(days=10.001) == []
    assert found(about=other) == []
    assert found(rules=framework()) == []
    assert found(subject="x") == []
    assert found(about="dissent") == []
    assert codes(drafted(negative(kind), framework=rules)) == [("incident.open", kind)]
    assert BASE.evidence_from == ago(10)


def test_the_draft_keeps_reasons_with_their_verdict():
    """G-1: each reason has a verdict of its own."""
    draft = Draft()
    draft.hold("a", says="b", about="c")
    draft.deny("d", says="e", about="f")
    draft.end(None)
    draft.end(AT)
    draft.conditions.append(Reason(code="x", says="y"))
    assert draft.reasons == [
        GateReason(code="a", says="b", about="c", verdict="HOLD"),
        GateReason(code="d", says="e", about="f", verdict="DENY"),
    ]
    assert draft.ends == [AT]


def test_open_records_are_of_the_kind_unresolved_and_about_the_subject():
    """G-11."""
    mine = negative("dissent")
    records = complete(
        mine,
        negative("objection"),
        negative("dissent", resolved_at=ago(1)),
        negative("dissent", subject="x"),
    )
    assert open_records(asked(records), kind="dissent") == [mine]
