"""One framework, the evidence about one subject, one instant (spec/determination.md)."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    PARTS,
    ago,
    attested,
    determined,
    evaluation,
    fact,
    framework,
    measured,
    negative,
    plan,
    register,
    registered,
    run,
    sha,
    standard,
    subject,
    threshold,
    trigger,
)
from tierlock.core import (
    AnyOf,
    Attestation,
    FrameworkRef,
    Inheritance,
    InputError,
    IntegrityError,
    Lineage,
    Negatives,
    Owed,
    Parts,
    PlannedSlot,
    SafeguardCriterion,
    Scope,
    SpentAlpha,
    Step,
    SubjectRef,
    add_period,
    digest,
)
from tierlock.policy import ENGINE, determine, reevaluate
from tierlock.policy._example import example_framework

RULES = framework(
    evaluations={"bio": evaluation(), "jail": evaluation(tasks=("jail",))},
    thresholds={
        "bio-3": threshold(AnyOf(any=(measured(), attested()))),
        "held": threshold(fact("huge"), precaution="hold", tier="ASL-4"),
    },
    standards={
        "base": standard(
            criteria={"c": SafeguardCriterion(says="s", falls_short_if=measured(evaluation="jail"))}
        ),
        "deploy": standard(),
    },
    scope=Scope(tier="ASL-1", baseline=("base",), in_scope_if=fact("big")),
    triggers=(trigger(elapsed="P1W", grace="P1Y"),),
)


def test_a_determination_says_everything_that_it_rests_on():
    sealed = plan(RULES, "bio", "jail")
    logs = (
        run(),
        run(name="j", evaluation="jail", measured_at=ago(5)),
        run(name="x", evaluation="x"),
    )
    found = determined(RULES, *logs, plan=sealed)
    assert found.framework == FrameworkRef(
        framework="example/tiny", version="1", digest=digest(RULES)
    )
    assert found.subject == SubjectRef(name="m", parts=PARTS, effective_compute=1e25)
    assert found.subject_digest == subject().capability_digest
    assert (found.plan, found.plan_declared) == (digest(sealed), "before")
    assert (found.determined_at, found.evidence_from, found.engine) == (AT, ago(10), ENGINE)
    assert ENGINE == "tierlock-engine/1"
    assert [(t.threshold, t.outcome) for t in found.thresholds] == [("bio-3", OPEN), ("held", OPEN)]
    assert [(t.alpha_rule_out, t.alpha_rule_in) for t in found.thresholds] == [(0.05, 0.05)] * 2
    assert (found.scope_outcome, found.scope_trace) == (
        OPEN,
        Step(op="leaf", finding="scope:big", outcome=OPEN),
    )
    assert [f.path for f in found.findings] == [
        "bio-3:bio",
        "bio-3:threat",
        "held:huge",
        "scope:big",
    ]
    assert [f.path for f in found.safeguard_findings] == ["base:c/jail"]
    assert {path: step.outcome for path, step in found.safeguard_traces.items()} == {"base:c": OUT}
    assert found.owed == (
        Owed(standard="base", because="baseline"),
        Owed(standard="deploy", because="undetermined", thresholds=("bio-3",)),
    )
    assert found.holds == ("held",)
    assert [item.code for item in found.omissions] == [
        "attestation.missing",
        "fact.undeclared",
        "fact.undeclared",
    ]
    assert [item.what for item in found.unused] == ["x"]
    assert found.outside_guarantee == ()
    assert found.union_bound == 0.05
    assert (found.label, found.label_if_settled) == ("ASL-4", "ASL-2")
    assert found.expires_at == add_period(add_period(ago(10), period="P1W"), period="P1Y")
    assert [lapse.code for lapse in found.soft_lapses] == ["clock.soft"]
    assert found.notes == ()
    for item in found.thresholds:
        assert reevaluate(item.trace) is item.tree_outcome


def test_e4_decided_leaves_outside_the_guarantee_are_listed():
    made = Attestation(
        criterion="bio-3:threat",
        subject="m",
        role="ceo",
        signer="a",
        over={"weights": sha("w")},
        attested_at=ago(1),
    )
    facts = subject(facts={"big": False, "huge": False})
    found = determined(RULES, run(), plan=plan(RULES), subject=facts, attestations=[made])
    assert found.outside_guarantee == ("bio-3:threat", "held:huge", "scope:big")
    assert found.thresholds[0].outcome is OUT
    assert (found.scope_outcome, found.label) == (OUT, "ASL-1")


def test_c3_out_of_scope_only_the_baseline_of_the_scope_is_owed():
    rules = framework(
        thresholds={"t": threshold()},
        scope=Scope(tier="ASL-1", baseline=("secure",), in_scope_if=fact("big")),
    )
    outside = determined(rules, subject=subject(facts={"big": False}))
    assert outside.owed == (Owed(standard="secure", because="baseline"),)
    unclear = determined(rules)
    assert unclear.owed == (Owed(standard="base", because="baseline"),)


def test_f2_out_of_scope_settles_what_nobody_measured():
    rules = framework(
        thresholds={"t": threshold(attested())},
        scope=Scope(tier="ASL-1", baseline=("base",), in_scope_if=fact("big")),
    )
    for big, outcome, changed_by in ((False, OUT, "scope"), (True, OPEN, "")):
        (found,) = determined(rules, subject=subject(facts={"big": big})).thresholds
        assert (found.outcome, found.changed_by) == (outcome, changed_by)


def test_r2_negatives_reach_attested_criteria():
    failed = negative("failed_claim", concerns="bio-3:threat")
    found = determined(RULES, run(), plan=plan(RULES), negatives=Negatives(records=(failed,)))
    assert found.thresholds[0].outcome is IN
    assert found.label_if_settled == "ASL-3"


def test_e2_history_reaches_the_alpha_account():
    spent = (SpentAlpha(threshold="bio-3", lineage="m", weights="old", spent_at=ago(3)),)
    assert determined(history=spent).thresholds[0].outcome is OPEN
    assert determined().thresholds[0].outcome is OUT


def test_s1_without_a_register_exactly_the_evidence_is_known():
    assert determined().thresholds[0].outcome is OUT
    known = register(registered(), registered("gone"))
    found = determined(register=known)
    assert found.thresholds[0].outcome is OPEN
    assert [item.what for item in found.omissions if item.owed] == ["bio"]
    with pytest.raises(InputError):
        determined(register=register(registered("other")))
    with pytest.raises(IntegrityError):
        determined(register=register(registered(), registered(started_at=ago(11))))


def test_i1_the_parent_is_asked_for_inherited_slots():
    criterion = measured(inherit=Inheritance(margin=0.3, basis="proposal", reason="r"))
    rules = framework(thresholds={"t": threshold(criterion)})
    base = run(name="base", about=SubjectRef(name="parent"))
    about = subject(name="parent", known_as=(), parts=Parts())
    parent = determined(
        rules, base, subject=about, plan=plan(rules, subject="parent", weights=None)
    )
    slot = PlannedSlot(slot="bio", source="inherited")
    given = {
        "subject": subject(lineage=Lineage(parent="parent")),
        "plan": plan(rules, slot),
    }
    found = determined(rules, run(), base, parent=parent, **given)
    assert (found.thresholds[0].outcome, found.findings[0].decided_by) == (OUT, "inheritance")
    assert found.outside_guarantee == ("t:bio",)
    assert determined(rules, run(), base, **given).thresholds[0].outcome is OPEN


def test_t1_the_instant_is_aware_and_in_utc():
    local = AT.astimezone(timezone(timedelta(hours=3)))
    assert determined(at=local) == determined()
    with pytest.raises(InputError):
        determined(at=AT.replace(tzinfo=None))


def test_v2_and_v4_inputs_are_checked_and_counted_once():
    with pytest.raises(InputError):
        determined(at=ago(11))
    with pytest.raises(IntegrityError):
        determined(None, run(), run(bad=1))
    assert determined(None, run(), run()) == determined(None, run())


def test_without_runs_evidence_starts_at_the_question():
    rules = framework()
    found = determine(rules, plan(rules), iter(()), subject=subject(), at=AT)
    assert (found.evidence_from, found.expires_at, found.soft_lapses) == (AT, None, ())
    assert found.thresholds[0].missing


def test_the_smallest_example_says_something():
    """The framework of the doctests."""
    rules = example_framework()
    found = determine(rules, plan(rules), (run(),), subject=subject(), at=AT)
    assert (found.thresholds[0].outcome, found.label) == (OUT, "ASL-2")
    reached = determine(rules, plan(rules), (run(40),), subject=subject(), at=AT)
    assert (reached.thresholds[0].outcome, reached.label) == (IN, "ASL-3")
    assert sha("a") != sha("b")
