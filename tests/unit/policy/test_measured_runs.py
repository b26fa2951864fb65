"""Vetoes, variants, publications, inheritance (spec/determination.md S-6, M-10, M-14, I)."""

from __future__ import annotations

from typing import Any

import pytest
from scipy.stats import binom

from tests.unit.policy.factory import (
    CONTROL,
    IN,
    OPEN,
    OUT,
    TREATED,
    ago,
    determined,
    doubt,
    evaluation,
    framework,
    measured,
    of_arms,
    plan,
    register,
    registered,
    run,
    samples,
    subject,
    threshold,
    uplift,
    values,
)
from tests.unit.policy.one_slot import CLEAN, settled, summary
from tierlock import stats
from tierlock.core import (
    Estimand,
    Inheritance,
    Lineage,
    Parts,
    Reported,
    SubjectRef,
)

UPLIFT = {
    "rules": framework(evaluations={"bio": evaluation(arm_by="arm")}),
    "criterion": uplift("uplift_difference", below=0.3),
}


class TestVeto:
    """S-6: unplanned evidence vetoes and never supports."""

    def trial(self, shift, times, **changes):
        treated = [min(1.0, value + shift) for value in TREATED] * times
        control = [max(0.0, value - shift) for value in CONTROL] * times
        return run(samples=of_arms(treated, control), **changes)

    def test_unplanned_evidence_alone(self):
        log = run()
        found = settled(log, promise=plan(framework(), "other"))
        assert summary(found) == (OPEN, ["slot.only-unplanned"])
        assert (found.decided_by, found.evidence) == ("omission", (log.digest,))

    def test_a_safe_unplanned_run_changes_nothing(self):
        assert summary(settled(run(), run(name="r2"))) == CLEAN
        assert summary(settled(run(7), run(name="r2", size=200)))[0] is OPEN

    def test_a_bad_unplanned_run_vetoes(self):
        found = settled(run(), run(30, name="r2"))
        assert summary(found) == (OPEN, ["slot.unplanned-veto"])
        # Never REACHED: that is judged on the planned runs alone.
        assert settled(run(), run(60, name="r2")).outcome is OPEN

    def test_a_veto_is_said_beside_a_planned_run_that_decides_nothing(self):
        """L9: worse planned values can not hide the veto."""
        found = settled(run(12), run(30, name="r2"))
        assert summary(found) == (OPEN, ["interval.crosses", "slot.unplanned-veto"])
        doubted = settled(run(12, problems=(doubt(),)), run(30, name="r2"))
        assert summary(doubted) == (OPEN, ["evidence.doubtful", "slot.unplanned-veto"])
        assert summary(settled(run(40), run(name="r2", measured_at=ago(5))))[0] is IN

    def test_a_veto_of_one_variant_is_enough(self):
        hot = run(5, name="r2", configuration={"temperature": "1"})
        extra = run(4, 9, name="r3", measured_at=ago(5))
        assert summary(settled(run(), extra)) == CLEAN
        assert summary(settled(run(), hot, extra, runs=2))[1][0] == "slot.unplanned-veto"

    def test_the_published_counterexample(self):
        """S-6: 5/10 beside 0/50 is 5/60, as units of their own."""
        rules = framework()
        criterion = measured(rule_out_below=0.1)
        assert settled(run(0, 50), rules=rules, criterion=criterion).outcome is OUT
        found = settled(run(0, 50), run(5, 10, name="r2"), rules=rules, criterion=criterion)
        assert summary(found) == (OPEN, ["slot.unplanned-veto"])

    def test_each_alone_may_pass_and_all_unsafe_ones_together_not(self):
        small = [run(7, 9, name=f"u{n}", measured_at=ago(5)) for n in range(3)]
        assert summary(settled(run(), small[0]))[0] is OUT
        assert summary(settled(run(), *small)) == (OPEN, ["slot.unplanned-veto"])

    def test_a_run_on_the_safe_side_vetoes_by_itself(self):
        """S-6: each unplanned run is added alone too; 1 of 6 is below the limit."""
        alone, joined = (stats.rule_out_p(values(b, n), bound=0.2) for b, n in ((0, 56), (1, 62)))
        assert alone < joined
        between = {"alphas": ((alone + joined) / 2, 0.05)}
        assert settled(run(0, 56), **between).outcome is OUT
        found = settled(run(0, 56), run(1, 6, name="u", measured_at=ago(5)), **between)
        assert summary(found) == (OPEN, ["slot.unplanned-veto"])

    def test_of_an_unfinished_run_only_what_it_observed_counts(self):
        """S-2, S-6: 1 of 6 is on the safe side, whatever the run still meant to try."""
        base, bad = run(0, 56), run(7, 9, name="v", measured_at=ago(5))
        left: dict[str, Any] = {"measured_at": ago(5), "status": "error"}
        short = run(1, 6, name="u", planned_samples=30, **left)
        alone = stats.rule_out_p(values(7, 65), bound=0.2)
        joined = stats.rule_out_p(values(8, 71), bound=0.2)
        assert alone < joined
        between = {"alphas": ((alone + joined) / 2, 0.05)}
        assert summary(settled(base, bad, short, **between)) == CLEAN
        unsafe = run(2, 6, name="u", planned_samples=30, **left)
        assert settled(base, bad, unsafe, **between).outcome is OPEN

    def test_trials_have_no_safe_side(self):
        """S-6: a difference of two arms has no worst mean, so all are added together."""
        planned = self.trial(0.0, 5)
        extra = [self.trial(0.18, 1, name=f"u{n}", measured_at=ago(5)) for n in (1, 2)]
        assert summary(settled(planned, **UPLIFT)) == CLEAN
        for one in extra:
            assert summary(settled(planned, one, **UPLIFT)) == CLEAN
        found = settled(planned, *extra, **UPLIFT)
        assert summary(found) == (OPEN, ["slot.unplanned-veto"])

    def test_safe_ones_do_not_dilute_the_unsafe_ones(self):
        small = [run(7, 9, name=f"u{n}", measured_at=ago(5)) for n in range(3)]
        wide = run(0, 300, name="v", measured_at=ago(5))
        assert settled(run(), *small, wide).outcome is OPEN

    def test_the_safe_side_is_strict(self):
        """A run whose mean is at the limit is not safe; below it, it is left out of the sum."""
        base, bad = run(0, 56), run(7, 9, name="v", measured_at=ago(5))
        alone = stats.rule_out_p(values(7, 65), bound=0.2)
        for safe, size in ((0, 5), (1, 6)):
            joined = stats.rule_out_p(values(7 + safe, 65 + size), bound=0.2)
            assert (joined < alone) == (safe == 0)
        at_limit, below = (run(1, n, name="u", measured_at=ago(5)) for n in (5, 6))
        joined = stats.rule_out_p(values(8, 70), bound=0.2)
        assert joined > alone
        between = {"alphas": ((alone + joined) / 2, 0.05)}
        assert settled(base, bad, **between).outcome is OUT
        assert settled(base, bad, at_limit, **between).outcome is OPEN
        assert settled(base, bad, below, **between).outcome is OUT

    def test_the_safe_side_is_strict_where_lower_is_worse(self):
        rules = framework(evaluations={"bio": evaluation(higher_is="better")})
        base, bad = run(56, 56), run(2, 9, name="v", measured_at=ago(5))
        alone = stats.rule_out_p(values(7, 65), bound=0.2)
        joined = stats.rule_out_p(values(8, 70), bound=0.2)
        settings = {
            "rules": rules,
            "criterion": measured(rule_out_above=0.8),
            "alphas": ((alone + joined) / 2, 0.05),
        }
        at_limit, above = (run(n - 1, n, name="u", measured_at=ago(5)) for n in (5, 6))
        assert settled(base, bad, **settings).outcome is OUT
        assert settled(base, bad, at_limit, **settings).outcome is OPEN
        assert settled(base, bad, above, **settings).outcome is OUT

    def test_missing_attempts_of_an_unplanned_run_are_imputed_worst(self):
        half = run(name="u", measured_at=ago(5), samples=samples([0.0] * 10 + [None] * 40))
        assert summary(settled(run(), half)) == (OPEN, ["slot.unplanned-veto"])

    def test_the_cross_check_bars_with_the_unplanned_run_too(self):
        """M-9: joined, Welch would rule out; the monotone test no longer does."""
        planned, extra = self.trial(0.0, 5), self.trial(0.2, 2, name="u", measured_at=ago(5))
        assert summary(settled(planned, **UPLIFT)) == CLEAN
        assert summary(settled(planned, extra, **UPLIFT)) == (OPEN, ["slot.unplanned-veto"])
        both = settled(planned, extra, runs=2, **UPLIFT)
        assert summary(both) == (OPEN, ["monotone.cross-check"])
        assert both.estimate.rule_out_p < 0.001

    def test_where_lower_is_worse(self):
        rules = framework(evaluations={"bio": evaluation(higher_is="better")})
        settings = {"rules": rules, "criterion": measured(rule_out_above=0.8)}
        good, bad = run(60, 60), [run(2, 9, name=f"u{n}", measured_at=ago(5)) for n in range(3)]
        assert settled(good, bad[0], **settings).outcome is OUT
        assert settled(good, *bad, **settings).outcome is OPEN
        wide = run(300, 300, name="v", measured_at=ago(5))
        assert settled(good, *bad[:1], wide, **settings).outcome is OUT
        assert settled(good, *bad, wide, **settings).outcome is OPEN


