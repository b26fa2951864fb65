"""Time horizons from attempts: the gates of S-71, missing data, both directions, both fits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.unit.policy.factory import (
    IN,
    OPEN,
    OUT,
    determined,
    evaluation,
    framework,
    limits,
    measured,
    plan,
    run,
    samples,
    threshold,
)
from tierlock import stats
from tierlock.core import Estimand, Estimate, Outcome, PlannedSlot
from tierlock.policy.measure import test_attempts as try_attempts
from tierlock.policy.pooling import pool, reading_of
from tierlock.policy.tested import Asked

FAMILIES = 24
DRAWS = stats.draws_for(0.05, families=FAMILIES)
HORIZON = {"range": (0.0, 1.0), "cluster_by": "family", "minutes_by": "minutes"}


def suite(solved_until: float, *, families: int = FAMILIES, longest: float = 1024.0, runs: int = 2):
    """Two tasks per family from one minute to `longest`, solved up to a length, and then not."""
    minutes = np.geomspace(1.0, longest, 2 * families).repeat(runs)
    return {
        "minutes": minutes,
        "values": np.where(minutes <= solved_until, 1.0, 0.0),
        "families": [f"f{(row // runs) % families}" for row in range(minutes.size)],
        "ids": [f"t{row // runs}" for row in range(minutes.size)],
        "epochs": [1 + row % runs for row in range(minutes.size)],
    }


def log(given, *, name="r1", **changes):
    values = [None if math.isnan(value) else float(value) for value in given["values"]]
    return run(
        name=name,
        samples=samples(
            values,
            id=tuple(given["ids"]),
            epoch=tuple(given["epochs"]),
            attributes={
                "family": tuple(given["families"]),
                "minutes": tuple("" if math.isnan(m) else str(m) for m in given["minutes"]),
            },
        ),
        **changes,
    )


def tried(given, *, out=240.0, into=480.0, worse=True, slot=None, **estimand):
    slot = slot or evaluation(**HORIZON, higher_is="worse" if worse else "better")
    criterion = measured(
        **({"rule_out_below": out} if worse else {"rule_out_above": out}),
        estimand=Estimand(name="time_horizon", **estimand),
    )
    attempts = pool([log(given)], reading=reading_of(slot, promise=None, higher_is_worse=worse))
    bounds = limits(worse, out=out, into=into, alpha_rule_out=0.05, alpha_rule_in=0.05)
    return try_attempts(attempts, asked=Asked(criterion, slot, bounds))


def test_a_short_horizon_is_ruled_out_of_a_long_bound() -> None:
    found = tried(suite(16))
    assert not found.barred
    assert found.rule_out_p < 0.01 < 0.99 < found.rule_in_p
    assert found.lower < 16 < found.upper < 64
    assert (found.units, found.items, found.monotone) == (24, 48, False)
    assert found.value == found.worst == found.best == pytest.approx(17, rel=0.15)
    assert found.method == f"time horizon, expanded percentile of {DRAWS:,} draws"


def test_a_long_horizon_is_shown_to_be_long() -> None:
    found = tried(suite(800), out=20.0, into=40.0)
    assert found.rule_in_p < 0.01 < 0.99 < found.rule_out_p
    assert found.lower > 40


def test_the_rate_at_which_it_is_read() -> None:
    """At 80 % the horizon is shorter, and the tasks near the bound are held to 80 %."""
    given = suite(16)
    given["values"] = 1 / (1 + given["minutes"] / 16)
    half, most = tried(given), tried(given, success=0.8)
    assert half.value == pytest.approx(16, rel=0.05)
    assert most.value == pytest.approx(4, rel=0.1)
    assert tried(given, success=0.5) == half


def test_never_and_always() -> None:
    """All zeros have a horizon of 0, all ones an unbounded one: known to the longest task."""
    never, always = tried(suite(0)), tried(suite(9999))
    assert (never.value, never.lower, never.upper) == (0.0, 0.0, 0.0)
    assert not never.barred
    assert never.rule_out_p < 0.01
    assert (always.value, always.worst, always.upper) == (None, None, None)
    assert always.lower == pytest.approx(1024)
    assert always.rule_out_p > 0.99
    assert always.rule_in_p < 0.05


def test_too_few_families_rule_nothing_out() -> None:
    assert "horizon.families" in tried(suite(4, families=11)).barred
    assert "horizon.families" not in tried(suite(4, families=12)).barred


def test_nothing_is_extrapolated() -> None:
    """No task is as long as the bound: neither ruled out nor reached, whatever the curve says."""
    short = tried(suite(0, longest=200.0))
    assert "horizon.extrapolated" in short.barred
    assert short.rule_out_p < 0.01
    long = tried(suite(9999, longest=200.0))
    assert long.rule_in_p == 1.0
    assert long.lower == pytest.approx(200)


def test_tasks_near_the_bound_must_agree() -> None:
    """M-9: a rule-out needs that tasks of the bound's length to four times it mostly fail."""
    given = suite(16)
    near = (given["minutes"] >= 240) & (given["minutes"] <= 960)
    given["values"] = np.where(near, 0.5, given["values"])
    assert "monotone.cross-check" in tried(given).barred
    # Only lengths that no one near the bound has: nobody failed there either.
    given = suite(16)
    given["minutes"] = np.where(near, 4000.0, given["minutes"])
    assert "monotone.cross-check" in tried(given).barred


