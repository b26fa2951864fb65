"""Speed-up factors from times of two arms (spec/statistics.md S-51)."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as reference

from tests.unit.policy.factory import (
    A_IN,
    A_OUT,
    AT,
    IN,
    OPEN,
    OUT,
    close,
    determined,
    evaluation,
    framework,
    limits,
    measured,
    run,
    samples,
    threshold,
)
from tierlock import stats
from tierlock.core import Estimand
from tierlock.policy.measure import test_attempts as try_attempts
from tierlock.policy.pooling import pool, reading_of
from tierlock.policy.tested import Asked

ARMS = ("unaided", "aided")
SPEED = measured(rule_out_below=2.0, estimand=Estimand(name="speed_up", arms=ARMS))
SLOW = measured(rule_out_above=0.5, estimand=Estimand(name="speed_up", arms=ARMS))
SLOT = evaluation(range=(10.0, 240.0), cluster_by="person", arm_by="arm")
OPEN_ENDED = SLOT.model_copy(update={"range": (0.0, None)})


def log(rows, **changes):
    """Return a run of (arm, person, item, minutes) rows."""
    epochs: dict[str, int] = defaultdict(int)
    columns = defaultdict(list)
    for arm, person, item, minutes in rows:
        epochs[item] += 1
        columns["id"].append(item)
        columns["epoch"].append(epochs[item])
        columns["arm"].append(arm)
        columns["person"].append(person)
        columns["value"].append(minutes)
    return run(
        samples=samples(
            columns["value"],
            id=tuple(columns["id"]),
            epoch=tuple(columns["epoch"]),
            attributes={"arm": tuple(columns["arm"]), "person": tuple(columns["person"])},
        ),
        **changes,
    )


def tried(rows, *, bounds=None, slot=SLOT, worse=True, criterion=SPEED):
    attempts = pool([log(rows)], reading=reading_of(slot, promise=None, higher_is_worse=worse))
    bounds = bounds or limits(worse, out=2.0, into=2.0, lo=slot.range[0], hi=slot.range[1])
    return try_attempts(attempts, asked=Asked(criterion, slot, bounds))


def paired(ratios, *, base=60.0):
    """Return people who did one task without and another with help, this much faster."""
    rows = []
    for person, ratio in enumerate(ratios):
        rows.append(("unaided", f"p{person}", f"a{person}", base))
        rows.append(("aided", f"p{person}", f"b{person}", base / ratio))
    return rows


RATIOS = [1.1, 0.9, 1.3, 1.05, 0.8, 1.2, 1.0, 1.15]


def test_people_in_both_arms_are_their_own_control():
    """Student's t of the mean log ratio per person, with G - 1 degrees of freedom."""
    found = tried(paired(RATIOS), bounds=limits(out=2.0, into=1.5, lo=10.0, hi=240.0))
    logs = np.log(RATIOS)
    error = logs.std(ddof=1) / math.sqrt(8)
    t = reference.t(7)
    assert found.rule_out_p == pytest.approx(t.cdf((logs.mean() - math.log(2)) / error))
    assert found.rule_in_p == pytest.approx(t.sf((logs.mean() - math.log(1.5)) / error))
    assert found.value == pytest.approx(math.exp(logs.mean()))
    assert found.upper == pytest.approx(math.exp(logs.mean() + t.ppf(1 - A_OUT) * error))
    assert found.lower == pytest.approx(math.exp(logs.mean() - t.ppf(1 - A_IN) * error))
    assert (found.worst, found.best) == pytest.approx((found.value, found.value))
    assert (found.units, found.items, found.monotone) == (8, 16, False)
    assert found.method == "Student t of log ratios"
    assert found.proved_rule_out_p is None
    assert found.barred == {"monotone.cross-check"}  # eight people, with times 10 to 240


