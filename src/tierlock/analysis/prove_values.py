"""What a proof about a framework returns: proved, or refuted by a situation that can be read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from tierlock.core import Outcome, Record, Verdict

Property = Literal[
    "totality",
    "monotonicity",
    "no-allow-with-unmet-obligation",
    "no-allow-when-unknown",
    "no-unreachable-threshold",
]
PROPERTIES: Final[Mapping[Property, str]] = {
    "totality": "every combination gives each threshold one outcome and each action one verdict",
    "monotonicity": "a worse criterion never lowers a threshold, never shrinks what is owed, and "
    "never turns another verdict into ALLOW",
    "no-allow-with-unmet-obligation": "ALLOW implies that every binding criterion of every owed "
    "standard is met, or of what stands in for it by an adjustment that holds",
    "no-allow-when-unknown": "a threshold that is undetermined owes what it obliges to, or holds; "
    "only an official ruling on a complete one lowers it; a clause whose reading is open holds",
    "no-unreachable-threshold": "every threshold is reached by some combination",
}
"""What is proved or refuted about every framework, in the order of listing."""


class LeafState(NamedTuple):
    """What one criterion of a tree came to.

    Attributes:
        outcome: its outcome.
        owes: a promised or registered run is missing (S-3).
        vetoed: a run that no plan counts speaks against it (S-6).
        evidence: there is evidence of its own, planned or not (F-2).
        incurable: there is nothing, or something expired or doubtful, which no ruling cures (C-5).
    """

    outcome: Outcome = Outcome.RULED_OUT
    owes: bool = False
    vetoed: bool = False
    evidence: bool = False
    incurable: bool = False


class Situation(NamedTuple):
    """Everything that the gate's answer depends on, as far as the clauses look at it.

    Attributes:
        leaves: per path of a criterion in a tree; those of safeguard tests included.
        covered: paths of safeguard criteria that claims cover for the action.
        failed: paths of safeguard criteria that are shown not to hold.
        rest: determination current, sign-offs given, negative records complete and none open.
        official: a ruling by all roles on exactly this determination.
        ruled: outcomes that the ruling names.
        action: what is asked; empty where no action is part of it.
        unsigned: roles that did not sign off.
        chosen: readings per interpretation; those without one are open.
    """

    leaves: Mapping[str, LeafState]
    covered: frozenset[str]
    failed: frozenset[str]
    rest: bool
    official: bool
    ruled: Mapping[str, Outcome]
    action: str = ""
    unsigned: frozenset[str] = frozenset()
    chosen: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Consequence(NamedTuple):
    """What follows from a situation; by the encoding or by the engine, to be compared.

    Attributes:
        thresholds: outcome per threshold after scope, presumptions and implications.
        owed: the standards owed by the chosen readings, with why; None where a ruling changes
            them out of sight.
        holds: thresholds that are undetermined under `hold`; None likewise.
        verdict: the gate's answer; None where no action is asked.
        adjusted: what stands in for what, by which adjustment, in the words of the gate.
    """

    thresholds: Mapping[str, Outcome]
    owed: Mapping[str, str] | None
    holds: frozenset[str] | None
    verdict: Verdict | None
    adjusted: frozenset[str] = frozenset()


class Assumed(Record):
    """One thing that a counterexample assumes, other than that all is well."""

    where: str
    state: str


class Case(Record):
    """One situation of a counterexample, and what follows from it.

    Attributes:
        criteria: the criteria that are not simply ruled out.
        safeguards: the safeguard criteria that are not simply met.
        others: readings, and rulings, sign-offs and records that are not as they should be.
        follows: outcomes of thresholds, what is owed, and the verdict.
    """

    criteria: tuple[Assumed, ...] = ()
    safeguards: tuple[Assumed, ...] = ()
    others: tuple[Assumed, ...] = ()
    follows: tuple[str, ...] = ()


class Counterexample(Record):
    """A combination that refutes a property; every criterion not named is ruled out or met.

    Attributes:
        says: what is wrong, in one sentence.
        action: the action that is asked; empty where it does not matter.
        case: the combination.
        worse: the same with one criterion worse, where the property compares two.
        engine: what the engine itself answers: `same`, `different`, or `not asked` where it
            does not show what matters.
    """

    says: str
    action: str = ""
    case: Case | None = None
    worse: Case | None = None
    engine: Literal["same", "different", "not asked"] = "not asked"


class Proof(Record):
    """The result about one property of one framework.

    Attributes:
        name: one of `PROPERTIES`.
        proved: whether no combination violates it.
        says: the property in words.
        cases: how many statements were put to the solver.
        counterexample: the combination that violates it; None where it is proved.
        notes: what a reader of a proof must know, such as an action that nothing allows.
    """

    name: Property
    proved: bool
    says: str
    cases: int
    counterexample: Counterexample | None = None
    notes: tuple[str, ...] = ()
