"""Where the subject stands among human experts, with both sides uncertain (stat. S-50).

The arms are (human, model). In the human arm a cluster is an expert; in the model's arm it is what
it always is, a task family or a task. Every reading of the claim must agree.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np

from tierlock import stats
from tierlock.core import Limits
from tierlock.policy.arms import Sides, sides_of
from tierlock.policy.pooling import Attempts, Floats, Mask
from tierlock.policy.tested import Asked, Test, clustered_part, no_test


class _Trial(NamedTuple):
    """Both arms with one value per attempt, none missing; `lo` and `hi` are those of the score."""

    attempts: Attempts
    sides: Sides
    values: Floats
    lo: float
    hi: float

    def mirrored(self) -> _Trial:
        """The trial of the scores with their sign turned: percentile q becomes 1 - q."""
        return self._replace(values=-self.values, lo=-self.hi, hi=-self.lo)

    def means(self, mask: Mask | None = None) -> Floats:
        """The means of the clusters of the subject's attempts, of those in `mask`."""
        chosen = self.sides.treated if mask is None else self.sides.treated & mask
        return clustered_part(self.values, attempts=self.attempts, mask=chosen)

    def experts(
        self, limit: float, *, proved: bool = False, mask: Mask | None = None
    ) -> stats.ExpertCount:
        """The experts that are not above `limit`."""
        chosen = self.sides.control if mask is None else self.sides.control & mask
        return stats.experts_at_most(
            self.values[chosen],
            items=self.attempts.items[chosen],
            experts=self.attempts.clusters[chosen],
            limit=limit,
            lo=self.lo,
            hi=self.hi,
            proved=proved,
        )

    def wins(self, mask: Mask | None = None) -> Floats | None:
        """Whom the subject beats on their own items; None where it did not do all of those."""
        every = np.ones(self.values.size, bool) if mask is None else mask
        model, human = self.sides.treated & every, self.sides.control & every
        return stats.head_to_head(
            self.values[model],
            model_items=self.attempts.items[model],
            values=self.values[human],
            items=self.attempts.items[human],
            experts=self.attempts.clusters[human],
            lo=self.lo,
            hi=self.hi,
        )


class _Claim(NamedTuple):
    """The claim "the percentile is at least q", for values under which it is largest.

    `counted` holds the experts not above the upper bound of the subject's mean, a bound at half of
    `alpha`; `wins` the head-to-head results, where there are any.
    """

    counted: stats.ExpertCount
    wins: Floats | None
    alpha: float
    proved: bool

    def p(self, bound: float) -> tuple[float, float]:
        """P-values of "the percentile is at least `bound`", by score and by skill."""
        spent = self.alpha / 2.0
        by_score, by_skill = stats.percentile_rule_out_p(self.counted, bound=bound, spent=spent)
        if self.wins is None:
            return by_score, by_skill
        test = stats.hoeffding_bentkus_rule_out_p if self.proved else stats.rule_out_p
        return test(self.wins, bound=bound), by_skill

    def upper(self) -> float:
        """The largest percentile that some reading leaves open."""
        by_score, by_skill = stats.percentile_upper_bounds(self.counted, alpha=self.alpha / 2.0)
        if self.wins is not None:
            by_score = stats.upper_bound(self.wins, alpha=self.alpha)
        return max(by_score, by_skill)


def estimate_percentile(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the test of the subject's percentile rank among the experts of the human arm."""
    limits, (lo, hi) = asked.limits, asked.evaluation.range
    # The validator saw that this estimand has arms.
    human, model = cast("tuple[str, str]", asked.criterion.estimand.arms)
    if hi is None:
        return _no_rank(limits, barred="range.unbounded")
    sides = sides_of(
        attempts, control=human, treated=model, evaluation=asked.evaluation, lo=lo, hi=hi
    )
    if sides is None:
        return _no_rank(limits, barred="arm.unknown")
    if np.array_equal(attempts.clusters, attempts.items):  # nothing says who the experts are
        return _no_rank(limits, barred="cluster.unknown")
    high = _Trial(attempts, sides, sides.high, lo, hi)
    low = _Trial(attempts, sides, sides.low, lo, hi)
    worse = limits.higher_is_worse
    # "At most q" is "at least 1 - q" of the mirrored scores.
    end = (high, low.mirrored()) if worse else (low.mirrored(), high)
    bound_out, bound_in = (
        (limits.rule_out, 1.0 - limits.rule_in)
        if worse
        else (1.0 - limits.rule_out, limits.rule_in)
    )
    out, proved_out = (_claim(end[0], limits.alpha_rule_out, proved=p) for p in (False, True))
    into, proved_in = (_claim(end[1], limits.alpha_rule_in, proved=p) for p in (False, True))
    readings = out.p(bound_out)
    agree = len({p <= limits.alpha_rule_out for p in readings}) == 1
    ranks = _rank(high, None), _rank(low, None)
    reach = (1.0 - into.upper(), out.upper()) if worse else (1.0 - out.upper(), into.upper())
    return Test(
        rule_out_p=max(readings),
        rule_in_p=max(into.p(bound_in)),
        proved_rule_out_p=max(proved_out.p(bound_out)),
        proved_rule_in_p=max(proved_in.p(bound_in)),
        lower=reach[0],
        upper=reach[1],
        units=out.counted.experts,
        items=np.unique(attempts.items).size,
        method=f"{'rank' if out.wins is None else 'head-to-head'} among experts, and skill",
        value=_rank(high, sides.scored),
        worst=ranks[0] if worse else ranks[1],
        best=ranks[1] if worse else ranks[0],
        barred=frozenset() if agree else frozenset({"percentile.readings"}),
    )


def _no_rank(limits: Limits, *, barred: str) -> Test:
    """The test of nothing, whose range is that of a percentile and not of the score."""
    return no_test(limits, barred=barred)._replace(lower=0.0, upper=1.0)


def _claim(trial: _Trial, alpha: float, *, proved: bool) -> _Claim:
    upper = stats.hoeffding_bentkus_upper_bound if proved else stats.upper_bound
    limit = upper(trial.means(), alpha=alpha / 2.0, lo=trial.lo, hi=trial.hi)
    return _Claim(trial.experts(limit, proved=proved), trial.wins(), alpha, proved)


def _rank(trial: _Trial, mask: Mask | None) -> float | None:
    """The share of experts whose score the subject's reaches, equal ones counted half."""
    wins, means = trial.wins(mask), trial.means(mask)
    if wins is not None and wins.size:
        return float(wins.mean())
    mean = float(means.mean()) if means.size else 0.0
    count = trial.experts(mean, mask=mask)
    if not means.size or not count.experts:
        return None
    not_below = trial.mirrored().experts(-mean, mask=mask).by_score
    return (count.by_score + count.experts - not_below) / (2.0 * count.experts)