def test_golden_the_published_slow_down_of_developers_with_ai():
    """16 people, time ratio 1.188 with 95 % interval 1.013 to 1.395: t with 15 degrees (METR 2025).

    The interval is symmetric in logs, and gives the spread between people back.
    """
    centre, half = -math.log(1.188), (math.log(1.395) - math.log(1.013)) / 2
    spread = half / float(reference.t(15).ppf(0.975)) * 4.0
    shape = np.linspace(-1.0, 1.0, 16)
    logs = centre + spread * shape / shape.std(ddof=1)
    bounds = limits(out=2.0, into=2.0, lo=0.0, hi=None, alpha_rule_out=0.025, alpha_rule_in=0.025)
    found = tried(paired(np.exp(logs)), slot=OPEN_ENDED, bounds=bounds)
    assert found.value == pytest.approx(1 / 1.188)
    assert found.lower == pytest.approx(1 / 1.395, abs=1e-3)
    assert found.upper == pytest.approx(1 / 1.013, abs=1e-3)
    assert found.rule_out_p < 1e-6  # far from twice as fast
    assert found.barred == {"range.unbounded"}  # and yet no rule-out without a range of the times


def test_two_groups_of_people_are_compared_by_welch():
    unaided, aided = [60.0, 75.0, 50.0, 90.0], [40.0, 55.0, 80.0, 45.0, 60.0]
    rows = [("unaided", f"u{i}", f"u{i}", x) for i, x in enumerate(unaided)]
    rows += [("aided", f"a{i}", f"a{i}", x) for i, x in enumerate(aided)]
    found = tried(rows)
    one, other = np.log(unaided), np.log(aided)
    expected = reference.ttest_ind(one - math.log(2), other, equal_var=False, alternative="less")
    assert found.rule_out_p == pytest.approx(expected.pvalue)
    assert (found.units, found.items) == (9, 9)
    assert found.method == "Welch t of log times"
    assert found.value == pytest.approx(math.exp(one.mean() - other.mean()))
    assert found.barred == {"monotone.cross-check"}


def test_tasks_done_in_both_arms_are_pairs_without_any_clusters():
    """The log ratio per task: with no people named, a task is its own cluster."""
    slot = SLOT.model_copy(update={"cluster_by": None})
    rows = [("unaided", "", f"t{i}", 60.0) for i in range(8)]
    rows += [("aided", "", f"t{i}", 60.0 / ratio) for i, ratio in enumerate(RATIOS)]
    found = tried(rows, slot=slot)
    close(found, tried(paired(RATIOS))._replace(items=8))


def test_some_people_in_both_arms_and_some_in_one_is_neither_design():
    rows = [*paired(RATIOS), ("aided", "new", "new", 30.0)]
    found = tried(rows)
    assert (found.barred, found.rule_out_p, found.rule_in_p) == ({"arm.mixed"}, 1.0, 1.0)
    assert (found.lower, found.upper) == (0.0, None)
    assert tried([("aided", "p", "i", 30.0)]).barred == {"arm.unknown"}


def test_many_people_can_rule_out():
    """The cross-check by S-3 on log ratios agrees, so a rule-out is possible."""
    slot = SLOT.model_copy(update={"range": (30.0, 120.0)})
    found = tried(paired(RATIOS * 10), slot=slot)
    upper = stats.upper_bound(np.log(RATIOS * 10), alpha=A_OUT, lo=-math.log(4), hi=math.log(4))
    assert upper <= math.log(2)
    assert found.barred == frozenset()
    two_groups = [(arm, f"{arm}{person}", item, x) for arm, person, item, x in paired(RATIOS * 10)]
    assert tried(two_groups, slot=slot).barred == frozenset()


def test_people_who_do_not_differ_say_nothing_about_the_spread():
    assert tried(paired([1.0] * 9)).rule_out_p == 1.0
    assert tried(paired([1.0])).rule_in_p == 1.0


