"""A solver that looks for violations, and what its models say in the words of the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import z3

from tierlock.analysis.prove_check import Violation
from tierlock.analysis.prove_encode import Three
from tierlock.analysis.prove_gate import Encoding, adjusting, binds, holds_when_open
from tierlock.analysis.prove_values import Consequence, LeafState, Situation
from tierlock.core import Outcome, Verdict

_WORST_FIRST: Final = (Outcome.REACHED, Outcome.UNDETERMINED, Outcome.RULED_OUT)


class Found(NamedTuple):
    """A violation with a model of it."""

    violation: Violation
    model: z3.ModelRef


class Search:
    """A solver that holds the rules, and looks for violations one by one.

    Args:
        encodings: the sides; all rules of all of them hold.
        rules: what else holds.
    """

    def __init__(self, *encodings: Encoding, rules: Sequence[z3.BoolRef] = ()) -> None:
        self._sides = encodings
        self._solver = z3.Solver()
        self._solver.add(*(rule for one in encodings for rule in one.rules), *rules)
        self.asked = 0

    def possible(self, formula: z3.BoolRef) -> bool:
        """Tell whether some combination satisfies the formula."""
        self.asked += 1
        answer = self._solver.check(formula)
        if answer == z3.unknown:
            raise ArithmeticError(f"the solver gave up: {self._solver.reason_unknown()}")
        return bool(answer == z3.sat)

    def first(self, violations: Iterable[Violation]) -> Found | None:
        """Return the first violation that some combination satisfies, with as little as can be."""
        for violation in violations:
            if self.possible(violation.formula):
                return Found(violation, self._smallest(violation.formula))
        return None

    def _smallest(self, formula: z3.BoolRef) -> z3.ModelRef:
        """A model in which as much as possible is as it should be."""
        kept = [formula]
        for wish in self._wishes():
            if self._solver.check(*kept, wish) == z3.sat:
                kept.append(wish)
        self._solver.check(*kept)
        return self._solver.model()

    def _wishes(self) -> Iterator[z3.BoolRef]:
        for side in self._sides:
            yield side.rest
            yield from (z3.Not(one) for three in side.ruled.values() for one in three)
            yield from (z3.Not(one) for one in side.failed.values())
            for leaf in side.trees.leaves.values():
                yield leaf.outcome.ruled_out
            for leaf in side.trees.leaves.values():
                yield z3.Not(leaf.outcome.reached)
                yield from (z3.Not(one) for one in (leaf.owes, leaf.vetoed))
                yield leaf.evidence
                yield z3.Not(leaf.incurable)
            yield from side.covered.values()
            for readings in side.readings.values():
                chosen = [one.chosen for one in readings.values()]
                yield z3.AtMost(*chosen, 1)
                yield z3.Or(*chosen)


def situation_of(model: z3.ModelRef, *, side: Encoding, action: str) -> Situation:
    """Return the combination that a model stands for."""

    def holds(formula: z3.BoolRef) -> bool:
        return bool(z3.is_true(model.eval(formula, model_completion=True)))

    return Situation(
        leaves={
            path: LeafState(
                outcome_of(leaf.outcome, model=model),
                holds(leaf.owes),
                holds(leaf.vetoed),
                holds(leaf.evidence),
                holds(leaf.incurable),
            )
            for path, leaf in side.trees.leaves.items()
        },
        covered=frozenset(path for path, one in side.covered.items() if holds(one)),
        failed=frozenset(path for path, one in side.failed.items() if holds(one)),
        rest=holds(side.rest),
        official=holds(side.official),
        ruled={
            name: outcome
            for name, three in side.ruled.items()
            for outcome, said in zip(_WORST_FIRST, three, strict=True)
            if holds(said)
        },
        action=action,
        chosen={
            name: tuple(key for key, one in readings.items() if holds(one.chosen))
            for name, readings in side.readings.items()
        },
    )


def outcome_of(three: Three, *, model: z3.ModelRef) -> Outcome:
    """Return the outcome that a model gives."""
    if z3.is_true(model.eval(three.reached, model_completion=True)):
        return Outcome.REACHED
    out = z3.is_true(model.eval(three.ruled_out, model_completion=True))
    return Outcome.RULED_OUT if out else Outcome.UNDETERMINED


def consequence_of(model: z3.ModelRef, *, side: Encoding, action: str) -> Consequence:
    """Return what the encoding says follows from the combination that a model stands for."""

    def holds(formula: z3.BoolRef) -> bool:
        return bool(z3.is_true(model.eval(formula, model_completion=True)))

    owed = {
        name: "baseline"
        if holds(one.baseline)
        else "reached"
        if holds(one.reached)
        else "undetermined"
        for name, one in side.owed.items()
        if holds(one.owed)
    }
    held = (
        name
        for name, one in side.effective.items()
        if holds_when_open(side.framework, threshold=name) and holds(one.open)
    )
    verdict = None
    if action:
        answer = side.answers[action]
        verdict = (
            Verdict.ALLOW
            if holds(answer.allow)
            else Verdict.DENY
            if holds(answer.deny)
            else Verdict.HOLD
        )
    return Consequence(
        thresholds={
            name: outcome_of(state.outcome, model=model)
            for name, state in side.trees.thresholds.items()
        },
        owed=owed,
        holds=frozenset(held),
        verdict=verdict,
        adjusted=frozenset(_adjusted(model, side, action)),
    )


def _adjusted(model: z3.ModelRef, side: Encoding, action: str) -> Iterator[str]:
    """Yield what stands in for what; of several adjustments of a standard the first (G-17)."""
    if not action:
        return
    needs = side.framework.actions[action].needs
    for name, standard in side.framework.standards.items():
        if standard.kind not in needs or not binds(standard):
            continue
        for adjustment, helps in adjusting(side, standard=name):
            applied = z3.And(side.owed[name].owed, helps)
            if z3.is_true(model.eval(applied, model_completion=True)):
                others = side.framework.adjustments[adjustment].instead[name]
                yield f"{', '.join(others)} instead of {name}, by `{adjustment}`"
                break
