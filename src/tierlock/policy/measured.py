"""One measured criterion and its slot -> a finding (S-5 to S-7, M-1 to M-13)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tierlock.core import (
    Evidence,
    Finding,
    Looks,
    Measured,
    Outcome,
    Reason,
    Reported,
)
from tierlock.policy.case import Case
from tierlock.policy.findings import Leafed, bar, between, finding_of
from tierlock.policy.inheritance import inherited_p
from tierlock.policy.limits import limits_of
from tierlock.policy.logic import Leaf, near_alpha, passes
from tierlock.policy.looks import sealed_order, take_looks
from tierlock.policy.measure import test_attempts
from tierlock.policy.pooling import Attempts, pool, reading_of, variants
from tierlock.policy.reported import test_reported, weakest
from tierlock.policy.slots import SlotView
from tierlock.policy.staleness import staleness
from tierlock.policy.tested import Asked, Test, no_test


class Variant(NamedTuple):
    """Planned runs of one elicitation, pooled and tested (M-14)."""

    runs: tuple[Evidence, ...]
    attempts: Attempts
    test: Test


def settle_measured(
    leaf: Leaf,
    *,
    criterion: Measured,
    case: Case,
    view: SlotView,
    threshold: str,
    alpha_out: float,
    alpha_in: float,
    safeguard: bool,
) -> Finding:
    """Return the finding of one measured criterion.

    Args:
        leaf: path and factors of the criterion in its tree.
        criterion: the criterion at the leaf.
        case: the inputs of the determination.
        view: the slot's planned, unplanned and owed runs.
        threshold: key of the alpha account; for a safeguard test, its standard.
        alpha_out: rule-out budget of the whole tree; the leaf's factors divide it.
        alpha_in: rule-in budget of the whole tree.
        safeguard: whether this is a safeguard test, which other parts then make stale.
    """
    evaluation = case.framework.evaluations[criterion.evaluation]
    promise = case.plan.slot(criterion.evaluation)
    me = Leafed(
        leaf=leaf,
        criterion=criterion,
        reading=reading_of(evaluation, promise=promise, higher_is_worse=criterion.higher_is_worse),
        limits=limits_of(
            leaf,
            criterion=criterion,
            framework=case.framework,
            alpha_out=alpha_out,
            alpha_in=alpha_in,
        ),
        view=view,
        alpha_out=alpha_out,
        alpha_in=alpha_in,
        safeguard=safeguard,
        threshold=threshold,
    )
    tried = _variants(me, drawn=promise is not None and promise.looks is not None)
    if promise is not None and promise.looks is not None and view.planned:
        me, tried = _by_looks(me, tried, promise.looks, case)
    worst = _worst(tried)
    test, attempts = worst.test, worst.attempts
    inherits = promise is not None and promise.source == "inherited"
    reasons = _bars(me, case, tried, test, evaluation_current=evaluation.status == "current")
    if inherits:
        return _inherited(me, case, test, attempts, reasons)
    vetoed = not all(_survives(me, variant) for variant in tried)
    alone = all(_rules_out(me, variant.test) for variant in tried)
    outcome = Outcome.UNDETERMINED
    if _reached(me, test):
        outcome = Outcome.REACHED
    elif not reasons and alone and not vetoed:
        outcome = Outcome.RULED_OUT
    elif not reasons and vetoed and not alone:
        reasons = (between(me, test=test),)
    if vetoed:  # said whatever else was found, so that worse values can not hide it (L9)
        reasons += (bar("slot.unplanned-veto"),)
    if _disagrees(me, test):
        reasons += (Reason(code="guarantee.disagrees", says="default and proved test disagree"),)
    return finding_of(me, outcome=outcome, test=test, attempts=attempts, reasons=reasons)


def _variants(me: Leafed, *, drawn: bool) -> tuple[Variant, ...]:
    """The planned runs per elicitation; one empty variant where there are none."""
    found = []
    for runs in variants(me.view.planned, drawn=drawn) or ((),):
        attempts = pool(runs, reading=me.reading)
        found.append(Variant(runs, attempts, _test(me, runs, attempts)))
    return tuple(found)


def _by_looks(
    me: Leafed, tried: tuple[Variant, ...], looks: Looks, case: Case
) -> tuple[Leafed, tuple[Variant, ...]]:
    """The sequential test instead of the fixed one; what is settled owes no further runs (S-8)."""
    first = tried[0]
    test = take_looks(
        me,
        test=first.test,
        runs=me.view.planned,
        looks=looks,
        order=sealed_order(case.plan, slot=me.criterion.evaluation),
        declared=case.plan.declared,
        variants=len(tried),
    )
    variants = tuple(variant._replace(test=test) for variant in tried)
    if _rules_out(me, test) or _reached(me, test):
        owed = tuple(item for item in me.view.owed if item.code != "slot.run-not-started")
        me = me._replace(view=me.view._replace(owed=owed))
    return me, variants


def _worst(tried: Sequence[Variant]) -> Variant:
    """The elicitation that the subject looks worst under; all of them must rule out (M-14)."""
    lead = max(tried, key=lambda variant: (bool(variant.test.barred), variant.test.rule_out_p))
    if len(tried) == 1:
        return lead
    tests = [variant.test for variant in tried]
    test = lead.test._replace(
        rule_in_p=_smallest_of_all([test.rule_in_p for test in tests]),
        proved_rule_in_p=_smallest_of_all([_existing(test.proved_rule_in_p) for test in tests]),
        method=f"{lead.test.method}, worst of {len(tests)} elicitations",
        barred=frozenset().union(*(test.barred for test in tests)),
    )
    return lead._replace(test=test)


def _smallest_of_all(p_values: Sequence[float]) -> float:
    """The smallest p-value, corrected for having chosen it among all of them (M-14)."""
    return min(1.0, len(p_values) * min(p_values))


def _test(me: Leafed, runs: Sequence[Evidence], attempts: Attempts) -> Test:
    """Test samples and published aggregates of a set of runs; both must rule out (M-10)."""
    aggregates: list[Reported] = [item for run in runs for item in run.reported]
    tests = []
    if attempts.values.size:
        tests.append(
            test_attempts(attempts, asked=Asked(me.criterion, me.reading.evaluation, me.limits))
        )
    if aggregates and me.reading.evaluation.judge is not None:
        tests.append(no_test(me.limits, barred="judge.uncorrected"))
    elif aggregates:
        tests.append(test_reported(aggregates, criterion=me.criterion, limits=me.limits))
    if not tests:
        return no_test(me.limits, barred="slot.no-evidence")
    return weakest(tests)


def _reached(me: Leafed, test: Test) -> bool:
    p = test.rule_in_p
    if me.criterion.guarantee == "proved":
        p = _existing(test.proved_rule_in_p)
    return passes(p, factor=me.leaf.in_factor, alpha=me.alpha_in)


def _rules_out(me: Leafed, test: Test) -> bool:
    return not test.barred and passes(
        _deciding_p(me, test), factor=me.leaf.out_factor, alpha=me.alpha_out
    )


def _deciding_p(me: Leafed, test: Test) -> float:
    if me.criterion.guarantee == "proved":
        return _existing(test.proved_rule_out_p)
    return test.rule_out_p


def _existing(p: float | None) -> float:
    """The p-value; where there is none, one that passes no comparison."""
    return math.inf if p is None else p


def _survives(me: Leafed, variant: Variant) -> bool:
    """Whether planned runs rule out with the unplanned ones added to them (S-6)."""
    unplanned = me.view.unplanned if variant.runs else ()
    unsafe = tuple(run for run in unplanned if not _on_safe_side(me, run))
    groups = [*((run,) for run in unplanned), unsafe]
    return all(_rules_out(me, _joined(me, variant.runs, group)) for group in groups if group)


def _joined(me: Leafed, runs: Sequence[Evidence], extra: Sequence[Evidence]) -> Test:
    """Test of planned runs with `extra` unplanned runs as units of their own."""
    attempts = pool(runs, reading=me.reading, apart=extra)
    return _test(me, (*runs, *extra), attempts)


def _on_safe_side(me: Leafed, run: Evidence) -> bool:
    test = _joined(me, (), (run,))
    if test.worst is None:
        return False
    if me.criterion.higher_is_worse:
        return test.worst < me.limits.rule_out
    return test.worst > me.limits.rule_out


def _bars(
    me: Leafed, case: Case, tried: Sequence[Variant], test: Test, *, evaluation_current: bool
) -> tuple[Reason, ...]:
    """Everything that keeps the criterion from RULED_OUT, besides its p-value and the veto."""
    planned = me.view.planned
    codes = set(test.barred).union(*(variant.attempts.flags for variant in tried))
    if not planned and me.view.unplanned:
        codes = {"slot.only-unplanned"}
    cap = me.reading.evaluation.max_missing
    if any(variant.attempts.missing_share > cap for variant in tried):
        codes.add("missing.over-cap")
    if not evaluation_current:
        codes.add("evaluation.not-current")
    if any(run.doubtful for run in planned):
        codes.add("evidence.doubtful")
    if any(run.status != "success" for run in planned):
        codes.add("run.unfinished")
    if not me.safeguard and case.alpha_spent(me.threshold):
        codes.add("alpha.spent")
    if near_alpha(_deciding_p(me, test), factor=me.leaf.out_factor, alpha=me.alpha_out):
        codes.add("alpha.tolerance")
    reasons = [bar(code) for code in sorted(codes)]
    stale = (
        staleness(
            run,
            framework=case.framework,
            subject=case.subject,
            at=case.at,
            safeguard=me.safeguard,
        )
        for run in planned
    )
    reasons += sorted(
        {reason for reason in stale if reason is not None}, key=lambda r: (r.code, r.says)
    )
    reasons += [Reason(code=owed.code, says=owed.says) for owed in me.view.owed]
    return tuple(reasons)


def _disagrees(me: Leafed, test: Test) -> bool:
    """Whether default and proved test differ about RULED_OUT (M-8)."""
    if test.proved_rule_out_p is None:
        return False  # no proof, or a bar: a test that is barred proves nothing
    factor, alpha = me.leaf.out_factor, me.alpha_out
    return passes(test.rule_out_p, factor=factor, alpha=alpha) != passes(
        test.proved_rule_out_p, factor=factor, alpha=alpha
    )


def _inherited(
    me: Leafed, case: Case, test: Test, attempts: Attempts, reasons: tuple[Reason, ...]
) -> Finding:
    """A slot that the plan declared inherited: paired with the parent, or nothing (I-1 to I-4)."""
    reasons += (bar("slot.unplanned-veto"),) if me.view.unplanned else ()
    if _reached(me, test):
        return finding_of(
            me, outcome=Outcome.REACHED, test=test, attempts=attempts, reasons=reasons
        )
    p, refusals = inherited_p(
        case=case,
        threshold=me.threshold,
        path=me.leaf.path,
        criterion=me.criterion,
        reading=me.reading,
        own=me.view.planned,
    )
    # The absolute test's own bars stay, except that having no rule-out by itself is no bar.
    kept = tuple(reason for reason in reasons if reason.code != "alpha.tolerance") + refusals
    ruled_out = not kept and passes(p, factor=2 * me.leaf.out_factor, alpha=me.alpha_out)
    if not ruled_out and not kept:
        kept = (
            Reason(code="inherit.worse", says=f"may be worse than its parent (p = {2 * p:.3g})"),
        )
    outcome = Outcome.RULED_OUT if ruled_out else Outcome.UNDETERMINED
    finding = finding_of(me, outcome=outcome, test=test, attempts=attempts, reasons=kept)
    by = "inheritance" if me.view.planned else finding.decided_by
    return finding.model_copy(update={"decided_by": by, "guarded": False})
