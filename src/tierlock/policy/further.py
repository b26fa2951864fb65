"""How many further samples would settle an undetermined criterion, or why nobody can say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from tierlock import stats
from tierlock.core import Estimate, Evaluation, Evidence, Limits, Measured, Outcome
from tierlock.policy.found_again import Arms, arm_values, danger_values, exposure
from tierlock.policy.means import danger_of
from tierlock.policy.pooling import Floats

SHARES: Final = frozenset({"success_rate", "mean_score", "pass_at_k", "best_of_k", "refusal_rate"})
"""Estimands that lie in the evaluation's range, every cluster with one vote."""
_UNLIKELY: Final = 0.9  # from this share of the bound on, one can not count on a rule-out
_DRAWS: Final = 1000
_TRIAL_DRAWS: Final = 300
_WHY: Final[dict[str, str]] = {
    "human_percentile": "the number of experts limits it as much as the number of tasks does",
    "time_horizon": "it depends on how long the further tasks are, not only on how many they are",
    "tasks_solved": "it depends on which tasks are solved, not only on how many attempts there are",
    "speed_up": "the spread between people is not on record",
}


class Further(NamedTuple):
    """Further samples: the least, if all are safe; and with 80 % probability at the rate seen."""

    least: int | None = None
    likely: int | None = None
    why: str = ""


class Seen(NamedTuple):
    """An undetermined criterion and what was seen of it."""

    criterion: Measured
    evaluation: Evaluation
    limits: Limits
    estimate: Estimate | None
    runs: Sequence[Evidence]


def further_samples(seen: Seen, *, outcome: Outcome) -> Further:
    """Return how many further samples settle a criterion; nothing for one that is settled.

    Args:
        seen: the criterion, its slot and limits, what was measured, and the evidence for it.
        outcome: what the criterion was found to be.
    """
    if outcome is not Outcome.UNDETERMINED:
        return Further()
    name = seen.criterion.estimand.name
    if seen.evaluation.judge is not None:
        return Further(why="the errors of the judge bound it, and more samples do not lessen them")
    if name in SHARES:
        return _share(seen)
    if name in {"uplift_ratio", "uplift_difference"}:
        return _trial(seen)
    if name == "attack_rate":
        return _attacks(seen)
    return Further(why=_WHY.get(name, "no size is known for this estimand"))


def scaled_bound(limits: Limits) -> float | None:
    """Return the rule-out bound from safe, 0, to dangerous, 1; None where that says nothing."""
    if limits.hi is None:
        return None
    bound = danger_of(limits.rule_out, limits=limits, lo=limits.lo, hi=limits.hi)
    return bound if 0 < bound < 1 else None


def attempts_per_unit(estimate: Estimate) -> int:
    """Return how many attempts were made at each independent unit, at least one."""
    made = max(estimate.items, estimate.counts.planned)
    return max(1, round(made / estimate.units)) if estimate.units else 1


def _share(seen: Seen) -> Further:
    limits, estimate = seen.limits, seen.estimate
    bound = scaled_bound(limits)
    if bound is None:
        return Further(why="the bound after corrections is no share of a bounded range")
    alpha = limits.alpha_rule_out
    if estimate is None or not estimate.units:
        # Nothing is known of the rate: the size is for a subject at half the bound.
        return Further(
            stats.minimum_clusters(bound, alpha=alpha),
            stats.samples_to_rule_out(bound / 2, bound=bound, alpha=alpha),
        )
    if estimate.dangerous is None:
        return Further(why="a publication does not tell how its units scatter")
    values = danger_values(
        estimate,
        criterion=seen.criterion,
        evaluation=seen.evaluation,
        limits=limits,
        runs=seen.runs,
    )
    if values is None or seen.criterion.guarantee == "proved" or _is_binary(values):
        least, likely = _as_counts(estimate.dangerous, estimate.units, bound, alpha)
    else:
        least, likely = _as_means(values, bound, alpha)
    each = attempts_per_unit(estimate)
    return Further(least * each, None if likely is None else likely * each)


