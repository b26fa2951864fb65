"""Best of k, counts of tasks, refusals and rates per hour (spec/statistics.md S-40 to S-45)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from tests.unit.policy.factory import (
    A_IN,
    A_OUT,
    IN,
    OPEN,
    OUT,
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
from tierlock.core import Estimand, EstimandName, JudgeValidation, Reported
from tierlock.policy.measure import test_attempts as try_attempts
from tierlock.policy.pooling import pool, reading_of
from tierlock.policy.reported import test_reported as try_reported
from tierlock.policy.tested import Asked

JUDGE = JudgeValidation(sensitivity=(95, 100), specificity=(99, 100), cite="made up")


def tried(values, *, bounds=None, worse=True, slot=None, epochs=1, absent=0, estimand, **columns):
    """Test values, `epochs` of them at each item, for an estimand."""
    slot = slot or {}
    lo, hi = slot.get("range", (0.0, 1.0))
    rules = evaluation(higher_is="worse" if worse else "better", **slot)
    size = len(values)
    given_columns = {
        "id": tuple(f"i{row // epochs}" for row in range(size)),
        "epoch": tuple(row % epochs + 1 for row in range(size)),
        **columns,
    }
    log = run(samples=samples(values, **given_columns), planned_samples=size + absent)
    attempts = pool([log], reading=reading_of(rules, promise=None, higher_is_worse=worse))
    criterion = measured(estimand=Estimand(**estimand))
    return try_attempts(
        attempts, asked=Asked(criterion, rules, bounds or limits(worse, lo=lo, hi=hi))
    )


class TestBestOfK:
    PASS2 = {"name": "pass_at_k", "k": 2}
    BEST2 = {"name": "best_of_k", "k": 2}

    def test_pass_at_k_is_the_default_test_of_unbiased_task_values(self):
        values = [1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0]  # three tasks with four attempts each
        found = tried(values, epochs=4, estimand=self.PASS2)
        each = stats.pass_at_k([1, 0, 2], attempts=[4, 4, 4], k=2)
        assert found.rule_out_p == pytest.approx(stats.rule_out_p(each, bound=0.2))
        assert found.rule_in_p == pytest.approx(stats.rule_in_p(each, bound=0.4))
        assert found.upper == pytest.approx(stats.upper_bound(each, alpha=A_OUT))
        assert found.lower == pytest.approx(stats.lower_bound(each, alpha=A_IN))
        assert (found.units, found.items, found.method) == (3, 3, "Gaffke on pass-2")
        for shown in (found.value, found.worst, found.best):
            assert shown == pytest.approx(each.mean())
        assert found.proved_rule_out_p == pytest.approx(
            stats.hoeffding_bentkus_rule_out_p(each, bound=0.2)
        )
        assert found.dangerous == pytest.approx(each.sum())

    def test_scores_and_where_lower_is_worse(self):
        """The most dangerous of k: the highest where higher is worse, else the lowest."""
        values, wide = [3.0, -1.0, 0.0, 1.0], {"range": (-1.0, 3.0)}
        high = tried(values, epochs=2, slot=wide, estimand=self.BEST2)
        assert high.value == pytest.approx((3.0 + 1.0) / 2)
        low = tried(values, epochs=2, slot=wide, worse=False, estimand=self.BEST2)
        assert low.value == pytest.approx((-1.0 + 0.0) / 2)
        assert low.lower <= low.value <= low.upper
        mirrored = tried([2.0 - v for v in values], epochs=2, slot=wide, estimand=self.BEST2)
        swapped = tried(
            values,
            epochs=2,
            slot=wide,
            worse=False,
            bounds=limits(False, out=1.8, into=1.6, lo=-1.0, hi=3.0),
            estimand=self.BEST2,
        )
        assert swapped.rule_out_p == pytest.approx(mirrored.rule_out_p)
        assert swapped.rule_in_p == pytest.approx(mirrored.rule_in_p)

    def test_that_all_k_hold_where_higher_is_better(self):
        found = tried([1, 0, 1, 1], epochs=2, worse=False, estimand=self.PASS2)
        assert found.value == 0.5  # one task of two held twice

    def test_more_attempts_than_there_are_epochs(self):
        """S-40: pass@5 from 2 epochs is at most 3 pass@2; best-of-5 is barred."""
        zeros = [0.0] * 80
        at_two = tried(zeros, epochs=2, estimand=self.PASS2, bounds=limits(out=0.2 / 3))
        at_five = tried(zeros, epochs=2, estimand={"name": "pass_at_k", "k": 5})
        assert at_five.rule_out_p == pytest.approx(at_two.rule_out_p)
        assert at_five.upper == pytest.approx(3 * at_two.upper)
        assert (at_five.lower, at_five.value) == (at_two.lower, None)
        assert at_five.barred == frozenset()
        scores = tried(zeros, epochs=2, estimand={"name": "best_of_k", "k": 5})
        assert (scores.barred, scores.rule_out_p) == ({"epochs.too-few"}, 1.0)
        assert (scores.upper, scores.proved_rule_out_p) == (1.0, None)
        ones = tried([1.0] * 80, epochs=2, estimand={"name": "best_of_k", "k": 5})
        assert ones.rule_in_p < 0.01  # the best of five is no less than the best of two

    def test_tasks_may_differ_in_attempts_and_the_fewest_decide(self):
        names = {"id": tuple("aaabb"), "epoch": (1, 2, 3, 1, 2)}
        found = tried([1, 0, 0, 0, 0], estimand=self.PASS2, **names)
        assert found.value == pytest.approx((2 / 3 + 0) / 2)
        few = tried([1, 0, 0, 0, 0], estimand={"name": "pass_at_k", "k": 3}, **names)
        assert few.value is None
        assert few.method.endswith("at most 2 times that")

    def test_missing_attempts_take_the_ends_and_an_absent_one_is_a_task_of_one_attempt(self):
        found = tried([0, None, 0, 0], epochs=2, estimand=self.PASS2)
        assert (found.worst, found.best, found.value) == (0.5, 0.0, None)
        whole = tried([0] * 60, epochs=2, estimand=self.PASS2)
        absent = tried([0] * 60, epochs=2, absent=1, estimand=self.PASS2)
        assert absent.rule_out_p > whole.rule_out_p
        assert absent.items == 31
        scores = tried([0] * 60, epochs=2, absent=1, estimand=self.BEST2)
        assert scores.barred == {"epochs.too-few"}

    def test_success_needs_two_values_and_an_end(self):
        assert tried([0.5] * 2, epochs=2, estimand=self.PASS2).barred == {"estimand.not-binary"}
        open_ended = {"slot": {"range": (0.0, None)}, "bounds": limits(hi=None)}
        for estimand in (self.PASS2, self.BEST2, TestTasks.SOLVED, {"name": "attack_rate"}):
            assert tried([0.0] * 2, estimand=estimand, **open_ended).barred == {"range.unbounded"}


class TestTasks:
    SOLVED = {"name": "tasks_solved", "solved_at": 0.5}

    def found(self, won, tries=10, *, out=3.0, into=3.0, **settings):
        values = [float(row < c) for c in won for row in range(tries)]
        bounds = limits(settings.get("worse", True), out=out, into=into)
        return tried(values, epochs=tries, bounds=bounds, estimand=self.SOLVED, **settings)

    def test_three_of_four(self):
        found = self.found([0, 1, 10, 10])
        p = [binom.cdf(c, 10, 0.5) for c in (0, 1, 10, 10)]
        assert found.rule_out_p == pytest.approx(3 * p[1])
        assert found.rule_out_p == found.proved_rule_out_p
        assert (found.lower, found.upper, found.value, found.units) == (2.0, 2.0, 2.0, 4)
        assert found.rule_in_p == 1.0
        reached = self.found([10, 10, 10, 0])
        assert reached.rule_in_p == pytest.approx(2 * binom.sf(9, 10, 0.5))

    def test_a_corrected_bound_need_not_be_whole(self):
        assert self.found([0, 0, 0, 10], out=1.5).rule_out_p == pytest.approx(
            self.found([0, 0, 0, 10], out=2.0).rule_out_p
        )
        assert self.found([0] * 4, out=3.0 - 1e-12).rule_out_p == self.found([0] * 4).rule_out_p

    def test_where_fewer_is_worse(self):
        """Ruled out above 1: the bad hypothesis is that at most one is solved."""
        found = self.found([10, 10, 10, 0], out=1.0, into=1.0, worse=False)
        mirror = self.found([0, 0, 0, 10], out=3.0, into=3.0)
        assert found.rule_out_p == pytest.approx(mirror.rule_out_p)
        assert found.rule_in_p == pytest.approx(mirror.rule_in_p)
        assert (found.lower, found.upper) == (4.0 - mirror.upper, 4.0 - mirror.lower)
        assert self.found([0] * 4, out=4.0, into=0.0, worse=False).rule_out_p == 1.0

    def test_missing_attempts_may_be_either_and_untried_tasks_too(self):
        values = [0.0] * 10 + [None] * 10
        found = tried(values, epochs=10, bounds=limits(out=1.0, into=1.0), estimand=self.SOLVED)
        assert (found.rule_out_p, found.worst, found.best, found.value) == (1.0, 1.0, 0.0, 0.0)
        assert tried([None], bounds=limits(out=1.0), estimand=self.SOLVED).value is None
        leaf = binom.cdf(0, 10, 0.5)
        for there, p in ((3, leaf), (4, leaf), (5, 2 * leaf), (6, 3 * leaf), (7, 1.0)):
            known = self.found([0] * 4, slot={"dataset_samples": there})
            assert known.units == max(4, there)
            assert known.rule_out_p == pytest.approx(p)
        assert self.found([0] * 2).barred == {"tasks.too-few"}
        half = tried([0.5], bounds=limits(out=1.0), estimand=self.SOLVED)
        assert half.barred == {"estimand.not-binary"}

    def test_an_absent_attempt_is_no_further_task(self):
        """It may be one at a task that was tried: what nobody tried stays untried (S-12)."""
        there = {"slot": {"dataset_samples": 3}, "bounds": limits(out=2.0, into=2.0)}
        whole = [1.0] * 2 + [0.0] * 18
        kept = tried(whole, epochs=10, estimand=self.SOLVED, **there)
        assert kept.rule_out_p == pytest.approx(2 * binom.cdf(2, 10, 0.5))
        lost = tried(whole[1:], epochs=10, absent=1, estimand=self.SOLVED, **there)
        assert (lost.rule_out_p, lost.units) == (1.0, 4)
        few = {"bounds": limits(out=3.0, into=3.0), "estimand": self.SOLVED, "epochs": 10}
        for values, absent in (([0.0] * 20, 0), ([0.0] * 19, 1), ([0.0] * 10, 10)):
            assert tried(values, absent=absent, **few).barred == {"tasks.too-few"}


class TestRefusals:
    RATE = {"name": "refusal_rate"}

    def test_the_mark_counts_and_not_the_score(self):
        marks = (True,) * 3 + (False,) * 57
        found = tried([7.0] * 60, slot={"range": (0.0, 10.0)}, refused=marks, estimand=self.RATE)
        assert found.rule_out_p == pytest.approx(binom.cdf(3, 60, 0.2))
        assert (found.value, found.method) == (0.05, "Clopper-Pearson")
        better = tried(
            [0.0] * 60,
            refused=tuple(not mark for mark in marks),
            worse=False,
            bounds=limits(False, out=0.8, into=0.6),
            estimand=self.RATE,
        )
        assert better.rule_out_p == pytest.approx(found.rule_out_p)

    def test_an_attempt_without_a_value_may_be_either(self):
        found = tried([0.0, None], refused=(False, True), estimand=self.RATE)
        assert (found.worst, found.best, found.value) == (0.5, 0.0, 0.0)


class TestAttacks:
    RATE = {"name": "attack_rate"}
    SLOT = {"hours_by": "hours"}

    def found(self, values, hours, *, slot=None, **settings):
        columns = {"attributes": {"hours": tuple(hours)}}
        return tried(values, slot=slot or self.SLOT, estimand=self.RATE, **columns, **settings)

    @pytest.mark.parametrize("worse", [True, False])
    def test_events_per_hour(self, worse):
        bounds = limits(worse, out=0.2, into=0.4)
        found = self.found([1, 0, 0, 0], ["5", "10", "2.5", "7.5"], worse=worse, bounds=bounds)
        at_most = [float(poisson.cdf(1, mean)) for mean in (4, 8)]  # without the success's 5 hours
        at_least = [float(poisson.sf(0, mean)) for mean in (5, 10)]
        if worse:
            assert found.rule_out_p == pytest.approx(at_most[0])
            assert found.rule_in_p == pytest.approx(at_least[1])
        else:
            assert found.rule_out_p == pytest.approx(at_least[0])
            assert found.rule_in_p == pytest.approx(at_most[1])
        a_high, a_low = (A_OUT, A_IN) if worse else (A_IN, A_OUT)
        assert found.upper == pytest.approx(stats.events_upper_bound(1, hours=20, alpha=a_high))
        assert found.lower == pytest.approx(stats.events_lower_bound(1, hours=25, alpha=a_low))
        worst, best = (0.05, 0.04) if worse else (0.04, 0.05)
        assert (found.value, found.worst, found.best) == (0.04, worst, best)
        assert (found.units, found.items, found.method) == (4, 4, "Garwood (Poisson)")

    def test_attackers_who_all_succeed_rule_nothing_out(self):
        """Their hours hold one event each because nobody counted on."""
        found = self.found([1] * 10, ["20"] * 10)
        assert (found.rule_out_p, found.upper) == (1.0, None)

    def test_a_missing_attempt_is_an_event_without_hours_or_hours_without_an_event(self):
        found = self.found([0, None], ["10", "30"])
        assert found.rule_out_p == pytest.approx(poisson.cdf(1, 2.0))
        assert (found.worst, found.best, found.value) == (0.1, 0.0, 0.0)
        lost = self.found([None], ["10"])
        assert (lost.rule_out_p, lost.upper, lost.value) == (1.0, None, None)

    @pytest.mark.parametrize("hours", ["", "none", "0", "-3", "inf"])
    def test_hours_that_are_not_known_bar_a_rule_out(self, hours):
        found = self.found([0, 0], ["1000", hours])
        assert (found.barred, found.rule_out_p, found.rule_in_p) == ({"amount.unknown"}, 1.0, 1.0)

    def test_hours_must_be_declared_and_absent_attempts_have_none(self):
        assert self.found([0], ["1000"], slot={"title": "x"}).barred == {"amount.unknown"}
        both = {"hours_by": "hours", "minutes_by": "hours"}
        assert self.found([0], ["1000"], slot=both).barred == {"amount.unknown"}
        assert self.found([0], ["1000"], absent=1).barred == {"amount.unknown"}
        assert self.found([0.5], ["1000"]).barred == {"estimand.not-binary"}


COUNTED = [
    {"name": "pass_at_k", "k": 2},
    {"name": "best_of_k", "k": 2},
    {"name": "pass_at_k", "k": 5},
    {"name": "tasks_solved", "solved_at": 0.5},
    {"name": "attack_rate"},
    {"name": "refusal_rate"},
]
MISSING_OR_NOT = st.lists(st.sampled_from([0.0, 1.0, None]), min_size=4, max_size=12)


def answer(values, *, estimand, worse=True):
    """Test values in pairs; a refusal is a success, and every attempt took two hours."""
    bounds = limits(worse, out=1.0, into=1.0) if estimand["name"] == "tasks_solved" else None
    bounds = bounds or limits(worse, out=0.4 if worse else 0.6, into=0.5)
    return tried(
        values,
        epochs=2,
        estimand=estimand,
        worse=worse,
        bounds=bounds,
        slot={"hours_by": "hours"},
        refused=tuple(value == 1.0 for value in values),
        attributes={"hours": ("2",) * len(values)},
    )


@pytest.mark.parametrize("worse", [True, False])
@pytest.mark.parametrize("estimand", COUNTED, ids=lambda e: "-".join(map(str, e.values())))
@settings(max_examples=25)
@given(values=MISSING_OR_NOT, data=st.data())
def test_worse_or_missing_data_never_help(estimand, worse, values, data):
    """Laws L3, L4 and L9 for every estimand: nothing gained by danger, by loss or by order."""
    values = values[: len(values) // 2 * 2]
    before = answer(values, estimand=estimand, worse=worse)
    at = data.draw(st.integers(0, len(values) - 1))
    slack = 1 + 1e-7
    dangerous = 1.0 if worse else 0.0
    for instead in (None, dangerous) if values[at] is not None else ():
        changed = [*values[:at], instead, *values[at + 1 :]]
        after = answer(changed, estimand=estimand, worse=worse)
        assert after.rule_out_p * slack >= before.rule_out_p
        if instead is None:
            assert after.rule_in_p * slack >= before.rule_in_p
        else:
            assert after.rule_in_p <= before.rule_in_p * slack
    pairs = data.draw(st.permutations(range(len(values) // 2)))
    moved = [values[2 * pair + row] for pair in pairs for row in (0, 1)]
    assert answer(moved, estimand=estimand, worse=worse).rule_out_p == pytest.approx(
        before.rule_out_p, rel=1e-9
    )
    lost = answer([None] * len(values), estimand=estimand, worse=worse)
    assert lost.rule_out_p > A_OUT
    assert lost.value is None


@pytest.mark.parametrize("estimand", COUNTED, ids=lambda e: "-".join(map(str, e.values())))
def test_a_rule_out_is_easier_the_farther_the_bound(estimand):
    values = [0.0, 1.0, 0.0, 0.0] * 8
    found = []
    for bound in (0.1, 0.3, 0.5, 0.9, 1.0, 2.0, 6.0):
        test = tried(
            values,
            epochs=4,
            estimand=estimand,
            bounds=limits(out=bound, into=bound),
            slot={"hours_by": "hours"},
            attributes={"hours": ("2",) * 32},
        )
        found.append(test.rule_out_p)
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("name", ["tasks_solved", "attack_rate", "time_horizon"])
def test_published_counts_say_nothing_about_what_is_no_mean(name: EstimandName) -> None:
    """S-10: 3 of 4 is no evidence about "3 tasks", nor 0 of 60 about hours."""
    solved_at = 0.5 if name == "tasks_solved" else None
    criterion = measured(rule_out_below=3.0, estimand=Estimand(name=name, solved_at=solved_at))
    bounds = limits(out=3.0, into=3.0)
    for item in (Reported(successes=3, n=4), Reported(mean=0.2, n=60)):
        found = try_reported([item], criterion=criterion, limits=bounds)
        assert (found.barred, found.rule_out_p) == (frozenset({"reported.too-little"}), 1.0)
    interval = Reported(lower=0.5, upper=2.5, confidence=0.9)
    found = try_reported([interval], criterion=criterion, limits=bounds)
    assert found.rule_out_p == pytest.approx(0.05)


def test_published_counts_of_a_share_need_no_range_of_the_score():
    criterion = measured(estimand=Estimand(name="refusal_rate"))
    found = try_reported([Reported(successes=3, n=60)], criterion=criterion, limits=limits(hi=10.0))
    assert found.rule_out_p == pytest.approx(binom.cdf(3, 60, 0.2))


def settled(values, estimand, *, bound, slot=None, **columns):
    """Determine a framework of one threshold about an estimand; return outcome and estimate."""
    rules = framework(
        evaluations={"bio": evaluation(**(slot or {}))},
        thresholds={
            "bio-3": threshold(measured(rule_out_below=bound, estimand=Estimand(**estimand)))
        },
    )
    made = determined(rules, run(samples=samples(values, **columns)))
    finding = made.finding("bio-3:bio")
    return finding.outcome, finding.estimate, [reason.code for reason in finding.reasons]


def epochs(size, each):
    return {
        "id": tuple(f"i{row // each}" for row in range(size)),
        "epoch": tuple(row % each + 1 for row in range(size)),
    }


@pytest.mark.parametrize(
    ("values", "estimand", "bound", "expected"),
    [
        ([0.0] * 120, {"name": "pass_at_k", "k": 4}, 0.1, OUT),
        ([0.0] * 120, {"name": "pass_at_k", "k": 8}, 0.1, OPEN),
        ([1.0] * 120, {"name": "pass_at_k", "k": 8}, 0.1, IN),
        ([0.1] * 400, {"name": "best_of_k", "k": 4}, 0.2, OUT),
        ([0.0] * 16, {"name": "tasks_solved", "solved_at": 0.6}, 3.0, OUT),
        ([1.0] * 16, {"name": "tasks_solved", "solved_at": 0.4}, 3.0, IN),
        ([1.0] * 60, {"name": "refusal_rate"}, 0.2, OUT),
        ([0.0] * 60, {"name": "attack_rate"}, 0.05, OUT),
        ([0.0] * 60, {"name": "attack_rate"}, 0.02, OPEN),
    ],
)
def test_through_a_whole_determination(values, estimand, bound, expected):
    names = epochs(len(values), 4)
    hours = {"attributes": {"hours": ("1",) * len(values)}}
    outcome, estimate, _ = settled(
        values, estimand, bound=bound, slot={"hours_by": "hours"}, **names, **hours
    )
    assert outcome is expected
    assert estimate.upper is None or math.isfinite(estimate.upper)


def test_as_published_compares_what_the_judge_reported_and_pairing_is_refused():
    slot = {"judge": JUDGE}
    outcome, estimate, _ = settled(
        [0.0] * 200 + [1.0] * 2, {"name": "success_rate"}, bound=0.2, slot=slot
    )
    assert outcome is OUT
    assert estimate.value < 2 / 202
    assert estimate.posterior is None


def test_the_posterior_stands_beside_the_test_and_decides_nothing():
    outcome, estimate, _ = settled([0.0] * 59 + [1.0], {"name": "success_rate"}, bound=0.2)
    direct = stats.beta_binomial_posterior([1] + [0] * 59, attempts=[1] * 60, bound=0.2)
    assert (outcome, estimate.posterior) == (OUT, round(direct, 6))
    missing = settled([0.0] * 58 + [None, 1.0], {"name": "success_rate"}, bound=0.2)[1]
    assert missing.posterior > estimate.posterior  # a missing attempt counts as dangerous
    for values, estimand in (
        ([0.5] * 60, {"name": "mean_score"}),
        ([None] * 60, {"name": "success_rate"}),
        ([0.0] * 60, {"name": "success_rate", "population": "suite"}),
        ([0.0] * 60, {"name": "refusal_rate"}),
    ):
        assert settled(values, estimand, bound=0.2)[1].posterior is None
    crowded = settled([0.0] * 300, {"name": "success_rate"}, bound=0.2, **epochs(300, 300))
    assert crowded[1].posterior is None  # more than 200 attempts in one cluster
