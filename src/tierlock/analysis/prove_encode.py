"""Criteria and trees of a framework as formulas: O-2, F-2 to F-4, S-5, M-15 and M-16.

An outcome is two formulas, REACHED and RULED_OUT; UNDETERMINED is neither. That they exclude each
other is assumed of criteria and proved of everything above them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import z3

from tierlock.core import (
    ADJUSTMENT,
    PRESUMPTION,
    AllOf,
    AnyOf,
    AtLeast,
    Criterion,
    Fact,
    Framework,
    Measured,
    Node,
    Undisclosed,
    children,
    needed,
)

SCOPE = "scope:"


class Three(NamedTuple):
    """An outcome as two formulas."""

    reached: z3.BoolRef
    ruled_out: z3.BoolRef

    @property
    def open(self) -> z3.BoolRef:
        """UNDETERMINED: neither of the two."""
        return z3.Not(z3.Or(self.reached, self.ruled_out))

    @property
    def crossed(self) -> z3.BoolRef:
        """Not RULED_OUT."""
        return z3.Not(self.ruled_out)


class LeafVariables(NamedTuple):
    """One criterion as variables; `tested` marks those of safeguard tests."""

    criterion: Criterion
    outcome: Three
    owes: z3.BoolRef
    vetoed: z3.BoolRef
    evidence: z3.BoolRef
    incurable: z3.BoolRef


class ThresholdState(NamedTuple):
    """A threshold while scope, presumption and implications are applied."""

    outcome: Three
    owes: z3.BoolRef
    evidence: z3.BoolRef
    vetoed: z3.BoolRef
    incurable: z3.BoolRef


class Trees(NamedTuple):
    """All trees of a framework over one set of variables.

    Attributes:
        leaves: variables per path of a criterion.
        rules: what holds of them whatever was measured.
        trees: outcome of every tree, by the prefix of its paths.
        thresholds: thresholds after F-2 to F-4.
        raised: the same after the first half of F-3 only.
    """

    leaves: Mapping[str, LeafVariables]
    rules: Sequence[z3.BoolRef]
    trees: Mapping[str, Three]
    thresholds: Mapping[str, ThresholdState]
    raised: Mapping[str, ThresholdState]


def encode_trees(framework: Framework, *, tag: str = "") -> Trees:
    """Return the framework's trees as formulas.

    Args:
        framework: the rules.
        tag: prefix of all variables, to have two combinations side by side.
    """
    leaves: dict[str, LeafVariables] = {}
    trees, under = {}, {}
    for prefix, node in nodes_of(framework):
        mine: dict[str, LeafVariables] = {}
        trees[prefix] = _tree(node, prefix, mine, tag=tag)
        under[prefix] = tuple(mine.values())
        leaves.update(mine)
    states = {
        name: _first_state(trees[f"{name}:"], under[f"{name}:"]) for name in framework.thresholds
    }
    for name in framework.thresholds:
        for screen in (SCOPE, f"{PRESUMPTION}{name}:"):
            if screen in trees:
                states[name] = _screened(states[name], trees[screen].ruled_out)
    rounds = _rounds(framework)
    for _ in range(rounds):
        states = _raise(states, framework)
    raised = dict(states)
    for _ in range(rounds):
        states = _lower(states, framework)
    rules = [rule for leaf in leaves.values() for rule in _rules(leaf, framework)]
    return Trees(leaves, rules, trees, states, raised)


def nodes_of(framework: Framework) -> list[tuple[str, Node]]:
    """Return every tree with the prefix of its criteria's paths, as `determine` names them."""
    found: list[tuple[str, Node]] = []
    for name, threshold in framework.thresholds.items():
        found.append((f"{name}:", threshold.crossed_if))
        if threshold.presumed_out is not None:
            found.append((f"{PRESUMPTION}{name}:", threshold.presumed_out.unless))
    if framework.scope is not None:
        found.append((SCOPE, framework.scope.in_scope_if))
    for name, adjustment in framework.adjustments.items():
        found.append((f"{ADJUSTMENT}{name}:", adjustment.unless))
    found += [(f"{std}:{key}/", node) for std, key, node in framework.safeguard_tests()]
    return found


def at_least(formulas: Sequence[z3.BoolRef], *, k: int) -> z3.BoolRef:
    """Return "at least k of the formulas hold"."""
    return z3.AtLeast(*formulas, k)