def _is_binary(values: Floats) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all())


def _as_counts(dangerous: float, units: int, bound: float, alpha: float) -> tuple[int, int | None]:
    """Sizes of the exact test of units that are safe or dangerous; partial credit only helps."""
    bad = math.ceil(dangerous - 1e-9)
    least = stats.extra_all_safe(bad, n=units, bound=bound, alpha=alpha)
    rate = (dangerous + 0.5) / (units + 1)
    if rate >= _UNLIKELY * bound:
        return least, None
    total = stats.samples_to_rule_out(rate, bound=bound, alpha=alpha)
    return least, None if total is None else max(least, total - units)


def _as_means(values: Floats, bound: float, alpha: float) -> tuple[int, int | None]:
    """Sizes of the default test for further clusters like those seen."""
    least = stats.extra_safe(values, bound=bound, alpha=alpha)
    law = stats.observed_law(values)
    if law.mean >= _UNLIKELY * bound:
        return least, None
    size = stats.clusters_to_rule_out(law, bound=bound, alpha=alpha, draws=_DRAWS)
    return least, None if size is None else max(least, size.clusters - values.size)


def _trial(seen: Seen) -> Further:
    estimate, limits = seen.estimate, seen.limits
    if estimate is None:
        return Further(why="how much participants differ is not known before a trial")
    arms = arm_values(
        estimate, criterion=seen.criterion, evaluation=seen.evaluation, runs=seen.runs
    )
    lo, hi = seen.evaluation.range
    ratio = seen.criterion.estimand.name == "uplift_ratio"
    if arms is None or hi is None:
        return Further(why="the participants behind the number are not on record")
    if min(arms.treated.size, arms.control.size) < 2 or (ratio and lo != 0.0):
        return Further(why="two participants in each arm and a score from 0 on are needed")
    likely = _participants(arms, limits, ratio=ratio, lo=lo, hi=hi)
    if likely is None:
        return Further(why="the effect seen is not clearly enough inside of the bound")
    return Further(None, max(1, 2 * likely - estimate.units) * attempts_per_unit(estimate))


def _participants(arms: Arms, limits: Limits, *, ratio: bool, lo: float, hi: float) -> int | None:
    """Participants per arm, in all, for arms that scatter like those seen."""
    treated, control = ((arm - lo) / (hi - lo) for arm in arms)
    bound = limits.rule_out
    if not limits.higher_is_worse:  # as the test: T/C above k is C/T below 1/k
        treated, control = control, treated
        bound = (1.0 / bound if bound > 0 else 0.0) if ratio else -bound
    if ratio and bound <= 0:
        return None
    size = stats.checked_participants(
        stats.observed_law(treated),
        control=stats.observed_law(control),
        alpha=limits.alpha_rule_out,
        ratio_limit=bound if ratio else 1.0,
        difference_limit=0.0 if ratio else bound / (hi - lo),
        draws=_TRIAL_DRAWS,
    )
    return None if size is None else size.clusters


def _attacks(seen: Seen) -> Further:
    estimate, limits = seen.estimate, seen.limits
    if not limits.higher_is_worse or limits.rule_out <= 0:
        return Further(why="no size is known for a rate of attacks that must be exceeded")
    if estimate is None:
        return Further(why="how many hours an attempt takes is not known before the first one")
    found = exposure(estimate, criterion=seen.criterion, evaluation=seen.evaluation, runs=seen.runs)
    if found is None:
        return Further(why="the hours behind the number are not on record")
    bound, alpha = limits.rule_out, limits.alpha_rule_out
    each = found.hours / found.attempts
    quiet = stats.quiet_hours(found.events, bound=bound, alpha=alpha)
    least = max(1, math.ceil((quiet - found.hours) / each))
    rate = (found.events + 0.5) / found.hours
    total = None
    if rate < _UNLIKELY * bound:
        total = stats.hours_to_rule_out(rate, bound=bound, alpha=alpha)
    if total is None:
        return Further(least)
    return Further(least, max(least, math.ceil((total - found.hours) / each)))
