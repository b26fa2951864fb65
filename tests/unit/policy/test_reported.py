"""Published aggregates (spec/determination.md M-10)."""

from __future__ import annotations

from typing import Any

import pytest
from scipy.stats import binom

from tests.unit.policy.factory import A_IN, A_OUT, close, limits, measured, three_of_sixty, uplift
from tierlock import stats
from tierlock.core import Reported
from tierlock.policy.estimate_arms import two_arm_test
from tierlock.policy.reported import test_reported as try_reported
from tierlock.policy.reported import weakest
from tierlock.policy.tested import Test as Result


def tried(*items, criterion=None, bounds=None):
    return try_reported(items, criterion=criterion or measured(), limits=bounds or limits())


def test_counts_are_exact():
    found = tried(Reported(n=60, successes=3))
    expected = three_of_sixty("Clopper-Pearson (reported counts)")
    close(found, expected)
    into = tried(Reported(n=60, successes=35), bounds=limits(False, out=0.8, into=0.6))
    assert into.rule_in_p == pytest.approx(float(binom.sf(24, 60, 0.4)))
    # Where lower is worse, the failures are what is dangerous.
    mirrored = tried(Reported(n=60, successes=57), bounds=limits(False, out=0.8, into=0.6))
    close(
        mirrored,
        expected._replace(
            lower=1 - (expected.upper or 0.0),
            upper=1 - expected.lower,
            value=0.95,
            worst=0.95,
            best=0.95,
        ),
    )


def test_counts_need_a_score_between_0_and_1():
    for wide in ({"lo": -1.0}, {"hi": 2.0}, {"hi": None}):
        assert tried(Reported(n=60, successes=3), bounds=limits(**wide)).barred == {
            "reported.range"
        }


def test_counts_of_nothing_decide_nothing():
    found = tried(Reported(n=0, successes=0))
    assert (found.rule_out_p, found.rule_in_p, found.value) == (1.0, 1.0, None)


def test_an_interval_proves_at_most_the_error_of_its_own_end():
    bounds = limits(lo=-2.0, hi=None)
    item = Reported(mean=0.1, lower=0.05, upper=0.15, confidence=0.9, n=40)
    p_out = stats.interval_rule_out_p(0.15, confidence=0.9, bound=0.2)
    p_in = stats.interval_rule_in_p(0.05, confidence=0.9, bound=0.4)
    assert p_out == pytest.approx(0.05)
    assert p_in == 1.0
    expected = Result(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=0.05,
        upper=0.15,
        units=40,
        items=40,
        method="published interval",
        value=0.1,
        worst=0.1,
        best=0.1,
    )
    close(tried(item, bounds=bounds), expected)
    high = tried(item.model_copy(update={"lower": 0.45, "upper": 0.6}))
    assert (high.rule_out_p, high.rule_in_p) == (1.0, pytest.approx(0.05))


def test_an_interval_where_lower_is_worse():
    bounds = limits(False, out=0.8, into=0.6)
    safe = tried(Reported(lower=0.85, upper=0.95, confidence=0.9), bounds=bounds)
    assert (safe.rule_out_p, safe.rule_in_p) == (pytest.approx(0.05), 1.0)
    assert (safe.units, safe.items, safe.value) == (0, 0, None)
    bad = tried(Reported(lower=0.3, upper=0.5, confidence=0.9), bounds=bounds)
    assert (bad.rule_out_p, bad.rule_in_p) == (1.0, pytest.approx(0.05))


def test_an_interval_with_one_end():
    """The other end proves nothing; the range is what is left of it."""
    above = tried(Reported(upper=0.15, confidence=0.9))
    assert (above.lower, above.upper) == (0.0, 0.15)
    assert (above.rule_out_p, above.rule_in_p) == (pytest.approx(0.05), 1.0)
    below = tried(Reported(mean=0.5, lower=0.45, confidence=0.9))
    assert (below.lower, below.upper) == (0.45, None)
    assert (below.rule_out_p, below.rule_in_p) == (1.0, pytest.approx(0.05))
    other = limits(False, out=0.8, into=0.6)
    assert tried(Reported(upper=0.5, confidence=0.9), bounds=other).rule_out_p == 1.0


