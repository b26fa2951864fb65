"""Attempts -> p-values, bounds and a point estimate (M-3, M-7 to M-9; spec/statistics.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, cast

import numpy as np

from tierlock import stats
from tierlock.core import Limits, Measured
from tierlock.policy.pooling import Attempts, Floats, Mask

_FAR: Final = 1e6  # search range of inverted two-arm tests, in the unit of the bound


class Test(NamedTuple):
    """Result of testing one set of attempts against the limits of a criterion.

    `barred` names what keeps this set from ruling out whatever its p-value.
    """

    rule_out_p: float
    rule_in_p: float
    lower: float
    upper: float | None
    units: int
    items: int
    method: str
    proved_rule_out_p: float | None = None
    proved_rule_in_p: float | None = None
    value: float | None = None
    worst: float | None = None
    best: float | None = None
    effective_n: float | None = None
    dangerous: float | None = None
    monotone: bool = True
    barred: frozenset[str] = frozenset()


def no_test(limits: Limits, *, barred: str, method: str = "none") -> Test:
    """Return the result of testing nothing: it decides nothing (law L3)."""
    return Test(1.0, 1.0, limits.lo, limits.hi, 0, 0, method, barred=frozenset({barred}))


def test_attempts(attempts: Attempts, *, criterion: Measured, limits: Limits) -> Test:
    """Return what a set of attempts says about a criterion.

    Args:
        attempts: pooled attempts; NaN marks a missing one.
        criterion: names the estimand and the arms.
        limits: corrected bounds, allocated alpha and the declared range.
    """
    if not attempts.values.size:
        return no_test(limits, barred="slot.no-evidence")
    name = criterion.estimand.name
    if name == "time_horizon":
        return no_test(limits, barred="estimand.reported-only")
    if name.startswith("uplift"):
        return _two_arm(attempts, criterion=criterion, limits=limits)
    if limits.hi is None:
        return no_test(limits, barred="range.unbounded")
    if criterion.estimand.population == "suite":
        return _suite(attempts, limits=limits, hi=limits.hi)
    return _one_sample(attempts, limits=limits, hi=limits.hi)


def _one_sample(attempts: Attempts, *, limits: Limits, hi: float) -> Test:
    lo, worse = limits.lo, limits.higher_is_worse
    worst_values, best_values = _imputed(attempts, lo=lo, hi=hi, worse=worse)
    table = _clustered(worst_values, attempts)
    worst, best = table.means, _clustered(best_values, attempts).means
    out_test, in_test = (
        (stats.rule_out_p, stats.rule_in_p) if worse else (stats.rule_in_p, stats.rule_out_p)
    )
    proved_out, proved_in = (
        (stats.hoeffding_bentkus_rule_out_p, stats.hoeffding_bentkus_rule_in_p)
        if worse
        else (stats.hoeffding_bentkus_rule_in_p, stats.hoeffding_bentkus_rule_out_p)
    )
    a_out, a_in = limits.alpha_rule_out, limits.alpha_rule_in
    low, high = (best, worst) if worse else (worst, best)
    a_low, a_high = (a_in, a_out) if worse else (a_out, a_in)
    value = _scored_mean(attempts)
    danger = (worst - lo if worse else hi - worst) / (hi - lo)
    binary = bool(np.isin(worst, (lo, hi)).all())
    return Test(
        rule_out_p=out_test(worst, bound=limits.rule_out, lo=lo, hi=hi),
        rule_in_p=in_test(best, bound=limits.rule_in, lo=lo, hi=hi),
        proved_rule_out_p=proved_out(worst, bound=limits.rule_out, lo=lo, hi=hi),
        proved_rule_in_p=proved_in(best, bound=limits.rule_in, lo=lo, hi=hi),
        lower=stats.lower_bound(low, alpha=a_low, lo=lo, hi=hi),
        upper=stats.upper_bound(high, alpha=a_high, lo=lo, hi=hi),
        units=worst.size,
        items=int(table.n_items.sum()),
        method="Clopper-Pearson" if binary else "Gaffke",
        value=value,
        worst=float(worst.mean()),
        best=float(best.mean()),
        effective_n=stats.effective_n(
            worst_values, items=attempts.items, clusters=attempts.clusters
        ),
        dangerous=float(danger.sum()),
    )


def _suite(attempts: Attempts, *, limits: Limits, hi: float) -> Test:
    """Rate over exactly these tasks: pooled attempts, 0/1 values, equal epochs per task."""
    lo, worse = limits.lo, limits.higher_is_worse
    worst, best = _imputed(attempts, lo=lo, hi=hi, worse=worse)
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
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=lower,
        upper=upper,
        units=n,
        items=epochs.size,
        method="Clopper-Pearson (suite)",
        value=_scored_mean(attempts),
        worst=float(worst.mean()),
        best=float(best.mean()),
        effective_n=float(n),
        dangerous=float(bad_worst),
    )


def _two_arm(attempts: Attempts, *, criterion: Measured, limits: Limits) -> Test:
    """Ratio or difference of two arms by Welch, with the monotone cross-check (M-9)."""
    # The validator saw that an uplift estimand has arms.
    control_name, treated_name = cast("tuple[str, str]", criterion.estimand.arms)
    if limits.hi is None:
        return no_test(limits, barred="range.unbounded")
    if set(attempts.arms.tolist()) != {control_name, treated_name}:
        return no_test(limits, barred="arm.unknown")
    lo, hi, worse = limits.lo, limits.hi, limits.higher_is_worse
    treated, control = (attempts.arms == name for name in (treated_name, control_name))
    missing = np.isnan(attempts.values)
    up = np.where(missing, hi, attempts.values)
    down = np.where(missing, lo, attempts.values)
    worst = np.where(treated, up, down) if worse else np.where(treated, down, up)
    best = np.where(treated, down, up) if worse else np.where(treated, up, down)
    arms_worst = _arms(worst, attempts, treated, control)
    arms_best = _arms(best, attempts, treated, control)
    ratio = criterion.estimand.name == "uplift_ratio"
    return two_arm_test(
        arms_worst,
        arms_best=arms_best,
        limits=limits,
        ratio=ratio,
        units=arms_worst[0].size + arms_worst[1].size,
        lo=lo,
        hi=hi,
    )


def _arms(
    values: Floats, attempts: Attempts, treated: Mask, control: Mask
) -> tuple[Floats, Floats]:
    return (
        _clustered_part(values, attempts, treated),
        _clustered_part(values, attempts, control),
    )


def _clustered_part(values: Floats, attempts: Attempts, mask: Mask) -> Floats:
    return stats.cluster_means(
        values[mask], items=attempts.items[mask], clusters=attempts.clusters[mask]
    ).means


Arms = tuple[Floats, Floats] | tuple[stats.ArmSummary, stats.ArmSummary]


def two_arm_test(
    arms: Arms, *, arms_best: Arms, limits: Limits, ratio: bool, units: int, lo: float, hi: float
) -> Test:
    """Return the test of treated against control, from values or from published summaries."""
    below = stats.ratio_rule_out_p if ratio else stats.difference_rule_out_p
    above = stats.ratio_rule_in_p if ratio else stats.difference_rule_in_p
    check = stats.ratio_cross_check if ratio else stats.difference_cross_check
    treated, control = arms
    best_treated, best_control = arms_best
    if limits.higher_is_worse:
        p_out = below(treated, control=control, bound=limits.rule_out)
        p_in = above(best_treated, control=best_control, bound=limits.rule_in)
        agrees = check(
            treated,
            control=control,
            bound=limits.rule_out,
            alpha=limits.alpha_rule_out,
            lo=lo,
            hi=hi,
        )
    else:  # swap the arms: T/C above k is C/T below 1/k, T-C above d is C-T below -d
        bound = 1.0 / limits.rule_out if ratio else -limits.rule_out
        p_out = above(treated, control=control, bound=limits.rule_out)
        p_in = below(best_treated, control=best_control, bound=limits.rule_in)
        agrees = check(
            control, control=treated, bound=bound, alpha=limits.alpha_rule_out, lo=lo, hi=hi
        )
    start = 1.0 / _FAR if ratio else -_FAR
    a_up, a_low = limits.alpha_rule_out, limits.alpha_rule_in
    if not limits.higher_is_worse:
        a_up, a_low = a_low, a_up
    upper = _first(lambda b: below(treated, control=control, bound=b) <= a_up, start, _FAR)
    lower = _first(lambda b: above(treated, control=control, bound=b) > a_low, start, _FAR)
    means = [_mean(treated), _mean(control)]
    value = None
    if not ratio:
        value = means[0] - means[1]
    elif means[1] > 0:
        value = means[0] / means[1]
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        lower=lower if lower is not None else start,
        upper=upper,
        units=units,
        items=units,
        method="Welch" if not ratio else "Fieller-Welch",
        value=value,
        monotone=False,
        barred=frozenset() if agrees else frozenset({"monotone.cross-check"}),
    )


def _mean(arm: Floats | stats.ArmSummary) -> float:
    return arm.mean if isinstance(arm, stats.ArmSummary) else float(np.mean(arm))


def _first(holds: Callable[[float], bool], lo: float, hi: float) -> float | None:
    """Smallest bound at which a monotone condition holds; None where it never does."""
    if holds(lo):
        return lo
    if not holds(hi):
        return None
    while lo < (middle := (lo + hi) / 2) < hi:  # until no number lies between the two
        lo, hi = (lo, middle) if holds(middle) else (middle, hi)
    return hi


def _imputed(attempts: Attempts, *, lo: float, hi: float, worse: bool) -> tuple[Floats, Floats]:
    pair = stats.worst_best(attempts.values, lo=lo, hi=hi, worse_is="high" if worse else "low")
    return pair.worst, pair.best


def _clustered(values: Floats, attempts: Attempts) -> stats.ClusterTable:
    return stats.cluster_means(values, items=attempts.items, clusters=attempts.clusters)


def _scored_mean(attempts: Attempts) -> float | None:
    """Mean of cluster means over the attempts that have a value; None where none has."""
    have = ~np.isnan(attempts.values)
    if not have.any():
        return None
    return float(_clustered_part(attempts.values, attempts, have).mean())
