"""Planned, unplanned and owed runs of a slot (spec/determination.md V-6, S-1 to S-7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.policy.factory import (
    AT,
    PARTS,
    ago,
    evaluation,
    fact,
    framework,
    measured,
    plan,
    register,
    registered,
    run,
    sha,
    standard,
    subject,
)
from tierlock.core import (
    AnyOf,
    Omission,
    Parts,
    Plan,
    PlannedSlot,
    RegisteredRun,
    SafeguardCriterion,
    SubjectRef,
    digest,
)
from tierlock.policy.slots import is_own, plan_after, register_of, same_part, view_slot

RULES = framework()


def view(*evidence, known=None, promise=None, rules=RULES, about=None, safeguard=False, slot="bio"):
    """View a slot under a plan; without `known` the register knows the evidence."""
    return view_slot(
        slot,
        framework=rules,
        plan=promise or plan(rules),
        register=known or register_of(evidence, framework=rules),
        evidence=evidence,
        subject=about or subject(),
        safeguard=safeguard,
    )


def names(runs):
    return [run.run_id for run in runs]


def owed(seen):
    return [(item.what, item.code) for item in seen.owed]


def test_s1_the_register_knows_every_run_once_per_slot():
    """S-1: a run belongs to each slot that names its task, and to no other."""
    rules = framework(
        evaluations={
            "bio": evaluation(),
            "twin": evaluation(tasks=("x", "bio")),
            "other": evaluation(tasks=("cyber",)),
        }
    )
    two = run(name="r2", status="cancelled", about=SubjectRef(name="m-log"))
    one = run(name="r1")
    assert register_of((two, one), framework=rules).runs == tuple(
        RegisteredRun(
            run_id=item.run_id,
            slot=slot,
            subject=item.subject.name,
            parts=item.subject.parts,
            started_at=ago(10),
            ended=item.status,
            evidence=item.digest,
        )
        for item in (one, two)
        for slot in ("bio", "twin")
    )


def test_s7_a_plan_after_the_fact_counts_every_run_of_its_own_that_can_count():
    """S-7: cancelled runs and runs of other weights are not promised."""
    rules = framework(
        evaluations={"bio": evaluation(), "cyber": evaluation(), "none": evaluation()},
    )
    known = register(
        registered("a"),
        registered("b", ended="success"),
        registered("c", ended="error"),
        registered("d", ended="started"),
        registered("e", parts=Parts(weights=sha("old"))),
        registered("f", subject="somebody"),
        registered("g", slot="cyber", subject="m-log"),
        registered("h", parts=Parts(safeguards=sha("old"))),
    )
    made = plan_after(rules, subject=subject(), register=known)
    assert made == Plan(
        framework=digest(rules),
        subject="m",
        weights=PARTS.weights,
        sealed_at=ago(10),
        declared="after",
        slots=(PlannedSlot(slot="bio", runs=3), PlannedSlot(slot="cyber", runs=1)),
    )


def test_s7_a_plan_after_the_fact_is_dated_by_the_last_run_that_it_counts():
    """S-7, D-1: whoever asks later has the same plan; without a run, the framework dates it."""
    rules = framework(evaluations={"bio": evaluation(), "cyber": evaluation()})
    last = registered("b", slot="cyber", started_at=ago(3))
    later = registered("c", slot="bio", started_at=ago(1), ended="error")
    known = register(registered("a"), last, later)
    assert plan_after(rules, subject=subject(), register=known).sealed_at == ago(3)
    alone = plan_after(rules, subject=subject(), register=register()).sealed_at
    assert (alone.date(), alone.hour) == (rules.effective, 0)


def test_s7_a_slot_of_a_safeguard_test_is_planned_under_these_safeguards():
    """S-7, V-6: runs with other safeguards are not promised for a safeguard's test."""
    tests: dict[str, Any] = {"a": fact(), "b": AnyOf(any=(fact(), measured()))}
    lines = {name: SafeguardCriterion(says="s", falls_short_if=t) for name, t in tests.items()}
    rules = framework(standards={"base": standard(criteria=lines)})
    known = register(registered("a"), registered("b", parts=Parts(safeguards=sha("old"))))
    made = plan_after(rules, subject=subject(), register=known)
    assert made.slots == (PlannedSlot(slot="bio", runs=1),)


def test_v6_a_part_that_one_side_does_not_know_can_be_the_same():
    """V-6: only two known digests can differ."""
    assert same_part(None, other="x")
    assert same_part("x", other=None)
    assert same_part("x", other="x")
    assert same_part(None, other=None)
    assert not same_part("x", other="y")


