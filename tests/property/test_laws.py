"""The laws L1 to L10 of spec/determination.md, on random worlds and the real engine.

Every law is asked of two families: subjects that are measured for themselves, and subjects that
inherit from a parent (I-1 to I-4).
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.property.permissive import drops_condition, more_permissive, opens
from tests.reference.identity import identity
from tests.strategies.chance import AT
from tests.strategies.descent import descents
from tests.strategies.worlds import World, worlds
from tierlock.core import (
    AllOf,
    AnyOf,
    AtLeast,
    Decision,
    Determination,
    Evidence,
    Framework,
    Measured,
    Node,
    Outcome,
    RunRegister,
    Samples,
    Threshold,
    canonical_bytes,
    determination_id,
    digest,
    leaves,
)
from tierlock.policy import finding_paths, reevaluate, register_of

T = TypeVar("T")
THOROUGH = os.environ.get("TIERLOCK_HYPOTHESIS") == "thorough"
LATER = st.sampled_from([0.001, 0.5, 2, 12, 45, 200, 800]).map(lambda days: timedelta(days=days))


# 100 worlds per law, 1000 with TIERLOCK_HYPOTHESIS=thorough.
law = settings(
    max_examples=1000 if THOROUGH else 100,
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=list(HealthCheck),
)

families = pytest.mark.parametrize("family", [worlds(), descents()], ids=["worlds", "descents"])
Family = st.SearchStrategy[World]


def both(world: World) -> tuple[Determination, Decision]:
    """Return what the engine determines, and decides with sign-offs on just that."""
    determination = world.determined()
    return determination, world.bound_to(determination_id(determination)).decided(determination)


def with_register(world: World) -> World:
    """Return the world with an explicit register, which then stays as it is."""
    register = world.register or register_of(world.evidence, framework=world.framework)
    return replace(world, register=register)


def without_register(world: World) -> World:
    """Return the world without a register, and so without plans that the active one supersedes."""
    return replace(world, register=None, plan=world.plan.model_copy(update={"supersedes": None}))


def ruled_out(determination: Determination) -> set[str]:
    return {one.path for one in determination.findings if one.outcome is Outcome.RULED_OUT}


def without_each(records: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """Yield the records without one of them and its duplicates, for each."""
    for gone in dict.fromkeys(range(len(records))):
        yield tuple(record for record in records if record != records[gone])


@families
@law
@given(data=st.data())
def test_l1_same_inputs_give_the_same_bytes(family: Family, data: st.DataObject) -> None:
    world = data.draw(family)
    first, second = both(world), both(replace(world))
    assert [canonical_bytes(one) for one in first] == [canonical_bytes(one) for one in second]


@families
@law
@given(data=st.data(), rng=st.randoms(use_true_random=False))
def test_l2_order_and_duplicates_do_not_matter(
    family: Family, data: st.DataObject, rng: random.Random
) -> None:
    world = data.draw(family)

    def shuffled(records: tuple[T, ...]) -> tuple[T, ...]:
        listed = [*records, *records[: rng.randint(0, 2)]]
        rng.shuffle(listed)
        return tuple(listed)

    world = with_register(world)
    assert world.register is not None
    register = world.register.model_copy(
        update={"runs": shuffled(world.register.runs), "plans": shuffled(world.register.plans)}
    )
    negatives = world.negatives.model_copy(update={"records": shuffled(world.negatives.records)})
    other = replace(
        world,
        evidence=shuffled(world.evidence),
        register=register,
        attestations=shuffled(world.attestations),
        negatives=negatives,
        history=shuffled(world.history),
        claims=shuffled(world.claims),
        rulings=shuffled(world.rulings),
        approvals=shuffled(world.approvals),
        choices=shuffled(world.choices),
    )
    assert [canonical_bytes(one) for one in both(world)] == [
        canonical_bytes(one) for one in both(other)
    ]


@families
@law
@given(data=st.data(), keep_register=st.booleans())
def test_l3_empty_is_never_ruled_out(
    family: Family, data: st.DataObject, keep_register: bool
) -> None:
    world = data.draw(family)
    empty = replace(
        with_register(world) if keep_register else without_register(world),
        evidence=(),
        attestations=(),
        subject=world.subject.model_copy(update={"facts": {}}),
    )
    determination = empty.determined()
    for finding in (*determination.findings, *determination.safeguard_findings):
        assert finding.outcome is not Outcome.RULED_OUT
    assert all(found.tree_outcome is not Outcome.RULED_OUT for found in determination.thresholds)


@families
@law
@given(data=st.data())
def test_l4_removing_the_evidence_of_a_run_never_opens(family: Family, data: st.DataObject) -> None:
    world = data.draw(family)
    world = with_register(world)
    determination, before = both(world)
    for rest in without_each(world.evidence):
        other, after = both(replace(world, evidence=rest))
        assert not more_permissive(before, after)
        assert ruled_out(other) <= ruled_out(determination)


@families
@law
@given(data=st.data())
def test_l4_removing_the_evidence_of_a_slot_never_opens(
    family: Family, data: st.DataObject
) -> None:
    world = data.draw(family)
    world = with_register(world)
    _, before = both(world)
    for slot in world.framework.evaluations.values():
        rest = tuple(run for run in world.evidence if run.evaluation not in slot.tasks)
        _, after = both(replace(world, evidence=rest))
        assert not more_permissive(before, after)


@families
@law
@given(data=st.data())
def test_l4_removing_a_claim_or_an_approval_never_opens(
    family: Family, data: st.DataObject
) -> None:
    world = data.draw(family)
    determination, before = both(world)
    bound = world.bound_to(determination_id(determination))
    for claims in without_each(world.claims):
        assert not more_permissive(before, replace(bound, claims=claims).decided(determination))
    for approvals in without_each(bound.approvals):
        fewer = replace(bound, approvals=approvals)
        assert not more_permissive(before, fewer.decided(determination))


@law
@given(descents())
def test_l4_removing_the_parents_determination_never_opens(world: World) -> None:
    _, before = both(world)
    _, after = both(replace(world, parent=None))
    assert not opens(before, after)
    assert not drops_condition(before, after)


@law
@given(
    descents(), st.sampled_from([-20, 0, 1, 5, 7, 100]).map(lambda hours: timedelta(hours=hours))
)
def test_l10_a_parent_that_ends_earlier_never_opens(world: World, left: timedelta) -> None:
    parent = world.parent
    assume(parent is not None)
    assert parent is not None
    end = min(AT + left, parent.expires_at or AT + left)
    shorter = replace(world, parent=parent.model_copy(update={"expires_at": end}))
    _, before = both(world)
    determination, after = both(shorter)
    assert not opens(before, after)
    assert not drops_condition(before, after)
    if end > AT:
        assert not more_permissive(before, after)
    else:
        assert all(
            found.outcome is not Outcome.RULED_OUT
            for found in determination.findings
            if found.decided_by == "inheritance"
        )


@families
@law
@given(data=st.data())
def test_l4_removing_an_attestation_never_opens(family: Family, data: st.DataObject) -> None:
    world = data.draw(family)
    _, before = both(world)
    for attestations in without_each(world.attestations):
        _, after = both(replace(world, attestations=attestations))
        assert not opens(before, after)
        assert not drops_condition(before, after)


@families
@law
@given(data=st.data())
def test_d1_asking_again_is_no_other_determination(family: Family, data: st.DataObject) -> None:
    """D-1: whoever asks a moment later finds what was signed."""
    world = data.draw(family)
    first = world.determined()
    again = replace(world, at=world.at + timedelta(milliseconds=1)).determined()
    assert determination_id(first) == determination_id(again)
    assert determination_id(first) == identity(canonical_bytes(first))
    assert digest(first) != digest(again)


@families
@law
@given(data=st.data())
def test_l5_the_trace_gives_the_outcome_again(family: Family, data: st.DataObject) -> None:
    world = data.draw(family)
    determination = world.determined()
    traces = [found.trace for found in determination.thresholds]
    traces += list(determination.safeguard_traces.values())
    traces += list(determination.presumption_traces.values())
    traces += list(determination.adjustment_traces.values())
    traces += [determination.scope_trace] if determination.scope_trace is not None else []
    for found in determination.thresholds:
        assert reevaluate(found.trace) is found.trace.outcome is found.tree_outcome
    for trace in traces:
        assert reevaluate(trace) is trace.outcome
        for path in finding_paths(trace):
            finding = determination.finding(path)
            assert finding.decided_by != "evidence" or finding.evidence
            assert finding.reasons or finding.outcome is not Outcome.UNDETERMINED
    assert {path for trace in traces for path in finding_paths(trace)} == {
        finding.path for finding in (*determination.findings, *determination.safeguard_findings)
    }


def broken(node: Node, name: str) -> Node:
    """Return the tree with the criterion called `name` asking for a slot that does not exist."""
    if isinstance(node, AnyOf):
        return node.model_copy(update={"any": tuple(broken(one, name) for one in node.any)})
    if isinstance(node, AllOf):
        return node.model_copy(update={"all": tuple(broken(one, name) for one in node.all)})
    if isinstance(node, AtLeast):
        return node.model_copy(update={"of": tuple(broken(one, name) for one in node.of)})
    if isinstance(node, Measured) and node.name == name:
        return node.model_copy(update={"evaluation": "nowhere"})
    return node


def with_broken(framework: Framework, threshold: str, name: str) -> Framework:
    found = framework.thresholds[threshold]
    tree = broken(found.crossed_if, name)
    return framework.model_copy(
        update={
            "thresholds": {
                **framework.thresholds,
                threshold: found.model_copy(update={"crossed_if": tree}),
            }
        }
    )


def under(world: World, framework: Framework) -> World:
    """Return the world with plan and parent under a framework that differs in this only."""
    plan = world.plan.model_copy(update={"framework": digest(framework)})
    parent = world.parent
    if parent is not None and parent.framework.digest == digest(world.framework):
        named = parent.framework.model_copy(update={"digest": digest(framework)})
        parent = parent.model_copy(update={"framework": named})
    return replace(world, framework=framework, plan=plan, parent=parent)


def measured_leaves(thresholds: dict[str, Threshold]) -> list[tuple[str, str]]:
    return [
        (threshold, leaf.name)
        for threshold, found in thresholds.items()
        for leaf in leaves(found.crossed_if)
        if isinstance(leaf, Measured)
    ]


@families
@law
@given(data=st.data())
def test_l6_an_error_in_one_criterion_changes_no_other(family: Family, data: st.DataObject) -> None:
    world = data.draw(family)
    choices = measured_leaves(world.framework.thresholds)
    assume(choices)
    threshold, name = data.draw(st.sampled_from(choices))
    framework = with_broken(world.framework, threshold, name)
    register = world.register
    if register is not None:
        register = register.model_copy(update={"plans": ()})
    plan = world.plan.model_copy(update={"supersedes": None})
    world = replace(world, register=register, plan=plan)
    whole = world.determined()
    part = under(world, framework).determined()
    path = f"{threshold}:{name}"
    assert part.finding(path).outcome is Outcome.UNDETERMINED
    assert part.finding(path).decided_by == "error"
    before = {one.path: one for one in (*whole.findings, *whole.safeguard_findings)}
    after = {one.path: one for one in (*part.findings, *part.safeguard_findings)}
    assert before.keys() == after.keys()
    for other in before.keys() - {path}:
        assert before[other] == after[other]


@families
@law
@given(data=st.data(), later=LATER)
def test_l7_time_alone_never_opens(family: Family, data: st.DataObject, later: timedelta) -> None:
    """On one determination, and on a new one; alpha of a new period is new (E-2), so none spent."""
    world = data.draw(family)
    world = replace(world, history=())
    determination, before = both(world)
    bound = world.bound_to(determination_id(determination))
    assert not more_permissive(before, bound.decided(determination, at=AT + later))
    _, again = both(replace(world, at=AT + later))
    assert not more_permissive(before, again)


@families
@law
@given(data=st.data())
def test_l8_what_is_written_is_read_back(family: Family, data: st.DataObject) -> None:
    world = data.draw(family)
    records = [world.framework, world.plan, world.subject, world.negatives, world.action]
    records += [*world.evidence, *world.attestations, *world.history, *world.claims]
    records += [*world.rulings, *world.approvals, *world.choices, world.register or RunRegister()]
    for record in [*records, *both(world)]:
        written = canonical_bytes(record)
        again = type(record).parse(written)
        assert again == record
        assert canonical_bytes(again) == written


def worse(run: Evidence, framework: Framework, rows: set[int]) -> Evidence:
    """Return the run with the values of these rows at the dangerous end of the range."""
    slot = next(one for one in framework.evaluations.values() if run.evaluation in one.tasks)
    lo, hi = slot.range
    assert hi is not None
    end = hi if slot.higher_is == "worse" else lo
    values = run.samples.scores["score"]
    changed = tuple(
        end if row in rows and value is not None and lo <= value <= hi else value
        for row, value in enumerate(values)
    )
    columns = {name: getattr(run.samples, name) for name in Samples.model_fields}
    fields = {name: getattr(run, name) for name in Evidence.model_fields}
    # Built anew: the digests are cached on the values, and a copy must compute its own.
    return Evidence(**{**fields, "samples": Samples(**{**columns, "scores": {"score": changed}})})


@families
@law
@given(data=st.data())
def test_l9_worse_values_never_help(family: Family, data: st.DataObject) -> None:
    world = data.draw(family)
    assume(world.evidence)
    careful = {
        name: one.model_copy(update={"precaution": "treat_as_reached"})
        for name, one in world.framework.thresholds.items()
    }
    framework = world.framework.model_copy(update={"thresholds": careful})
    world = under(world, framework)
    register = with_register(world).register
    assert register is not None
    open_runs = tuple(run.model_copy(update={"evidence": None}) for run in register.runs)
    world = replace(world, register=register.model_copy(update={"runs": open_runs}))
    chosen = data.draw(st.sampled_from(world.evidence))
    number = data.draw(st.sampled_from([1, 2, 5, 20, 100]))
    changed = worse(chosen, framework, set(range(number)))
    other = tuple(changed if run == chosen else run for run in world.evidence)
    before, decision = both(world)
    after, decision_after = both(replace(world, evidence=other))
    for finding in before.findings:
        assert after.finding(finding.path).outcome >= finding.outcome
    for one, two in zip(before.thresholds, after.thresholds, strict=True):
        assert two.outcome >= one.outcome
    assert {owed.standard for owed in before.owed} <= {owed.standard for owed in after.owed}
    assert not more_permissive(decision, decision_after)


@families
@settings(law, max_examples=law.max_examples // 2)
@given(data=st.data(), share=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_l10_a_permission_never_outlives_what_it_rests_on(
    family: Family, data: st.DataObject, share: float
) -> None:
    world = data.draw(family)
    determination, decision = both(world)
    assume(decision.expires_at is not None)  # one world in five: half as many examples are enough
    assert decision.expires_at is not None
    bound = world.bound_to(determination_id(determination))
    last = decision.expires_at - timedelta(microseconds=1)
    within = min(last, AT + (decision.expires_at - AT) * share)
    assert bound.decided(determination, at=within).verdict == "ALLOW"
    assert bound.decided(determination, at=decision.expires_at).verdict != "ALLOW"