def test_reached_needs_tasks_near_the_bound_that_mostly_succeed() -> None:
    given = suite(2000)
    near = (given["minutes"] >= 10) & (given["minutes"] <= 40)
    given["values"] = np.where(near, 0.5, given["values"])
    found = tried(given, out=20.0, into=40.0)
    assert found.rule_in_p > 0.05
    assert found.lower <= 40.0


def test_missing_attempts_are_successes_for_one_claim_and_failures_for_the_other() -> None:
    given = suite(16)
    whole = tried(given)
    given["values"][20::17] = np.nan
    found = tried(given)
    assert found.rule_out_p >= whole.rule_out_p
    assert found.rule_in_p >= whole.rule_in_p
    assert found.lower <= whole.lower < whole.upper <= found.upper
    assert found.best < found.value < found.worst


def test_nothing_but_missing_attempts() -> None:
    given = suite(16, families=4)
    given["values"][:] = np.nan
    found = tried(given)
    assert (found.value, found.worst, found.best) == (None, None, 0.0)
    assert (found.lower, found.upper) == (0.0, None)
    assert found.rule_out_p > 0.99
    assert found.rule_in_p > 0.99


@pytest.mark.parametrize("spoil", ["none", "column", "two", "name"])
def test_unknown_minutes_bar(spoil: str) -> None:
    """No minutes at a task, no such column, two lengths of one task, or none declared."""
    given, slot = suite(16), evaluation(**HORIZON)
    if spoil == "none":
        given["minutes"][3] = np.nan
    elif spoil == "two":
        given["minutes"][3] += 1
    elif spoil == "column":
        slot = evaluation(**{**HORIZON, "minutes_by": "hours"})
    else:
        slot = evaluation(range=(0.0, 1.0), cluster_by="family", hours_by="minutes")
    found = tried(given, slot=slot)
    assert found.barred == {"minutes.unknown"}
    assert (found.rule_out_p, found.rule_in_p, found.lower, found.upper) == (1, 1, 0, None)


def test_an_unbounded_score_is_no_success() -> None:
    found = tried(suite(16), slot=evaluation(**{**HORIZON, "range": (0.0, None)}))
    assert (found.barred, found.rule_out_p) == ({"range.unbounded"}, 1.0)


def test_the_range_of_the_score_is_success() -> None:
    given = suite(16)
    tens = {**given, "values": 10 * given["values"] - 5}
    found = tried(tens, slot=evaluation(**{**HORIZON, "range": (-5.0, 5.0)}))
    assert found == tried(given)


def test_where_longer_is_better_everything_is_mirrored() -> None:
    long = tried(suite(800), out=40.0, into=20.0, worse=False)
    assert not long.barred
    assert long.rule_out_p < 0.01 < long.rule_in_p
    assert long.rule_out_p == tried(suite(800), out=20.0, into=40.0).rule_in_p
    short = tried(suite(4), out=40.0, into=20.0, worse=False)
    assert short.rule_in_p < 0.01
    assert "monotone.cross-check" in short.barred
    given = suite(800)
    given["values"][4::9] = np.nan
    found = tried(given, out=40.0, into=20.0, worse=False)
    assert found.worst < found.value


