"""Sizes of criteria: allocated alpha, corrected bounds, units of each estimand, and cost."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.unit.policy.factory import corrections, evaluation, framework, measured, standard
from tests.unit.policy.factory import threshold as one
from tierlock import stats
from tierlock.analysis import Design, size_bound, size_criterion
from tierlock.core import (
    AllOf,
    AtLeast,
    Cost,
    ErrorControl,
    Estimand,
    InputError,
    SafeguardCriterion,
    Sizing,
)

CONTROL = ErrorControl(rule_out=0.04, rule_in=0.05, period="P6M", checkpoints=2)


def sized(*, slot: Any = None, design: Design | None = None, **changes: Any) -> Sizing:
    """Return the sizes of the one criterion of a framework, changed as asked."""
    rules = framework(
        evaluations={"bio": evaluation(**(slot or {}))},
        thresholds={"bio-3": one(measured(**changes))},
    )
    return size_criterion(rules, path="bio-3:bio", design=design)


def test_checkpoints_and_connectives_take_their_part_of_alpha() -> None:
    tree = AllOf(
        all=(
            measured(id="a"),
            AtLeast(at_least=2, of=(measured(id="b"), measured(id="c"), measured(id="d"))),
        )
    )
    rules = framework(
        thresholds={"bio-3": one(tree)}, error_control=CONTROL, corrections=corrections(1.25, 0.01)
    )
    found = size_criterion(rules, path="bio-3:c")
    assert found.alpha == pytest.approx(0.04 / 2 / 4)
    assert found.bound == pytest.approx(0.2 / 1.25 - 0.01)
    assert found.rows[0].units == stats.minimum_clusters(found.bound, alpha=found.alpha)
    assert "2 weights versions" in found.allocation
    assert "divided by 4" in found.allocation


def test_the_rows_are_the_planning_table() -> None:
    found = size_bound(0.2, alpha=0.05, truth=0.1)
    assert [row.units for row in found.rows] == [14, 22, 37, 94, 271]
    assert found.rows[3].says == "half of the bound, asked for"
    more = size_bound(0.2, alpha=0.05, truth=0.12, units=100)
    assert [row.truth for row in more.rows] == [0.0, 0.02, 0.05, 0.1, 0.12, 0.14]
    assert more.resolves is not None
    assert 0.12 < more.resolves < 0.25


def test_cost_is_that_of_all_attempts() -> None:
    cost = Cost(seconds_per_sample=30.0, usd_per_sample=0.5)
    found = sized(slot={"cost": cost}, design=Design(epochs=3, icc=1.0))
    first = found.rows[0]
    assert (first.units, first.samples) == (14, 42)
    assert (first.seconds, first.usd) == (42 * 30.0, 21.0)


def test_lower_is_worse_is_the_mirror_image() -> None:
    found = sized(rule_out_above=0.8, slot={"higher_is": "better"})
    assert [row.units for row in found.rows] == [14, 22, 37, 94, 271]
    assert found.rows[0].truth == 1.0
    assert found.rows[3].truth == pytest.approx(0.9)


def test_hours_experts_and_trials_have_their_own_units() -> None:
    hours = sized(
        slot={"hours_by": "hours"}, estimand=Estimand(name="attack_rate"), rule_out_below=0.01
    )
    assert hours.unit == "hours of attack"
    assert hours.rows[0].units == pytest.approx(299.57, abs=0.01)
    arms = Estimand(name="human_percentile", arms=("human", "model"))
    experts = sized(slot={"arm_by": "arm"}, estimand=arms, rule_out_below=0.5)
    assert experts.rows[0].units == 6
    uplift = Estimand(name="uplift_ratio", arms=("control", "treated"))
    bare = sized(slot={"arm_by": "arm"}, estimand=uplift, rule_out_below=2.8)
    assert "control arm" in bare.not_computable
    trial = sized(
        slot={"arm_by": "arm"},
        estimand=uplift,
        rule_out_below=2.8,
        design=Design(control=0.25, spread=0.13),
    )
    assert trial.rows[0].units is not None
    assert trial.rows[0].units > 12
    assert "12 for Welch's test alone" in trial.rows[0].says


def test_what_has_no_size_says_why() -> None:
    horizon = sized(slot={"minutes_by": "m"}, estimand=Estimand(name="time_horizon"))
    assert (horizon.rows, bool(horizon.not_computable)) == ((), True)
    rules = framework()
    for path in ("bio-3:nothing", "nowhere"):
        with pytest.raises(InputError, match="is no measured criterion"):
            size_criterion(rules, path=path)


def test_safeguard_tests_have_sizes_too() -> None:
    tested = SafeguardCriterion(says="s", falls_short_if=measured())
    rules = framework(standards={"base": standard(criteria={"c": tested}), "deploy": standard()})
    assert size_criterion(rules, path="base:c/bio").rows[0].units == 14


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"alpha": math.nan}, "alpha must lie"),
        ({"alpha": 0.0}, "alpha must lie"),
        ({"power": math.nan}, "power must lie"),
        ({"power": 1.0}, "power must lie"),
        ({"design": Design(icc=math.nan)}, "a correlation"),
        ({"design": Design(item_icc=1.5)}, "a correlation"),
    ],
)
def test_what_is_no_probability_is_said_by_name(changes, says) -> None:
    with pytest.raises(InputError, match=says):
        size_bound(0.2, **{"alpha": 0.05, **changes})


def test_the_power_asked_for_a_criterion_is_checked_too() -> None:
    with pytest.raises(InputError, match="power must lie"):
        size_criterion(framework(), path="bio-3:bio", power=math.nan)
