"""The values behind an estimate, looked up again in the evidence for what the record leaves out.

A determination keeps an estimate, not the clusters that it came from. Sizes and tipping points of
scores with partial credit, of epochs and of trials need them. They are pooled again and used only
if they give the recorded estimate: what can not be found again is not guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tierlock.core import Estimate, Evaluation, Evidence, Limits, Measured
from tierlock.policy.pooling import Attempts, Floats, pool, reading_of, variants
from tierlock.policy.tested import clustered, clustered_part, imputed

_SAME = 1e-6


class Arms(NamedTuple):
    """One value per participant, missing attempts as the rule-out test counts them."""

    treated: Floats
    control: Floats


class Exposure(NamedTuple):
    """Events and hours, missing attempts as the rule-out test counts them."""

    events: int
    hours: float
    attempts: int


def danger_values(
    estimate: Estimate,
    *,
    criterion: Measured,
    evaluation: Evaluation,
    limits: Limits,
    runs: Sequence[Evidence],
) -> Floats | None:
    """Return the mean of each cluster on the scale from safe, 0, to dangerous, 1; None if unknown.

    Args:
        estimate: what was recorded.
        criterion: the criterion that it is about.
        evaluation: its slot.
        limits: what it was judged by.
        runs: the evidence that the finding names.
    """
    if estimate.dangerous is None or not estimate.units or limits.hi is None:
        return None
    if estimate.method.startswith("Clopper-Pearson") and estimate.dangerous.is_integer():
        bad = int(estimate.dangerous)
        return np.concatenate([np.zeros(estimate.units - bad), np.ones(bad)])
    if criterion.estimand.name not in {"success_rate", "mean_score"}:
        return None
    lo, hi, worse = limits.lo, limits.hi, limits.higher_is_worse
    for attempts in _pools(runs, criterion=criterion, evaluation=evaluation):
        values, _ = imputed(attempts, lo=lo, hi=hi, worse=worse)
        means = clustered(values, attempts=attempts).means
        danger = np.sort((means - lo if worse else hi - means) / (hi - lo))
        total = float(danger.sum())
        if danger.size == estimate.units and math.isclose(total, estimate.dangerous, abs_tol=_SAME):
            return np.asarray(np.clip(danger, 0.0, 1.0), np.float64)
    return None


def arm_values(
    estimate: Estimate, *, criterion: Measured, evaluation: Evaluation, runs: Sequence[Evidence]
) -> Arms | None:
    """Return the participants of both arms; None if they do not give the recorded estimate."""
    lo, hi = evaluation.range
    if hi is None or criterion.estimand.arms is None or estimate.value is None:
        return None
    control_name, treated_name = criterion.estimand.arms
    ratio = criterion.estimand.name == "uplift_ratio"
    for attempts in _pools(runs, criterion=criterion, evaluation=evaluation):
        treated, control = (attempts.arms == name for name in (treated_name, control_name))
        if not (treated.any() and control.any()):
            continue
        high, low = (hi, lo) if criterion.higher_is_worse else (lo, hi)
        filled = np.where(np.isnan(attempts.values), np.where(treated, high, low), attempts.values)
        arms = Arms(
            clustered_part(filled, attempts=attempts, mask=treated),
            clustered_part(filled, attempts=attempts, mask=control),
        )
        means = float(arms.treated.mean()), float(arms.control.mean())
        value = means[0] - means[1]
        if ratio:
            value = means[0] / means[1] if means[1] > 0 else math.inf
        same = math.isclose(value, estimate.value, rel_tol=_SAME, abs_tol=_SAME)
        if same and arms.treated.size + arms.control.size == estimate.units:
            return arms
    return None


def exposure(
    estimate: Estimate, *, criterion: Measured, evaluation: Evaluation, runs: Sequence[Evidence]
) -> Exposure | None:
    """Return events and hours of an attack rate; None if they do not give the recorded one."""
    hi = evaluation.range[1]
    for attempts in _pools(runs, criterion=criterion, evaluation=evaluation):
        missing = np.isnan(attempts.values)
        events = int((attempts.values == hi).sum() + missing.sum())
        hours = float(np.sort(attempts.amounts[~missing]).sum())
        if hours <= 0 or estimate.worst is None:
            continue
        if math.isclose(events / hours, estimate.worst, rel_tol=_SAME, abs_tol=_SAME):
            return Exposure(events, hours, attempts.values.size)
    return None


def _pools(
    runs: Sequence[Evidence], *, criterion: Measured, evaluation: Evaluation
) -> Iterator[Attempts]:
    """Yield the ways in which these runs can have been pooled: all, and per elicitation."""
    reading = reading_of(evaluation, promise=None, higher_is_worse=criterion.higher_is_worse)
    usable = [run for run in runs if len(run.samples)]
    groups = variants(usable)
    whole = [tuple(usable)] if usable else []
    for group in (*whole, *(groups if len(groups) > 1 else ())):
        attempts = pool(group, reading=reading)
        if attempts.values.size:
            yield attempts
