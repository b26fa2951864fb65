"""Slots that may be settled after each of their runs (determination S-8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
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
from tierlock.core import AllOf, Estimand, Evidence, Finding, Looks, PlannedSlot, digest
from tierlock.policy.looks import planned_rules

SLOT = PlannedSlot(slot="bio", runs=3, looks=Looks(clusters=(30, 60, 90)))


def batch(number: int, bad: int, size: int = 30, **changes: Any) -> Evidence:
    """Return the run that a look comes after, with items of its own."""
    names = tuple(f"i{number}-{row}" for row in range(size))
    return run(
        name=f"r{number}",
        measured_at=ago(20) + timedelta(days=number),
        samples=samples(values(bad, size), id=names),
        **changes,
    )


def looked(*bad: int, slot: PlannedSlot = SLOT, size: int = 30, **changes: Any) -> Finding:
    rules = framework(**changes)
    runs = tuple(batch(number, count, size) for number, count in enumerate(bad))
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
    found = determined(rules, batch(0, 0), plan=sealed).finding("bio-3:a")
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
    slot = PlannedSlot(slot="bio", runs=3, looks=Looks(kind=kind, clusters=(6, 12, 18)))
    names = tuple(f"i{row}" for row in range(12))
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
    found = determined(rules, batch(0, 30), plan=plan(rules, SLOT)).finding("bio-3:bio")
    assert found.outcome is OUT
    assert found.estimate is not None
    assert 0.8 < found.estimate.lower < 1.0


def test_the_order_of_clusters_is_fixed_by_the_plan() -> None:
    """Betting depends on the order; naming the samples in another order must not."""
    slot = PlannedSlot(slot="bio", runs=2, looks=Looks(kind="betting", clusters=(30, 60)))
    rules = framework()
    sealed = plan(rules, slot)
    scores = np.linspace(0.0, 0.2, 30)
    there = samples(tuple(scores), id=tuple(f"i{row}" for row in range(30)))
    back = samples(tuple(scores[::-1]), id=tuple(f"i{row}" for row in reversed(range(30))))
    found = [
        determined(rules, run(samples=rows), plan=sealed).finding("bio-3:bio").estimate
        for rows in (there, back)
    ]
    assert found[0] is not None
    assert found[0] == found[1]
    assert digest(sealed) != digest(plan(rules, slot, sealed_at=ago(99)))


def test_a_plan_has_one_rising_look_per_run() -> None:
    with pytest.raises(ValidationError, match="rise"):
        Looks(clusters=(30, 30))
    with pytest.raises(ValidationError, match="number of looks"):
        PlannedSlot(slot="bio", runs=2, looks=Looks(clusters=(30,)))
    with pytest.raises(ValidationError, match="measured"):
        PlannedSlot(slot="bio", source="inherited", looks=Looks(clusters=(30,)))


def test_looks_planned_afterwards_settle_nothing() -> None:
    rules = framework()
    sealed = plan(rules, SLOT, declared="after", sealed_at=AT)
    found = determined(rules, batch(0, 0), plan=sealed).finding("bio-3:bio")
    assert (found.outcome, bars(found)) == (OPEN, {"looks.not-before"})


def test_nothing_measured_is_no_look() -> None:
    rules = framework()
    empty = run(samples=samples(()), planned_samples=None)
    found = determined(rules, empty, plan=plan(rules, SLOT)).finding("bio-3:bio")
    assert found.outcome is OPEN
