"""Facts, attestations, and errors that stay inside (spec/determination.md F-1, R, C-6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    PARTS,
    ago,
    attested,
    case,
    complete,
    fact,
    finding,
    framework,
    measured,
    negative,
    run,
    sha,
    subject,
    threshold,
    trigger,
)
from tierlock.core import (
    Attestation,
    FactTest,
    InputError,
    Parts,
    Reason,
    SubjectRef,
    TierlockError,
    Undisclosed,
    add_period,
)
from tierlock.policy import settle as room
from tierlock.policy.logic import Leaf
from tierlock.policy.settle import settle, settle_attested, settle_fact

PATH = "t:threat"


def settled_fact(value, **test):
    facts = {} if value is None else {"big": value}
    about = case(subject=subject(facts=facts))
    return settle_fact("t:big", criterion=fact(crossed_if=FactTest(**test)), case=about)


@pytest.mark.parametrize(
    ("value", "test", "outcome"),
    [
        (True, {"equals": True}, IN),
        (False, {"equals": True}, OUT),
        (1, {"equals": True}, None),
        (True, {"equals": 1}, None),
        (2.0, {"equals": 2}, IN),
        ("a", {"equals": "a"}, IN),
        ("b", {"equals": "a"}, OUT),
        ("1", {"equals": 1}, None),
        ("a", {"one_of": ("b", "a")}, IN),
        ("c", {"one_of": ("b", "a")}, OUT),
        (True, {"one_of": ("a", 1)}, None),
        (1, {"one_of": (True, "a", 2)}, OUT),
        (3, {"at_least": 3.0}, IN),
        (2.9, {"at_least": 3.0}, OUT),
        (True, {"at_least": 1.0}, None),
        ("9", {"at_least": 3.0}, None),
        (3, {"below": 3.0}, OUT),
        (2.9, {"below": 3.0}, IN),
        (False, {"below": 3.0}, None),
    ],
)
def test_f1_a_declared_fact_decides_unless_it_is_of_another_type(value, test, outcome):
    found = settled_fact(value, **test)
    code = "fact.type" if outcome is None else "fact.declared"
    assert found == finding(
        "t:big",
        outcome or OPEN,
        kind="fact",
        says="a fact",
        decided_by="fact",
        guarded=False,
        reasons=(Reason(code=code, says=found.reasons[0].says),),
    )
    assert str(value) in found.reasons[0].says


def test_f1_an_undeclared_fact_is_unknown():
    found = settled_fact(None, equals=True)
    assert (found.outcome, found.decided_by) == (OPEN, "omission")
    assert [reason.code for reason in found.reasons] == ["fact.undeclared"]


def attestation(**changes):
    given = {
        "criterion": PATH,
        "subject": "m",
        "role": "ceo",
        "signer": "a",
        "over": {"weights": PARTS.weights},
        "attested_at": ago(20),
    }
    return Attestation(**{**given, **changes})


def settled(*attestations, records=(), rules=None, about=None, **criterion):
    inputs = case(
        rules,
        attestations=attestations,
        negatives=complete(*records),
        subject=about or subject(),
    )
    return settle_attested(PATH, criterion=attested(**criterion), case=inputs)


def summary(found):
    return found.outcome, found.decided_by, [reason.code for reason in found.reasons]


CURRENT = (OUT, "attestation", ["attestation.current"])


def test_r1_a_current_attestation_of_the_role_rules_out():
    found = settled(attestation())
    assert summary(found) == CURRENT
    assert (found.path, found.kind, found.says) == (PATH, "attested", "it is mapped")
    assert (found.guarded, found.expires_at, found.evidence) == (False, None, ())
    assert found.reasons[0].says == "attested by a as ceo"
    assert summary(settled(attestation(subject="m-log"))) == CURRENT


@pytest.mark.parametrize(
    ("changes", "criterion", "code"),
    [
        ({"criterion": "t:other"}, {}, "attestation.missing"),
        ({"role": "auditor"}, {}, "attestation.missing"),
        ({"subject": "x"}, {}, "attestation.missing"),
        ({"expires_at": AT}, {}, "attestation.expired"),
        ({}, {"max_age": "P20D"}, "attestation.expired"),
        ({"expires_at": ago(-9)}, {"max_age": "P1D"}, "attestation.expired"),
        ({"over": {}}, {}, "attestation.other-parts"),
        ({"over": {"weights": sha("old")}}, {}, "attestation.other-parts"),
        ({}, {"over": ("weights", "elicitation")}, "attestation.other-parts"),
    ],
)
def test_r3_otherwise_undetermined(changes, criterion, code):
    assert summary(settled(attestation(**changes), **criterion)) == (OPEN, "omission", [code])


def test_r1_assurance_must_be_accepted():
    strict = framework(declared_assurance="refused")
    unsigned = (OPEN, "omission", ["attestation.unsigned"])
    assert summary(settled(attestation(), rules=strict)) == unsigned
    assert summary(settled(attestation(assurance="signed"), rules=strict)) == CURRENT


def test_r1_a_part_without_digest_is_matched_by_name():
    nameless = subject(parts=Parts())
    assert summary(settled(attestation(over={}), about=nameless)) == CURRENT
    assert summary(settled(attestation(), about=nameless)) == CURRENT
    both = {"weights": PARTS.weights, "elicitation": PARTS.elicitation}
    assert summary(settled(attestation(over=both), over=("weights", "elicitation"))) == CURRENT


def test_r1_expiry_is_the_latest_of_those_that_support():
    soon, later = AT + timedelta(days=1), AT + timedelta(days=9)
    one, two = attestation(expires_at=soon), attestation(expires_at=later, signer="b")
    assert settled(one).expires_at == soon
    assert settled(one, two).expires_at == later
    assert settled(one, two).reasons[0].says == "attested by a, b as ceo"
    assert settled(two, one).reasons == settled(one, two).reasons
    many = settled(*(attestation(signer=letter) for letter in "hgfedcba"))
    assert many.reasons[0].says == "attested by a, b, c, d, e, f, g, h as ceo"
    assert settled(one, attestation(signer="c")).expires_at is None
    aged = settled(two, max_age="P1M").expires_at
    assert aged == min(later, add_period(ago(20), period="P1M"))
    assert settled(attestation(), max_age="P1M").expires_at == add_period(ago(20), period="P1M")
    # One that does not support does not count.
    assert settled(one, attestation(over={}, signer="d")).expires_at == soon


def test_r3_refusals_are_told_once_and_sorted():
    many = [attestation(expires_at=ago(days)) for days in range(1, 8)]
    found = settled(attestation(over={}), *many, attestation(over={}, signer="b"))
    assert [reason.says for reason in found.reasons] == [
        *(f"the attestation expired 2026-05-{day}" for day in range(25, 32)),
        "the attestation saw other weights",
    ]
    assert found.expires_at is None


def test_r1_an_open_objection_keeps_it_open_and_r2_a_failed_claim_reaches():
    objection = negative("objection", concerns=PATH)
    failed = negative("failed_claim", concerns=PATH)
    assert summary(settled(attestation(), records=(objection,))) == (
        OPEN,
        "attestation",
        ["attestation.objection"],
    )
    for records in ((failed,), (objection, failed)):
        assert summary(settled(attestation(), records=records)) == (
            IN,
            "attestation",
            ["attestation.failed"],
        )
    assert summary(settled(records=(failed,)))[:2] == (IN, "attestation")
    assert summary(settled(records=(objection,)))[:2] == (OPEN, "attestation")
    assert settled(attestation(), records=(failed,)).reasons[0].says == "it happened"
    assert settled(attestation(), records=(objection,)).reasons[0].says == "it happened"


def test_r2_a_failed_claim_without_any_attestation_says_both():
    failed = negative("failed_claim", concerns=PATH)
    assert summary(settled(records=(failed,)))[2] == ["attestation.failed", "attestation.missing"]


class TestTriggers:
    """X-7: triggers that expire attestations."""

    def found(self, *triggers, about=None, **changes):
        rules = framework(triggers=triggers)
        both = {"weights": PARTS.weights, "elicitation": PARTS.elicitation}
        made = attestation(**{"over": both, **changes})
        return settled(made, rules=rules, about=about, over=("elicitation",))

    def trigger(self, **changes):
        return trigger(**{"expires": ("attestations",), **changes})

    def test_elapsed_counts_from_the_attestation_with_grace(self):
        clock = self.trigger(elapsed="P1M")
        assert self.found(clock).expires_at == add_period(ago(20), period="P1M")
        assert summary(self.found(clock, attested_at=ago(40)))[2] == ["attestation.expired"]
        soft = self.trigger(elapsed="P1M", grace="P1M")
        assert summary(self.found(soft, attested_at=ago(40))) == CURRENT
        assert summary(self.found(self.trigger(elapsed="P20D")))[2] == ["attestation.expired"]
        assert summary(self.found(self.trigger(elapsed="P1D", expires=("claims",)))) == CURRENT
        assert self.found(clock, expires_at=ago(-1)).expires_at == ago(-1)

    def test_changed_compares_what_the_attestation_saw(self):
        watch = self.trigger(changed="weights")
        assert summary(self.found(watch)) == CURRENT
        only = {"elicitation": PARTS.elicitation}
        for over in (only, {**only, "weights": sha("old")}):
            assert summary(self.found(watch, over=over))[2] == ["attestation.other-parts"]
        assert summary(self.found(self.trigger(changed="surface")))[2] == [
            "attestation.other-parts"
        ]
        other = self.trigger(changed="surface", expires=("evidence",))
        assert summary(self.found(other, watch)) == CURRENT
        assert summary(self.found(other, watch, over=only))[2] == ["attestation.other-parts"]

    def test_compute_fires_unless_the_weights_are_named(self):
        grown = self.trigger(effective_compute=4.0)
        only = {"elicitation": PARTS.elicitation}
        assert summary(self.found(grown)) == CURRENT
        assert summary(self.found(grown, over=only))[2] == ["attestation.expired"]
        assert self.found(grown, over=only).reasons[0].says.startswith("growth")
        nameless = subject(parts=Parts(elicitation=PARTS.elicitation))
        assert summary(self.found(grown, over=only, about=nameless)) == CURRENT
        assert summary(self.found(self.trigger(incident="incident"), over=only)) == CURRENT


@pytest.mark.parametrize(
    "changes",
    [{"concerns": "t:other"}, {"subject": "x"}, {"resolved_at": ago(1)}, {"kind": "dissent"}],
)
def test_r1_other_records_do_not_matter(changes):
    for kind in ("objection", "failed_claim"):
        record = negative(**{"kind": kind, "concerns": PATH, **changes})
        assert summary(settled(attestation(), records=(record,))) == CURRENT


def settle_leaf(
    criterion, *, rules=None, safeguard=False, account="t", alphas=(0.05, 0.04), **changes
):
    evidence = changes.pop("evidence", (run(),))
    return settle(
        Leaf(f"t:{criterion.name}", criterion, 1, 1),
        case=case(rules, *evidence, **changes),
        threshold=account,
        alpha_out=alphas[0],
        alpha_in=alphas[1],
        safeguard=safeguard,
    )


@pytest.mark.parametrize(
    ("decides", "bad", "outcome", "codes"),
    [
        ("rule_out", 0, OUT, []),
        ("rule_out", 12, OPEN, ["interval.crosses"]),
        ("rule_out", 60, OPEN, ["criterion.rules-out-only"]),
        ("rule_in", 0, OPEN, ["criterion.rules-in-only"]),
        ("rule_in", 60, IN, []),
        ("both", 0, OUT, []),
        ("both", 60, IN, []),
    ],
)
def test_m15_an_instrument_has_only_the_outcomes_that_it_decides(decides, bad, outcome, codes):
    found = settle_leaf(measured(decides=decides), evidence=(run(bad),))
    assert found.outcome is outcome
    kept = [r.code for r in found.reasons if not r.code.startswith("guarantee")]
    assert kept == codes


def test_m15_says_which_side_it_is_silent_on():
    assert (
        settle_leaf(measured(decides="rule_out"), evidence=(run(60),))
        .reasons[-1]
        .says.endswith("rule out")
    )
    assert (
        settle_leaf(measured(decides="rule_in"), evidence=(run(0),))
        .reasons[-1]
        .says.endswith("rule in")
    )


def test_m15_what_else_was_found_is_still_said():
    runs = (run(60), run(60, run_id="r2", measured_at=ago(5)))
    found = settle_leaf(measured(decides="rule_out"), evidence=runs)
    assert [r.code for r in found.reasons] == ["slot.unplanned-veto", "criterion.rules-out-only"]


def test_m16_a_bound_that_nobody_knows_settles_nothing():
    hidden = Undisclosed(undisclosed=True, evaluation="bio", says="it does it", cite="a card")
    found = settle_leaf(hidden, evidence=(run(0),))
    assert (found.kind, found.outcome, found.decided_by) == ("undisclosed", OPEN, "omission")
    assert (found.path, found.says, found.guarded) == ("t:bio", "it does it", False)
    (reason,) = found.reasons
    assert reason.code == "bound.undisclosed"
    assert "`bio`" in reason.says


def test_every_kind_of_criterion_is_settled_by_its_own_rules():
    assert settle_leaf(fact()).kind == "fact"
    found = settle_leaf(attested())
    assert (found.kind, found.path) == ("attested", "t:threat")
    assert settle_leaf(fact()).path == "t:big"
    found = settle_leaf(measured())
    assert (found.kind, found.outcome, found.slot, found.path) == ("measured", OUT, "bio", "t:bio")
    assert (found.limits.alpha_rule_out, found.limits.alpha_rule_in) == (0.05, 0.04)


def test_a_safeguard_test_looks_at_safeguards():
    other = run(about=SubjectRef(name="m", parts=PARTS.model_copy(update={"safeguards": sha("o")})))
    assert settle_leaf(measured(), evidence=(other,)).outcome is OUT
    assert settle_leaf(measured(), evidence=(other,), safeguard=True).outcome is OPEN
    changed = subject(parts=PARTS.model_copy(update={"safeguards": sha("o")}))
    rules = framework(triggers=(trigger(changed="safeguards"),))
    unknown = run(about=SubjectRef(name="m", parts=Parts(weights=PARTS.weights)))
    settings = {"rules": rules, "subject": changed, "evidence": (unknown,)}
    assert settle_leaf(measured(), **settings).outcome is OUT
    assert settle_leaf(measured(), **settings, safeguard=True).outcome is OPEN


@pytest.mark.parametrize("criterion", [measured(), attested(), fact()])
@pytest.mark.parametrize(
    ("error", "says"),
    [
        (InputError("input.type", "wrong", hint="h"), "could not be settled: wrong"),
        (TierlockError("internal", "broken"), "could not be settled: broken"),
        (ZeroDivisionError("division"), "could not be settled: division"),
        (IndexError("i"), "could not be settled: i"),
        (TypeError("t"), "could not be settled: t"),
        (ValueError("v"), "could not be settled: v"),
    ],
)
def test_c6_an_error_stays_inside_its_criterion(monkeypatch, criterion, error, says):
    """C-6, L6: UNDETERMINED, owing, with the code."""

    def fail(*_arguments, **_named):
        raise error

    for name in ("settle_fact", "settle_attested", "settle_measured"):
        monkeypatch.setattr(room, name, fail)
    found = settle_leaf(criterion)
    kinds = {"bio": "measured", "threat": "attested", "big": "fact"}
    assert found == finding(
        f"t:{criterion.name}",
        OPEN,
        kind=kinds[criterion.name],
        decided_by="error",
        reasons=(Reason(code="criterion.error", says=says),),
        owes=True,
        guarded=False,
    )


def test_c6_a_defect_of_another_kind_is_not_hidden(monkeypatch):
    def fail(*_arguments, **_named):
        raise AssertionError("a defect")

    monkeypatch.setattr(room, "settle_fact", fail)
    with pytest.raises(AssertionError):
        settle_leaf(fact())


def test_the_alpha_account_is_the_thresholds():
    """E-2: only history of this account spends it, and never that of a safeguard's test."""
    from tierlock.core import SpentAlpha

    history = (SpentAlpha(threshold="t", lineage="m", weights="old", spent_at=ago(3)),)
    rules = framework(thresholds={"t": threshold()})
    assert settle_leaf(measured(), rules=rules, history=history).outcome is OPEN
    assert settle_leaf(measured(), rules=rules, history=history, account="u").outcome is OUT
    assert settle_leaf(measured(), rules=rules, history=history, safeguard=True).outcome is OUT