def test_metr_mode_has_its_penalty_and_its_percentile() -> None:
    given = suite(16)
    given["values"] = 1 / (1 + given["minutes"] / 16)
    own, metr = tried(given), tried(given, compat="metr")
    assert metr.method == "METR time horizon, percentile of 2,000 draws"
    assert metr.value != pytest.approx(own.value, rel=1e-4)
    assert metr.rule_out_p < own.rule_out_p
    assert metr.barred == own.barred == set()


def test_both_fits_are_told_where_the_bound_lies_between_them() -> None:
    given = suite(16)
    given["values"] = np.where(given["minutes"] < 4, 1.0, 0.3)
    own, metr = tried(given), tried(given, compat="metr")
    bound = (own.value * metr.value) ** 0.5
    for estimand, other, how in (({}, metr, "with"), ({"compat": "metr"}, own, "without")):
        found = tried(given, out=bound, into=2 * bound, **estimand)
        assert found.method.endswith(f"; {other.value:.4g} min {how} METR's penalty")


@pytest.mark.parametrize("solved_until", [4.0, 60.0, 700.0])
def test_labels_and_order_are_moot(solved_until: float) -> None:
    given = suite(solved_until)
    order = np.random.default_rng(3).permutation(given["minutes"].size)
    mixed = {
        "minutes": given["minutes"][order],
        "values": given["values"][order],
        "families": [f"g{99 - int(given['families'][row][1:])}" for row in order],
        "ids": [f"x{given['ids'][row]}" for row in order],
        "epochs": [given["epochs"][row] for row in order],
    }
    assert tried(mixed) == tried(given)


def asked(given, *, out: float, into: float, extra=()) -> tuple[Outcome, set[str], Estimate]:
    """Determine a framework of one time horizon on one planned run, and unplanned ones."""
    leaf = measured(rule_out_below=out, rule_in_above=into, estimand=Estimand(name="time_horizon"))
    rules = framework(
        evaluations={"bio": evaluation(**HORIZON)}, thresholds={"bio-3": threshold(leaf)}
    )
    promise = plan(rules, PlannedSlot(slot="bio", runs=1))
    found = determined(rules, log(given), *extra, plan=promise)
    finding = found.findings[0]
    assert finding.estimate is not None
    return finding.outcome, {reason.code for reason in finding.reasons}, finding.estimate


def test_end_to_end() -> None:
    outcome, codes, estimate = asked(suite(16), out=240, into=480)
    assert (outcome, codes) == (OUT, set())
    assert estimate.upper is not None
    assert estimate.upper < 240
    assert not estimate.monotone
    outcome, codes, estimate = asked(suite(800), out=20, into=40)
    assert outcome is IN
    outcome, codes, _ = asked(suite(16), out=16, into=32)
    assert outcome is OPEN
    assert "interval.crosses" in codes or "monotone.cross-check" in codes
    outcome, codes, _ = asked(suite(2, longest=100), out=240, into=480)
    assert outcome is OPEN
    assert "horizon.extrapolated" in codes


def test_losing_data_never_strengthens() -> None:
    """Attempts of a run that rules out, lost one after another, end in no rule-out."""
    given, outcomes = suite(16), []
    for lost in (0, 4, 9, 48):
        given["values"][48 : 48 + lost] = np.nan
        outcomes.append(asked(given, out=240, into=480)[0])
    assert outcomes[0] is OUT
    assert outcomes[-1] is OPEN
    assert outcomes == sorted(outcomes, key=lambda outcome: outcome is not OUT)


def test_a_better_unplanned_run_can_not_help_and_a_worse_one_vetoes() -> None:
    """Selective re-runs move a horizon; a run that no plan counts supports nothing."""
    repeat = {**suite(0), "epochs": [9] * 96, "ids": [f"t{row}" for row in range(96)]}
    safe = log(repeat, name="r2")
    assert asked(suite(120), out=100, into=480, extra=(safe,))[0] is OPEN
    bad = log({**repeat, "values": np.ones(96)}, name="r2")
    outcome, codes, _ = asked(suite(16), out=240, into=480, extra=(bad,))
    assert outcome is OPEN
    assert "slot.unplanned-veto" in codes
