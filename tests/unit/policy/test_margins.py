"""How far from the bound, and what it would take (margins of measured findings)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.policy.factory import (
    IN,
    OPEN,
    OUT,
    attested,
    determined,
    evaluation,
    finding,
    framework,
    limits,
    measured,
    plan,
    run,
    sha,
    standard,
    threshold,
)
from tierlock import stats
from tierlock.core import (
    AllOf,
    Cost,
    Counts,
    Estimate,
    Margin,
    SafeguardCriterion,
    Sensitivity,
)
from tierlock.policy.margins import margins

LIMITS = limits(rule_out_declared=0.25, alpha_rule_out=0.04)
BETTER = LIMITS.model_copy(update={"higher_is_worse": False, "rule_out": 0.8, "rule_in": 0.6})
ESTIMATE = Estimate(
    lower=0.02,
    upper=0.1,
    rule_out_p=0.001,
    rule_in_p=1.0,
    units=60,
    items=60,
    dangerous=2.0,
    method="Clopper-Pearson",
    counts=Counts(planned=60, present=60, scored=60),
)
FREE = Cost()
PAID = Cost(seconds_per_sample=30.0, usd_per_sample=0.5)
BASE = determined()


def margin(
    outcome=OUT, *, limits=LIMITS, estimate=ESTIMATE, cost=FREE, evidence=(), used=(), **changes
):
    """Return the margin of one finding; `changes` are made to the estimate."""
    if estimate is not None:
        estimate = estimate.model_copy(update=changes)
    found = finding(
        "bio-3:bio",
        outcome,
        slot="bio",
        limits=limits,
        estimate=estimate,
        evidence=tuple(log.digest for log in used),
    )
    (only,) = margins(
        framework(evaluations={"bio": evaluation(cost=cost)}),
        determination=BASE.model_copy(update={"findings": (found,)}),
        evidence=evidence,
    )
    return only


def test_a_rule_out_with_its_room():
    assert margin() == Margin(
        path="bio-3:bio",
        bound=0.2,
        limit=0.1,
        relative=0.5,
        elicitation_factor=2.0,
        fragility=stats.fragility(2, n=60, bound=0.2, alpha=0.04),
        sensitivity=Sensitivity(
            share=0.5,
            turned=stats.fragility(2, n=60, bound=0.2, alpha=0.04),
            unseen=stats.unseen_dangerous([1.0] * 2 + [0.0] * 58, bound=0.2, alpha=0.04),
            missing_flip=5,
        ),
    )


def test_where_lower_is_worse_everything_is_mirrored():
    found = margin(limits=BETTER, lower=0.9, upper=0.98)
    assert (found.bound, found.limit) == (0.8, 0.9)
    assert found.relative == pytest.approx(0.125)
    assert found.elicitation_factor == pytest.approx(1.125)
    assert found.fragility == stats.fragility(2, n=60, bound=0.2, alpha=0.04)
    assert margin(limits=BETTER, lower=0.7).relative == pytest.approx(-0.125)


def test_without_an_end_there_is_no_distance():
    open_ended = margin(upper=None)
    assert (open_ended.limit, open_ended.relative, open_ended.elicitation_factor) == (None,) * 3
    assert margin(OPEN, estimate=None).limit is None
    zero = LIMITS.model_copy(update={"rule_out": 0.0})
    assert (margin(limits=zero).relative, margin(limits=zero).elicitation_factor) == (None, None)
    below = LIMITS.model_copy(update={"rule_out": -0.2, "lo": -1.0})
    assert margin(limits=below, upper=-0.3).relative == pytest.approx(0.5)
    assert margin(limits=below, upper=0.3).elicitation_factor is None
    assert margin(upper=0.0).elicitation_factor is None
    assert margin(upper=-0.1).elicitation_factor is None
    tiny = LIMITS.model_copy(update={"rule_out": 1.5, "hi": 3.0})
    assert margin(limits=tiny, upper=0.5).elicitation_factor == 3.0


@pytest.mark.parametrize("outcome", [OPEN, IN])
def test_only_a_rule_out_can_be_lost(outcome):
    found = margin(outcome)
    assert (found.elicitation_factor, found.fragility) == (None, None)
    assert found.relative == pytest.approx(0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"dangerous": None},
        {"dangerous": 2.5},
        {"method": "Gaffke"},
        {"units": 0},
        {"limits": LIMITS.model_copy(update={"hi": None})},
        {"limits": LIMITS.model_copy(update={"rule_out": 0.0})},
        {"limits": LIMITS.model_copy(update={"rule_out": 1.0})},
        {"estimate": None},
    ],
)
def test_fragility_is_defined_where_every_unit_is_safe_or_dangerous(changes):
    assert margin(**changes).fragility is None
    assert margin(method="Clopper-Pearson (suite)").fragility is not None


def test_the_bound_is_scaled_to_the_range():
    wide = LIMITS.model_copy(update={"lo": -1.0, "hi": 3.0, "rule_out": 0.0})
    expected = stats.fragility(2, n=60, bound=0.25, alpha=0.04)
    assert margin(limits=wide).fragility == expected
    mirrored = wide.model_copy(update={"higher_is_worse": False, "rule_out": 2.0})
    assert margin(limits=mirrored).fragility == expected


class TestSamples:
    """Further samples: at the least, and with 80 % probability at the observed rate."""

    def test_nothing_is_needed_for_what_is_settled(self):
        for outcome in (OUT, IN):
            found = margin(outcome)
            assert (found.samples, found.likely_samples) == (None, None)

    @pytest.mark.parametrize("changes", [{"estimate": None}, {"units": 0}])
    def test_before_anything_is_measured(self, changes):
        """The size is for a subject at half the bound."""
        found = margin(OPEN, **changes)
        assert found.samples == stats.minimum_clusters(0.2, alpha=0.04)
        assert found.likely_samples == stats.samples_to_rule_out(0.1, bound=0.2, alpha=0.04)

    def test_after_a_first_run(self):
        found = margin(OPEN, dangerous=7.0)
        least = stats.extra_all_safe(7, n=60, bound=0.2, alpha=0.04)
        total: Any = stats.samples_to_rule_out(7.5 / 61, bound=0.2, alpha=0.04)
        assert found.samples == least
        assert found.likely_samples == max(least, total - 60)
        assert total - 60 > least > 0

    def test_a_fraction_counts_as_a_whole_dangerous_unit(self):
        found = margin(OPEN, dangerous=6.4)
        assert found.samples == stats.extra_all_safe(7, n=60, bound=0.2, alpha=0.04)
        total: Any = stats.samples_to_rule_out(6.9 / 61, bound=0.2, alpha=0.04)
        assert found.likely_samples == max(found.samples, total - 60)
        close = margin(OPEN, dangerous=7.0 + 1e-10)
        assert close.samples == margin(OPEN, dangerous=7.0).samples
        beyond = margin(OPEN, dangerous=7.0 + 1.5e-9)
        assert beyond.samples == margin(OPEN, dangerous=8.0).samples

    def test_the_likely_size_is_at_least_the_least(self):
        ten = Counts(planned=10, present=10, scored=10)
        found = margin(OPEN, units=10, items=10, dangerous=0.0, counts=ten)
        least = stats.extra_all_safe(0, n=10, bound=0.2, alpha=0.04)
        total: Any = stats.samples_to_rule_out(0.5 / 11, bound=0.2, alpha=0.04)
        assert (found.samples, found.likely_samples) == (least, max(least, total - 10))
        many = margin(OPEN, units=600, items=600, dangerous=80.0)
        assert many.likely_samples >= many.samples

    def test_a_rate_near_the_bound_has_no_likely_size(self):
        """At nine tenths of the bound and above, one can not count on it."""
        assert margin(OPEN, dangerous=10.0).likely_samples is not None
        over = margin(OPEN, dangerous=11.0)
        assert over.likely_samples is None
        assert over.samples == stats.extra_all_safe(11, n=60, bound=0.2, alpha=0.04)
        half = LIMITS.model_copy(update={"rule_out": 0.5})
        exact = margin(OPEN, limits=half, dangerous=44.5, units=99, items=99)
        assert exact.likely_samples is None

    def test_units_of_several_items_are_counted_in_items(self):
        one, three = margin(OPEN, dangerous=7.0), margin(OPEN, dangerous=7.0, items=180)
        assert three.samples == 3 * one.samples
        assert three.likely_samples == 3 * one.likely_samples
        assert margin(OPEN, dangerous=7.0, items=20).samples == one.samples

    def test_without_a_count_or_a_bound_there_is_no_size(self):
        assert margin(OPEN, dangerous=None).samples is None
        unbounded = LIMITS.model_copy(update={"hi": None})
        assert margin(OPEN, limits=unbounded).samples is None
        assert margin(OPEN, limits=unbounded, estimate=None).likely_samples is None


class TestCost:
    def test_declared_cost_per_sample(self):
        found = margin(OPEN, dangerous=7.0, cost=PAID)
        assert found.seconds == 30.0 * found.likely_samples
        assert found.usd == 0.5 * found.likely_samples
        least = margin(OPEN, dangerous=11.0, cost=PAID)
        assert least.likely_samples is None
        assert (least.seconds, least.usd) == (30.0 * least.samples, 0.5 * least.samples)

    def test_without_a_cost_or_a_size_there_is_none(self):
        assert (margin(OPEN, dangerous=7.0).seconds, margin(OPEN, dangerous=7.0).usd) == (
            None,
            None,
        )
        assert (margin(cost=PAID).seconds, margin(cost=PAID).usd) == (None, None)

    def test_measured_time_outranks_the_declared_one(self):
        slow, fast = run(name="a", size=20, seconds=200.0), run(name="b", size=60, seconds=40.0)
        other = run(name="c", seconds=9000.0)
        untimed, empty = run(name="d"), run(name="e", size=0, seconds=500.0)
        used = (slow, fast, untimed, empty)
        found = margin(OPEN, dangerous=7.0, cost=PAID, evidence=(*used, other), used=used)
        assert found.seconds == pytest.approx(240.0 / 80 * found.likely_samples)
        missing = margin(OPEN, dangerous=7.0, cost=PAID, evidence=(other,), used=used)
        assert missing.seconds == pytest.approx(30.0 * missing.likely_samples)

    def test_stated_money_outranks_the_declared_one(self):
        dear, cheap = run(name="a", size=20, usd=8.0), run(name="b", size=60, usd=0.0)
        silent, empty = run(name="c", seconds=60.0), run(name="d", size=0, usd=500.0)
        used = (dear, cheap, silent, empty)
        found = margin(OPEN, dangerous=7.0, cost=PAID, evidence=used, used=used)
        assert found.usd == pytest.approx(8.0 / 80 * found.likely_samples)
        assert found.seconds == pytest.approx(60.0 / 60 * found.likely_samples)
        free = margin(OPEN, dangerous=7.0, cost=PAID, evidence=(cheap,), used=(cheap,))
        assert free.usd == 0.0
        other = margin(OPEN, dangerous=7.0, cost=PAID, evidence=(silent, empty), used=used)
        assert other.usd == pytest.approx(0.5 * other.likely_samples)


def test_every_measured_finding_has_a_margin_safeguard_tests_too():
    tested = SafeguardCriterion(says="s", falls_short_if=measured())
    rules = framework(
        thresholds={"t": threshold(AllOf(all=(measured(), attested())))},
        standards={"base": standard(criteria={"c": tested}), "deploy": standard()},
    )
    log = run()
    found = determined(rules, log, plan=plan(rules))
    known = margins(rules, determination=found, evidence=[log])
    assert [item.path for item in known] == ["t:bio", "base:c/bio"]
    # An error leaves a finding without limits.
    broken = found.model_copy(
        update={"findings": (finding("x", limits=None, slot="bio"), finding("y", limits=LIMITS))}
    )
    assert [m.path for m in margins(rules, determination=broken, evidence=())] == ["base:c/bio"]
    assert sha("x") != sha("y")
