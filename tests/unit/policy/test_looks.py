"""Slots that may be settled after each of their runs (determination S-8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    ago,
    determined,
    evaluation,
    framework,
    measured,
    plan,
    run,
    samples,
    threshold,
    values,
)
from tierlock import stats
from tierlock.core import (
    AllOf,
    Estimand,
    Evidence,
    Finding,
    Framework,
    JudgeValidation,
    Looks,
    PlannedSlot,
    Reported,
)
from tierlock.policy.looks import planned_rules, sealed_order


def looks(*clusters: int, kind: Any = "group_sequential") -> Looks:
    """Return looks that draw from as many items as the last one needs."""
    items = sorted(f"i{number}" for number in range(clusters[-1]))
    return Looks(kind=kind, clusters=clusters, items=tuple(items))


SLOT = PlannedSlot(slot="bio", runs=3, looks=looks(30, 60, 90))


def drawn(rules: Framework, slot: PlannedSlot = SLOT) -> tuple[str, ...]:
    return sealed_order(plan(rules, slot), slot="bio")


def batch(
    number: int, bad: int, size: int = 30, order: Sequence[str] = (), **changes: Any
) -> Evidence:
    """Return the run that a look comes after, with the items that were drawn for it."""
    order = order or drawn(framework())
    names = tuple(order[number * size : (number + 1) * size])
    return run(
        name=f"r{number}",
        measured_at=ago(20) + timedelta(days=number),
        samples=samples(values(bad, size), id=names),
        **changes,
    )


def looked(*bad: int, slot: PlannedSlot = SLOT, size: int = 30, **changes: Any) -> Finding:
    rules = framework(**changes)
    order = drawn(rules, slot)
    runs = tuple(batch(number, count, size, order) for number, count in enumerate(bad))
    return determined(rules, *runs, plan=plan(rules, slot)).finding("bio-3:bio")


def test_the_p_values_are_those_of_the_design() -> None:
    found = looked(1, 0)
    rule = stats.StoppingRule(kind="group_sequential", bound=0.2, looks=(30, 60, 90))
    expected = rule.look([1.0] + [0.0] * 59)
    assert found.estimate is not None
    assert found.estimate.rule_out_p == pytest.approx(expected.p_out, abs=1e-12)
    assert found.estimate.rule_in_p == pytest.approx(expected.p_in, abs=1e-12)
    assert found.estimate.method == "group sequential, look 2 of 3"
    assert found.estimate.upper is not None
    assert found.estimate.lower <= 1 / 60 < found.estimate.upper < 0.2
    assert (found.outcome, found.owes) == (OUT, False)


def test_what_is_not_settled_owes_the_runs_that_remain() -> None:
    first = looked(4)
    assert (first.outcome, first.owes) == (OPEN, True)
    assert "slot.run-not-started" in {reason.code for reason in first.reasons}
    last = looked(4, 4, 4)
    assert (last.outcome, last.owes) == (OPEN, False)


def test_reached_early_owes_nothing_either() -> None:
    found = looked(25)
    assert (found.outcome, found.owes) == (IN, False)


def test_the_early_limit_is_wider_than_that_of_a_fixed_number() -> None:
    early = looked(0).estimate
    fixed = stats.upper_bound([0.0] * 30, alpha=0.05)
    assert early is not None
    assert early.upper is not None
    assert early.upper > fixed


def test_alpha_of_the_leaf_is_what_the_design_spends() -> None:
    """Under `all` a leaf has half of the alpha for ruling out, and all of it for ruling in."""
    both = threshold(AllOf(all=(measured(id="a"), measured(id="b"))))
    rules = framework(thresholds={"bio-3": both})
    sealed = plan(rules, SLOT)
    designs = planned_rules(rules, plan=sealed)
    assert set(designs) == {"bio-3:a", "bio-3:b"}
    assert {rule.alpha_out for rule in designs.values()} == {0.025}
    assert {rule.alpha_in for rule in designs.values()} == {0.05}
    found = determined(rules, batch(0, 0, order=drawn(rules)), plan=sealed).finding("bio-3:a")
    assert found.limits is not None
    assert designs["bio-3:a"].alpha_out == found.limits.alpha_rule_out


def test_only_rates_and_means_have_rules() -> None:
    rules = framework(
        thresholds={
            "bio-3": threshold(
                AllOf(
                    all=(
                        measured(id="a"),
                        measured(id="suite", estimand=Estimand(population="suite")),
                        measured(id="k", estimand=Estimand(name="pass_at_k", k=2)),
                    )
                )
            )
        }
    )
    assert set(planned_rules(rules, plan=plan(rules, SLOT))) == {"bio-3:a"}
    assert planned_rules(rules, plan=plan(rules)) == {}


def bars(found: Finding) -> set[str]:
    return {reason.code for reason in found.reasons if reason.code.startswith("looks.")}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"estimand": Estimand(population="suite")}, "looks.estimand"),
        ({"estimand": Estimand(name="pass_at_k", k=1)}, "looks.estimand"),
    ],
)
def test_other_estimands_are_not_looked_at(changes: dict[str, Any], code: str) -> None:
    found = looked(0, thresholds={"bio-3": threshold(measured(**changes))})
    assert (found.outcome, bars(found)) == (OPEN, {code})


@pytest.mark.parametrize("kind", ["group_sequential", "e_process", "betting"])
def test_a_cluster_of_two_runs_is_not_counted_twice(kind: Any) -> None:
    """Six safe clusters, then the same six with six more: 12 independent ones and not 18."""
    rules = framework()
    slot = PlannedSlot(slot="bio", runs=3, looks=looks(6, 12, 18, kind=kind))
    names = drawn(rules, slot)[:12]
    first = run(size=6, name="r0", measured_at=ago(20), samples=samples(values(0, 6), id=names[:6]))
    again = run(name="r1", measured_at=ago(19), samples=samples(values(0, 12), id=names))
    fresh = run(name="r1", measured_at=ago(19), samples=samples(values(0, 6), id=names[6:]))
    honest = determined(rules, first, fresh, plan=plan(rules, slot)).finding("bio-3:bio")
    assert (honest.outcome, bars(honest)) == (OPEN, set())
    twice = determined(rules, first, again, plan=plan(rules, slot)).finding("bio-3:bio")
    assert (twice.outcome, bars(twice)) == (OPEN, {"looks.other-size"})


@pytest.mark.parametrize("guarantee", ["default", "proved"])
def test_looks_of_another_size_reach_nothing(guarantee: str) -> None:
    """The fixed test of what was looked at controls no error, its proved one neither (S-8)."""
    found = looked(35, thresholds={"bio-3": threshold(measured(guarantee=guarantee))}, size=35)
    assert (found.outcome, bars(found)) == (OPEN, {"looks.other-size"})
    assert "guarantee.disagrees" not in {reason.code for reason in found.reasons}


def test_a_higher_score_may_be_the_safe_one() -> None:
    rules = framework(
        evaluations={"bio": evaluation(higher_is="better")},
        thresholds={"bio-3": threshold(measured(rule_out_above=0.8))},
    )
    found = determined(rules, batch(0, 30, order=drawn(rules)), plan=plan(rules, SLOT)).finding(
        "bio-3:bio"
    )
    assert found.outcome is OUT
    assert found.estimate is not None
    assert 0.8 < found.estimate.lower < 1.0


def test_the_order_of_clusters_is_drawn_and_not_that_of_the_log() -> None:
    """Samples that stand in the log in another order are the same samples."""
    slot = PlannedSlot(slot="bio", runs=2, looks=looks(30, 60, kind="betting"))
    rules = framework()
    sealed = plan(rules, slot)
    names = drawn(rules, slot)[:30]
    scores = np.linspace(0.0, 0.2, 30)
    there = samples(tuple(scores), id=names)
    back = samples(tuple(scores[::-1]), id=names[::-1])
    found = [
        determined(rules, run(samples=rows), plan=sealed).finding("bio-3:bio").estimate
        for rows in (there, back)
    ]
    assert found[0] is not None
    assert found[0] == found[1]
    rule = planned_rules(rules, plan=sealed)["bio-3:bio"]
    assert found[0].rule_out_p == pytest.approx(rule.look(list(scores)).p_out, rel=1e-12)


def test_sealing_again_draws_nothing_new() -> None:
    """Neither the instant nor the design enters the draw; subject, slot and framework do."""
    rules = framework()
    again = PlannedSlot(slot="bio", runs=2, looks=Looks(clusters=(1, 9), items=looks(90).items))
    assert sealed_order(plan(rules, again, sealed_at=ago(99)), slot="bio") == drawn(rules)
    others = (
        plan(rules, SLOT).model_copy(update={"subject": "other"}),
        plan(framework(title="Other"), SLOT),
    )
    for other in others:
        order = sealed_order(other, slot="bio")
        assert set(order) == set(drawn(rules))
        assert order != drawn(rules)
    assert sealed_order(plan(rules), slot="bio") == sealed_order(plan(rules), slot="x") == ()


def test_the_order_is_the_one_of_the_specification() -> None:
    """S-8: by SHA-256 of SHA-256 of `<framework digest> <slot> <subject>` and the label."""
    sealed = plan(framework(), SLOT)
    seed = sha256(f"{sealed.framework} bio {sealed.subject}".encode()).digest()
    expected = sorted(looks(90).items, key=lambda item: sha256(seed + item.encode()).digest())
    assert sealed_order(sealed, slot="bio") == tuple(expected)


def test_a_missing_value_is_worst_for_one_claim_and_best_for_the_other() -> None:
    rules = framework()
    rows = samples((None, *values(20, 29)), id=drawn(rules)[:30])
    found = determined(rules, run(samples=rows), plan=plan(rules, SLOT)).finding("bio-3:bio")
    rule = planned_rules(rules, plan=plan(rules, SLOT))["bio-3:bio"]
    expected = rule.look([1.0] * 21 + [0.0] * 9, best=[1.0] * 20 + [0.0] * 10)
    assert found.estimate is not None
    assert found.estimate.rule_in_p == pytest.approx(expected.p_in, rel=1e-12)


@pytest.mark.parametrize(("bad", "values_of"), [(0, "safe"), (30, "dangerous")])
def test_items_that_were_not_drawn_settle_nothing(bad: int, values_of: str) -> None:
    """Thirty of the ninety, but chosen: the easy ones first would look safe early."""
    rules = framework()
    chosen = sorted(drawn(rules))
    found = determined(rules, batch(0, bad, order=chosen), plan=plan(rules, SLOT))
    assert (found.finding("bio-3:bio").outcome, bars(found.finding("bio-3:bio"))) == (
        OPEN,
        {"looks.other-items"},
    ), values_of


def test_named_clusters_are_drawn_by_their_labels() -> None:
    rules = framework(evaluations={"bio": evaluation(cluster_by="family")})
    order = drawn(rules)[:30]

    def found(labels: Sequence[str]) -> Finding:
        rows = samples(
            values(0, 60),
            id=tuple(f"task {row}" for row in range(60)),
            attributes={"family": tuple(labels) * 2},
        )
        sealed = plan(rules, SLOT)
        return determined(rules, run(samples=rows), plan=sealed).finding("bio-3:bio")

    assert (found(order).outcome, bars(found(order))) == (OUT, set())
    other = found([*order[1:], drawn(rules)[30]])
    assert (other.outcome, bars(other)) == (OPEN, {"looks.other-items"})


@given(st.permutations(range(9)), st.integers(1, 8))
def test_any_portion_but_the_one_drawn_is_refused(rows: list[int], size: int) -> None:
    slot = PlannedSlot(slot="bio", runs=2, looks=looks(size, 9))
    rules = framework()
    order = drawn(rules, slot)
    names = tuple(order[row] for row in rows[:size])
    first = run(samples=samples(values(0, size), id=names))
    found = determined(rules, first, plan=plan(rules, slot)).finding("bio-3:bio")
    expected = set() if set(names) == set(order[:size]) else {"looks.other-items"}
    assert bars(found) == expected


def test_a_plan_has_one_rising_look_per_run() -> None:
    with pytest.raises(ValidationError, match="rise"):
        Looks(clusters=(30, 30), items=looks(30).items)
    with pytest.raises(ValidationError, match="number of looks"):
        PlannedSlot(slot="bio", runs=2, looks=looks(30))
    with pytest.raises(ValidationError, match="measured"):
        PlannedSlot(slot="bio", source="inherited", looks=looks(30))


@pytest.mark.parametrize(
    ("items", "says"),
    [(("b", "a"), "ascending"), (("a", "a"), "each there once"), (("a",), "fewer than the last")],
)
def test_looks_draw_from_a_list(items: tuple[str, ...], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Looks(clusters=(2,), items=items)
    with pytest.raises(ValidationError, match="items"):
        Looks.model_validate({"clusters": (2,)})


def test_looks_planned_afterwards_settle_nothing() -> None:
    rules = framework()
    sealed = plan(rules, SLOT, declared="after", sealed_at=AT)
    found = determined(rules, batch(0, 0, order=drawn(rules)), plan=sealed).finding("bio-3:bio")
    assert (found.outcome, bars(found)) == (OPEN, {"looks.not-before"})


def test_nothing_measured_is_no_look() -> None:
    rules = framework()
    empty = run(samples=samples(()), planned_samples=None)
    found = determined(rules, empty, plan=plan(rules, SLOT)).finding("bio-3:bio")
    assert found.outcome is OPEN


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("group_sequential", "group sequential, look 1 of 3"),
        ("e_process", "e-process, look 1 of 3"),
        ("betting", "betting, look 1 of 3"),
    ],
)
def test_the_method_says_which_design_and_which_look(kind: Any, method: str) -> None:
    found = looked(3, slot=PlannedSlot(slot="bio", runs=3, looks=looks(30, 60, 90, kind=kind)))
    assert found.estimate is not None
    assert found.estimate.method == method


@pytest.mark.parametrize("kind", ["group_sequential", "e_process"])
def test_scores_in_between_need_betting(kind: Any) -> None:
    """A mean score is looked at as a rate is; only betting takes values between the ends."""
    rules = framework(
        thresholds={"bio-3": threshold(measured(estimand=Estimand(name="mean_score")))}
    )

    def found(design: Any) -> Finding:
        slot = PlannedSlot(slot="bio", runs=1, looks=looks(60, kind=design))
        assert set(planned_rules(rules, plan=plan(rules, slot))) == {"bio-3:bio"}
        rows = samples((0.01, 0.0) * 30, id=drawn(rules, slot))
        return determined(rules, run(samples=rows), plan=plan(rules, slot)).finding("bio-3:bio")

    assert (found("betting").outcome, bars(found("betting"))) == (OUT, set())
    assert (found(kind).outcome, bars(found(kind))) == (OPEN, {"looks.not-binary"})
    unproved = found(kind).estimate
    assert unproved is not None
    assert (unproved.rule_out_p, unproved.rule_in_p) == (1.0, 1.0)
    assert unproved.proved_rule_out_p is None


def test_what_a_judge_scored_and_what_was_published_is_no_look() -> None:
    judge = JudgeValidation(sensitivity=(99, 100), specificity=(99, 100), cite="ours")
    rules = framework(evaluations={"bio": evaluation(judge=judge)})
    judged = determined(rules, batch(0, 0, order=drawn(rules)), plan=plan(rules, SLOT))
    assert bars(judged.finding("bio-3:bio")) == {"looks.estimand"}
    rules = framework()
    published = batch(0, 0, reported=(Reported(n=30, successes=0),))
    found = determined(rules, published, plan=plan(rules, SLOT)).finding("bio-3:bio")
    assert (found.outcome, bars(found)) == (OPEN, {"looks.estimand"})


def test_runs_of_two_elicitations_are_no_sequence() -> None:
    rules = framework()
    runs = (batch(0, 0), batch(1, 0, configuration={"temperature": "1"}))
    found = determined(rules, *runs, plan=plan(rules, SLOT)).finding("bio-3:bio")
    assert (found.outcome, bars(found)) == (OPEN, {"looks.variants"})


def test_a_score_without_an_end_has_no_rule() -> None:
    rules = framework(evaluations={"bio": evaluation(range=(0.0, None))})
    assert planned_rules(rules, plan=plan(rules, SLOT)) == {}