class TestVariants:
    """M-14: runs of different elicitation are judged by themselves."""

    def pair(self, one, two, **changes):
        hot = run(two, name="r2", configuration={"temperature": "1"}, **changes)
        return settled(run(one), hot, runs=2)

    def test_every_variant_must_rule_out(self):
        found = self.pair(0, 0)
        assert summary(found) == CLEAN
        assert found.estimate.method == "Clopper-Pearson, worst of 2 elicitations"
        assert found.estimate.counts.planned == 60
        assert self.pair(0, 7).outcome is OPEN
        assert self.pair(7, 0).outcome is OPEN
        assert settled(run(0), run(7, name="r2"), runs=2).outcome is OUT

    def test_the_estimate_is_that_of_the_worst(self):
        for found in (self.pair(1, 5), self.pair(5, 1)):
            assert found.estimate.value == pytest.approx(5 / 60)

    def test_reached_takes_the_smallest_p_in_times_their_number(self):
        found = self.pair(19, 0)
        assert found.estimate.rule_in_p == pytest.approx(2 * binom.sf(18, 60, 0.2))
        assert found.outcome is IN
        assert 0.025 < binom.sf(17, 60, 0.2) < 0.1
        assert self.pair(18, 0).outcome is OPEN
        assert self.pair(0, 30).outcome is IN
        assert self.pair(0, 0).estimate.rule_in_p == 1.0

    def test_proved_rule_in_counts_the_variants_too(self):
        proved = measured(guarantee="proved")
        hb = {b: stats.hoeffding_bentkus_rule_in_p(values(b, 60), bound=0.2) for b in range(20, 40)}
        bad = next(b for b, p in hb.items() if p < 0.05 < 2 * p)
        hot = run(0, name="r2", configuration={"temperature": "1"})
        assert settled(run(bad), criterion=proved).outcome is IN
        assert settled(run(bad), hot, runs=2, criterion=proved).outcome is OPEN
        assert settled(run(40), hot, runs=2, criterion=proved).outcome is IN
        assert settled(hot, run(40, name="r9"), runs=2, criterion=proved).outcome is IN

    def test_bars_of_every_variant_count(self):
        gone = samples([0.0] * 60, scores={"a": (0.0,) * 60, "b": (0.0,) * 60})
        found = self.pair(0, 0, samples=gone)
        assert "scorer.ambiguous" in summary(found)[1]
        many = samples([0.0] * 50 + [None] * 10)
        assert summary(self.pair(0, 0, samples=many)) == (OPEN, ["missing.over-cap"])

    def test_a_barred_variant_is_shown_before_a_worse_one(self):
        """The estimate is of a variant that bars, whatever the p-values."""
        rules = framework(evaluations={"bio": evaluation()})
        criterion = measured(estimand=Estimand(population="suite"))
        hot = run(name="r2", configuration={"t": "1"}, samples=samples([0.5] * 60))
        found = settled(run(5), hot, rules=rules, criterion=criterion, runs=2)
        assert summary(found) == (OPEN, ["suite.not-binary"])
        assert found.estimate.method == "none, worst of 2 elicitations"

    def test_a_barred_variant_is_shown_before_one_that_is_as_bad_as_can_be(self):
        """Both p-values are 1; the one that bars comes second in the order of variants."""
        criterion = measured(estimand=Estimand(population="suite"))
        hot = run(60, name="r2", configuration={"t": "1"})
        found = settled(run(samples=samples([0.5] * 60)), hot, criterion=criterion, runs=2)
        assert settled(hot, criterion=criterion).estimate.rule_out_p == 1.0
        assert found.estimate.method == "none, worst of 2 elicitations"

    def test_an_unplanned_run_is_added_to_every_variant(self):
        hot = run(6, name="r2", configuration={"temperature": "1"})
        found = settled(run(), hot, run(30, 60, name="r3"), runs=2)
        assert summary(found)[0] is OPEN
        assert "slot.unplanned-veto" in summary(found)[1]


