"""Proofs about frameworks: what holds of good ones, and what is found in bad ones."""

from __future__ import annotations

import sys
from typing import Literal

import pytest
import z3

from tests.unit.analysis.small import FINE, crossed, fine, part
from tierlock.analysis import PROPERTIES, Counterexample, Proof, prove_framework
from tierlock.analysis import prove_encode as trees
from tierlock.analysis import prove_gate as gate
from tierlock.analysis.prove_check import is_worse
from tierlock.analysis.prove_search import Search
from tierlock.core import (
    ActionRule,
    AllOf,
    Attested,
    Fact,
    FactTest,
    Framework,
    InputError,
    Measured,
    Scope,
    Standard,
)
from tierlock.frameworks import get_framework, list_frameworks, read_findings

CANARY = Measured(evaluation="attacks", rule_out_below=0.3, decides="rule_out", basis="proposal")
IN_SCOPE = Fact(fact="big", says="it is big", crossed_if=FactTest(equals=True))


def proof_of(framework: Framework, name: str) -> Proof:
    return next(proof for proof in prove_framework(framework) if proof.name == name)


def example_of(framework: Framework, name: str) -> Counterexample:
    proof = proof_of(framework, name)
    assert not proof.proved
    assert proof.counterexample is not None
    return proof.counterexample


@pytest.mark.parametrize("name", [entry.name for entry in list_frameworks()])
def test_every_property_that_is_refuted_of_a_shipped_framework_is_recorded(name: str) -> None:
    proofs = prove_framework(get_framework(name))
    assert [proof.name for proof in proofs] == list(PROPERTIES)
    recorded = {finding.code for finding in read_findings() if finding.framework == name}
    assert {proof.name for proof in proofs if not proof.proved} == recorded & set(PROPERTIES)
    assert all(proof.cases for proof in proofs)


def test_no_property_is_refuted_of_any_shipped_framework() -> None:
    # Today. A published text that breaks one is shipped as it is, with the finding on record.
    assert {finding.code for finding in read_findings()} & set(PROPERTIES) == set()


def test_every_property_holds_of_a_small_framework() -> None:
    assert all(proof.proved for proof in prove_framework(FINE))


# -- what is found in frameworks --------------------------------------------------------------


def test_a_scope_that_owes_more_outside_than_inside_is_not_monotone() -> None:
    outside = Scope(tier="usual", baseline=("care", "guard"), in_scope_if=IN_SCOPE)
    example = example_of(fine(scope=outside), "monotonicity")
    assert example.says == "`guard` is no longer owed when a criterion gets worse"
    assert example.case is not None
    assert example.worse is not None
    assert [one.where for one in example.case.criteria] == []
    assert [one.where for one in example.worse.criteria] == ["scope:big"]
    assert "owed: `care` (baseline), `guard` (baseline)" in example.case.follows
    assert "owed: `care` (baseline)" in example.worse.follows
    assert example.engine == "same"


def test_a_scope_that_owes_more_outside_opens_a_gate() -> None:
    """The same, where obligations are not looked at: the gate itself gets more permissive."""
    outside = Scope(tier="usual", baseline=("care", "guard"), in_scope_if=IN_SCOPE)
    framework = fine(scope=outside)
    base, worse = gate.encode(framework), gate.encode(framework, tag="worse ")
    search = Search(base, worse, rules=is_worse(base, worse=worse))
    before, after = base.answers["deploy"], worse.answers["deploy"]
    assert search.possible(z3.And(before.hold, after.allow))
    assert not search.possible(z3.And(before.allow, before.hold))


def test_a_threshold_that_is_only_ruled_out_is_never_reached() -> None:
    cut = part(crossed(CANARY), "thresholds", "cyber-2", implies=())
    nobody = cut.model_copy(update={"ruling": FINE.ruling.model_copy(update={"roles": ()})})
    example = example_of(nobody, "no-unreachable-threshold")
    assert example.says == "no combination of outcomes reaches `cyber-1`"
    assert example.case is None
    assert example.engine == "not asked"


def test_a_threshold_that_only_a_ruling_reaches_is_noted() -> None:
    cut = part(crossed(CANARY), "thresholds", "cyber-2", implies=())
    proof = proof_of(cut, "no-unreachable-threshold")
    assert proof.proved
    assert proof.notes == (
        "`cyber-1` is reached by a ruling only: no outcome of its criteria reaches it",
    )


def test_a_threshold_that_another_one_raises_is_reached() -> None:
    assert proof_of(crossed(CANARY), "no-unreachable-threshold").notes == ()


