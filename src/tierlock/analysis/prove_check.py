"""The properties, each as the violations that a solver looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import z3

from tierlock.analysis.prove_encode import Three, any_of, at_least
from tierlock.analysis.prove_gate import Encoding, binds, holds_when_open
from tierlock.analysis.prove_leeway import is_open
from tierlock.core import ADJUSTMENT


class Violation(NamedTuple):
    """One way in which a property could fail: the formula, the action, and what it would mean."""

    formula: z3.BoolRef
    says: str
    action: str = ""


def totality(base: Encoding) -> Iterator[Violation]:
    """No tree, threshold, combination or action has two answers or none.

    "At least k are REACHED" and "at least M-k+1 are RULED_OUT" are two countings; F-3 raises and
    lowers; each verdict has a clause of its own. That they never answer twice, that one of the
    verdicts always holds, and that the implications have come to rest is what is looked at.
    """
    framework = base.framework
    for prefix, tree in base.trees.trees.items():
        yield _doubled(tree, f"the tree `{prefix.rstrip(':/')}` is reached and ruled out at once")
    for name, state in base.trees.thresholds.items():
        yield _doubled(state.outcome, f"`{name}` is reached and ruled out at once")
        for lower in framework.thresholds[name].implies:
            below, raised = base.trees.thresholds[lower], base.trees.raised
            says = f"`{name}` implies `{lower}`, and `{lower}` stays better than it"
            yield Violation(z3.And(state.outcome.reached, z3.Not(below.outcome.reached)), says)
            yield Violation(z3.And(state.outcome.open, below.outcome.ruled_out), says)
            stuck = z3.And(
                raised[name].outcome.open,
                z3.Or(raised[name].owes, raised[name].vetoed),
                raised[lower].outcome.ruled_out,
            )
            yield Violation(stuck, says)
    for kind in (base.effective, base.combinations):
        for name, outcome in kind.items():
            yield _doubled(outcome, f"`{name}` is reached and ruled out at once for the gate")
    for name, readings in base.readings.items():
        for key, reading in readings.items():
            says = f"reading `{key}` of `{name}` is reached and ruled out at once"
            yield from (_doubled(outcome, says) for outcome in reading.combinations)
    for name, answer in base.answers.items():
        one = z3.And(at_least(list(answer), k=1), z3.AtMost(*answer, 1))
        yield Violation(z3.Not(one), f"`{name}` has not exactly one verdict", name)


def _doubled(outcome: Three, says: str) -> Violation:
    return Violation(z3.And(outcome.reached, outcome.ruled_out), says)


def monotonicity(base: Encoding, *, worse: Encoding) -> Iterator[Violation]:
    """Law L9 above the criteria: no threshold, obligation or gate gets better.

    The gate is compared where no threshold is held before: under `hold` a threshold that is
    reached, with its standards met, may be allowed where an undetermined one is not.
    """
    for name, before in base.effective.items():
        after = worse.effective[name]
        lower = z3.Or(
            z3.And(before.reached, z3.Not(after.reached)), z3.And(before.crossed, after.ruled_out)
        )
        yield Violation(lower, f"`{name}` gets better when a criterion gets worse")
    for name, before_owed in base.owed.items():
        gone = z3.And(before_owed.owed, z3.Not(worse.owed[name].owed))
        yield Violation(gone, f"`{name}` is no longer owed when a criterion gets worse")
    held = [
        one.open
        for name, one in base.effective.items()
        if holds_when_open(base.framework, threshold=name)
    ]
    for name, answer in base.answers.items():
        opens = z3.And(
            z3.Not(answer.allow), worse.answers[name].allow, *(z3.Not(one) for one in held)
        )
        yield Violation(opens, f"`{name}` is allowed when a criterion gets worse", name)


def is_worse(base: Encoding, *, worse: Encoding) -> list[z3.BoolRef]:
    """Return "exactly one criterion is worse, and everything else is the same".

    Worse is a worse outcome that owes, is vetoed and has evidence where it had before. A ruling
    names one determination, so that none that lowers or raises is carried over to another; a
    choice of a reading names the framework, and stays.
    """
    rules, changed = [], []
    for path, old in base.trees.leaves.items():
        new = worse.trees.leaves[path]
        same = z3.And(
            *(
                a == b
                for a, b in zip((*old.outcome, *old[2:]), (*new.outcome, *new[2:]), strict=True)
            )
        )
        higher = z3.Or(
            z3.And(new.outcome.reached, z3.Not(old.outcome.reached)),
            z3.And(new.outcome.crossed, old.outcome.ruled_out),
        )
        kept = [z3.Implies(a, b) for a, b in zip(old[2:], new[2:], strict=True)]
        kept.append(z3.Implies(old.outcome.reached, new.outcome.reached))
        kept.append(z3.Implies(new.outcome.ruled_out, old.outcome.ruled_out))
        changed.append((str(old.outcome.reached), z3.Not(same)))
        rules.append(z3.Or(same, z3.And(higher, *kept)))
    # One test of one fact may stand in several trees; it is one criterion all the same.
    rules.append(z3.AtMost(*dict(changed).values(), 1) if changed else z3.BoolVal(val=True))
    for name in base.covered:
        rules += [base.covered[name] == worse.covered[name]]
        rules += [base.failed[name] == worse.failed[name]]
    for name, readings in base.readings.items():
        rules += [one.chosen == worse.readings[name][key].chosen for key, one in readings.items()]
    rules += [base.rest == worse.rest, base.official == worse.official]
    return rules + [z3.Not(one) for side in (base, worse) for r in side.ruled.values() for one in r]


def unmet_obligations(base: Encoding) -> Iterator[Violation]:
    """ALLOW with a binding criterion that is owed, not met and not excused (G-7 to G-9, G-17)."""
    for action, answer in base.answers.items():
        needs = base.framework.actions[action].needs
        for name, standard in base.framework.standards.items():
            if standard.kind not in needs or not binds(standard):
                continue
            owed = z3.And(answer.allow, base.owed[name].owed, z3.Not(_excused(base, name)))
            if standard.undefined:
                says = f"`{action}` is allowed though `{name}` is owed and nobody can meet it"
                yield Violation(owed, says, action)
            for key, criterion in standard.criteria.items():
                if criterion.modality == "must":
                    says = f"`{action}` is allowed though `{name}:{key}` is owed and not met"
                    yield Violation(z3.And(owed, base.unmet(name, key)), says, action)


def _excused(base: Encoding, name: str) -> z3.BoolRef:
    """Return "an adjustment of the standard holds, and all that stands in is met".

    Said without the gate's clauses: met is what `Encoding.unmet` does not deny.
    """
    ways = []
    for key, adjustment in base.framework.adjustments.items():
        if name not in adjustment.instead:
            continue
        others = [other for other in adjustment.instead[name] if _binding(base, other)]
        ways.append(
            z3.And(
                base.trees.trees[f"{ADJUSTMENT}{key}:"].ruled_out,
                *(z3.Not(_unmet(base, other)) for other in others),
            )
        )
    return any_of(ways)


def _binding(base: Encoding, name: str) -> bool:
    return binds(base.framework.standards[name])


def _unmet(base: Encoding, name: str) -> z3.BoolRef:
    """Return "nobody can meet the standard, or one of its binding criteria is not met"."""
    standard = base.framework.standards[name]
    unmet = [base.unmet(name, k) for k, one in standard.criteria.items() if one.modality == "must"]
    return any_of([z3.BoolVal(val=standard.undefined), *unmet])


def unknowns(base: Encoding) -> Iterator[Violation]:
    """What is not known weighs nothing: it owes nothing, or is lowered by nobody entitled to."""
    framework = base.framework
    for name, outcome in base.effective.items():
        state, threshold = base.trees.thresholds[name], framework.thresholds[name]
        entitled = z3.And(base.official, z3.Not(state.owes), z3.Not(state.incurable))
        yield Violation(
            z3.And(state.outcome.open, outcome.ruled_out, z3.Not(entitled)),
            f"`{name}` is undetermined, and counts as ruled out without an official ruling",
        )
        if holds_when_open(framework, threshold=name):
            for action, answer in base.answers.items():
                says = f"`{action}` is allowed though `{name}` is undetermined and held"
                yield Violation(z3.And(outcome.open, answer.allow), says, action)
            continue
        for standard in threshold.obliges:
            yield Violation(
                z3.And(outcome.open, z3.Not(base.owed[standard].owed)),
                f"`{name}` is undetermined, and `{standard}` is not owed",
            )
            yield from _allowed_without(base, outcome.open, name, standard)
    yield from _open_clauses(base)


def _allowed_without(
    base: Encoding, unknown: z3.BoolRef, threshold: str, name: str
) -> Iterator[Violation]:
    """ALLOW while `unknown` holds and something of the standard is not met."""
    standard = base.framework.standards[name]
    if not binds(standard):
        return
    open_ = z3.And(_unmet(base, name), z3.Not(_excused(base, name)))
    for action, answer in base.answers.items():
        if standard.kind in base.framework.actions[action].needs:
            says = f"`{action}` is allowed, `{threshold}` is undetermined and `{name}` is not met"
            yield Violation(z3.And(unknown, answer.allow, open_), says, action)


def _open_clauses(base: Encoding) -> Iterator[Violation]:
    """ALLOW while no reading of a clause is chosen, and one of them owes what binds the action."""
    framework = base.framework
    for name, states in base.readings.items():
        for key, state in states.items():
            rules = framework.interpretations[name].readings[key].combinations
            for rule, outcome in zip(rules, state.combinations, strict=True):
                crossed = z3.And(is_open(states), outcome.crossed)
                kinds = {framework.standards[one].kind for one in rule.obliges}
                for action, answer in base.answers.items():
                    if kinds.intersection(framework.actions[action].needs):
                        says = f"`{action}` is allowed though the reading of `{name}` is open"
                        yield Violation(z3.And(crossed, answer.allow), says, action)
