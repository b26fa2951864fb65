"""Published aggregates -> tests: every one must rule out, every reading must agree (M-10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from tierlock import stats
from tierlock.core import Limits, Measured, Reported
from tierlock.policy.estimate_arms import (
    Successes,
    binary_arms_test,
    exact_is_feasible,
    two_arm_test,
)
from tierlock.policy.tested import Test, no_test

_BETWEEN_0_AND_1: Final = frozenset({"pass_at_k", "refusal_rate"})
_MEANS: Final = frozenset({"success_rate", "mean_score", "best_of_k"}) | _BETWEEN_0_AND_1


def test_reported(aggregates: Sequence[Reported], *, criterion: Measured, limits: Limits) -> Test:
    """Return what published aggregates of one slot say about a criterion.

    A sound test is the weakest of its parts: the largest rule-out p-value decides, and the
    smallest rule-in p-value counts once per aggregate.
    """
    if criterion.estimand.name.startswith("uplift") and any(item.arm for item in aggregates):
        return _arms(aggregates, criterion=criterion, limits=limits)
    name = criterion.estimand.name
    if name in _BETWEEN_0_AND_1:
        limits = limits.model_copy(update={"lo": 0.0, "hi": 1.0})
    tests = [
        _one(item, limits=limits)
        if name in _MEANS
        else _interval_only(item, limits=limits.model_copy(update={"hi": None}))
        for item in aggregates
    ]
    return weakest(tests)


def weakest(tests: Sequence[Test]) -> Test:
    """Return the test that all parts support: worst p-values, widest bounds, all bars."""
    lead = max(tests, key=lambda test: test.rule_out_p)
    uppers = [test.upper for test in tests]
    known = [upper for upper in uppers if upper is not None]
    proved = [test.proved_rule_out_p for test in tests if test.proved_rule_out_p is not None]
    proved_in = [test.proved_rule_in_p for test in tests if test.proved_rule_in_p is not None]
    return lead._replace(
        rule_in_p=min(1.0, len(tests) * min(test.rule_in_p for test in tests)),
        proved_rule_out_p=None if len(proved) < len(tests) else max(proved),
        proved_rule_in_p=min(1.0, len(tests) * min(proved_in)) if proved_in else None,
        lower=min(test.lower for test in tests),
        upper=None if len(known) < len(uppers) else max(known),
        units=sum(test.units for test in tests),
        items=sum(test.items for test in tests),
        method=" + ".join(dict.fromkeys(test.method for test in tests)),
        monotone=all(test.monotone for test in tests),
        barred=frozenset().union(*(test.barred for test in tests)),
    )


def _interval_only(item: Reported, *, limits: Limits) -> Test:
    """What is no mean of a bounded score says nothing by counts or by a mean (S-10)."""
    if item.confidence is None:
        return no_test(limits, barred="reported.too-little")
    return _interval(item, confidence=item.confidence, limits=limits)


def _one(item: Reported, *, limits: Limits) -> Test:
    if item.successes is not None:  # the validator saw its n
        return _counts(item.successes, cast("int", item.n), limits=limits)
    if item.confidence is not None:
        return _interval(item, confidence=item.confidence, limits=limits)
    if item.n and limits.hi is not None:  # without count and interval it has a mean
        return _mean(cast("float", item.mean), item.n, limits=limits, hi=limits.hi)
    return no_test(limits, barred="reported.too-little")


def _counts(successes: int, n: int, *, limits: Limits) -> Test:
    """Counts of a 0/1 outcome; exact."""
    if (limits.lo, limits.hi) != (0.0, 1.0):
        return no_test(limits, barred="reported.range")
    bad = successes if limits.higher_is_worse else n - successes
    out = limits.rule_out if limits.higher_is_worse else 1.0 - limits.rule_out
    into = limits.rule_in if limits.higher_is_worse else 1.0 - limits.rule_in
    p_out = stats.counts_rule_out_p(bad, n=n, bound=out)
    p_in = stats.counts_rule_in_p(bad, n=n, bound=into)
    high = stats.counts_upper_bound(bad, n=n, alpha=limits.alpha_rule_out)
    low = stats.counts_lower_bound(bad, n=n, alpha=limits.alpha_rule_in)
    lower, upper = (low, high) if limits.higher_is_worse else (1.0 - high, 1.0 - low)
    value = successes / n if n else None
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=lower,
        upper=upper,
        units=n,
        items=n,
        method="Clopper-Pearson (reported counts)",
        value=value,
        worst=value,
        best=value,
        effective_n=float(n),
        dangerous=float(bad),
    )


def _interval(item: Reported, *, confidence: float, limits: Limits) -> Test:
    """A published interval proves at most the error of its own end."""
    dangerous, safe = (
        (item.upper, item.lower) if limits.higher_is_worse else (item.lower, item.upper)
    )
    out = into = 1.0
    beyond, within = (
        (stats.interval_rule_out_p, stats.interval_rule_in_p)
        if limits.higher_is_worse
        else (stats.interval_rule_in_p, stats.interval_rule_out_p)
    )
    if dangerous is not None:
        out = beyond(dangerous, confidence=confidence, bound=limits.rule_out)
    if safe is not None:
        into = within(safe, confidence=confidence, bound=limits.rule_in)
    return Test(
        rule_out_p=out,
        rule_in_p=into,
        proved_rule_out_p=out,
        proved_rule_in_p=into,
        lower=limits.lo if item.lower is None else item.lower,
        upper=item.upper,
        units=item.n or 0,
        items=item.n or 0,
        method="published interval",
        value=item.mean,
        worst=item.mean,
        best=item.mean,
    )


def _mean(mean: float, n: int, *, limits: Limits, hi: float) -> Test:
    """A mean of a bounded score with nothing but n: Hoeffding, proved."""
    lo = limits.lo
    worse = limits.higher_is_worse
    beyond, within = (
        (stats.mean_rule_out_p, stats.mean_rule_in_p)
        if worse
        else (stats.mean_rule_in_p, stats.mean_rule_out_p)
    )
    p_out = beyond(mean, n=n, bound=limits.rule_out, lo=lo, hi=hi)
    p_in = within(mean, n=n, bound=limits.rule_in, lo=lo, hi=hi)
    a_high, a_low = (
        (limits.alpha_rule_out, limits.alpha_rule_in)
        if worse
        else (limits.alpha_rule_in, limits.alpha_rule_out)
    )
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=stats.mean_lower_bound(mean, n=n, alpha=a_low, lo=lo, hi=hi),
        upper=stats.mean_upper_bound(mean, n=n, alpha=a_high, lo=lo, hi=hi),
        units=n,
        items=n,
        method="Hoeffding (reported mean)",
        value=mean,
        worst=mean,
        best=mean,
    )


def _arms(aggregates: Sequence[Reported], *, criterion: Measured, limits: Limits) -> Test:
    """Two published arms: single outcomes counted, or means whose spreads get every reading."""
    # The validator saw that an uplift estimand has arms.
    names = cast("tuple[str, str]", criterion.estimand.arms)
    by_arm = {item.arm: item for item in aggregates}
    if set(by_arm) != set(names) or len(aggregates) != len(by_arm):
        return no_test(limits, barred="arm.unknown")
    if limits.hi is None:
        return no_test(limits, barred="range.unbounded")
    counted = _counted(by_arm[names[0]], by_arm[names[1]], limits=limits)
    if counted is not None:
        ratio = criterion.estimand.name == "uplift_ratio"
        return binary_arms_test(counted, best=counted, limits=limits, ratio=ratio)
    controls, treatments = (_readings(by_arm[name]) for name in names)
    if controls is None or treatments is None:
        return no_test(limits, barred="reported.too-little")
    units = controls[0].n + treatments[0].n
    tests = [
        two_arm_test(
            (treated, control),
            arms_best=(treated, control),
            limits=limits,
            ratio=criterion.estimand.name == "uplift_ratio",
            units=units,
            lo=limits.lo,
            hi=limits.hi,
        )
        for control in controls
        for treated in treatments
    ]
    joined = weakest(tests)
    barred = joined.barred
    alpha = limits.alpha_rule_out
    if joined.rule_out_p > alpha and any(test.rule_out_p <= alpha for test in tests):
        barred |= {"reported.unlabelled"}
    return joined._replace(
        # Readings are alternatives, not parts: REACHED too needs all of them to agree.
        rule_in_p=max(test.rule_in_p for test in tests),
        units=units,
        items=units,
        barred=barred,
    )


def _counted(control: Reported, treated: Reported, *, limits: Limits) -> Successes | None:
    """Counts of single yes-or-no outcomes, where both arms give them and they are few enough."""
    if not (control.n and treated.n) or (limits.lo, limits.hi) != (0.0, 1.0):
        return None
    if control.successes is None or treated.successes is None:
        return None
    counts = Successes(treated.successes, treated.n, control.successes, control.n)
    return counts if exact_is_feasible(counts) else None


def _readings(item: Reported) -> list[stats.ArmSummary] | None:
    """What a published arm may mean; None where it says too little."""
    if item.mean is None or item.spread is None or not item.n:
        return None
    every = stats.unlabelled_readings(item.mean, spread=item.spread, n=item.n)
    labelled = {
        "sd": every.standard_deviation,
        "se": every.standard_error,
        "ci95": every.interval_half_width,
    }
    if item.spread_is == "unlabelled":
        return list(labelled.values())
    return [labelled[item.spread_is]]
