"""A framework whose criteria come to what a situation says, and what brings that about.

A criterion becomes a declared fact, or a measurement with a few made-up runs where the runs are
what matters. Nothing else of the framework changes, except that its clocks are taken out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from tierlock.analysis.prove_encode import SCOPE, nodes_of
from tierlock.analysis.prove_values import LeafState, Situation
from tierlock.core import (
    ADJUSTMENT,
    PRESUMPTION,
    AllOf,
    AnyOf,
    AtLeast,
    Correction,
    Evaluation,
    Evidence,
    Fact,
    FactTest,
    FactValue,
    Framework,
    Measured,
    Node,
    Outcome,
    Plan,
    PlannedSlot,
    Problem,
    Samples,
    Source,
    State,
    Subject,
    SubjectRef,
    Surface,
    digest,
    digest_bytes,
)

NAME: Final = "subject"
_HALF: Final = 0.5
# Samples that are all 0, or all 1, decide at any alpha that a framework can have.
_ENOUGH: Final = 400
_FACTS: Final[Mapping[Outcome, bool]] = {Outcome.REACHED: True, Outcome.RULED_OUT: False}


class Made(NamedTuple):
    """The framework with replaced criteria, and what brings their outcomes about."""

    framework: Framework
    plan: Plan
    subject: Subject
    evidence: tuple[Evidence, ...]
    at: datetime


def make(framework: Framework, *, situation: Situation) -> Made:
    """Return the framework with other criteria, and the inputs that bring about the situation."""
    at = datetime.combine(framework.effective, time(), tzinfo=UTC) + timedelta(days=30)
    slots = {
        path: f"slot{place}"
        for place, (path, state) in enumerate(situation.leaves.items())
        if state.owes or state.vetoed or state.evidence
    }
    facts: dict[str, FactValue] = {
        # An unfitting text leaves a fact open as an undeclared one does, but is not missing (C-5).
        path: _FACTS.get(state.outcome, "unclear")
        for path, state in situation.leaves.items()
        if path not in slots and not state.incurable
    }
    copy = _replaced(framework, slots)
    made = {path: situation.leaves[path] for path in slots}
    evidence = tuple(run for path, state in made.items() for run in _runs(slots[path], state, at))
    return Made(
        framework=copy,
        plan=Plan(
            framework=digest(copy),
            subject=NAME,
            sealed_at=at - timedelta(days=2),
            declared="before",
            slots=tuple(
                PlannedSlot(slot=slots[path], runs=int(state.evidence) + int(state.owes))
                for path, state in made.items()
            ),
        ),
        subject=Subject(
            name=NAME,
            facts=facts,
            surfaces={name: Surface(paths=("all",)) for name in framework.surfaces or ("any",)},
        ),
        evidence=evidence,
        at=at,
    )


def _replaced(framework: Framework, slots: Mapping[str, str]) -> Framework:
    """The framework with other leaves, and without clocks, which are not part of a situation."""
    trees = {prefix: _tree(node, prefix, slots) for prefix, node in nodes_of(framework)}
    thresholds = {}
    for name, threshold in framework.thresholds.items():
        presumed = threshold.presumed_out
        if presumed is not None:
            unless = trees[f"{PRESUMPTION}{name}:"]
            presumed = presumed.model_copy(update={"unless": unless})
        changed = {"crossed_if": trees[f"{name}:"], "presumed_out": presumed}
        thresholds[name] = threshold.model_copy(update=changed)
    standards = {}
    for name, standard in framework.standards.items():
        criteria = {
            key: one.model_copy(update={"falls_short_if": trees.get(f"{name}:{key}/")})
            for key, one in standard.criteria.items()
        }
        standards[name] = standard.model_copy(update={"criteria": criteria})
    adjustments = {
        name: one.model_copy(update={"unless": trees[f"{ADJUSTMENT}{name}:"]})
        for name, one in framework.adjustments.items()
    }
    scope = framework.scope
    if scope is not None:
        scope = scope.model_copy(update={"in_scope_if": trees[SCOPE]})
    evaluations = {
        slot: Evaluation(title=slot, tasks=(slot,), higher_is="worse") for slot in slots.values()
    }
    return framework.model_copy(
        update={
            "thresholds": thresholds,
            "standards": standards,
            "adjustments": adjustments,
            "scope": scope,
            "evaluations": evaluations,
            "triggers": (),
        }
    )


def _tree(node: Node, prefix: str, slots: Mapping[str, str]) -> Node:
    if isinstance(node, AnyOf):
        return AnyOf(any=tuple(_tree(one, prefix, slots) for one in node.any))
    if isinstance(node, AllOf):
        return AllOf(all=tuple(_tree(one, prefix, slots) for one in node.all))
    if isinstance(node, AtLeast):
        below = tuple(_tree(one, prefix, slots) for one in node.of)
        return AtLeast(at_least=node.at_least, of=below)
    path = f"{prefix}{node.name}"
    if path not in slots:
        return Fact(fact=path, id=node.name, says="replayed", crossed_if=FactTest(equals=True))
    return Measured(
        evaluation=slots[path],
        id=node.name,
        rule_out_below=_HALF,
        elicitation_factor=Correction(value=1.0, reason="replayed"),
        buffer=Correction(value=0.0, reason="replayed"),
        basis="proposal",
    )


def _runs(slot: str, state: LeafState, at: datetime) -> Iterator[Evidence]:
    """One run that the plan counts, with what gives the outcome; one before it that vetoes."""
    value = 1.0 if state.outcome is Outcome.REACHED else 0.0
    count = 1 if state.outcome is Outcome.UNDETERMINED else _ENOUGH
    if state.evidence:
        doubt = Problem(code="evidence.doubtful", says="replayed", severity="doubt")
        problems = (doubt,) if state.incurable else ()
        yield _run(slot, "planned", value, count, at - timedelta(days=1), problems)
    if state.vetoed:
        yield _run(slot, "unplanned", 1.0, _ENOUGH, at - timedelta(days=3), ())


def _run(
    slot: str,
    which: str,
    value: float,
    count: int,
    measured_at: datetime,
    problems: tuple[Problem, ...],
) -> Evidence:
    scored: State = "scored"
    return Evidence(
        evaluation=slot,
        run_id=f"{slot}-{which}",
        subject=SubjectRef(name=NAME),
        measured_at=measured_at,
        samples=Samples(
            id=tuple(str(number) for number in range(count)),
            epoch=(1,) * count,
            state=(scored,) * count,
            limit=("",) * count,
            refused=(False,) * count,
            edited=(False,) * count,
            scores={"score": (value,) * count},
        ),
        source=Source(format="table", file="replayed", sha256=digest_bytes(slot.encode())),
        problems=problems,
    )