@pytest.mark.parametrize("kind", ["surface", "audience"])
def test_an_action_that_nobody_can_ask_for_has_no_verdict(
    kind: Literal["surface", "audience"],
) -> None:
    rule = ActionRule(needs=("security",), per=(kind,))
    framework = fine(actions={"train": rule}, surfaces=(), audiences=())
    example = example_of(framework, "totality")
    assert example.says == f"`train` has no verdict: it asks for one {kind}, and none is named"


def test_an_action_that_is_never_allowed_is_noted() -> None:
    undefined = Standard(title="Care", kind="deployment", undefined=True)
    framework = fine(standards={**FINE.standards, "care": undefined})
    proof = proof_of(framework, "no-allow-with-unmet-obligation")
    assert proof.proved
    assert proof.notes == ("`deploy` is never allowed, whatever is shown",)
    assert proof_of(FINE, "no-allow-with-unmet-obligation").notes == ()


def test_a_hold_is_noted_where_gates_are_compared() -> None:
    (note,) = proof_of(FINE, "monotonicity").notes
    assert note.startswith("under `hold` (`cyber-1`, `cyber-2`) the gate is compared where")
    assert proof_of(fine(precaution="treat_as_reached"), "monotonicity").notes == ()


def test_a_threshold_that_obliges_to_nothing_is_noted() -> None:
    framework = part(fine(precaution="treat_as_reached"), "thresholds", "cyber-1", obliges=())
    assert proof_of(framework, "no-allow-when-unknown").notes == (
        "`cyber-1` obliges only in combinations, also when it is reached",
    )
    alone = framework.model_copy(update={"combinations": {}})
    assert proof_of(alone, "no-allow-when-unknown").notes == (
        "`cyber-1` obliges to nothing, also when it is reached",
    )


# -- a proof notices wrong clauses ------------------------------------------------------------


def forget_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_criterion", lambda base, path, criterion: ([base.failed[path]], []))


def count_one_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    right = trees.at_least
    monkeypatch.setattr(trees, "at_least", lambda formulas, *, k: right(formulas, k=max(1, k - 1)))


def raise_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_raise", lambda states, framework: dict(states))


def lower_what_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gate._effective

    def wrong(state, ruled, official, framework):
        good = right(state, ruled, official, framework)
        return good._replace(ruled_out=z3.Or(good.ruled_out, ruled[2]))

    monkeypatch.setattr(gate, "_effective", wrong)


def let_held_ones_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "holds_when_open", lambda framework, *, threshold: False)


BOTH = AllOf(all=(IN_SCOPE, Attested(attested="safe", says="it is not safe", by="expert")))
CAUTIOUS = crossed(BOTH).model_copy(update={"precaution": "treat_as_reached"})
MUTANTS = [
    (forget_claims, CAUTIOUS, "no-allow-with-unmet-obligation", "different"),
    (count_one_too_few, CAUTIOUS, "totality", "different"),
    (raise_nothing, CAUTIOUS, "totality", "different"),
    (lower_what_is_reached, CAUTIOUS, "totality", "not asked"),
    (lower_what_is_reached, CAUTIOUS, "no-allow-when-unknown", "not asked"),
    (let_held_ones_pass, FINE, "no-allow-when-unknown", "different"),
]


@pytest.mark.parametrize(("mutate", "framework", "name", "engine"), MUTANTS)
def test_a_wrong_clause_is_refuted_and_the_engine_says_so(
    mutate, framework: Framework, name: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert proof_of(framework, name).proved
    mutate(monkeypatch)
    assert example_of(framework, name).engine == engine


def test_the_counterexample_is_the_smallest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_claims(monkeypatch)
    example = example_of(FINE, "no-allow-with-unmet-obligation")
    assert example.action == "deploy"
    assert example.says == "`deploy` is allowed though `care:policy` is owed and not met"
    assert example.case is not None
    assert [(one.where, one.state) for one in example.case.safeguards] == [
        ("care:policy", "missing")
    ]
    assert example.case.criteria == ()
    assert [one.state for one in example.case.others] == ["signed by all roles"]
    assert example.case.follows[-1] == "`deploy` gets ALLOW"


# -- the solver is optional -------------------------------------------------------------------


def test_without_the_solver_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(InputError, match="`z3` is not installed") as caught:
        prove_framework(FINE)
    assert caught.value.code == "input.not-found"
    assert caught.value.hint is not None
    assert "tierlock[prove]" in caught.value.hint
