"""The official ruling beside the determination (spec/gate.md G-5)."""

from __future__ import annotations

import pytest

from tests.unit.policy.factory import IN, OPEN, OUT, ago, determined, framework, sha, subject
from tierlock.core import RoleSignature, Ruling, RulingRule, Step, ThresholdFinding
from tierlock.policy.ruling import effective_outcomes

NAME = sha("determination")
BASE = determined()
BOTH = (
    RoleSignature(role="ceo", signer="a", assurance="signed"),
    RoleSignature(role="auditor", signer="b", assurance="signed"),
)


def rules(**changes):
    rule = RulingRule(roles=("ceo", "auditor"), **changes)
    return framework(declared_assurance="refused", ruling=rule)


def line(outcome, name="t", **changes):
    given = {
        "threshold": name,
        "domain": "d",
        "tier": "ASL-3",
        "outcome": outcome,
        "tree_outcome": outcome,
        "trace": Step(op="leaf", finding=name, outcome=outcome),
        "alpha_rule_out": 0.05,
        "alpha_rule_in": 0.05,
        "complete": True,
        "missing": False,
    }
    return ThresholdFinding(**{**given, **changes})


def ruling(outcome=OUT, **changes):
    given = {
        "determination": NAME,
        "subject": "m",
        "outcomes": {"t": outcome},
        "signatures": BOTH,
        "reasons": "r",
        "ruled_at": ago(1),
    }
    return Ruling(**{**given, **changes})


def effective(*rulings, computed=OPEN, rule=None, found=None, **changes):
    lines = found or (line(computed, **changes),)
    return effective_outcomes(
        BASE.model_copy(update={"thresholds": lines}),
        determination_digest=NAME,
        subject=subject(),
        framework=rule or rules(),
        rulings=rulings,
    )


def outcome(*rulings, **changes):
    return effective(*rulings, **changes).outcomes["t"]


def test_without_a_ruling_the_computed_outcome_stands():
    found = effective(computed=IN)
    assert (found.outcomes, found.notes, found.ruling, found.official) == (
        {"t": IN},
        (),
        None,
        False,
    )


def test_a_stricter_ruling_always_counts():
    """Unsigned and about another determination: the worse outcome binds."""
    loose = ruling(IN, signatures=(), determination=sha("x"))
    found = effective(loose, computed=OUT)
    assert (found.outcomes, found.official, found.ruling) == ({"t": IN}, False, loose)
    assert [note.code for note in found.notes] == ["ruling.differs"]


def test_a_ruling_that_agrees_or_leaves_a_threshold_out_says_nothing():
    found = effective(ruling(OPEN))
    assert (found.outcomes, found.notes, found.official) == ({"t": OPEN}, (), True)
    found = effective(ruling(outcomes={}))
    assert (found.outcomes, found.notes) == ({"t": OPEN}, ())
    assert effective(ruling(outcomes={"unknown": IN})).outcomes == {"t": OPEN}


def test_a_laxer_official_ruling_lowers_a_complete_undetermined():
    found = effective(ruling())
    assert (found.outcomes, found.official) == ({"t": OUT}, True)
    assert [note.code for note in found.notes] == ["ruling.differs"]
    assert found.notes[0].says == "`t` is computed undetermined and was ruled ruled out"


@pytest.mark.parametrize(
    "changes",
    [
        {"determination": sha("x")},
        {"signatures": BOTH[:1]},
        {"signatures": ()},
        {"signatures": (BOTH[0], BOTH[1].model_copy(update={"signer": "a"}))},
        {"signatures": (BOTH[0], BOTH[1].model_copy(update={"assurance": "declared"}))},
        {"signatures": (BOTH[0], BOTH[1].model_copy(update={"role": "guest"}))},
    ],
)
def test_a_laxer_ruling_must_be_official(changes):
    """Every role, separate signers, accepted assurance, exactly this determination."""
    found = effective(ruling(**changes))
    assert (found.outcomes, found.official) == ({"t": OPEN}, False)
    assert [note.code for note in found.notes] == ["ruling.not-lowered"]
    assert found.notes[0].says == "`t` was ruled ruled out, but stays undetermined"


