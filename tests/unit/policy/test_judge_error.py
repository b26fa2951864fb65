"""What a judge reports, corrected for the errors that its validation shows (statistics S-43)."""

from __future__ import annotations

import pytest

from tests.unit.policy.factory import A_OUT, limits
from tests.unit.policy.test_estimands import JUDGE, tried
from tierlock import stats
from tierlock.core import JudgeValidation


class TestJudge:
    def found(self, values, *, judge=JUDGE, **settings):
        settings = {"estimand": {"name": "success_rate"}, **settings}
        slot = {"judge": judge, **settings.pop("slot", {})}
        return tried(values, slot=slot, **settings)

    @pytest.mark.parametrize("worse", [True, False])
    @pytest.mark.parametrize("population", ["tasks", "suite"])
    def test_the_true_share_is_tested(self, worse, population):
        bad, good = (3.0, -1.0) if worse else (-1.0, 3.0)
        found = self.found(
            [bad] * 3 + [good] * 57,
            worse=worse,
            slot={"range": (-1.0, 3.0)},
            bounds=limits(
                worse, out=-0.2 if worse else 2.2, into=0.6 if worse else 1.4, lo=-1, hi=3
            ),
            estimand={"name": "success_rate", "population": population},
        )
        judge = stats.Judge(JUDGE.sensitivity, JUDGE.specificity)
        assert found.rule_out_p == pytest.approx(
            stats.judged_rule_out_p(
                lambda x: stats.counts_rule_out_p(3, n=60, bound=x), bound=0.2, judge=judge
            )
        )
        assert found.proved_rule_out_p >= found.rule_out_p * (1 - 1e-9)
        assert found.rule_in_p == pytest.approx(
            stats.judged_rule_in_p(
                lambda x: stats.counts_rule_in_p(3, n=60, bound=x), bound=0.4, judge=judge
            )
        )
        assert found.proved_rule_in_p >= found.rule_in_p * (1 - 1e-9)
        share = stats.rogan_gladen(0.05, judge=judge) or 0.0
        shown = -1 + 4 * share if worse else 3 - 4 * share
        assert (found.value, found.worst, found.best) == pytest.approx((shown, shown, shown))
        assert found.plain == pytest.approx((3 * bad + 57 * good) / 60)
        assert found.lower <= found.value <= found.upper
        assert (found.dangerous, found.effective_n, found.monotone) == (None, None, False)
        plain = "Clopper-Pearson (suite)" if population == "suite" else "Clopper-Pearson"
        assert found.method == f"{plain}, judge error (Rogan-Gladen)"

    def test_refusals_are_corrected_too(self):
        marks = (True,) * 3 + (False,) * 57
        judged = self.found([0.0] * 60, refused=marks, estimand={"name": "refusal_rate"})
        assert judged.rule_out_p == pytest.approx(self.found([1.0] * 3 + [0.0] * 57).rule_out_p)

    def test_missing_attempts_widen_what_the_judge_reports(self):
        found = self.found([0.0] * 57 + [None] * 3)
        assert found.worst > found.value == found.best

    @pytest.mark.parametrize(
        "estimand",
        [
            {"name": "pass_at_k", "k": 1},
            {"name": "tasks_solved", "solved_at": 0.5},
            {"name": "uplift_ratio", "arms": ("a", "b")},
        ],
    )
    def test_declared_errors_are_never_ignored(self, estimand):
        found = self.found([0.0] * 500, estimand=estimand)
        assert (found.barred, found.rule_out_p) == ({"judge.uncorrected"}, 1.0)
        assert self.found([0.5] * 500).barred == {"judge.uncorrected"}

    def test_a_judge_must_be_better_than_chance_and_fit_what_it_reports(self):
        coin = JudgeValidation(sensitivity=(6, 10), specificity=(6, 10), cite="x")
        guess = self.found([0.0] * 50, judge=coin)
        assert "judge.uninformative" in guess.barred
        assert guess.rule_out_p > A_OUT
        alarming = JudgeValidation(sensitivity=(95, 100), specificity=(160, 200), cite="x")
        assert self.found([0.0] * 200, judge=alarming).barred == {"judge.contradicted"}
