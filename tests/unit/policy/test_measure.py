"""Attempts -> p-values, bounds and estimates (spec/determination.md M-3, M-7 to M-9)."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from scipy.stats import beta, binom

from tests.unit.policy.factory import (
    A_IN,
    A_OUT,
    CONTROL,
    TREATED,
    close,
    evaluation,
    limits,
    measured,
    run,
    samples,
    three_of_sixty,
    uplift,
)
from tierlock import stats
from tierlock.core import Estimand
from tierlock.core.bound import EstimandName
from tierlock.policy.estimate_arms import two_arm_test
from tierlock.policy.measure import ESTIMATORS
from tierlock.policy.measure import test_attempts as try_attempts
from tierlock.policy.pooling import pool, reading_of
from tierlock.policy.tested import Asked, no_test
from tierlock.policy.tested import Test as Result

UPLIFT = {
    "ratio": uplift("uplift_ratio", below=2.0),
    "difference": uplift("uplift_difference", below=2.0),
}


def attempts(values, *, worse=True, lo=0.0, hi=1.0, cluster_by=None, arms=None, **columns):
    slot = evaluation(range=(lo, hi), cluster_by=cluster_by, arm_by="arm")
    if arms is not None:
        columns["attributes"] = {"arm": tuple(arms)}
    log = run(samples=samples(values, **columns))
    return pool([log], reading=reading_of(slot, promise=None, higher_is_worse=worse))


def tried(values, *, bounds=None, criterion=None, worse=True, lo=0.0, hi=1.0, **columns):
    return try_attempts(
        attempts(values, worse=worse, lo=lo, hi=hi, **columns),
        asked=Asked(criterion or measured(), evaluation(), bounds or limits(worse, lo=lo, hi=hi)),
    )


def test_l3_nothing_decides_nothing():
    """L3: p-values of 1, the whole range, and why."""
    bounds = limits(lo=-1.0, hi=3.0)
    expected = Result(1.0, 1.0, -1.0, 3.0, 0, 0, "none", barred=frozenset({"slot.no-evidence"}))
    assert tried([], bounds=bounds) == expected == no_test(bounds, barred="slot.no-evidence")
    assert no_test(bounds, barred="x", method="m").method == "m"
    assert no_test(bounds, barred="x").value is None
    assert expected.monotone
    assert Result(1.0, 1.0, 0.0, None, 0, 0, "m").barred == frozenset()


def test_what_can_not_be_tested_says_why():
    horizon = measured(estimand=Estimand(name="time_horizon"))
    suite = measured(estimand=Estimand(population="suite"))
    assert tried([0.0], criterion=horizon).barred == {"minutes.unknown"}
    open_ended = limits(hi=None)
    for criterion in (measured(), suite, UPLIFT["ratio"]):
        found = tried([0.0], criterion=criterion, bounds=open_ended, hi=None, arms=["with"])
        assert (found.barred, found.rule_out_p) == ({"range.unbounded"}, 1.0)


def test_every_standard_name_has_an_estimator():
    assert set(ESTIMATORS) == set(get_args(EstimandName))


def test_m7_golden_clopper_pearson():
    """M-7: 3 of 60, in closed form from the beta and binomial distributions."""
    found = tried([1.0] * 3 + [0.0] * 57)
    expected = three_of_sixty("Clopper-Pearson")._replace(
        proved_rule_out_p=stats.hoeffding_bentkus_rule_out_p([1] * 3 + [0] * 57, bound=0.2),
        proved_rule_in_p=stats.hoeffding_bentkus_rule_in_p([1] * 3 + [0] * 57, bound=0.4),
    )
    close(found, expected)
    close(
        tried([0.0] * 60),
        expected._replace(
            rule_out_p=0.8**60,
            rule_in_p=1.0,
            proved_rule_out_p=stats.hoeffding_bentkus_rule_out_p([0] * 60, bound=0.2),
            proved_rule_in_p=1.0,
            lower=0.0,
            upper=1 - A_OUT ** (1 / 60),
            value=0.0,
            worst=0.0,
            best=0.0,
            dangerous=0.0,
        ),
    )


# Ten items in five clusters, one missing, over [-1, 3].
VALUES = [-1.0, -1.0, 0.5, -1.0, 3.0, -1.0, None, -1.0, -1.0, 1.0]
FAMILIES = tuple("aabbccddee")
WORST = [-1.0, -0.25, 1.0, 1.0, 0.0]  # cluster means with the missing one at 3
BEST = [-1.0, -0.25, 1.0, -1.0, 0.0]  # and at -1
SCORED = [-1.0, -0.25, 1.0, -1.0, 0.0]  # and left out


@pytest.mark.parametrize("worse", [True, False])
def test_m3_missing_data_takes_the_worst_value_for_a_rule_out_and_the_best_for_a_rule_in(worse):
    """M-1, M-3, M-7: by cluster, over a declared range, in both directions."""
    sign = 1.0 if worse else -1.0
    lo, hi = (-1.0, 3.0) if worse else (-3.0, 1.0)
    values = [None if value is None else sign * value for value in VALUES]
    bounds = limits(worse, out=sign * 1.0, into=sign * 0.25, lo=lo, hi=hi)
    found = tried(
        values,
        bounds=bounds,
        worse=worse,
        lo=lo,
        hi=hi,
        cluster_by="family",
        attributes={"family": FAMILIES},
    )
    wide = {"lo": -1.0, "hi": 3.0}
    upper = stats.upper_bound(WORST, alpha=A_OUT, **wide)
    lower = stats.lower_bound(BEST, alpha=A_IN, **wide)
    worst_rows = [sign * (3.0 if value is None else value) for value in VALUES]
    pooled = attempts(
        values, worse=worse, lo=lo, hi=hi, cluster_by="family", attributes={"family": FAMILIES}
    )
    close(
        found,
        Result(
            rule_out_p=stats.rule_out_p(WORST, bound=1.0, **wide),
            rule_in_p=stats.rule_in_p(BEST, bound=0.25, **wide),
            proved_rule_out_p=stats.hoeffding_bentkus_rule_out_p(WORST, bound=1.0, **wide),
            proved_rule_in_p=stats.hoeffding_bentkus_rule_in_p(BEST, bound=0.25, **wide),
            lower=lower if worse else -upper,
            upper=upper if worse else -lower,
            units=5,
            items=10,
            method="Gaffke",
            value=sign * float(np.mean(SCORED)),
            worst=sign * float(np.mean(WORST)),
            best=sign * float(np.mean(BEST)),
            effective_n=stats.effective_n(worst_rows, items=pooled.items, clusters=pooled.clusters),
            dangerous=(sum(WORST) + 5) / 4,
        ),
    )
    assert (found.monotone, found.barred) == (True, frozenset())


def test_m1_epochs_never_count_as_n():
    """M-1: two attempts at each of two items are two units."""
    found = tried([1.0, 0.0, 0.0, 0.0], id=("a", "a", "b", "b"), epoch=(1, 2, 1, 2))
    assert (found.units, found.items, found.value, found.method) == (2, 2, 0.25, "Gaffke")
    assert found.dangerous == 0.5


def test_m1_families_of_equal_items_are_worth_one_attempt_each():
    """M-1: the cluster is the unit of inference, however many items and epochs it has."""
    found = tried(
        [1.0] * 8 + [0.0] * 8,
        cluster_by="family",
        id=tuple(f"i{row // 2}" for row in range(16)),
        epoch=(1, 2) * 8,
        attributes={"family": ("a",) * 8 + ("b",) * 8},
    )
    assert (found.units, found.items, found.effective_n) == (2, 8, 2.0)


def test_the_plain_value_is_over_scored_attempts_only():
    assert tried([1.0, None, 0.0]).value == 0.5
    assert tried([None, None]).value is None
    assert tried([None, None]).worst == 1.0
    assert tried([None, None]).best == 0.0


def test_a_value_that_both_ends_allow_is_binary_only_at_the_ends():
    assert tried([0.0, 1.0]).method == "Clopper-Pearson"
    assert tried([0.0, 0.5]).method == "Gaffke"
    assert tried([0.0, 0.5], worse=False).method == "Gaffke"


class TestSuite:
    """A rate over exactly these tasks (spec/statistics.md)."""

    criterion = measured(estimand=Estimand(population="suite"))

    def found(self, values, *, epochs=2, **settings):
        size = len(values)
        columns = {
            "id": tuple(f"i{row // epochs}" for row in range(size)),
            "epoch": tuple(row % epochs + 1 for row in range(size)),
        }
        return tried(values, criterion=self.criterion, **columns, **settings)

    @pytest.mark.parametrize("worse", [True, False])
    def test_pooled_attempts_are_counted(self, worse):
        bad, good = (3.0, -1.0) if worse else (-1.0, 3.0)
        values = [bad] * 3 + [None] * 2 + [good] * 55
        # In share of the dangerous end: 0.2 and 0.4.
        bounds = limits(
            worse, out=-0.2 if worse else 2.2, into=0.6 if worse else 1.4, lo=-1.0, hi=3.0
        )
        found = self.found(values, bounds=bounds, worse=worse, lo=-1.0, hi=3.0)
        high, low = float(beta.ppf(1 - A_OUT, 6, 55)), float(beta.ppf(A_IN, 3, 58))
        p_out, p_in = float(binom.cdf(5, 60, 0.2)), float(binom.sf(2, 60, 0.4))
        close(
            found,
            Result(
                rule_out_p=p_out,
                rule_in_p=p_in,
                proved_rule_out_p=p_out,
                proved_rule_in_p=p_in,
                lower=4 * low - 1 if worse else 3 - 4 * high,
                upper=4 * high - 1 if worse else 3 - 4 * low,
                units=60,
                items=30,
                method="Clopper-Pearson (suite)",
                value=found.value,
                worst=(5 * bad + 55 * good) / 60,
                best=(3 * bad + 57 * good) / 60,
                effective_n=60.0,
                dangerous=5.0,
            ),
        )
        # Over scored attempts only: two items are bad, one of them by its one scored epoch.
        assert found.value == pytest.approx((2 * bad + 28 * good) / 30)
        assert found.monotone
        assert found.barred == frozenset()

    def test_it_needs_binary_values_and_equal_epochs(self):
        assert self.found([0.0, 0.5]).barred == {"suite.not-binary"}
        assert self.found([0.0, 1.0, 0.0]).barred == {"suite.unequal-epochs"}
        assert self.found([0.0, 1.0, None, 0.0]).barred == frozenset()
        assert self.found([0.0, 0.0], epochs=1).items == 2

    def test_the_rule_in_bound_is_scaled_to_the_range(self):
        for worse, into in ((True, 0.6), (False, 1.4)):
            bad, good = (3.0, -1.0) if worse else (-1.0, 3.0)
            bounds = limits(worse, out=0.2 if worse else 1.8, into=into, lo=-1.0, hi=3.0)
            found = self.found(
                [bad] * 30 + [good] * 30, bounds=bounds, worse=worse, lo=-1.0, hi=3.0
            )
            assert found.rule_in_p == pytest.approx(float(binom.sf(29, 60, 0.4)))


ARMS = ["with"] * 8 + ["without"] * 6


def first_root(holds, lo, hi):
    """Smallest bound at which a monotone condition holds, by plain bisection."""
    for _ in range(200):
        middle = (lo + hi) / 2
        lo, hi = (lo, middle) if holds(middle) else (middle, hi)
    return hi


@pytest.mark.parametrize("name", ["ratio", "difference"])
@pytest.mark.parametrize("worse", [True, False])
def test_m9_two_arms(name, worse):
    """M-9: Welch or Fieller, marked as not monotone, in both directions."""
    ratio = name == "ratio"
    bounds = limits(worse, out=2.0 if ratio else 0.5, into=1.1 if ratio else 0.05)
    if not worse:
        bounds = limits(worse, out=0.5 if ratio else -0.5, into=1.4 if ratio else 0.25)
    found = tried(TREATED + CONTROL, criterion=UPLIFT[name], bounds=bounds, worse=worse, arms=ARMS)
    below, above, check = (
        (stats.ratio_rule_out_p, stats.ratio_rule_in_p, stats.ratio_cross_check)
        if ratio
        else (stats.difference_rule_out_p, stats.difference_rule_in_p, stats.difference_cross_check)
    )
    t, c = np.array(TREATED), np.array(CONTROL)
    out, into = bounds.rule_out, bounds.rule_in
    p_out = (below if worse else above)(t, control=c, bound=out)
    p_in = (above if worse else below)(t, control=c, bound=into)
    a_up, a_low = (A_OUT, A_IN) if worse else (A_IN, A_OUT)
    start = 1e-6 if ratio else -10.0
    upper = first_root(lambda b: below(t, control=c, bound=b) <= a_up, start, 10.0)
    lower = first_root(lambda b: above(t, control=c, bound=b) > a_low, start, 10.0)
    if worse:
        agrees = check(t, control=c, bound=out, alpha=A_OUT)
    else:
        agrees = check(c, control=t, bound=1 / out if ratio else -out, alpha=A_OUT)
    contrast = t.mean() / c.mean() if ratio else t.mean() - c.mean()
    close(
        found,
        Result(
            rule_out_p=p_out,
            rule_in_p=p_in,
            lower=lower,
            upper=upper,
            units=14,
            items=14,
            method="Fieller-Welch" if ratio else "Welch",
            value=contrast,
            worst=contrast,
            best=contrast,
            monotone=False,
            barred=frozenset() if agrees else frozenset({"monotone.cross-check"}),
        ),
    )
    assert (found.proved_rule_out_p, found.proved_rule_in_p) == (None, None)


def test_m9_the_cross_check_can_bar_or_agree():
    many = TREATED * 40 + CONTROL * 40
    arms = ["with"] * 320 + ["without"] * 240
    for name, out, close_by in (("ratio", 3.0, 1.3), ("difference", 0.5, 0.12)):
        settings = {"criterion": UPLIFT[name], "arms": arms}
        assert tried(many, bounds=limits(out=out, into=3.5), **settings).barred == frozenset()
        near = tried(many, bounds=limits(out=close_by, into=3.5), **settings)
        assert near.barred == {"monotone.cross-check"}
    for name, out in (("ratio", 0.4), ("difference", -0.5)):
        settings = {"criterion": UPLIFT[name], "arms": arms, "worse": False}
        assert (
            tried(
                many,
                bounds=limits(False, out=out, into=-9.0 if name == "difference" else 0.1),
                **settings,
            ).barred
            == frozenset()
        )


@pytest.mark.parametrize("worse", [True, False])
@pytest.mark.parametrize("name", ["ratio", "difference"])
def test_m3_missing_attempts_are_imputed_per_arm(name, worse):
    """M-3: for a rule-out the subject's arm at its worst and the control's at its best."""
    treated, control = [0.4, 0.6, None, 0.5], [0.3, None, 0.5, 0.4]
    bounds = limits(worse, out=0.8, into=0.7, lo=0.0, hi=2.0)
    found = tried(
        treated + control,
        criterion=UPLIFT[name],
        bounds=bounds,
        worse=worse,
        hi=2.0,
        arms=["with"] * 4 + ["without"] * 4,
    )

    def filled(values, missing):
        return np.array([missing if value is None else value for value in values])

    high, low = (2.0, 0.0) if worse else (0.0, 2.0)
    direct = two_arm_test(
        (filled(treated, high), filled(control, low)),
        arms_best=(filled(treated, low), filled(control, high)),
        limits=bounds,
        ratio=name == "ratio",
        units=8,
        lo=0.0,
        hi=2.0,
    )
    means = np.mean([0.4, 0.6, 0.5]), np.mean([0.3, 0.5, 0.4])  # of the values that are there
    value = means[0] / means[1] if name == "ratio" else means[0] - means[1]
    close(found, direct._replace(value=float(value)))
    assert direct.worst is not None
    assert direct.best is not None
    assert (direct.worst > value > direct.best) == worse
    assert direct.lower < min(direct.worst, direct.best)
    # each end of the interval is that of its own imputation
    largest = (filled(treated, 2.0), filled(control, 0.0))
    smallest = (filled(treated, 0.0), filled(control, 2.0))
    for at, kept in ((largest, "upper"), (smallest, "lower")):
        whole = two_arm_test(
            at,
            arms_best=at,
            limits=bounds,
            ratio=name == "ratio",
            units=8,
            lo=0.0,
            hi=2.0,
        )
        assert getattr(whole, kept) == getattr(direct, kept)


def test_an_attempt_of_no_arm_is_unknown_and_epochs_are_averaged_per_arm():
    for arms in (["with"] * 8 + [""] * 6, [*ARMS[:-1], ""], [*ARMS[:-1], "elsewhere"]):
        found = tried(TREATED + CONTROL, criterion=UPLIFT["ratio"], arms=arms)
        assert (found.barred, found.rule_out_p) == ({"arm.unknown"}, 1.0)
    for criterion in UPLIFT.values():  # an arm that nobody was in can not be compared with
        found = tried(TREATED, criterion=criterion, arms=["with"] * 8)
        assert (found.barred, found.rule_out_p) == ({"arm.unknown"}, 1.0)
    twice = tried(
        [0.4, 0.6, 0.2, 0.2, 0.3, 0.5, 0.1, 0.2],
        criterion=UPLIFT["difference"],
        arms=["with"] * 4 + ["without"] * 4,
        id=tuple("aabbccdd"),
        epoch=(1, 2) * 4,
    )
    assert (twice.units, twice.items) == (4, 4)
    assert twice.value == pytest.approx(0.35 - 0.275)


def test_a_ratio_to_nothing_has_no_value_and_open_ends():
    """M-7: where no bound is ever ruled out, the end is open."""
    zero = tried(
        [0.5, 0.6, 0.0, 0.0], criterion=UPLIFT["ratio"], arms=["with"] * 2 + ["without"] * 2
    )
    assert zero.value is None
    assert zero.upper is None or zero.upper > 1e3
    wild = tried(
        [0.1, 0.9, 0.1, 0.9], criterion=UPLIFT["ratio"], arms=["with"] * 2 + ["without"] * 2
    )
    assert (wild.upper, wild.lower) == (None, pytest.approx(1e-6))
    assert wild.value == 1.0
    flat = tried(
        [0.1, 0.9, 0.1, 0.9], criterion=UPLIFT["difference"], arms=["with"] * 2 + ["without"] * 2
    )
    assert flat.value == 0.0
    assert math.isfinite(flat.lower)


def test_an_end_may_lie_where_the_search_starts():
    """No treated attempt succeeds: every ratio that is asked for is above the true one."""
    nothing = tried(
        [0.0] * 8 + CONTROL,
        criterion=UPLIFT["ratio"],
        arms=ARMS,
    )
    assert (nothing.lower, nothing.upper) == (pytest.approx(1e-6), pytest.approx(1e-6))