@pytest.mark.parametrize(
    ("name", "parts", "safeguard", "own"),
    [
        ("m", PARTS, False, True),
        ("m-log", PARTS, True, True),
        ("x", PARTS, False, False),
        ("m", Parts(), True, True),
        ("m", Parts(weights=sha("old")), False, False),
        ("m", Parts(safeguards=sha("old")), False, True),
        ("m", Parts(safeguards=sha("old")), True, False),
        ("m", Parts(elicitation=sha("old")), True, True),
    ],
)
def test_v6_own_records(name, parts, safeguard, own):
    """V-6: name and weights, and for safeguard tests the safeguards."""
    assert is_own(name, parts=parts, subject=subject(), safeguard=safeguard) is own


def test_s2_the_first_runs_by_start_then_id_are_planned():
    """S-2: ordered by (started_at, run_id), whatever order the inputs have."""
    runs = [
        run(name="c", measured_at=ago(9)),
        run(name="b", measured_at=ago(9)),
        run(name="a", measured_at=ago(8)),
        run(name="z", measured_at=ago(20)),
    ]
    seen = view(*runs, promise=plan(RULES, PlannedSlot(slot="bio", runs=2)))
    assert names(seen.planned) == ["z", "b"]
    assert names(seen.unplanned) == ["c", "a"]
    assert names(seen.runs) == ["z", "b", "c", "a"]
    assert (seen.slot, seen.owed) == ("bio", ())


def test_s2_runs_from_before_the_seal_are_unplanned():
    """S-2: at or after `sealed_at`; a plan declared after counts the first of all."""
    runs = [run(name="a", measured_at=ago(10)), run(name="b", measured_at=ago(9))]
    before = plan(RULES, sealed_at=ago(9))
    assert names(view(*runs, promise=before).planned) == ["b"]
    assert names(view(*runs, promise=before).unplanned) == ["a"]
    after = plan(RULES, sealed_at=AT, declared="after")
    assert names(view(*runs, promise=after).planned) == ["a"]
    assert view(*runs, promise=after).owed == ()


@pytest.mark.parametrize(
    ("ended", "planned"),
    [("success", 1), ("unknown", 1), ("cancelled", 0), ("error", 0), ("started", 0)],
)
def test_s2_an_unfinished_run_is_never_planned(ended, planned):
    """S-2: cancelled, failed and unfinished runs only veto, and the plan stays owed."""
    seen = view(run(), known=register(registered(ended=ended)))
    assert (len(seen.planned), len(seen.unplanned)) == (planned, 1 - planned)
    assert owed(seen) == ([] if planned else [("bio", "slot.run-not-started")])


def test_s3_missing_runs_and_missing_logs_are_owed():
    """S-3: every registered run owes its log, planned or not; the plan owes its runs."""
    known = register(registered("r1"), registered("r2"), registered("r3", ended="error"))
    seen = view(run(name="r2"), known=known, promise=plan(RULES, PlannedSlot(slot="bio", runs=4)))
    assert seen.owed == (
        Omission(
            what="r1",
            code="slot.run-missing",
            says="run `r1` was started, its log is missing",
            owed=True,
        ),
        Omission(
            what="r3",
            code="slot.run-missing",
            says="run `r3` was started, its log is missing",
            owed=True,
        ),
        Omission(
            what="bio", code="slot.run-not-started", says="2 planned run(s) not started", owed=True
        ),
    )
    assert names(seen.planned) == ["r2"]


def test_s3_a_slot_that_the_plan_does_not_name_owes_nothing():
    """S-3: its runs are unplanned."""
    rules = framework(evaluations={"bio": evaluation(), "cyber": evaluation(tasks=("cyber",))})
    seen = view(run(), rules=rules, promise=plan(rules, "cyber"))
    assert (names(seen.planned), names(seen.unplanned), seen.owed) == ([], ["r1"], ())


def test_s1_runs_of_other_slots_and_other_subjects_do_not_count():
    """S-1, V-6: neither as evidence nor as debts."""
    rules = framework(evaluations={"bio": evaluation(), "cyber": evaluation(tasks=("cyber",))})
    runs = [
        run(name="a", evaluation="cyber"),
        run(name="b", about=SubjectRef(name="x")),
        run(name="c", about=SubjectRef(name="m", parts=Parts(weights=sha("old")))),
        run(name="d"),
    ]
    seen = view(*runs, rules=rules)
    assert (names(seen.planned), seen.unplanned, seen.owed) == (["d"], (), ())
    assert names(seen.runs) == ["d"]


def test_s1_evidence_counts_only_with_the_slots_task():
    """S-1: a registered run whose log is of another task has no evidence for the slot."""
    seen = view(run(evaluation="cyber"), known=register(registered()))
    assert owed(seen) == [("r1", "slot.run-missing")]
    other = run(about=SubjectRef(name="m", parts=Parts(weights=sha("old"))))
    assert owed(view(other, known=register(registered()))) == [("r1", "slot.run-missing")]


