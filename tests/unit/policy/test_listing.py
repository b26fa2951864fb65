"""What a determination lists beside its outcomes (spec/determination.md V-6, E-3, X-5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    PARTS,
    ago,
    attested,
    case,
    determined,
    evaluation,
    fact,
    finding,
    framework,
    measured,
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
    AllOf,
    ErrorControl,
    Lineage,
    Omission,
    Parts,
    PlannedSlot,
    Reason,
    SafeguardCriterion,
    Scope,
    SubjectRef,
    add_period,
)
from tierlock.policy.listing import (
    asked_runs,
    evidence_from,
    expires_at,
    omissions_of,
    subject_ref,
    union_bound,
    unused_evidence,
)

SLOTS = {
    "bio": evaluation(),
    "jail": evaluation(tasks=("jail",)),
    "idle": evaluation(tasks=("idle",)),
    "size": evaluation(tasks=("size",)),
}
TEST = SafeguardCriterion(
    says="s", falls_short_if=AllOf(all=(fact(), measured(evaluation="jail"), attested()))
)
RULES = framework(
    evaluations=SLOTS,
    thresholds={"t": threshold(AllOf(all=(measured(), attested())))},
    standards={"base": standard(criteria={"c": TEST})},
    scope=Scope(
        tier="ASL-1",
        baseline=("base",),
        in_scope_if=AllOf(all=(fact(), measured(evaluation="size"))),
    ),
)


def test_e3_the_union_bound_sums_thresholds_with_a_measured_criterion():
    control = ErrorControl(rule_out=0.06, rule_in=0.05, period="P6M", checkpoints=2)
    lines = {
        "a": threshold(),
        "b": threshold(AllOf(all=(attested(), measured())), rule_out=0.2),
        "c": threshold(attested()),
    }
    rules = framework(error_control=control, thresholds=lines)
    assert union_bound(rules) == pytest.approx(0.03 + 0.1)
    many = {f"t{n}": threshold(rule_out=0.2) for n in range(6)}
    assert union_bound(framework(thresholds=many)) == 1.0
    assert union_bound(framework(thresholds={"c": threshold(attested())})) == 0.0


def test_x5_runs_of_slots_that_a_criterion_asks_for():
    """Thresholds and scope need this subject's weights, safeguard tests its safeguards too."""
    old = PARTS.model_copy(update={"safeguards": sha("old")})
    runs = {
        "bio": registered("bio"),
        "bio-old-guard": registered("bio-old-guard", parts=old),
        "size": registered("size", slot="size", parts=old),
        "jail": registered("jail", slot="jail"),
        "jail-old-guard": registered("jail-old-guard", slot="jail", parts=old),
        "idle": registered("idle", slot="idle"),
        "other": registered("other", subject="x"),
        "weights": registered("weights", parts=Parts(weights=sha("old"))),
        "alias": registered("alias", subject="m-log"),
    }
    asked = asked_runs(case(RULES, register=register(*runs.values())))
    assert [item.run_id for item in asked] == ["bio", "bio-old-guard", "size", "jail", "alias"]
    plain = framework(evaluations=SLOTS)
    asked = asked_runs(case(plain, register=register(*runs.values())))
    assert [item.run_id for item in asked] == ["bio", "bio-old-guard", "alias"]


@pytest.mark.parametrize("reverse", [False, True])
def test_g11_evidence_is_as_old_as_the_earliest_planned_run_of_any_slot(reverse):
    """G-11: runs from before the plan, unfinished ones and ones beside the plan do not count."""
    runs = [
        registered("a", started_at=ago(10)),
        registered("b", started_at=ago(7)),
        registered("c", started_at=ago(3)),
        registered("d", slot="jail", started_at=ago(9), ended="error"),
        registered("e", slot="jail", started_at=ago(6)),
        registered("f", slot="jail", started_at=ago(5)),
        registered("g", slot="idle", started_at=ago(9)),
    ]
    if reverse:
        runs.reverse()

    def since(slots, **changes):
        promised = (PlannedSlot(slot=name, runs=count) for name, count in slots.items())
        sealed = plan(framework(), *promised, **{"sealed_at": ago(9), **changes})
        return evidence_from(case(plan=sealed), asked=tuple(runs))

    assert since({"bio": 1}) == ago(7)
    assert since({"jail": 1}) == ago(6)
    assert since({"bio": 1, "jail": 2}) == ago(7)
    assert since({"bio": 2}, sealed_at=ago(5)) == ago(3)
    assert since({"bio": 1}, declared="after") == ago(10)
    assert since({"size": 1}) == AT
    assert evidence_from(case(), asked=()) == AT


def test_x5_the_earliest_end_of_what_the_determination_rests_on():
    soon, later = AT + timedelta(days=1), AT + timedelta(days=2)
    findings = [
        finding("a", OUT, expires_at=later),
        finding("b", IN, expires_at=soon),
        finding("c", OPEN, expires_at=soon),
        finding("d", OUT),
    ]
    plain = case(framework())
    assert expires_at(plain, asked=(), findings=[]) is None
    assert expires_at(plain, asked=(), findings=findings) == later
    clock = case(framework(triggers=(trigger(elapsed="P11D"),)))
    assert expires_at(clock, asked=(registered(),), findings=findings) == soon
    assert expires_at(clock, asked=(registered(),), findings=[]) == ago(-1)


