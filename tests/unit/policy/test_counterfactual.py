"""The same determination with one thing imagined otherwise."""

from __future__ import annotations

import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    attested,
    complete,
    determined,
    fact,
    framework,
    measured,
    negative,
    plan,
    register,
    registered,
    run,
    sha,
    standard,
    subject,
    threshold,
)
from tierlock.core import (
    AllOf,
    AnyOf,
    Claim,
    FrameworkError,
    Parts,
    Presumption,
    SafeguardCriterion,
    Scope,
    Step,
)
from tierlock.policy.claimed import evidence_of
from tierlock.policy.counterfactual import (
    perfect_claim,
    with_outcome,
    with_test_passed,
    without_failures,
)

TEST = SafeguardCriterion(
    says="s", falls_short_if=measured(id="jail"), accepts=("audit", "measured")
)
RULES = framework(
    thresholds={
        "high": threshold(measured(id="x"), tier="ASL-4", implies=("low",)),
        "low": threshold(AnyOf(any=(measured(id="y"), attested()))),
        "held": threshold(fact("huge"), precaution="hold"),
    },
    standards={
        "base": standard(criteria={"c": TEST, "d": SafeguardCriterion(says="s")}),
        "deploy": standard(),
        "secure": standard(kind="security"),
    },
    scope=Scope(
        tier="ASL-1", baseline=("secure",), in_scope_if=AllOf(all=(fact("big"), fact("new")))
    ),
)


def base(**changes):
    about = subject(facts={"big": True, "new": True, "huge": False})
    return determined(RULES, run(12), plan=plan(RULES), **{"subject": about, **changes})


def outcomes(found):
    return {item.threshold: item.outcome for item in found.thresholds}


def imagine(path, outcome, found=None):
    return with_outcome(found or base(), framework=RULES, path=path, outcome=outcome)


def test_one_finding_changes_and_everything_follows():
    before = base()
    assert outcomes(before) == {"high": OPEN, "low": OPEN, "held": OUT}
    after = imagine("high:x", IN)
    assert outcomes(after) == {"high": IN, "low": IN, "held": OUT}
    assert (after.label, after.label_if_settled) == ("ASL-4", "ASL-4")
    assert [(o.standard, o.because) for o in after.owed] == [
        ("base", "baseline"),
        ("deploy", "reached"),
    ]
    (found,) = [f for f in after.findings if f.path == "high:x"]
    assert (found.outcome, found.owes, found.reasons) == (IN, False, ())
    others = [f for f in after.findings if f.path != "high:x"]
    assert others == [f for f in before.findings if f.path != "high:x"]
    assert after.thresholds[0].trace == Step(op="leaf", finding="high:x", outcome=IN)
    assert [(t.alpha_rule_out, t.alpha_rule_in) for t in after.thresholds] == [
        (t.alpha_rule_out, t.alpha_rule_in) for t in before.thresholds
    ]


def test_a_tree_is_evaluated_again():
    after = imagine("low:y", OUT)
    assert outcomes(after)["low"] is OPEN
    both = imagine("low:threat", OUT, after)
    assert outcomes(both) == {"high": OUT, "low": OUT, "held": OUT}
    assert both.label == "ASL-2"
    assert both.thresholds[1].trace == Step(
        op="any",
        k=1,
        outcome=OUT,
        steps=(
            Step(op="leaf", finding="low:y", outcome=OUT),
            Step(op="leaf", finding="low:threat", outcome=OUT),
        ),
    )
    assert outcomes(imagine("low:y", IN))["low"] is IN


def test_a_node_that_lost_its_k_is_not_guessed():
    before = base()
    (high, low, held) = before.thresholds
    odd = low.model_copy(update={"trace": low.trace.model_copy(update={"k": None})})
    with pytest.raises(FrameworkError):
        imagine("low:y", OUT, before.model_copy(update={"thresholds": (high, odd, held)}))


def test_a_threshold_can_come_to_hold():
    after = imagine("held:huge", OPEN)
    assert (after.holds, base().holds) == (("held",), ())


def test_the_scope_is_evaluated_again():
    assert base().scope_outcome is IN
    after = imagine("scope:big", OUT)
    assert after.scope_outcome is OUT
    assert imagine("scope:big", OPEN).scope_outcome is OPEN
    plain = framework()
    found = determined(plain)
    changed = with_outcome(found, framework=plain, path="bio-3:bio", outcome=IN)
    assert changed.scope_outcome is None
    assert outcomes(changed) == {"bio-3": IN}