def test_v6_evidence_of_a_safeguard_test_needs_these_safeguards():
    """V-6: other safeguards make it somebody else's, only for safeguard tests."""
    other = run(about=SubjectRef(name="m", parts=Parts(safeguards=sha("old"))))
    assert names(view(other).planned) == ["r1"]
    assert view(other, safeguard=True).planned == ()
    known = register(registered(parts=Parts(safeguards=sha("old"))))
    assert owed(view(other, known=known, safeguard=True)) == [("bio", "slot.run-not-started")]
    # The run is its own by the register, and its log says otherwise: then the log is missing.
    seen = view(other, known=register(registered()), safeguard=True)
    assert owed(seen) == [("r1", "slot.run-missing")]


class TestPlans:
    """S-4: competing and superseded plans."""

    active = plan(RULES)

    def debts(self, *others, promise=None, runs=("r1",), slot="bio", rules=RULES):
        promise = promise or self.active
        known = register(*(registered(name) for name in runs), plans=(*others, promise))
        logs = [run(name=name) for name in runs]
        return owed(view(*logs, known=known, promise=promise, rules=rules, slot=slot))

    def test_a_plan_outside_the_chain_competes(self):
        rival = plan(RULES, sealed_at=ago(50))
        assert self.debts(rival) == [("bio", "plan.competing")]
        assert self.debts() == []
        unknown = rival.model_copy(update={"weights": None})
        assert self.debts(unknown) == [("bio", "plan.competing")]

    @pytest.mark.parametrize(
        "change",
        [
            {"framework": sha("other")},
            {"subject": "x"},
            {"weights": sha("old")},
            {"slots": (PlannedSlot(slot="cyber"),)},
        ],
    )
    def test_a_plan_for_something_else_does_not_compete(self, change):
        assert self.debts(plan(RULES).model_copy(update={"sealed_at": ago(50), **change})) == []

    def test_a_slot_that_the_active_plan_does_not_promise_has_no_competition(self):
        promise = plan(RULES, PlannedSlot(slot="cyber"))
        assert self.debts(plan(RULES), promise=promise, runs=()) == []

    def test_superseded_runs_stay_owed(self):
        first = plan(RULES, PlannedSlot(slot="bio", runs=2), sealed_at=ago(90))
        second = plan(RULES, sealed_at=ago(80), supersedes=digest(first))
        third = plan(RULES, sealed_at=ago(70), supersedes=digest(second))
        every = {"promise": third}
        assert self.debts(first, second, **every, runs=("a", "b", "c", "d")) == []
        short = self.debts(first, second, **every, runs=("a", "b", "c"))
        assert short == [("bio", "plan.superseded-run-missing")]
        # A link that the register does not hold ends the chain; what it does hold is owed.
        assert self.debts(second, **every, runs=("a", "b")) == []
        assert self.debts(second, **every, runs=("a",)) == [("bio", "plan.superseded-run-missing")]

    def test_the_sentence_counts_promised_and_registered_runs(self):
        old = plan(RULES, PlannedSlot(slot="bio", runs=3), sealed_at=ago(90))
        new = plan(RULES, PlannedSlot(slot="bio", runs=2), supersedes=digest(old))
        known = register(registered("a"), registered("b"), plans=(old, new))
        seen = view(run(name="a"), run(name="b"), known=known, promise=new)
        assert [(o.says, o.owed) for o in seen.owed] == [
            ("plans promised 5 runs in all, 2 are registered", True)
        ]

    def test_a_superseded_plan_declared_after_is_not_owed(self):
        old = plan(RULES, sealed_at=ago(90), declared="after")
        assert self.debts(old, promise=plan(RULES, supersedes=digest(old))) == []

    def test_a_superseded_plan_for_another_slot_is_not_owed_here(self):
        old = plan(RULES, PlannedSlot(slot="cyber"), sealed_at=ago(90))
        assert self.debts(old, promise=plan(RULES, supersedes=digest(old))) == []

    def test_what_the_active_plan_dropped_stays_owed(self):
        old = plan(RULES, sealed_at=ago(90))
        promise = plan(RULES, PlannedSlot(slot="cyber"), supersedes=digest(old))
        assert self.debts(old, promise=promise, runs=("a",)) == []
        assert self.debts(old, promise=promise, runs=()) == [("bio", "plan.superseded-run-missing")]

    def test_a_rival_beside_a_chain_still_competes(self):
        old = plan(RULES, sealed_at=ago(90))
        rival = plan(RULES, sealed_at=ago(40))
        promise = plan(RULES, supersedes=digest(old))
        assert self.debts(old, rival, promise=promise, runs=("a", "b")) == [
            ("bio", "plan.competing")
        ]
