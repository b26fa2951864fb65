"""Rates over exactly these tasks: pooled attempts, 0/1 values, equal epochs per task (S-5)."""

from __future__ import annotations

import numpy as np

from tierlock import stats
from tierlock.policy.judge_error import Apparent, correct_for_judge
from tierlock.policy.pooling import Attempts
from tierlock.policy.tested import Asked, Test, imputed, no_test, scored_mean


def estimate_suite(attempts: Attempts, *, asked: Asked, hi: float) -> Test:
    """Return the pooled Clopper-Pearson test of attempts at exactly these tasks.

    Args:
        attempts: the attempts, as many at each task.
        asked: what is tested.
        hi: the upper end of the values.
    """
    limits = asked.limits
    lo, worse = limits.lo, limits.higher_is_worse
    worst, best = imputed(attempts, lo=lo, hi=hi, worse=worse)
    if not np.isin(np.concatenate([worst, best]), (lo, hi)).all():
        return no_test(limits, barred="suite.not-binary")
    _, epochs = np.unique(attempts.items, return_counts=True)
    if np.unique(epochs).size > 1:
        return no_test(limits, barred="suite.unequal-epochs")
    n, scale = attempts.values.size, hi - lo
    # Counts of the dangerous end, so that "higher is worse" holds from here on.
    bad_worst, bad_best = (int((values == (hi if worse else lo)).sum()) for values in (worst, best))
    bound_out = (limits.rule_out - lo) / scale if worse else (hi - limits.rule_out) / scale
    bound_in = (limits.rule_in - lo) / scale if worse else (hi - limits.rule_in) / scale
    high = stats.suite_upper_bound([bad_worst], attempts=[n], alpha=limits.alpha_rule_out)
    low = stats.suite_lower_bound([bad_best], attempts=[n], alpha=limits.alpha_rule_in)
    lower, upper = (
        (lo + scale * low, lo + scale * high) if worse else (hi - scale * high, hi - scale * low)
    )
    p_out = stats.suite_rule_out_p([bad_worst], attempts=[n], bound=bound_out)
    p_in = stats.suite_rule_in_p([bad_best], attempts=[n], bound=bound_in)
    test = Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=lower,
        upper=upper,
        units=n,
        items=epochs.size,
        method="Clopper-Pearson (suite)",
        value=scored_mean(attempts),
        worst=float(worst.mean()),
        best=float(best.mean()),
        effective_n=float(n),
        dangerous=float(bad_worst),
    )
    if asked.evaluation.judge is None:
        return test
    apparent = Apparent(
        rule_out_p=lambda x: stats.suite_rule_out_p([bad_worst], attempts=[n], bound=x),
        rule_in_p=lambda x: stats.suite_rule_in_p([bad_best], attempts=[n], bound=x),
        proved_rule_out_p=lambda x: stats.suite_rule_out_p([bad_worst], attempts=[n], bound=x),
        proved_rule_in_p=lambda x: stats.suite_rule_in_p([bad_best], attempts=[n], bound=x),
        upper=lambda alpha: stats.suite_upper_bound([bad_worst], attempts=[n], alpha=alpha),
        lower=lambda alpha: stats.suite_lower_bound([bad_best], attempts=[n], alpha=alpha),
    )
    return correct_for_judge(
        test, apparent=apparent, judge=asked.evaluation.judge, limits=limits, hi=hi
    )
