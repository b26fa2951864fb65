"""A tested criterion -> its finding: estimate, reasons, and what stands beside the tree."""

from __future__ import annotations

from typing import Final, NamedTuple

from tierlock.core import Estimate, Finding, Limits, Measured, Outcome, Reason
from tierlock.policy.logic import Leaf
from tierlock.policy.pooling import Attempts, Reading
from tierlock.policy.posterior import posterior_of
from tierlock.policy.slots import SlotView
from tierlock.policy.tested import Test

BARS: Final[dict[str, str]] = {
    "slot.no-evidence": "no evidence",
    "slot.only-unplanned": "only runs that no plan counts: they can veto and never support",
    "slot.unplanned-veto": "does not hold with the runs that no plan counts",
    "missing.over-cap": "too many attempts have no value",
    "range.unbounded": "the score has no declared upper end, so missing data has no worst case",
    "range.violated": "a value lies outside the declared range",
    "cluster.unknown": "the independent cluster of an attempt is not known",
    "scorer.missing": "the log has no score of the declared scorer",
    "scorer.ambiguous": "the log has several scores and the framework names none",
    "suite.not-binary": "a rate over this suite needs values of 0 or 1",
    "suite.unequal-epochs": "a rate over this suite needs equal epochs per task",
    "estimand.not-binary": "this estimand counts successes: values must be ends of the range",
    "epochs.too-few": "a task has fewer attempts than the best of k needs",
    "tasks.too-few": "there are fewer tasks than the bound counts",
    "amount.unknown": "the hours of an attempt are not known",
    "judge.uninformative": "the judge is not shown to be better than chance",
    "judge.contradicted": "the judge reports less than its own false alarms would make",
    "judge.uncorrected": "the declared errors of the judge can not be corrected for here",
    "arm.unknown": "the trial arm of an attempt is not known",
    "arm.mixed": "some independent units are in both arms and some in one",
    "percentile.readings": "the experts' measured scores and their skill give different answers",
    "minutes.unknown": "the human minutes of a task are not known, or it has two lengths",
    "horizon.families": "a time horizon needs twelve families of tasks",
    "horizon.extrapolated": "no task is as long as the bound: nothing shows what happens there",
    "reported.too-little": "the publication gives no n, no spread or no interval",
    "reported.range": "counts need a score between 0 and 1",
    "reported.unlabelled": "the published spread has no label and its readings disagree",
    "monotone.cross-check": "the test is not monotone and its cross-check does not agree",
    "looks.estimand": "looks are planned for rates and mean scores of tasks like these only",
    "looks.not-before": "looks that were planned after the runs control no error",
    "looks.variants": "runs of several elicitations can not be looked at as one",
    "looks.other-size": "after a run there are other clusters than its look was planned for",
    "looks.other-items": "a run holds other clusters than the plan drew for its look",
    "looks.not-binary": "this design counts clusters that are at an end of the score; use betting",
    "evaluation.not-current": "the evaluation is saturated or deprecated",
    "evidence.doubtful": "a log is doubtful",
    "run.unfinished": "a run did not end with success",
    "alpha.spent": "the error budget of this period is spent by earlier weights",
    "alpha.tolerance": "the p-value equals alpha within numeric tolerance",
}
"""Every reason that keeps a measured criterion from RULED_OUT, besides its p-value."""


class Leafed(NamedTuple):
    """A measured leaf with everything needed to settle it."""

    leaf: Leaf
    criterion: Measured
    reading: Reading
    limits: Limits
    view: SlotView
    alpha_out: float
    alpha_in: float
    safeguard: bool
    threshold: str


def finding_of(
    me: Leafed,
    *,
    outcome: Outcome,
    test: Test,
    attempts: Attempts,
    reasons: tuple[Reason, ...],
) -> Finding:
    """Return the finding of a tested leaf.

    Args:
        me: the leaf with its slot and limits.
        outcome: what was decided.
        test: the test that decided, of the variant that looks worst.
        attempts: that variant's attempts.
        reasons: why; an undetermined finding without any crosses its bound.
    """
    runs = (*me.view.planned, *me.view.unplanned)
    if not reasons and outcome is Outcome.UNDETERMINED:
        reasons = (between(me, test=test),)
    return Finding(
        path=me.leaf.path,
        kind="measured",
        says=me.criterion.says,
        outcome=outcome,
        decided_by="evidence" if me.view.planned else "omission",
        reasons=reasons,
        evidence=tuple(sorted({run.digest for run in runs})),
        owes=bool(me.view.owed),
        slot=me.criterion.evaluation,
        estimate=_estimate(me, test, attempts) if me.view.planned else None,
        limits=me.limits,
        as_published=_as_published(me.criterion, test),
    )


def between(me: Leafed, *, test: Test) -> Reason:
    """Return why an estimate decides nothing: its interval crosses a bound, or lies between two."""
    low, high = sorted((me.limits.rule_out, me.limits.rule_in))
    if low < test.lower and test.upper is not None and test.upper < high:
        return Reason(code="interval.grey-zone", says="the interval lies in the grey zone")
    return Reason(code="interval.crosses", says="the interval crosses the bound")


def _as_published(criterion: Measured, test: Test) -> bool | None:
    """The publisher's literal comparison of the plain value (M-12)."""
    rule, value = criterion.as_published, test.value if test.plain is None else test.plain
    if rule is None or value is None:
        return None
    holds = {
        "<": value < rule.bound,
        "<=": value <= rule.bound,
        ">": value > rule.bound,
        ">=": value >= rule.bound,
    }
    return holds[rule.comparison]


def _estimate(me: Leafed, test: Test, attempts: Attempts) -> Estimate:
    return Estimate(
        value=test.value,
        worst=test.worst,
        best=test.best,
        lower=test.lower,
        upper=test.upper,
        rule_out_p=test.rule_out_p,
        rule_in_p=test.rule_in_p,
        proved_rule_out_p=test.proved_rule_out_p,
        units=test.units,
        items=test.items,
        effective_n=test.effective_n,
        dangerous=test.dangerous,
        method=test.method,
        guarantee=me.criterion.guarantee,
        monotone=test.monotone,
        posterior=posterior_of(
            attempts,
            criterion=me.criterion,
            evaluation=me.reading.evaluation,
            limits=me.limits,
        ),
        counts=attempts.counts,
    )


def bar(code: str) -> Reason:
    """Return the reason `code` of `BARS` with its sentence."""
    return Reason(code=code, says=BARS[code])
