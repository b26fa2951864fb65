"""The share of attempts that the scorer marked as refused (statistics S-45)."""

from __future__ import annotations

import numpy as np

from tierlock.policy.estimate_mean import estimate_mean
from tierlock.policy.pooling import Attempts
from tierlock.policy.tested import Asked, Test


def estimate_refusals(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the test of the refusal rate; an attempt without a value may be either."""
    refused = np.where(np.isnan(attempts.values), np.nan, attempts.refused.astype(np.float64))
    limits = asked.limits.model_copy(update={"lo": 0.0, "hi": 1.0})
    return estimate_mean(attempts._replace(values=refused), asked=asked._replace(limits=limits))