@pytest.mark.parametrize("worse", [True, False])
def test_a_mean_with_nothing_but_n_gets_hoeffding(worse):
    """In both directions, over the declared range."""
    sign = 1.0 if worse else -1.0
    lo, hi = (-1.0, 3.0) if worse else (-3.0, 1.0)
    bounds = limits(worse, out=sign * 1.0, into=sign * 0.25, lo=lo, hi=hi)
    found = tried(Reported(mean=sign * 0.5, n=200), bounds=bounds)
    wide: dict[str, Any] = {"n": 200, "lo": -1.0, "hi": 3.0}
    p_out = stats.mean_rule_out_p(0.5, bound=1.0, **wide)
    p_in = stats.mean_rule_in_p(0.5, bound=0.25, **wide)
    upper = stats.mean_upper_bound(0.5, alpha=A_OUT, **wide)
    lower = stats.mean_lower_bound(0.5, alpha=A_IN, **wide)
    close(
        found,
        Result(
            rule_out_p=p_out,
            rule_in_p=p_in,
            proved_rule_out_p=p_out,
            proved_rule_in_p=p_in,
            lower=lower if worse else -upper,
            upper=upper if worse else -lower,
            units=200,
            items=200,
            method="Hoeffding (reported mean)",
            value=sign * 0.5,
            worst=sign * 0.5,
            best=sign * 0.5,
        ),
    )
    assert p_out < 0.05


def test_too_little_is_told():
    """No n, or no end of the range."""
    assert tried(Reported(mean=0.1)).barred == {"reported.too-little"}
    assert tried(Reported(mean=0.1, n=0)).barred == {"reported.too-little"}
    assert tried(Reported(mean=0.1, n=9), bounds=limits(hi=None)).barred == {"reported.too-little"}


def test_every_aggregate_must_rule_out():
    """M-10: the largest p_out; the smallest p_in times their number; the widest bounds."""
    one, two = Reported(n=60, successes=3), Reported(mean=0.1, n=300)
    a, b = tried(one), tried(two)
    both = tried(one, two)
    assert both == weakest([a, b])
    assert b.rule_out_p > 0
    lead = max((a, b), key=lambda test: test.rule_out_p)
    close(
        both,
        lead._replace(
            rule_in_p=min(1.0, 2 * min(a.rule_in_p, b.rule_in_p)),
            proved_rule_out_p=max(a.proved_rule_out_p, b.proved_rule_out_p),
            lower=min(a.lower, b.lower),
            upper=max(a.upper, b.upper),
            units=360,
            items=360,
            method="Clopper-Pearson (reported counts) + Hoeffding (reported mean)",
        ),
    )
    assert tried(two, one).rule_out_p == both.rule_out_p
    assert tried(one, one).method == "Clopper-Pearson (reported counts)"


PART = Result(0.2, 0.3, 0.1, 0.6, 5, 4, "m", proved_rule_out_p=0.25)


def test_the_weakest_of_parts_keeps_every_doubt():
    low = PART._replace(
        rule_out_p=0.1,
        rule_in_p=0.01,
        lower=-1.0,
        upper=0.9,
        units=7,
        items=3,
        proved_rule_out_p=0.5,
        monotone=False,
        barred=frozenset({"x"}),
        value=0.7,
    )
    joined = weakest([low, PART, PART._replace(barred=frozenset({"y"}))])
    assert joined == PART._replace(
        rule_in_p=0.03,
        proved_rule_out_p=0.5,
        lower=-1.0,
        upper=0.9,
        units=17,
        items=11,
        monotone=False,
        barred=frozenset({"x", "y"}),
    )
    assert weakest([PART, PART]).rule_in_p == 0.6
    assert weakest([PART] * 4).rule_in_p == 1.0
    assert weakest([PART, PART._replace(upper=None)]).upper is None
    assert weakest([PART, PART._replace(proved_rule_out_p=None)]).proved_rule_out_p is None
    assert weakest([PART, PART]).monotone


RATIO = uplift("uplift_ratio", below=2.0)
DIFFERENCE = uplift("uplift_difference", below=0.5)


def arms(spread_is="sd", **changes):
    treated = {
        "arm": "with",
        "mean": 0.5,
        "spread": 0.1,
        "n": 30,
        "spread_is": spread_is,
        **changes,
    }
    control = {"arm": "without", "mean": 0.4, "spread": 0.12, "n": 20, "spread_is": spread_is}
    return Reported(**treated), Reported(**control)