@pytest.mark.parametrize(
    ("arm", "worst", "best"), [("aided", 10.0, 240.0), ("unaided", 240.0, 10.0)]
)
def test_m3_a_missing_time_is_fast_with_help_and_slow_without(arm, worst, best):
    rows = paired(RATIOS)
    at = 1 if arm == "aided" else 0
    name = rows[at]
    gap = [(*name[:3], None), *(row for row in rows if row is not name)]
    found = tried(gap)
    out = tried([(*name[:3], worst), *gap[1:]])
    into = tried([(*name[:3], best), *gap[1:]])
    assert found.rule_out_p == pytest.approx(out.rule_out_p)
    assert found.rule_in_p == pytest.approx(into.rule_in_p)
    assert (found.worst, found.best) == pytest.approx((out.value, into.value))
    assert (found.upper, found.lower) == pytest.approx((out.upper, into.lower))
    scored = [row for row in gap[1:] if row[2] != ("a0" if arm == "aided" else "b0")]
    assert found.value is not None
    assert len(scored) == 14
    # without a range nothing can stand in for it
    lost = tried(gap, slot=OPEN_ENDED)
    assert (lost.barred, lost.rule_out_p) == ({"range.unbounded"}, 1.0)
    nothing = tried([(*row[:3], None) for row in rows])
    assert (nothing.value, nothing.rule_in_p) == (None, pytest.approx(1.0, abs=0.05))


def test_a_time_of_nothing_has_no_logarithm():
    rows = [*paired(RATIOS), ("aided", "p0", "zero", 0.0)]
    assert tried(rows, slot=OPEN_ENDED).barred == {"range.unbounded"}


def test_where_a_slow_down_is_the_danger_everything_is_mirrored():
    rows = paired(RATIOS)
    swapped = [({"aided": "unaided", "unaided": "aided"}[a], *rest) for a, *rest in rows]
    found = tried(rows)
    other = tried(
        swapped,
        worse=False,
        criterion=SLOW,
        bounds=limits(False, out=0.5, into=0.5, lo=10.0, hi=240.0),
    )
    close(
        other,
        found._replace(
            lower=1 / (found.upper or math.inf),
            upper=1 / found.lower,
            value=1 / (found.value or math.inf),
            worst=1 / (found.worst or math.inf),
            best=1 / (found.best or math.inf),
        ),
    )


def test_a_limit_that_corrections_took_below_zero_is_never_cleared():
    found = tried(paired(RATIOS), bounds=limits(out=-0.1, into=2.0, lo=10.0, hi=240.0))
    assert found.rule_out_p > 0.99


@settings(max_examples=25)
@given(st.lists(st.floats(0.3, 3.0), min_size=2, max_size=9), st.floats(0.5, 4.0))
def test_order_epochs_and_bounds(ratios, bound):
    """The order of rows and repeated attempts change nothing; p falls as the bound rises."""
    rows = paired(ratios)

    def at(limit):
        return limits(out=limit, into=limit, lo=10.0, hi=240.0)

    found = tried(rows, bounds=at(bound))
    close(tried(rows[::-1], bounds=at(bound)), found)
    close(tried([*rows, *rows], bounds=at(bound)), found)
    further = tried(rows, bounds=at(bound * 1.2))
    assert further.rule_out_p <= found.rule_out_p + 1e-12
    assert further.rule_in_p >= found.rule_in_p - 1e-12
    assert found.lower <= (found.upper or math.inf)


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, OUT), (2.0, OPEN), (3.5, IN)])
def test_end_to_end(factor, outcome):
    slot = SLOT.model_copy(update={"range": (15.0, 120.0)})
    rules = framework(evaluations={"bio": slot}, thresholds={"bio-3": threshold(SPEED)})
    people = [factor * ratio / 1.05 for ratio in RATIOS * 12]
    found = determined(rules, log(paired(people)), at=AT).finding("bio-3:bio")
    assert found.outcome is outcome
    assert found.estimate is not None
    assert not found.estimate.monotone
