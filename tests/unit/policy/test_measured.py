"""A slot -> the finding of a measured criterion (spec/determination.md S-5 to S-7, M-1 to M-14)."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from tests.unit.policy.factory import (
    IN,
    OPEN,
    OUT,
    ago,
    corrections,
    doubt,
    evaluation,
    framework,
    measured,
    plan,
    register,
    registered,
    run,
    samples,
    trigger,
    values,
)
from tests.unit.policy.one_slot import CLEAN, settled, summary
from tierlock import stats
from tierlock.core import (
    Correction,
    PlannedSlot,
    Reported,
    SpentAlpha,
    SubjectRef,
)


@pytest.mark.parametrize(
    ("bad", "expected"),
    [(0, OUT), (6, OUT), (7, OPEN), (17, OPEN), (18, IN), (60, IN)],
)
def test_m7_a_confidence_bound_decides_never_a_point_estimate(bad, expected):
    """M-7, golden: at 60 samples against 0.2, p_out = P(X <= bad) and p_in = P(X >= bad)."""
    found = settled(run(bad))
    p_out, p_in = binom.cdf(bad, 60, 0.2), binom.sf(bad - 1, 60, 0.2)
    assert (p_out <= 0.05, p_in <= 0.05) == (expected is OUT, expected is IN)
    assert found.outcome is expected
    assert found.estimate.rule_out_p == pytest.approx(p_out)
    assert found.estimate.rule_in_p == pytest.approx(p_in)


def test_m7_factors_and_alphas_of_the_tree_divide_the_budget():
    found = settled(run(6), factors=(2, 4))
    assert found.outcome is OPEN
    assert found.limits.alpha_rule_out == pytest.approx(0.025)
    assert found.limits.alpha_rule_in == pytest.approx(0.0125)
    assert settled(run(6), alphas=(0.02, 0.9)).outcome is OPEN
    assert settled(run(18), factors=(1, 2)).outcome is OPEN
    assert settled(run(18), factors=(2, 1)).outcome is IN
    assert settled(run(19), alphas=(0.05, 0.01)).outcome is OPEN
    found = settled(run(6), alphas=(0.04, 0.03))
    limits = found.limits
    assert (limits.alpha_rule_out, limits.alpha_rule_in) == (0.04, 0.03)


def test_m6_corrections_tighten_the_rule_out_only():
    """M-6: divided by the factor and less the buffer; mirrored where lower is worse."""
    rules = framework(corrections=corrections(2.0, 0.01))
    limits = settled(run(), rules=rules).limits
    assert limits.rule_out == pytest.approx(0.09)
    assert (limits.rule_out_declared, limits.rule_in) == (0.2, 0.2)
    own = measured(
        elicitation_factor=Correction(value=1.25, reason="r"),
        buffer=Correction(value=0.04, reason="r"),
        cite="c",
        rule_in_above=0.3,
        basis="published",
    )
    limits = settled(run(), rules=rules, criterion=own).limits
    assert limits.rule_out == pytest.approx(0.12)
    assert (limits.rule_in, limits.basis, limits.cite) == (0.3, "published", "c")
    assert (limits.higher_is_worse, limits.lo, limits.hi) == (True, 0.0, 1.0)
    better = framework(
        corrections=corrections(2.0, 0.01),
        evaluations={"bio": evaluation(higher_is="better", range=(-2.0, None))},
    )
    limits = settled(run(), rules=better, criterion=measured(rule_out_above=0.3)).limits
    assert limits.rule_out == pytest.approx(0.61)
    assert (limits.higher_is_worse, limits.lo, limits.hi) == (False, -2.0, None)


def test_m6_the_corrected_limit_decides():
    assert settled(run(), rules=framework(corrections=corrections(4.5))).outcome is OPEN
    assert settled(run(), rules=framework(corrections=corrections(4.0))).outcome is OUT


def test_o1_where_lower_is_worse():
    rules = framework(evaluations={"bio": evaluation(higher_is="better")})
    criterion = measured(rule_out_above=0.8)
    assert settled(run(57), rules=rules, criterion=criterion).outcome is OUT
    assert settled(run(3), rules=rules, criterion=criterion).outcome is IN
    assert settled(run(48), rules=rules, criterion=criterion).outcome is OPEN


def test_m7_a_p_value_at_alpha_is_within_the_tolerance():
    p = 0.8**60
    found = settled(run(), alphas=(p, 0.05))
    assert summary(found) == (OPEN, ["alpha.tolerance"])
    found = settled(run(), alphas=(2 * p, 0.05), factors=(2, 1))
    assert summary(found) == (OPEN, ["alpha.tolerance"])
    assert settled(run(), alphas=(p + 1e-8, 0.05)).outcome is OUT


class TestGuarantee:
    """M-8: default or proved p-values decide."""

    def test_proved_p_values_decide_where_asked(self):
        proved = measured(guarantee="proved")
        hb = stats.hoeffding_bentkus_rule_out_p(values(6, 60), bound=0.2)
        exact = stats.rule_out_p(values(6, 60), bound=0.2)
        assert exact < 0.05 < hb
        found = settled(run(6))
        assert summary(found) == (OUT, ["guarantee.disagrees"])
        assert summary(settled(run(6), criterion=proved)) == (OPEN, ["guarantee.disagrees"])
        assert summary(settled(run(0), criterion=proved)) == CLEAN
        assert found.estimate.proved_rule_out_p == pytest.approx(hb)

    def test_proved_rule_in(self):
        hb = stats.hoeffding_bentkus_rule_in_p(values(19, 60), bound=0.2)
        assert hb > 0.05
        assert settled(run(19), criterion=measured(guarantee="proved")).outcome is OPEN
        assert settled(run(40), criterion=measured(guarantee="proved")).outcome is IN

    def test_a_disagreement_is_about_the_allocated_alpha(self):
        hb = stats.hoeffding_bentkus_rule_out_p(values(3, 60), bound=0.2)
        exact = stats.rule_out_p(values(3, 60), bound=0.2)
        middle = (hb + exact) / 2
        assert summary(settled(run(3), alphas=(2 * middle, 0.05), factors=(2, 1))) == (
            OUT,
            ["guarantee.disagrees"],
        )
        assert summary(settled(run(3), alphas=(2 * middle, 0.05))) == CLEAN
        # Between bars nothing is compared.
        barred = settled(run(6, planned_samples=61, samples=samples([*values(6, 60), 2.0])))
        assert "guarantee.disagrees" not in summary(barred)[1]

    def test_without_a_proof_nothing_is_proved(self):
        item = Reported(mean=0.3, spread=0.01, n=900, arm="a")
        from tierlock.core import Estimand

        criterion = measured(
            guarantee="proved",
            rule_out_below=2.0,
            estimand=Estimand(name="uplift_ratio", arms=("a", "b")),
        )
        both = (item, item.model_copy(update={"arm": "b", "mean": 0.31}))
        log = run(0, 0, reported=tuple(i.model_copy(update={"spread_is": "sd"}) for i in both))
        default = criterion.model_copy(update={"guarantee": "default"})
        assert settled(log, criterion=default).outcome is OUT
        assert settled(log, criterion=criterion).outcome is OPEN
        high = tuple(i.model_copy(update={"spread_is": "sd"}) for i in (item, both[1]))
        high = (high[0].model_copy(update={"mean": 0.1}), high[1].model_copy(update={"mean": 0.9}))
        log = run(0, 0, reported=high)
        assert settled(log, criterion=default).outcome is IN
        assert settled(log, criterion=criterion).outcome is OPEN


@pytest.mark.parametrize(
    ("log", "code"),
    [
        ({"problems": (doubt(),)}, "evidence.doubtful"),
        ({"status": "error"}, "run.unfinished"),
        ({"samples": samples([0.0] * 60 + [None] * 10)}, "missing.over-cap"),
        ({"samples": samples([0.0] * 60 + [-1.0])}, "range.violated"),
        (
            {"samples": samples([0.0] * 60, scores={"a": (0.0,) * 60, "b": (0.0,) * 60})},
            "scorer.ambiguous",
        ),
    ],
)
def test_m11_what_keeps_a_criterion_from_being_ruled_out(log, code):
    """M-2, M-4, M-11."""
    known = register(registered())
    found = settled(run(**log), known=known, rules=framework())
    assert found.outcome is OPEN
    assert code in summary(found)[1]


def test_m4_the_cap_is_exceeded_only_beyond_it():
    """M-4: a share of exactly `max_missing` is allowed."""
    ten = run(samples=samples([0.0] * 90 + [None] * 10))
    assert summary(settled(ten)) == CLEAN
    eleven = run(samples=samples([0.0] * 89 + [None] * 11))
    assert summary(settled(eleven)) == (OPEN, ["missing.over-cap"])


@pytest.mark.parametrize("status", ["saturated", "deprecated"])
def test_m11_an_evaluation_that_is_not_current(status):
    rules = framework(evaluations={"bio": evaluation(status=status)})
    assert summary(settled(run(), rules=rules)) == (OPEN, ["evaluation.not-current"])


def test_l1_bars_are_told_in_the_order_of_their_codes():
    rules = framework(evaluations={"bio": evaluation(status="saturated")})
    log = run(
        problems=(doubt(),),
        status="error",
        samples=samples([0.0] * 60 + [None] * 20 + [2.0]),
    )
    spent = (SpentAlpha(threshold="t", lineage="m", weights="old", spent_at=ago(3)),)
    found = settled(log, rules=rules, history=spent, known=register(registered()))
    assert summary(found)[1] == [
        "alpha.spent",
        "evaluation.not-current",
        "evidence.doubtful",
        "missing.over-cap",
        "range.violated",
        "run.unfinished",
    ]


def test_m11_reasons_never_lower_reached():
    log = run(40, problems=(doubt(),))
    assert summary(settled(log)) == (IN, ["evidence.doubtful"])


def test_e2_a_spent_budget_rules_nothing_out_except_safeguard_tests():
    spent = (SpentAlpha(threshold="t", lineage="m", weights="old", spent_at=ago(3)),)
    assert summary(settled(run(), history=spent)) == (OPEN, ["alpha.spent"])
    assert summary(settled(run(), history=spent, safeguard=True)) == CLEAN


def test_x4_stale_evidence_supports_nothing_and_keeps_restrictions():
    rules = framework(triggers=(trigger(elapsed="P1W"), trigger(changed="elicitation")))
    old = run(name="a")
    young = run(name="b", measured_at=ago(1))
    unknown = run(name="c", measured_at=ago(1), about=SubjectRef(name="m"))
    found = settled(old, young, unknown, rules=rules, runs=3)
    assert summary(found) == (OPEN, ["evidence.expired", "evidence.stale"])
    assert summary(settled(run(40), rules=rules))[0] is IN
    two = settled(run(name="a"), run(name="b"), rules=rules, runs=2)
    assert summary(two) == (OPEN, ["evidence.expired"])
    days = [run(name=f"r{day}", measured_at=ago(day)) for day in range(10, 18)]
    many = settled(*days, rules=rules, runs=8)
    said = [reason.says for reason in many.reasons]
    assert said == sorted(said)
    assert len(said) == 8


def test_x3_safeguards_of_a_safeguard_test():
    rules = framework(triggers=(trigger(changed="safeguards"),))
    log = run(about=SubjectRef(name="m"))
    assert summary(settled(log, rules=rules)) == CLEAN
    assert summary(settled(log, rules=rules, safeguard=True)) == (OPEN, ["evidence.stale"])


def test_reasons_are_in_order_bars_then_staleness_then_debts():
    rules = framework(triggers=(trigger(elapsed="P1W"),))
    log = run(problems=(doubt(),), status="error")
    known = register(registered(), registered("gone"))
    found = settled(log, rules=rules, known=known, runs=2)
    assert summary(found) == (
        OPEN,
        ["evidence.doubtful", "run.unfinished", "evidence.expired", "slot.run-missing"],
    )
    assert found.owes


def test_s5_a_slot_that_owes_is_not_ruled_out():
    known = register(registered(), registered("gone"))
    found = settled(run(), known=known, runs=2)
    assert summary(found) == (OPEN, ["slot.run-missing"])
    assert found.reasons[0].says == "run `gone` was started, its log is missing"


def test_l3_without_evidence_nothing_is_ruled_out():
    found = settled(known=register())
    assert summary(found) == (OPEN, ["slot.no-evidence", "slot.run-not-started"])
    assert (found.decided_by, found.estimate) == ("omission", None)
    assert settled(run(0, 0)).outcome is OPEN


def test_m1_the_plan_may_refine_how_a_slot_is_read():
    """M-2: a limit that the plan declares is part of the estimand."""
    rules = framework()
    log = run(samples=samples([0.0] * 60, limit=("token",) * 60))
    assert "missing.over-cap" in summary(settled(log, rules=rules))[1]
    promise = plan(rules, PlannedSlot(slot="bio", limits=("token",)))
    assert summary(settled(log, rules=rules, promise=promise)) == CLEAN
