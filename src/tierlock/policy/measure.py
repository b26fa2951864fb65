"""Attempts -> p-values, bounds and an estimate, by the estimand's own estimator (M-7 to M-9)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from tierlock.core import EstimandName
from tierlock.policy.estimate_arms import estimate_arms
from tierlock.policy.estimate_attacks import estimate_attacks
from tierlock.policy.estimate_best import estimate_best
from tierlock.policy.estimate_horizon import estimate_horizon
from tierlock.policy.estimate_mean import estimate_mean
from tierlock.policy.estimate_percentile import estimate_percentile
from tierlock.policy.estimate_refusals import estimate_refusals
from tierlock.policy.estimate_speed_up import estimate_speed_up
from tierlock.policy.estimate_tasks import estimate_tasks
from tierlock.policy.pooling import Attempts
from tierlock.policy.tested import Asked, Test, no_test


class Estimator(Protocol):
    """Tests attempts against the limits of a criterion."""

    def __call__(self, attempts: Attempts, *, asked: Asked) -> Test:
        """Return what the attempts, at least one of them, say."""
        ...


ESTIMATORS: Final[Mapping[EstimandName, Estimator]] = MappingProxyType(
    {
        "success_rate": estimate_mean,
        "mean_score": estimate_mean,
        "pass_at_k": estimate_best,
        "best_of_k": estimate_best,
        "tasks_solved": estimate_tasks,
        "refusal_rate": estimate_refusals,
        "attack_rate": estimate_attacks,
        "human_percentile": estimate_percentile,
        "uplift_ratio": estimate_arms,
        "uplift_difference": estimate_arms,
        "speed_up": estimate_speed_up,
        "time_horizon": estimate_horizon,
    }
)
"""The estimator of every standard name."""

_JUDGED: Final = frozenset({"success_rate", "mean_score", "refusal_rate"})
"""Estimands whose estimator corrects for the errors of a judge (statistics S-43)."""


def test_attempts(attempts: Attempts, *, asked: Asked) -> Test:
    """Return what a set of attempts says about a criterion.

    Args:
        attempts: pooled attempts; NaN marks a missing one.
        asked: the criterion, its slot and its corrected limits.
    """
    if not attempts.values.size:
        return no_test(asked.limits, barred="slot.no-evidence")
    if asked.evaluation.judge is not None and asked.criterion.estimand.name not in _JUDGED:
        return no_test(asked.limits, barred="judge.uncorrected")
    return ESTIMATORS[asked.criterion.estimand.name](attempts, asked=asked)