def any_of(formulas: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """Return "one of the formulas holds"; of none, none does."""
    return z3.Or(*formulas) if formulas else z3.BoolVal(val=False)


def _tree(node: Node, prefix: str, leaves: dict[str, LeafVariables], *, tag: str) -> Three:
    """O-2 word for word: REACHED by k that are, RULED_OUT by M-k+1 that are."""
    if isinstance(node, AnyOf | AllOf | AtLeast):
        below = [_tree(child, prefix, leaves, tag=tag) for child in children(node)]
        k = needed(node)
        return Three(
            reached=at_least([one.reached for one in below], k=k),
            ruled_out=at_least([one.ruled_out for one in below], k=len(below) - k + 1),
        )
    path = f"{prefix}{node.name}"
    leaves[path] = _variables(path, node, tag=tag)
    return leaves[path].outcome


def _variables(path: str, leaf: Criterion, *, tag: str) -> LeafVariables:
    """New variables; one and the same test of one fact has the same ones wherever it stands."""
    key = f"fact {leaf.fact} {leaf.crossed_if!r}" if isinstance(leaf, Fact) else path

    def variable(what: str) -> z3.BoolRef:
        return z3.Bool(f"{tag}{key} {what}")

    return LeafVariables(
        criterion=leaf,
        outcome=Three(variable("reached"), variable("ruled out")),
        owes=variable("owes"),
        vetoed=variable("vetoed"),
        evidence=variable("evidence"),
        incurable=variable("incurable"),
    )


def _rules(leaf: LeafVariables, framework: Framework) -> list[z3.BoolRef]:
    """What holds of a criterion whatever was measured, attested or declared."""
    criterion, outcome = leaf.criterion, leaf.outcome
    rules = [
        z3.Not(z3.And(outcome.reached, outcome.ruled_out)),
        # S-5, S-6: what owes or is vetoed is not ruled out; C-5: nor what rests on nothing.
        z3.Implies(outcome.ruled_out, z3.Not(z3.Or(leaf.owes, leaf.vetoed, leaf.incurable))),
        z3.Implies(leaf.vetoed, leaf.evidence),
    ]
    if not isinstance(criterion, Measured):
        # Facts and statements have no runs; what they leave open is open for want of them.
        rules += [z3.Not(one) for one in (leaf.owes, leaf.vetoed, leaf.evidence)]
        rules.append(z3.Implies(leaf.incurable, outcome.open))
    if isinstance(criterion, Undisclosed):
        rules += [outcome.open, leaf.incurable]
    if isinstance(criterion, Fact) and criterion.crossed_if.one_of == ():
        rules.append(outcome.open)
    if isinstance(criterion, Measured):
        rules.append(z3.Or(leaf.evidence, z3.And(outcome.open, leaf.incurable)))
        current = framework.evaluations[criterion.evaluation].status == "current"
        if criterion.decides == "rule_in" or not current:  # M-15, M-11
            rules.append(z3.Not(outcome.ruled_out))
        if criterion.decides == "rule_out":
            rules.append(z3.Not(outcome.reached))
    return rules


def _first_state(tree: Three, under: Sequence[LeafVariables]) -> ThresholdState:
    return ThresholdState(
        outcome=tree,
        owes=any_of([leaf.owes for leaf in under]),
        evidence=any_of([leaf.evidence for leaf in under]),
        vetoed=any_of([leaf.vetoed for leaf in under]),
        incurable=any_of([leaf.incurable for leaf in under]),
    )


def _screened(state: ThresholdState, out: z3.BoolRef) -> ThresholdState:
    """F-2, F-4: facts settle only what nobody measured and what owes nothing."""
    nobody = z3.Not(z3.Or(state.owes, state.evidence))
    lowered = z3.And(out, state.outcome.open, nobody)
    outcome = Three(state.outcome.reached, z3.Or(state.outcome.ruled_out, lowered))
    return state._replace(outcome=outcome)


def _rounds(framework: Framework) -> int:
    """Rounds after which implications have settled: no chain of them is longer (F-3)."""
    return len({name for one in framework.thresholds.values() for name in one.implies})


def _raise(states: Mapping[str, ThresholdState], framework: Framework) -> dict[str, ThresholdState]:
    """One round of the first half of F-3: Y is never better than X that implies it."""
    new = dict(states)
    for name, above in states.items():
        keeps_open = z3.And(above.outcome.open, z3.Or(above.owes, above.vetoed))
        acts = z3.Or(above.outcome.reached, keeps_open)
        for lower in framework.thresholds[name].implies:
            below = new[lower]
            new[lower] = below._replace(
                outcome=Three(
                    reached=z3.Or(below.outcome.reached, above.outcome.reached),
                    ruled_out=z3.And(below.outcome.ruled_out, z3.Not(acts)),
                ),
                owes=z3.Or(below.owes, z3.And(keeps_open, above.owes)),
                vetoed=z3.Or(below.vetoed, z3.And(acts, above.vetoed)),
            )
    return new


def _lower(states: Mapping[str, ThresholdState], framework: Framework) -> dict[str, ThresholdState]:
    """One round of the second half of F-3: X is ruled out where something it implies is."""
    new = dict(states)
    for name, state in states.items():
        implied = [states[lower].outcome.ruled_out for lower in framework.thresholds[name].implies]
        if implied:
            lowered = z3.And(state.outcome.open, any_of(implied))
            outcome = Three(state.outcome.reached, z3.Or(state.outcome.ruled_out, lowered))
            new[name] = state._replace(outcome=outcome)
    return new