def test_a_signature_of_another_role_does_not_hurt():
    guest = RoleSignature(role="guest", signer="a", assurance="signed")
    assert outcome(ruling(signatures=(guest, *BOTH))) is OUT


def test_what_is_only_declared_counts_where_the_framework_accepts_it():
    declared = tuple(s.model_copy(update={"assurance": "declared"}) for s in BOTH)
    accepting = framework(ruling=RulingRule(roles=("ceo", "auditor")))
    assert outcome(ruling(signatures=declared), rule=accepting) is OUT


def test_without_roles_no_ruling_is_official():
    found = effective(ruling(), rule=framework(ruling=RulingRule()))
    assert (found.outcomes, found.official) == ({"t": OPEN}, False)


@pytest.mark.parametrize(
    ("computed", "may", "changes", "lowered"),
    [
        (OPEN, False, {}, True),
        (OPEN, True, {"complete": False}, False),
        (OPEN, True, {"missing": True}, False),
        (IN, False, {}, False),
        (IN, True, {}, True),
        (IN, True, {"missing": True}, False),
        (IN, True, {"complete": False}, False),
    ],
)
def test_what_may_be_lowered(computed, may, changes, lowered):
    """Nothing cures an omission, an expiry or an integrity failure."""
    rule = rules(may_lower_reached=may)
    assert outcome(ruling(), computed=computed, rule=rule, **changes) is (
        OUT if lowered else computed
    )


def test_only_the_latest_ruling_on_this_subject_stands():
    old = ruling(IN, ruled_at=ago(2))
    other = ruling(IN, subject="x", ruled_at=ago(0.5))
    new = ruling(OPEN)
    found = effective(old, new, other)
    assert (found.outcomes, found.ruling) == ({"t": OPEN}, new)
    assert effective(new, old).ruling is new
    alias = ruling(IN, subject="m-log")
    assert effective(alias).ruling is alias


@pytest.mark.parametrize(
    "later",
    [
        {"signatures": ()},
        {"signatures": BOTH[:1]},
        {"signatures": (BOTH[0], BOTH[1].model_copy(update={"assurance": "declared"}))},
        {"signatures": (BOTH[0], BOTH[1].model_copy(update={"signer": "a"}))},
    ],
)
@pytest.mark.parametrize("earlier", [BOTH, BOTH[:1], ()])
def test_a_stricter_ruling_ends_only_by_a_later_one_that_every_role_signed(earlier, later):
    """An unsigned line, or one person alone, would otherwise lift what the roles ruled."""
    strict = ruling(IN, signatures=earlier, ruled_at=ago(2))
    for outcomes in ({}, {"t": OUT}):
        lifts = ruling(outcomes=outcomes, **later)
        found = effective(strict, lifts, computed=OUT)
        assert (found.outcomes["t"], found.official, found.ruling) == (IN, False, lifts)
        whole = ruling(outcomes=outcomes, determination=sha("another"))
        assert outcome(strict, whole, computed=OUT) is OUT


def test_of_two_rulings_of_one_instant_the_stricter_stands():
    """Ties: and a laxer one counts only if all that stand are official and say so."""
    assert outcome(ruling(OUT), ruling(IN)) is IN
    assert outcome(ruling(OUT), ruling(outcomes={})) is OPEN
    two = (ruling(OUT), ruling(OUT, reasons="again"))
    assert outcome(*two) is OUT
    unsigned = ruling(OUT, signatures=(), reasons="again")
    found = effective(two[0], unsigned)
    assert (found.outcomes["t"], found.official) == (OPEN, False)


def test_every_threshold_is_ruled_by_itself():
    lines = (line(OPEN, "t"), line(OPEN, "u", complete=False), line(OUT, "v"))
    found = effective(ruling(outcomes={"t": OUT, "u": OUT, "v": OPEN}), found=lines)
    assert found.outcomes == {"t": OUT, "u": OPEN, "v": OPEN}
    assert [note.code for note in found.notes] == [
        "ruling.differs",
        "ruling.not-lowered",
        "ruling.differs",
    ]