def test_f2_an_imagined_scope_settles_what_nobody_measured():
    """F-2: the facts of the scope rule out the open threshold, and no longer do."""
    rules = framework(
        thresholds={"seen": threshold(), "unseen": threshold(attested())},
        scope=Scope(tier="ASL-1", baseline=("base",), in_scope_if=fact("big")),
    )
    before = determined(rules, run(), subject=subject(facts={"big": True}))
    assert outcomes(before) == {"seen": OUT, "unseen": OPEN}
    outside = with_outcome(before, framework=rules, path="scope:big", outcome=OUT)
    assert outcomes(outside) == {"seen": OUT, "unseen": OUT}
    reached = with_outcome(outside, framework=rules, path="seen:bio", outcome=IN)
    assert outcomes(reached) == {"seen": IN, "unseen": OUT}
    inside = with_outcome(outside, framework=rules, path="scope:big", outcome=OPEN)
    assert outcomes(inside) == {"seen": OUT, "unseen": OPEN}


def test_all_ruled_out_and_out_of_scope_leaves_the_scopes_baseline():
    after = base()
    for path, outcome in (("low:y", OUT), ("low:threat", OUT), ("scope:new", OUT)):
        after = imagine(path, outcome, after)
    assert [(o.standard, o.because) for o in after.owed] == [("secure", "baseline")]
    assert (after.label, after.label_if_settled) == ("ASL-1", "ASL-1")


def test_safeguard_traces_follow():
    assert base().safeguard_traces["base:c"].outcome is OPEN
    assert imagine("base:c/jail", OUT).safeguard_traces["base:c"].outcome is OUT


def test_a_test_can_be_imagined_as_passed():
    before = base()
    after = with_test_passed(before, path="base:c")
    assert after.safeguard_traces["base:c"].outcome is OUT
    assert after.model_copy(update={"safeguard_traces": before.safeguard_traces}) == before
    # Where nothing changes it stays the determination that rulings and approvals are about.
    assert with_test_passed(before, path="base:d") is before
    assert with_test_passed(after, path="base:c") is after
    two = before.model_copy(
        update={
            "safeguard_traces": {**before.safeguard_traces, "z": before.safeguard_traces["base:c"]}
        }
    )
    assert set(with_test_passed(two, path="z").safeguard_traces) == {"base:c", "z"}


def test_a_perfect_claim_has_everything_a_criterion_may_ask():
    made = perfect_claim("base:c", framework=RULES, subject=subject(), determination=base())
    assert made == Claim(
        criterion="base:c",
        subject="m",
        status="met",
        holds_with_weights=True,
        parts={
            "weights": sha("w"),
            "elicitation": sha("e"),
            "safeguards": sha("s"),
        },
        claimed_at=AT,
        evidence=tuple(evidence_of(kind, says="imagined", at=AT) for kind in ("audit", "measured")),
    )
    bare = perfect_claim(
        "base:d", framework=RULES, subject=subject(parts=Parts()), determination=base()
    )
    assert bare.parts == {}


def test_failures_of_one_path_can_be_imagined_away():
    failed = negative("failed_claim", concerns="base:c")
    others = (
        negative("failed_claim", concerns="base:d"),
        negative("objection", concerns="base:c"),
    )
    before = complete(failed, *others)
    after = without_failures(before, path="base:c")
    assert after == complete(*others)


def test_registered_debts_of_the_imagined_finding_are_gone():
    known = register(registered(), registered("gone"))
    owing = base(register=known)
    assert owing.finding("high:x").owes
    assert not imagine("high:x", OUT, owing).finding("high:x").owes


def test_a_presumption_is_evaluated_again():
    claim = Presumption(says="s", unless=AnyOf(any=(fact("big"), fact("new"))))
    rules = framework(thresholds={"line": threshold(attested(), presumed_out=claim)})
    about = subject(facts={"big": False, "new": True})
    before = determined(rules, subject=about)
    assert outcomes(before) == {"line": OPEN}
    path = "presumed/line:new"
    after = with_outcome(before, framework=rules, path=path, outcome=OUT)
    assert outcomes(after) == {"line": OUT}
    assert after.presumption_traces["line"].outcome is OUT
    back = with_outcome(after, framework=rules, path=path, outcome=OPEN)
    assert outcomes(back) == {"line": OPEN}