class TestReported:
    """M-10: samples and published aggregates must both rule out."""

    def test_published_counts_decide(self):
        log = run(0, 0, reported=(Reported(n=60, successes=0),))
        found = settled(log)
        assert (found.outcome, found.estimate.method) == (OUT, "Clopper-Pearson (reported counts)")
        assert settled(run(0, 0, reported=(Reported(n=60, successes=30),))).outcome is IN

    def test_every_aggregate_and_the_samples(self):
        good = run(0, 0, name="p", reported=(Reported(n=60, successes=0),))
        bad = run(0, 0, name="q", reported=(Reported(n=60, successes=9),))
        assert settled(good, run(), runs=2).outcome is OUT
        assert settled(bad, run(), runs=2).outcome is OPEN
        assert settled(good, bad, runs=2).outcome is OPEN
        both = settled(good, run(), runs=2).estimate
        assert both.units == 120
        assert both.method.count("Clopper-Pearson") == 2

    def test_samples_beside_an_aggregate_of_the_same_run_are_judged_too(self):
        good = Reported(n=60, successes=0)
        assert summary(settled(run(reported=(good,)))) == CLEAN
        assert settled(run(12, reported=(good,))).outcome is OPEN
        assert settled(run(40, reported=(good,))).outcome is IN
        assert summary(settled(run(), run(40, name="u", reported=(good,)))) == (
            OPEN,
            ["slot.unplanned-veto"],
        )

    def test_a_pool_holds_the_planned_publications_beside_an_unplanned_run(self):
        """S-6: a pool that does not rule out is told, whatever in it does not."""
        shown = run(0, 0, reported=(Reported(n=60, successes=9),))
        found = settled(shown, run(name="u", measured_at=ago(5)))
        assert summary(found) == (OPEN, ["interval.crosses", "slot.unplanned-veto"])

    def test_published_counts_veto_as_unplanned_runs(self):
        bad = run(0, 0, name="u", reported=(Reported(n=60, successes=30),))
        assert summary(settled(run(), bad)) == (OPEN, ["slot.unplanned-veto"])
        good = run(0, 0, name="u", reported=(Reported(n=60, successes=0),))
        assert summary(settled(run(), good)) == CLEAN


