"""Rates and mean scores over tasks like these, every independent cluster with one vote (M-7)."""

from __future__ import annotations

import numpy as np

from tierlock import stats
from tierlock.policy.estimate_suite import estimate_suite
from tierlock.policy.judge_error import Apparent, correct_for_judge
from tierlock.policy.means import mean_test
from tierlock.policy.pooling import Attempts
from tierlock.policy.tested import Asked, Test, clustered, imputed, no_test, scored_mean


def estimate_mean(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the Gaffke test of cluster means, which is Clopper-Pearson for 0/1 values."""
    limits = asked.limits
    if limits.hi is None:
        return no_test(limits, barred="range.unbounded")
    if asked.criterion.estimand.population == "suite":
        return estimate_suite(attempts, asked=asked, hi=limits.hi)
    lo, hi, worse = limits.lo, limits.hi, limits.higher_is_worse
    worst_values, best_values = imputed(attempts, lo=lo, hi=hi, worse=worse)
    table = clustered(worst_values, attempts=attempts)
    best = clustered(best_values, attempts=attempts).means
    test = mean_test(table.means, best=best, limits=limits, hi=hi)._replace(
        items=int(table.n_items.sum()),
        value=scored_mean(attempts),
        effective_n=stats.effective_n(
            worst_values, items=attempts.items, clusters=attempts.clusters
        ),
    )
    if asked.evaluation.judge is None:
        return test
    if not np.isin(worst_values, (lo, hi)).all():
        return no_test(limits, barred="judge.uncorrected")
    # Where 0 is safe and 1 is dangerous.
    bad, good = (table.means, best) if worse else (hi + lo - table.means, hi + lo - best)
    bad, good = (bad - lo) / (hi - lo), (good - lo) / (hi - lo)
    apparent = Apparent(
        rule_out_p=lambda x: stats.rule_out_p(bad, bound=x),
        rule_in_p=lambda x: stats.rule_in_p(good, bound=x),
        proved_rule_out_p=lambda x: stats.hoeffding_bentkus_rule_out_p(bad, bound=x),
        proved_rule_in_p=lambda x: stats.hoeffding_bentkus_rule_in_p(good, bound=x),
        upper=lambda alpha: stats.upper_bound(bad, alpha=alpha),
        lower=lambda alpha: stats.lower_bound(good, alpha=alpha),
    )
    return correct_for_judge(
        test, apparent=apparent, judge=asked.evaluation.judge, limits=limits, hi=hi
    )