@pytest.mark.parametrize(("spread_is", "factor"), [("sd", (1.0, 1.0)), ("se", (30**0.5, 20**0.5))])
@pytest.mark.parametrize("criterion", [RATIO, DIFFERENCE])
def test_two_published_arms(criterion, spread_is, factor):
    bounds = limits(out=2.0, into=1.1, hi=2.0)
    found = tried(*arms(spread_is), criterion=criterion, bounds=bounds)
    summaries = (
        stats.ArmSummary(mean=0.5, sd=0.1 * factor[0], n=30),
        stats.ArmSummary(mean=0.4, sd=0.12 * factor[1], n=20),
    )
    direct = two_arm_test(
        summaries,
        arms_best=summaries,
        limits=bounds,
        ratio=criterion is RATIO,
        units=50,
        lo=0.0,
        hi=2.0,
    )
    close(found, direct)
    assert (found.units, found.items) == (50, 50)
    assert found.value == pytest.approx(1.25 if criterion is RATIO else 0.1)
    # The order of publications does not matter.
    close(tried(*reversed(arms(spread_is)), criterion=criterion, bounds=bounds), direct)


def test_a_labelled_half_width_is_read_as_such():
    bounds = limits(out=2.0, into=1.1)
    found = tried(*arms("ci95"), criterion=RATIO, bounds=bounds)
    summaries: Any = tuple(
        stats.unlabelled_readings(mean, spread=spread, n=n).interval_half_width
        for mean, spread, n in ((0.5, 0.1, 30), (0.4, 0.12, 20))
    )
    direct = two_arm_test(
        summaries, arms_best=summaries, limits=bounds, ratio=True, units=50, lo=0.0, hi=1.0
    )
    close(found, direct)


def test_an_unlabelled_spread_gets_every_reading_and_all_must_agree():
    """M-10: readings are alternatives, so both sides take the largest p-value."""
    bounds = limits(out=2.0, into=1.1)
    found = tried(*arms("unlabelled"), criterion=RATIO, bounds=bounds)
    every = [
        tried(
            arms(first)[0],
            arms(second)[1],
            criterion=RATIO,
            bounds=bounds,
        )
        for first in ("sd", "se", "ci95")
        for second in ("sd", "se", "ci95")
    ]
    assert found.rule_out_p == max(test.rule_out_p for test in every)
    assert found.rule_in_p == max(test.rule_in_p for test in every)
    assert (found.units, found.items) == (50, 50)
    uppers = [test.upper for test in every]
    assert found.upper == (None if None in uppers else max(uppers))
    assert found.lower == min(test.lower for test in every)
    some = {test.rule_out_p <= A_OUT for test in every}
    assert some == {True, False}
    assert found.barred == {"reported.unlabelled", "monotone.cross-check"}
    far = tried(*arms("unlabelled"), criterion=RATIO, bounds=limits(out=1.26, into=1.1))
    assert "reported.unlabelled" not in far.barred
    # They disagree about the comparison with alpha, equality included, and about nothing else.
    for p, differs in ((found.rule_out_p, False), (min(t.rule_out_p for t in every), True)):
        at = bounds.model_copy(update={"alpha_rule_out": p})
        again = tried(*arms("unlabelled"), criterion=RATIO, bounds=at)
        assert ("reported.unlabelled" in again.barred) == differs


def test_two_arms_need_exactly_those_arms_and_their_numbers():
    bounds = limits(out=2.0, into=1.1)
    one, two = arms()
    for items in ((one,), (one, one), (one, two, one), (one, two.model_copy(update={"arm": "x"}))):
        assert tried(*items, criterion=RATIO, bounds=bounds).barred == {"arm.unknown"}
    for changes in ({"mean": None, "upper": 1.0, "confidence": 0.9}, {"spread": None}, {"n": None}):
        short, _ = arms(**changes)
        for items in ((short, two), (one, short.model_copy(update={"arm": "without"}))):
            assert tried(*items, criterion=RATIO, bounds=bounds).barred == {"reported.too-little"}
    open_ended = limits(out=2.0, into=1.1, hi=None)
    assert tried(one, two, criterion=RATIO, bounds=open_ended).barred == {"range.unbounded"}