MARGIN = Inheritance(margin=0.3, basis="proposal", reason="r")


class TestInherited:
    """I-1 to I-4: a slot that the plan declares inherited."""

    criterion = measured(inherit=MARGIN)
    rules = framework(thresholds={"t": threshold(criterion)})
    child = subject(name="child", known_as=(), parts=Parts(), lineage=Lineage(parent="m"))

    def settled(self, own, *, base=None, extra=(), criterion=None, alphas=(0.05, 0.05), **changes):
        base = base or run(name="base")
        parent = determined(self.rules, base)
        about = SubjectRef(name="child")
        logs = [log.model_copy(update={"subject": about}) for log in (own, *extra)]
        known = register(*(registered(log.run_id, subject="child", parts=Parts()) for log in logs))
        return settled(
            *logs,
            base,
            criterion=criterion or self.criterion,
            rules=self.rules,
            known=known,
            source="inherited",
            subject=self.child,
            parent=parent,
            alphas=alphas,
            **changes,
        )

    def p(self, worse=8):
        return stats.noninferiority_p(values(worse, 60), margin=0.3, lo=-1, hi=1)

    def test_no_worse_than_the_parent_rules_out_outside_the_guarantee(self):
        found = self.settled(run(name="own"))
        assert summary(found) == CLEAN
        assert (found.decided_by, found.guarded) == ("inheritance", False)

    def test_half_the_alpha_times_the_factor(self):
        """I-2: 2 * m_out * p <= alpha_out."""
        p, own = self.p(), run(8, name="own")
        assert self.settled(own, alphas=(2 * p + 1e-8, 0.05)).outcome is OUT
        found = self.settled(own, alphas=(2 * p - 1e-8, 0.05))
        assert summary(found) == (OPEN, ["inherit.worse"])
        assert f"{2 * p:.3g}" in found.reasons[0].says
        assert (found.decided_by, found.guarded) == ("inheritance", False)
        halved = {"alphas": (4 * p + 1e-8, 0.05)}
        assert self.settled(own, **halved, factors=(2, 1)).outcome is OUT
        assert self.settled(own, **halved, factors=(3, 1)).outcome is OPEN

    def test_the_absolute_bound_is_not_asked(self):
        """Own runs that alone would not rule out: 0 of 10."""
        found = self.settled(run(0, 10, name="own"), base=run(0, 60, name="base"))
        assert found.outcome is OPEN
        few = self.settled(run(8, 60, name="own"), base=run(0, 60, name="base"))
        assert stats.rule_out_p(values(8, 60), bound=0.2) > 0.05
        assert few.outcome is OUT

    def test_a_p_value_at_alpha_of_the_absolute_test_is_no_bar(self):
        p = stats.rule_out_p(values(8, 60), bound=0.2)
        found = self.settled(run(8, name="own"), alphas=(p, 0.05))
        assert summary(found) == CLEAN

    def test_i4_reached_by_own_runs_stays(self):
        found = self.settled(run(40, name="own"))
        assert summary(found) == (IN, [])
        assert (found.decided_by, found.guarded) == ("evidence", True)
        doubted = self.settled(run(40, name="own", problems=(doubt(),)))
        assert summary(doubted) == (IN, ["evidence.doubtful"])

    def test_bars_and_refusals_stay(self):
        doubted = self.settled(run(name="own", problems=(doubt(),)))
        assert summary(doubted) == (OPEN, ["evidence.doubtful"])
        plain = self.settled(run(name="own"), criterion=measured())
        assert summary(plain) == (OPEN, ["inherit.no-margin"])

    def test_any_unplanned_run_vetoes(self):
        extra = run(name="own2", measured_at=ago(5))
        found = self.settled(run(name="own"), extra=(extra,))
        assert summary(found) == (OPEN, ["slot.unplanned-veto"])

    def test_a_measured_slot_is_not_inherited(self):
        assert self.settled(run(name="own")).evidence != ()
        own = run(8, name="own", about=SubjectRef(name="m"))
        assert settled(own, criterion=self.criterion, rules=self.rules).decided_by == "evidence"
