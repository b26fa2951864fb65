"""What is owed and what the gate answers as formulas: C-2, C-3, C-7, G-3 to G-9 and G-17."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import z3

from tierlock.analysis.prove_encode import Three, ThresholdState, Trees, any_of, encode_trees
from tierlock.analysis.prove_leeway import (
    Readings,
    encode_readings,
    is_open,
    obliging,
    owing,
    together,
)
from tierlock.core import ADJUSTMENT, ActionRule, Framework, SafeguardCriterion, Standard


class OwedVariables(NamedTuple):
    """Whether and why one standard is owed."""

    baseline: z3.BoolRef
    reached: z3.BoolRef
    undetermined: z3.BoolRef

    @property
    def owed(self) -> z3.BoolRef:
        """For any reason."""
        return z3.Or(self.baseline, self.reached, self.undetermined)

    @property
    def firmly(self) -> z3.BoolRef:
        """As baseline or as reached, so that nobody being able to meet it is a DENY (G-8)."""
        return z3.Or(self.baseline, self.reached)


class Answer(NamedTuple):
    """The gate's answer to one action: each verdict by its own clause (G-1)."""

    allow: z3.BoolRef
    hold: z3.BoolRef
    deny: z3.BoolRef


class Encoding(NamedTuple):
    """A framework as formulas over one set of variables.

    Attributes:
        trees: criteria, trees and thresholds.
        rules: what holds of the variables in every combination.
        effective: outcome per threshold after the ruling (G-5).
        combinations: outcome per combination (C-7).
        readings: per interpretation, which readings are chosen and what they come to (C-8).
        owed: per standard, by the readings that were chosen.
        covered: per safeguard criterion, whether claims cover it.
        failed: per safeguard criterion, whether an open record says that it does not hold.
        rest: everything else that ALLOW needs.
        official: whether every role signed a ruling on exactly this determination.
        ruled: what the ruling says per threshold: REACHED, UNDETERMINED, RULED_OUT, or neither.
        answers: per action.
    """

    framework: Framework
    trees: Trees
    rules: Sequence[z3.BoolRef]
    effective: Mapping[str, Three]
    combinations: Mapping[str, Three]
    readings: Readings
    owed: Mapping[str, OwedVariables]
    covered: Mapping[str, z3.BoolRef]
    failed: Mapping[str, z3.BoolRef]
    rest: z3.BoolRef
    official: z3.BoolRef
    ruled: Mapping[str, tuple[z3.BoolRef, z3.BoolRef, z3.BoolRef]]
    answers: Mapping[str, Answer]

    def unmet(self, standard_id: str, criterion_id: str) -> z3.BoolRef:
        """Return "the criterion is not met" (G-9), said without the gate's clauses."""
        criterion = self.framework.standards[standard_id].criteria[criterion_id]
        path = f"{standard_id}:{criterion_id}"
        reasons = [self.failed[path], z3.Not(self.covered[path])]
        if not criterion.accepts:
            return z3.BoolVal(val=True)
        if criterion.falls_short_if is not None:
            reasons.append(self.trees.trees[f"{path}/"].crossed)
        return z3.Or(*reasons)


def encode(framework: Framework, *, tag: str = "") -> Encoding:
    """Return the framework as formulas, from criteria to verdicts.

    Args:
        framework: the rules.
        tag: prefix of all variables, to have two combinations side by side.
    """
    trees = encode_trees(framework, tag=tag)
    official = z3.Bool(f"{tag}official ruling")
    words = ("reached", "undetermined", "ruled out")
    ruled = {
        name: tuple(z3.Bool(f"{tag}{name} ruled {word}") for word in words)
        for name in framework.thresholds
    }
    rules = [*trees.rules, *(z3.AtMost(*three, 1) for three in ruled.values())]
    if not framework.ruling.roles:
        rules.append(z3.Not(official))
    effective = {
        name: _effective(state, ruled[name], official, framework)
        for name, state in trees.thresholds.items()
    }
    combinations = {
        name: together(one, outcomes=effective) for name, one in framework.combinations.items()
    }
    readings = encode_readings(framework, outcomes=effective, tag=tag)
    paths = [f"{std}:{key}" for std, one in framework.standards.items() for key in one.criteria]
    base = Encoding(
        framework=framework,
        trees=trees,
        rules=rules,
        effective=effective,
        combinations=combinations,
        readings=readings,
        owed=_owed(framework, trees, effective, combinations, readings),
        covered={path: z3.Bool(f"{tag}{path} covered") for path in paths},
        failed={path: z3.Bool(f"{tag}{path} failed") for path in paths},
        rest=z3.Bool(f"{tag}rest"),
        official=official,
        ruled=ruled,
        answers={},
    )
    answers = {name: _answer(base, rule) for name, rule in framework.actions.items()}
    return base._replace(answers=answers)


def binds(standard: Standard) -> bool:
    """Tell whether a standard can close a gate at all (G-9)."""
    return standard.modality == "must" and standard.addressee == "self"


def _effective(
    state: ThresholdState,
    ruled: tuple[z3.BoolRef, z3.BoolRef, z3.BoolRef],
    official: z3.BoolRef,
    framework: Framework,
) -> Three:
    """G-5: the worse of the two, unless an official ruling may lower what is complete."""
    found, (bad, unclear, good) = state.outcome, ruled
    laxer = z3.Or(z3.And(good, found.crossed), z3.And(unclear, found.reached))
    may_lower = z3.And(official, z3.Not(state.owes), z3.Not(state.incurable))
    if not framework.ruling.may_lower_reached:
        may_lower = z3.And(may_lower, found.open)
    silent = z3.Not(z3.Or(bad, unclear, good))
    stays = z3.Or(silent, z3.And(laxer, z3.Not(may_lower)))
    return Three(
        reached=z3.If(stays, found.reached, bad), ruled_out=z3.If(stays, found.ruled_out, good)
    )


