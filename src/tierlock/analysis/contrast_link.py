"""Two frameworks as formulas over one state of evidence, attestations, facts and claims.

Each side has variables of its own, so that what holds in one framework says nothing of the other;
what is the same in both is tied together here. Runs are the same where evaluation and estimand are;
attestations and claims by their paths, facts and actions by their names.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple, get_args

import z3

from tierlock.analysis.contrast_demand import (
    Asked,
    Demand,
    asked_of,
    at_least_as_strict,
    attested_demand,
    claim_demand,
)
from tierlock.analysis.contrast_facts import tie_facts
from tierlock.analysis.criteria import why_never_ruled_out
from tierlock.analysis.prove_encode import LeafVariables
from tierlock.analysis.prove_gate import Encoding
from tierlock.core import ADJUSTMENT, Attested, Fact, Measured, Part, SafeguardCriterion

_PARTS = get_args(Part)


class Side(NamedTuple):
    """One of the two frameworks.

    Attributes:
        encoding: the framework as formulas.
        asked: what its measured criteria ask, by path.
        signed: per role, whether it signed off; shared by both sides.
        not_shared: what only this side asks about: "it is as it should be", by path.
    """

    encoding: Encoding
    asked: Mapping[str, Asked]
    signed: Mapping[str, z3.BoolRef]
    not_shared: Mapping[str, z3.BoolRef]

    @property
    def name(self) -> str:
        """Name of the framework."""
        return self.encoding.framework.name

    def signs(self, action: str) -> z3.BoolRef:
        """Return "what ALLOW needs beside claims is there exactly if the roles signed off"."""
        roles = self.encoding.framework.actions[action].sign_offs
        return self.encoding.rest == z3.And(*(self.signed[role] for role in roles))


class Pair(NamedTuple):
    """Both sides, and what ties them together.

    Attributes:
        rules: what holds whatever is asked.
        alike: what would make the sides differ as little as they can: worth having, not certain.
    """

    old: Side
    new: Side
    rules: tuple[z3.BoolRef, ...]
    alike: tuple[z3.BoolRef, ...]

    def claims(self, action: str) -> Iterator[z3.BoolRef]:
        """Yield what ties the claims of both sides together when an action is asked."""
        old, new = self.old.encoding, self.new.encoding
        for path in old.covered:
            if path in new.covered:
                demands = [
                    claim_demand(_criterion(side, path), rule=side.framework.actions[action])
                    for side in (old, new)
                ]
                yield from _ordered(demands, (old.covered[path], new.covered[path]))


def pair_of(old: Encoding, *, new: Encoding) -> Pair:
    """Return two encodings, of `encode` with different tags, tied together."""
    asked = [asked_of(side.framework) for side in (old, new)]
    leaves = [
        (side.trees.leaves[path], one)
        for side, mine in zip((old, new), asked, strict=True)
        for path, one in mine.items()
    ]
    rules, alike = [*old.rules, *new.rules], []
    by_evidence: dict[Hashable, list[tuple[LeafVariables, Asked]]] = {}
    for leaf, one in leaves:
        by_evidence.setdefault(one.evidence, []).append((leaf, one))
    for group in by_evidence.values():
        for (a, asks_a), (b, asks_b) in combinations(group, 2):
            rules += _measured(a, asks_a, b, asks_b)
            if asks_a.able == asks_b.able:
                alike += _outcomes_equal(a, b)
    rules += _attested(old, new)
    everywhere = [*old.trees.leaves.values(), *new.trees.leaves.values()]
    rules += tie_facts(leaf for leaf in everywhere if isinstance(leaf.criterion, Fact))
    rules += _ruling(old, new)
    for path, failed in old.failed.items():
        if path in new.failed:
            rules.append(failed == new.failed[path])
            alike.append(old.covered[path] == new.covered[path])
    signed = {
        role: z3.Bool(f"{role} signs off")
        for side in (old, new)
        for rule in side.framework.actions.values()
        for role in rule.sign_offs
    }
    sides = [
        Side(me, mine, signed, dict(_not_shared(me, mine, other, theirs)))
        for me, mine, other, theirs in (
            (old, asked[0], new, asked[1]),
            (new, asked[1], old, asked[0]),
        )
    ]
    return Pair(sides[0], sides[1], tuple(rules), tuple(alike))


def _ordered(
    demands: list[Demand], satisfied: tuple[z3.BoolRef, z3.BoolRef]
) -> Iterator[z3.BoolRef]:
    """Whatever satisfies the stricter demand satisfies the laxer one."""
    if at_least_as_strict(demands[0], other=demands[1]):
        yield z3.Implies(satisfied[0], satisfied[1])
    if at_least_as_strict(demands[1], other=demands[0]):
        yield z3.Implies(satisfied[1], satisfied[0])


def _measured(
    a: LeafVariables, asks_a: Asked, b: LeafVariables, asks_b: Asked
) -> Iterator[z3.BoolRef]:
    """Two criteria about one body of evidence: how bad it looks is one quantity."""
    yield from (a.owes == b.owes, a.evidence == b.evidence, a.incurable == b.incurable)
    yield from _ordered(
        [asks_a.rule_out, asks_b.rule_out], (a.outcome.ruled_out, b.outcome.ruled_out)
    )
    yield from _ordered([asks_a.rule_in, asks_b.rule_in], (a.outcome.reached, b.outcome.reached))
    if asks_a.rule_out == asks_b.rule_out:
        yield a.vetoed == b.vetoed
    # What is shown to be above one limit is not shown to be below one that is no higher.
    if asks_a.badness_in >= asks_b.badness_out:
        yield z3.Not(z3.And(a.outcome.reached, b.outcome.ruled_out))
    if asks_b.badness_in >= asks_a.badness_out:
        yield z3.Not(z3.And(b.outcome.reached, a.outcome.ruled_out))


def _outcomes_equal(a: LeafVariables, b: LeafVariables) -> list[z3.BoolRef]:
    return [x == y for x, y in zip(a.outcome, b.outcome, strict=True)]


def _same_attested(a: LeafVariables, b: LeafVariables | None) -> bool:
    """Whether both are one role's statement under one name; its wording is not compared."""
    return (
        b is not None
        and isinstance(a.criterion, Attested)
        and isinstance(b.criterion, Attested)
        and a.criterion.by == b.criterion.by
    )


