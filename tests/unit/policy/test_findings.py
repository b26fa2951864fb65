"""What a measured finding shows (spec/determination.md M-12, L5)."""

from __future__ import annotations

import pytest

from tests.unit.policy.factory import IN, OPEN, OUT, evaluation, limits, measured, run
from tierlock import stats
from tierlock.core import AsPublished, Counts, Estimate, Omission, Reason
from tierlock.policy.findings import BARS, Leafed, bar, finding_of
from tierlock.policy.logic import Leaf
from tierlock.policy.pooling import pool, reading_of
from tierlock.policy.slots import SlotView
from tierlock.policy.tested import Test as Result

READING = reading_of(evaluation(), promise=None, higher_is_worse=True)
LIMITS = limits(rule_out_declared=0.25, alpha_rule_in=0.04)
TEST = Result(
    rule_out_p=0.11,
    rule_in_p=0.12,
    lower=0.1,
    upper=0.5,
    units=11,
    items=12,
    method="a method",
    proved_rule_out_p=0.13,
    proved_rule_in_p=0.14,
    value=0.31,
    worst=0.32,
    best=0.30,
    effective_n=10.5,
    dangerous=3.5,
    monotone=False,
)
WHY = (Reason(code="x", says="y"),)


PLANNED = (run(name="b"), run(name="a"))


def found(
    *,
    planned=PLANNED,
    unplanned=(),
    owed=(),
    outcome=OPEN,
    test=TEST,
    reasons=WHY,
    limits=LIMITS,
    **changes,
):
    criterion = measured(says="it crosses", guarantee="proved", **changes)
    me = Leafed(
        leaf=Leaf("t:bio", criterion, 1, 1),
        criterion=criterion,
        reading=READING,
        limits=limits,
        view=SlotView("bio", tuple(planned), tuple(unplanned), tuple(owed), ()),
        alpha_out=0.05,
        alpha_in=0.04,
        safeguard=False,
        threshold="t",
    )
    attempts = pool(planned, reading=READING)
    return finding_of(me, outcome=outcome, test=test, attempts=attempts, reasons=reasons)


def test_l5_a_finding_says_what_it_rests_on():
    planned = (run(name="b"), run(name="a"))
    extra = run(name="c")
    item = found(unplanned=(extra, planned[0]), outcome=OUT)
    assert (item.path, item.kind, item.says, item.slot) == (
        "t:bio",
        "measured",
        "it crosses",
        "bio",
    )
    assert (item.outcome, item.decided_by, item.reasons) == (OUT, "evidence", WHY)
    assert item.evidence == tuple(sorted(log.digest for log in (*planned, extra)))
    assert (item.owes, item.guarded, item.limits) == (False, True, LIMITS)
    assert (item.as_published, item.expires_at) == (None, None)
    assert item.estimate == Estimate(
        value=0.31,
        worst=0.32,
        best=0.30,
        lower=0.1,
        upper=0.5,
        rule_out_p=0.11,
        rule_in_p=0.12,
        proved_rule_out_p=0.13,
        units=11,
        items=12,
        effective_n=10.5,
        dangerous=3.5,
        method="a method",
        guarantee="proved",
        monotone=False,
        posterior=round(
            stats.beta_binomial_posterior([0] * 60, attempts=[2] * 60, bound=LIMITS.rule_out), 6
        ),
        counts=Counts(planned=120, present=120, scored=120),
    )


def test_without_planned_runs_it_is_an_omission_without_estimate():
    item = found(planned=(), unplanned=(run(),))
    assert (item.decided_by, item.estimate) == ("omission", None)
    assert item.evidence == (run().digest,)


def test_the_grey_zone_where_lower_is_worse():
    better = LIMITS.model_copy(update={"higher_is_worse": False, "rule_out": 0.8, "rule_in": 0.6})
    test = TEST._replace(lower=0.61, upper=0.79)
    (reason,) = found(test=test, reasons=(), limits=better).reasons
    assert reason.code == "interval.grey-zone"


def test_evidence_is_listed_in_order():
    logs = tuple(run(name=letter) for letter in "hgfedcba")
    assert found(planned=logs).evidence == tuple(sorted(log.digest for log in logs))


def test_owed_runs_make_the_finding_owe():
    owed = Omission(what="r", code="slot.run-missing", says="s", owed=True)
    assert found(owed=(owed,)).owes


@pytest.mark.parametrize(
    ("lower", "upper", "code"),
    [
        (0.21, 0.39, "interval.grey-zone"),
        (0.2, 0.39, "interval.crosses"),
        (0.21, 0.4, "interval.crosses"),
        (0.1, 0.39, "interval.crosses"),
        (0.21, None, "interval.crosses"),
        (0.1, 0.5, "interval.crosses"),
    ],
)
def test_an_undetermined_finding_without_reasons_says_where_its_interval_lies(lower, upper, code):
    test = TEST._replace(lower=lower, upper=upper)
    assert [reason.code for reason in found(test=test, reasons=()).reasons] == [code]
    for outcome in (OUT, IN):
        assert found(test=test, reasons=(), outcome=outcome).reasons == ()
    assert found(test=test).reasons == WHY


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("<", (True, False, False)),
        ("<=", (True, True, False)),
        (">", (False, False, True)),
        (">=", (False, True, True)),
    ],
)
def test_m12_the_publishers_literal_comparison_stands_beside(comparison, expected):
    rule = AsPublished(comparison=comparison, bound=0.5)
    values = (0.4, 0.5, 0.6)
    shown = [found(as_published=rule, test=TEST._replace(value=v)).as_published for v in values]
    assert tuple(shown) == expected
    assert found(as_published=rule, test=TEST._replace(value=None)).as_published is None


def test_every_bar_has_a_sentence():
    assert bar("alpha.spent") == Reason(code="alpha.spent", says=BARS["alpha.spent"])
    with pytest.raises(KeyError):
        bar("unknown")
    assert set(BARS) == {
        "looks.estimand",
        "looks.not-before",
        "looks.not-binary",
        "looks.other-items",
        "looks.other-size",
        "looks.variants",
        "slot.no-evidence",
        "slot.only-unplanned",
        "slot.unplanned-veto",
        "missing.over-cap",
        "range.unbounded",
        "range.violated",
        "cluster.unknown",
        "scorer.missing",
        "scorer.ambiguous",
        "suite.not-binary",
        "suite.unequal-epochs",
        "arm.unknown",
        "arm.mixed",
        "percentile.readings",
        "minutes.unknown",
        "horizon.families",
        "horizon.extrapolated",
        "reported.too-little",
        "reported.range",
        "reported.unlabelled",
        "monotone.cross-check",
        "evaluation.not-current",
        "evidence.doubtful",
        "run.unfinished",
        "alpha.spent",
        "alpha.tolerance",
        "estimand.not-binary",
        "epochs.too-few",
        "tasks.too-few",
        "amount.unknown",
        "judge.uninformative",
        "judge.uncorrected",
        "judge.contradicted",
    }
