"""Proofs about contested clauses and adjustments: what holds, and what a wrong clause shows."""

from __future__ import annotations

import pytest
import z3

from tests.unit.analysis.small import FINE, part
from tests.unit.analysis.test_prove import example_of, proof_of
from tierlock.analysis import Counterexample, prove_framework
from tierlock.analysis import prove_gate as gate
from tierlock.analysis.prove_check import Violation
from tierlock.analysis.prove_replay import replay, replay_fully
from tierlock.analysis.prove_search import Search, consequence_of, situation_of
from tierlock.analysis.prove_values import Consequence, Situation
from tierlock.core import (
    Adjustment,
    Attested,
    ClauseReading,
    Combination,
    Framework,
    Interpretation,
    SafeguardCriterion,
    Standard,
)

LINE = SafeguardCriterion(says="as good as theirs")
LESSER = Standard(title="Lesser", kind="other", cite="paper", criteria={"compared": LINE})
WATCH = Standard(title="Watch", kind="security", cite="paper", criteria={"logs": LINE})
UNCONFIRMED = Attested(attested="unconfirmed", says="nobody confirmed it", by="expert")


def combination(*groups: tuple[str, ...]) -> Combination:
    return Combination(says="so", if_all=groups, obliges=("watch",))


CLAUSE = Interpretation(
    says="is it watched by itself",
    by=("owner", "expert"),
    cite="paper",
    readings={
        "always": ClauseReading(says="yes", combinations=(combination(("cyber-1",)),)),
        "both": ClauseReading(says="no", combinations=(combination(("cyber-1",), ("cyber-2",)),)),
    },
)
LESS = Adjustment(
    says="others do less",
    unless=UNCONFIRMED,
    instead={"guard": ("lesser",)},
    notices=("notice",),
    cite="paper",
)
OPEN = FINE.model_copy(
    update={
        "precaution": "treat_as_reached",
        "standards": {**FINE.standards, "lesser": LESSER, "watch": WATCH},
        "interpretations": {"clause": CLAUSE},
        "adjustments": {"less": LESS},
    }
)


def found(
    framework: Framework, *wishes: str, allow: bool = True
) -> tuple[Situation, Consequence, Consequence]:
    """Return a situation in which `deploy` gets ALLOW (or not) and the named variables hold."""
    side = gate.encode(framework)
    search = Search(side)
    variables = [z3.Bool(wish.removeprefix("not ")) for wish in wishes]
    held = [
        z3.Not(one) if wish.startswith("not ") else one
        for wish, one in zip(wishes, variables, strict=True)
    ]
    answer = side.answers["deploy"].allow
    violation = z3.And(answer if allow else z3.Not(answer), *held)
    model = search.first([Violation(violation, "looked for", "deploy")])
    assert model is not None
    situation = situation_of(model.model, side=side, action="deploy")
    encoding = consequence_of(model.model, side=side, action="deploy")
    return situation, replay(framework, situation=situation), encoding


def test_every_property_holds() -> None:
    assert all(proof.proved for proof in prove_framework(OPEN))


def test_a_threshold_that_obliges_only_in_readings_obliges() -> None:
    framework = part(OPEN, "thresholds", "cyber-1", obliges=())
    framework = framework.model_copy(update={"combinations": {}})
    assert proof_of(framework, "no-allow-when-unknown").notes == (
        "`cyber-1` obliges only in combinations, also when it is reached",
    )


# -- what follows from readings and adjustments -----------------------------------------------

CROSSED = ("cyber-1:attacks reached", "not watch:logs covered")


def test_the_easier_reading_lets_pass_what_the_stricter_one_holds() -> None:
    situation, engine, encoding = found(OPEN, *CROSSED)
    assert situation.chosen == {"clause": ("both",)}  # the only one that passes
    assert engine == encoding
    situation, engine, encoding = found(OPEN, *CROSSED, "clause read as always", allow=False)
    assert situation.chosen == {"clause": ("always",)}
    assert engine == encoding
    assert engine.owed is not None
    assert engine.owed["watch"] == "reached"