def _attested(old: Encoding, new: Encoding) -> Iterator[z3.BoolRef]:
    for path, a in old.trees.leaves.items():
        b = new.trees.leaves.get(path)
        if b is None or not _same_attested(a, b):
            continue
        demands = [
            attested_demand(one.criterion, parts=_PARTS)
            for one in (a, b)
            if isinstance(one.criterion, Attested)
        ]
        yield a.outcome.reached == b.outcome.reached
        yield from _ordered(demands, (a.outcome.ruled_out, b.outcome.ruled_out))
        # What is missing for the laxer one is missing for the stricter one.
        yield from _ordered(demands, (z3.Not(a.incurable), z3.Not(b.incurable)))


def _ruling(old: Encoding, new: Encoding) -> Iterator[z3.BoolRef]:
    """One body of people rules and reads; a ruling by all roles needs all of them."""
    roles = [frozenset(side.framework.ruling.roles) for side in (old, new)]
    if roles[0] and roles[1]:
        if roles[0] <= roles[1]:
            yield z3.Implies(new.official, old.official)
        if roles[1] <= roles[0]:
            yield z3.Implies(old.official, new.official)
    for name, said in old.ruled.items():
        if name in new.ruled:
            yield from (a == b for a, b in zip(said, new.ruled[name], strict=True))
    for name, readings in old.readings.items():
        for key, reading in readings.items():
            if key in new.readings.get(name, {}):
                yield reading.chosen == new.readings[name][key].chosen


def _not_shared(
    me: Encoding, mine: Mapping[str, Asked], other: Encoding, theirs: Mapping[str, Asked]
) -> Iterator[tuple[str, z3.BoolRef]]:
    """What `me` asks about and `other` does not, as "it is as it should be"."""
    evidence = {one.evidence for one in theirs.values()}
    facts = {
        leaf.criterion.fact
        for leaf in other.trees.leaves.values()
        if isinstance(leaf.criterion, Fact)
    }
    for path, leaf in me.trees.leaves.items():
        if path.startswith(ADJUSTMENT):
            continue  # an adjustment asks for nothing that anybody must have
        criterion = leaf.criterion
        if isinstance(criterion, Measured):
            shared = mine[path].evidence in evidence
        elif isinstance(criterion, Fact):
            shared = criterion.fact in facts
        else:
            shared = _same_attested(leaf, other.trees.leaves.get(path))
        if not shared and not why_never_ruled_out(criterion, framework=me.framework):
            yield path, leaf.outcome.ruled_out
    for path, covered in me.covered.items():
        if path not in other.covered:
            yield path, z3.And(covered, z3.Not(me.failed[path]))
    if me.framework.ruling.roles and not other.framework.ruling.roles:
        yield "ruling", me.official


def adjusting(side: Side, *, name: str) -> z3.BoolRef:
    """Return "the adjustment holds": nothing that would defeat it is left."""
    return side.encoding.trees.trees[f"{ADJUSTMENT}{name}:"].ruled_out


def settled_by_nothing(side: Side, *, path: str) -> bool:
    """Tell whether nothing that anybody shows could rule out a criterion."""
    framework = side.encoding.framework
    criterion = side.encoding.trees.leaves[path].criterion
    return bool(why_never_ruled_out(criterion, framework=framework))


def _criterion(side: Encoding, path: str) -> SafeguardCriterion:
    standard, _, name = path.partition(":")
    return side.framework.standards[standard].criteria[name]