def _owed(
    framework: Framework,
    trees: Trees,
    outcomes: Mapping[str, Three],
    combinations: Mapping[str, Three],
    readings: Readings,
) -> dict[str, OwedVariables]:
    """C-2, C-3, C-7, C-8: what is owed as baseline, as reached, and by precaution."""
    out_of_scope = z3.BoolVal(val=False)
    if framework.scope is not None:
        everything = [one.ruled_out for one in outcomes.values()]
        out_of_scope = z3.And(trees.trees["scope:"].ruled_out, *everything)
    owed = {}
    for name in framework.standards:
        base = z3.BoolVal(val=name in framework.baseline)
        if framework.scope is not None:
            outside = z3.BoolVal(val=name in framework.scope.baseline)
            base = z3.If(out_of_scope, outside, base)
        single = [t for t, one in framework.thresholds.items() if name in one.obliges]
        shared = [c for c, one in framework.combinations.items() if name in one.obliges]
        rules = [combinations[c] for c in shared]
        rules += obliging(framework, readings=readings, standard=name)
        cautious = [t for t in single if not holds_when_open(framework, threshold=t)]
        owed[name] = OwedVariables(
            baseline=base,
            reached=any_of([one.reached for one in (*(outcomes[t] for t in single), *rules)]),
            undetermined=any_of([one.open for one in (*(outcomes[t] for t in cautious), *rules)]),
        )
    return owed


def holds_when_open(framework: Framework, *, threshold: str) -> bool:
    """Tell whether a threshold has the precaution `hold`; its own outranks the framework's."""
    return (framework.thresholds[threshold].precaution or framework.precaution) == "hold"


def _answer(base: Encoding, rule: ActionRule) -> Answer:
    """G-1, G-4 to G-17: every reason with its own verdict, DENY outranks HOLD, none is ALLOW."""
    framework = base.framework
    hold = [z3.Not(base.rest)]
    if not framework.baseline or not framework.thresholds:
        hold.append(z3.BoolVal(val=True))
    if framework.ruling.required:
        hold.append(z3.Not(base.official))
    hold += [
        one.open
        for name, one in base.effective.items()
        if holds_when_open(framework, threshold=name)
    ]
    for name, states in base.readings.items():
        owed_by = owing(framework, readings=base.readings, interpretation=name, needs=rule.needs)
        hold.append(z3.And(is_open(states), any_of([crossed for _, crossed in owed_by])))
    deny: list[z3.BoolRef] = []
    for name, standard in framework.standards.items():
        if standard.kind not in rule.needs or not binds(standard):
            continue
        owed, reasons = base.owed[name], _reasons(base, name)
        adjusted = any_of([helps for _, helps in adjusting(base, standard=name)])
        unadjusted = z3.And(owed.owed, z3.Not(adjusted))
        if reasons.nobody:
            deny.append(z3.And(unadjusted, owed.firmly))
            hold.append(z3.And(unadjusted, owed.undetermined))
        deny += [z3.And(unadjusted, one) for one in reasons.deny]
        hold += [z3.And(unadjusted, one) for one in reasons.hold]
    return Answer(
        allow=z3.And(*(z3.Not(one) for one in (*hold, *deny))),
        hold=z3.And(any_of(hold), z3.Not(any_of(deny))),
        deny=any_of(deny),
    )


class _Reasons(NamedTuple):
    """What speaks against a standard once it is owed, and whether nobody can meet it."""

    deny: Sequence[z3.BoolRef]
    hold: Sequence[z3.BoolRef]
    nobody: bool


def _reasons(base: Encoding, name: str) -> _Reasons:
    """G-8, G-9 of a standard that binds; nothing speaks against one that is recommended."""
    standard = base.framework.standards[name]
    if not binds(standard):
        return _Reasons([], [], nobody=False)
    deny, hold = [], []
    for key, criterion in standard.criteria.items():
        if criterion.modality == "must":
            denies, holds = _criterion(base, f"{name}:{key}", criterion)
            deny += denies
            hold += holds
    closed = any(not one.accepts for one in standard.criteria.values())
    return _Reasons(deny, hold, nobody=standard.undefined or closed)


def adjusting(base: Encoding, *, standard: str) -> list[tuple[str, z3.BoolRef]]:
    """Return the adjustments of a standard, each with when it helps an owed one (G-17).

    It helps while there is a reason against the standard, its tree is RULED_OUT, and there is no
    reason against anything that stands in.
    """
    against = _any_reason(base, standard)
    return [
        (
            name,
            z3.And(
                against,
                base.trees.trees[f"{ADJUSTMENT}{name}:"].ruled_out,
                *(z3.Not(_any_reason(base, other)) for other in adjustment.instead[standard]),
            ),
        )
        for name, adjustment in base.framework.adjustments.items()
        if standard in adjustment.instead
    ]


def _any_reason(base: Encoding, standard: str) -> z3.BoolRef:
    reasons = _reasons(base, standard)
    return any_of([*reasons.deny, *reasons.hold, z3.BoolVal(val=reasons.nobody)])


def _criterion(
    base: Encoding, path: str, criterion: SafeguardCriterion
) -> tuple[list[z3.BoolRef], list[z3.BoolRef]]:
    """G-9: what denies and what holds on account of one criterion, once it is owed."""
    deny, hold = [base.failed[path]], []
    if criterion.falls_short_if is not None:
        test = base.trees.trees[f"{path}/"]
        deny.append(test.reached)
        hold.append(test.open)
    if criterion.accepts:
        hold.append(z3.Not(base.covered[path]))
    return deny, hold
