"""The declared errors of a judge, carried into p-values and bounds (statistics S-43)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tierlock import stats
from tierlock.core import JudgeValidation, Limits
from tierlock.policy.means import danger_limits, danger_of, in_own_unit
from tierlock.policy.tested import Test

Number = Callable[[float], float]


class Apparent(NamedTuple):
    """The share that the judge calls dangerous, 0 to 1: p-values by bound, bounds by alpha."""

    rule_out_p: Number
    rule_in_p: Number
    proved_rule_out_p: Number
    proved_rule_in_p: Number
    upper: Number
    lower: Number


def correct_for_judge(
    test: Test, *, apparent: Apparent, judge: JudgeValidation, limits: Limits, hi: float
) -> Test:
    """Return the test of the true share, from the test of the share that the judge reports.

    Args:
        test: the test of what the judge says; its `value` stays as the plain mean.
        apparent: the same on the scale where 0 is safe and 1 dangerous.
        judge: the validation of the judge.
        limits: what is tested; its `lo` is the lower end of the values.
        hi: the upper end of the values.
    """
    shares = danger_limits(limits, lo=limits.lo, hi=hi)
    counts = stats.Judge(judge.sensitivity, judge.specificity)

    def true(value: float | None) -> float | None:
        if value is None:
            return None
        share = danger_of(value, limits=limits, lo=limits.lo, hi=hi)
        return stats.rogan_gladen(share, judge=counts)

    out, into = shares.rule_out, shares.rule_in
    p_out = stats.judged_rule_out_p(apparent.rule_out_p, bound=out, judge=counts)
    proved_out = stats.judged_rule_out_p(apparent.proved_rule_out_p, bound=out, judge=counts)
    corrected = test._replace(
        rule_out_p=p_out,
        rule_in_p=stats.judged_rule_in_p(apparent.rule_in_p, bound=into, judge=counts),
        proved_rule_out_p=proved_out,
        proved_rule_in_p=stats.judged_rule_in_p(
            apparent.proved_rule_in_p, bound=into, judge=counts
        ),
        upper=stats.judged_upper_bound(apparent.upper, judge=counts, alpha=limits.alpha_rule_out),
        lower=stats.judged_lower_bound(apparent.lower, judge=counts, alpha=limits.alpha_rule_in),
        method=f"{test.method}, judge error (Rogan-Gladen)",
        value=true(test.value),
        worst=true(test.worst),
        best=true(test.best),
        plain=test.value,
        effective_n=None,
        monotone=False,  # fewer reported ones can contradict the validation
        dangerous=None,  # units are no longer safe or dangerous for certain
    )
    alpha, barred = limits.alpha_rule_out, set(corrected.barred)
    if not stats.is_informative(counts, alpha=alpha):
        barred.add("judge.uninformative")
    if stats.contradicts_judge(apparent.upper, judge=counts, alpha=alpha):
        barred.add("judge.contradicted")
    corrected = corrected._replace(barred=frozenset(barred))
    return in_own_unit(corrected, limits=limits, lo=limits.lo, hi=hi)