def test_x5_an_inherited_slot_ends_with_the_parents_determination():
    rules = framework()
    soon = AT + timedelta(days=1)
    parent = determined(rules).model_copy(update={"expires_at": soon})
    slots = {
        source: plan(rules, PlannedSlot(slot="x"), PlannedSlot(slot="bio", source=source))
        for source in ("inherited", "measured")
    }
    child = subject(name="child", lineage=Lineage(parent="m"))

    def end(source="inherited", about=child, **changes):
        inputs = case(rules, plan=slots[source], subject=about, **changes)
        return expires_at(inputs, asked=(), findings=[])

    assert end(parent=parent) == soon
    assert end(source="measured", parent=parent) is None
    assert end() is None
    # A parent that I-1 can not use is nothing that the determination rests on.
    assert end(parent=parent.model_copy(update={"expires_at": AT})) is None
    assert end(parent=parent, about=subject(lineage=Lineage(parent="other"))) is None
    other = parent.framework.model_copy(update={"digest": sha("other")})
    assert end(parent=parent.model_copy(update={"framework": other})) is None


def test_the_subject_is_bound_as_weakly_as_its_weakest_evidence():
    def bound(*bindings, name="m-log"):
        logs = [
            run(name=f"r{n}", about=SubjectRef(name=name, binding=binding))
            for n, binding in enumerate(bindings)
        ]
        return subject_ref(case(None, *logs)).binding

    assert bound("measured", "signed") == "signed"
    assert bound("signed", "measured", "declared") == "declared"
    assert bound("measured", "measured") == "measured"
    assert bound() == "declared"
    assert bound("measured", name="x") == "declared"
    assert subject_ref(case()) == SubjectRef(
        name="m", parts=PARTS, effective_compute=1e25, binding="declared"
    )


def test_everything_that_a_finding_lacks_is_listed_owed_things_first():
    def why(*codes):
        return tuple(Reason(code=code, says=f"says {code}") for code in codes)

    findings = [
        finding("t:z", decided_by="omission", reasons=why("slot.no-evidence"), slot="zeta"),
        finding(
            "t:a",
            decided_by="evidence",
            owes=True,
            slot="alpha",
            reasons=why("slot.run-missing", "plan.competing", "interval.crosses"),
        ),
        finding("t:b", kind="attested", decided_by="omission", reasons=why("attestation.missing")),
        finding("t:c", reasons=why("evidence.stale")),
        finding("t:d", decided_by="error", owes=True, reasons=why("criterion.error")),
        finding("t:e", decided_by="omission", reasons=why("slot.run-b")),
    ]
    assert omissions_of(findings) == tuple(
        Omission(what=what, code=code, says=f"says {code}", owed=owed)
        for what, code, owed in (
            ("alpha", "plan.competing", True),
            ("alpha", "slot.run-missing", True),
            ("alpha", "interval.crosses", False),
            ("t:b", "attestation.missing", False),
            ("t:d", "criterion.error", False),
            ("t:e", "slot.run-b", False),
            ("zeta", "slot.no-evidence", False),
        )
    )
    assert omissions_of(reversed(findings)) == omissions_of(findings)


def test_equal_reasons_are_listed_once_and_ties_are_in_order():
    two = tuple(Reason(code="slot.run-missing", says=text) for text in "ba")
    one = finding("t:a", owes=True, slot="s", reasons=two)
    listed = omissions_of([one, one.model_copy(update={"path": "u:a"})])
    assert [item.says for item in listed] == ["a", "b"]


def test_v6_unused_evidence_with_its_reason():
    old = PARTS.model_copy(update={"safeguards": sha("old")})
    logs = [
        run(name="used"),
        run(name="used-old-guard", about=SubjectRef(name="m", parts=old)),
        run(name="size-old-guard", evaluation="size", about=SubjectRef(name="m", parts=old)),
        run(name="subject", about=SubjectRef(name="x")),
        run(name="weights", about=SubjectRef(name="m", parts=Parts(weights=sha("old")))),
        run(name="slot", evaluation="nothing"),
        run(name="guard", evaluation="jail", about=SubjectRef(name="m", parts=old)),
        run(name="jail", evaluation="jail"),
    ]
    listed = unused_evidence(case(RULES, *logs))
    assert [(item.what, item.code, item.owed) for item in listed] == [
        ("subject", "evidence.other-subject", False),
        ("weights", "evidence.other-weights", False),
        ("slot", "evidence.no-slot", False),
        ("guard", "evidence.other-safeguards", False),
    ]
    assert "`x`" in listed[0].says
    assert "`nothing`" in listed[2].says


def test_v6_the_parents_evidence_is_used_where_there_is_a_parent():
    logs = [run(name="p", about=SubjectRef(name="base")), run(name="q", evaluation="no")]
    child = subject(lineage=Lineage(parent="base"))
    parent = determined()
    with_parent = unused_evidence(case(None, *logs, subject=child, parent=parent))
    assert [item.what for item in with_parent] == ["q"]
    without = unused_evidence(case(None, *logs, subject=child))
    assert [item.what for item in without] == ["p", "q"]
    orphan = unused_evidence(case(None, *logs, parent=parent))
    assert [item.what for item in orphan] == ["p", "q"]


def test_a_framework_may_ask_for_a_slot_that_it_does_not_define():
    """Its criterion is an error (C-6); listing evidence goes on."""
    rules = framework(thresholds={"t": threshold(measured(evaluation="gone"))})
    assert unused_evidence(case(rules, run(name="a"))) == ()
    assert add_period(ago(10), period="P10D") == AT