def test_of_two_chosen_readings_both_oblige() -> None:
    wishes = ("clause read as always", "clause read as both")
    situation, engine, encoding = found(OPEN, *wishes, *CROSSED, allow=False)
    assert situation.chosen == {"clause": ("always", "both")}
    assert engine == encoding


def test_without_a_choice_nothing_passes_that_some_reading_owes() -> None:
    side = gate.encode(OPEN)
    nobody = [z3.Not(one.chosen) for one in side.readings["clause"].values()]
    crossed = side.effective["cyber-1"].crossed
    assert not Search(side).possible(z3.And(side.answers["deploy"].allow, crossed, *nobody))
    assert Search(side).possible(z3.And(side.answers["deploy"].allow, *nobody))


def test_an_adjustment_lets_pass_what_is_not_met_and_is_named() -> None:
    situation, engine, encoding = found(OPEN, "cyber-1:attacks reached", "not guard:audit covered")
    assert engine == encoding
    assert engine.adjusted == {"lesser instead of guard, by `less`"}
    decision = replay_fully(OPEN, situation=situation).decision
    assert decision is not None
    assert [note.says for note in decision.conditions] == [
        "lesser instead of guard, by `less`; due now: notice"
    ]


@pytest.mark.parametrize("also", ["not lesser:compared covered", "lesser:compared failed"])
def test_it_helps_only_while_what_stands_in_is_met(also: str) -> None:
    _, engine, encoding = found(
        OPEN, "cyber-1:attacks reached", "not guard:audit covered", also, allow=False
    )
    assert engine == encoding
    assert engine.adjusted == frozenset()


def test_of_two_adjustments_of_one_standard_the_first_that_holds_is_named() -> None:
    # No file can say this; the formulas follow the gate all the same.
    again = OPEN.model_copy(update={"adjustments": {"less": LESS, "again": LESS}})
    _, engine, encoding = found(again, "cyber-1:attacks reached", "not guard:audit covered")
    assert engine.adjusted == encoding.adjusted == {"lesser instead of guard, by `less`"}


def test_what_is_only_recommended_asks_for_nothing() -> None:
    # No file can say this either.
    weak = part(OPEN, "standards", "lesser", modality="should")
    _, engine, encoding = found(
        weak, "cyber-1:attacks reached", "not guard:audit covered", "not lesser:compared covered"
    )
    assert engine == encoding
    assert proof_of(weak, "no-allow-with-unmet-obligation").proved


# -- a proof notices wrong clauses ------------------------------------------------------------


def adjust_without_preconditions(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gate.adjusting

    def wrong(base, *, standard):
        return [(name, z3.BoolVal(val=True)) for name, _ in right(base, standard=standard)]

    monkeypatch.setattr(gate, "adjusting", wrong)


def let_nobody_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "is_open", lambda readings: z3.BoolVal(val=False))


def refuted(mutate, name: str, monkeypatch: pytest.MonkeyPatch) -> Counterexample:
    assert proof_of(OPEN, name).proved
    mutate(monkeypatch)
    return example_of(OPEN, name)


def test_an_adjustment_that_does_not_hold_excuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "no-allow-with-unmet-obligation"
    example = refuted(adjust_without_preconditions, name, monkeypatch)
    assert example.says == "`deploy` is allowed though `guard:audit` is owed and not met"
    assert example.engine == "different"
    assert example.case is not None
    states = {one.where: one.state for one in example.case.others}
    assert states["reading of clause"] in {"always", "both"}


def test_an_open_clause_that_matters_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    example = refuted(let_nobody_choose, "no-allow-when-unknown", monkeypatch)
    assert example.says == "`deploy` is allowed though the reading of `clause` is open"
    assert example.engine == "different"
    assert example.case is not None
    states = {one.where: one.state for one in example.case.others}
    assert states["reading of clause"] == "open"
