"""Worlds with a parent: the subject's slots are, or try to be, inherited (I-1 to I-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.strategies import runs, statements
from tests.strategies.chance import AT, Draw, ago, named_digest, one_of, rarely, weighted
from tests.strategies.frameworks import frameworks
from tests.strategies.worlds import World, people
from tierlock.core import (
    AllOf,
    AnyOf,
    AtLeast,
    Determination,
    Evaluation,
    Evidence,
    Framework,
    Inheritance,
    Lineage,
    Measured,
    Node,
    Parts,
    Plan,
    PlannedSlot,
    Samples,
    State,
    Subject,
    SubjectRef,
    digest,
    leaves,
)
from tierlock.policy import determine

PARENT, ROOT = "base", "root"


@dataclass(frozen=True)
class Ancestor:
    """A subject that was assessed before: its evidence, and what was found."""

    subject: Subject
    evidence: tuple[Evidence, ...]
    determination: Determination


def with_margins(draw: Draw, framework: Framework) -> Framework:
    """Return the framework with a margin at nearly every measured criterion of a threshold.

    Half of the trees are a single criterion: parents that are ruled out are then not too rare.
    """
    thresholds = {}
    for name, one in framework.thresholds.items():
        measured = [leaf for leaf in leaves(one.crossed_if) if isinstance(leaf, Measured)]
        tree = measured[0] if measured and rarely(draw, 2) else one.crossed_if
        thresholds[name] = one.model_copy(update={"crossed_if": _margins(draw, framework, tree)})
    return framework.model_copy(update={"thresholds": thresholds})


def _margins(draw: Draw, framework: Framework, node: Node) -> Node:
    if isinstance(node, AnyOf):
        return AnyOf(any=tuple(_margins(draw, framework, one) for one in node.any))
    if isinstance(node, AllOf):
        return AllOf(all=tuple(_margins(draw, framework, one) for one in node.all))
    if isinstance(node, AtLeast):
        branches = tuple(_margins(draw, framework, one) for one in node.of)
        return AtLeast(at_least=node.at_least, of=branches)
    if not isinstance(node, Measured) or rarely(draw, 12):
        return node
    lo, hi = framework.evaluations[node.evaluation].range
    assert hi is not None
    margin = (hi - lo) * one_of(draw, 0.15, 0.15, 0.3, 0.05)
    inherit = Inheritance(margin=margin, basis="proposal", reason="no worse than its base")
    return node.model_copy(update={"inherit": inherit})


def ancestors(
    draw: Draw, framework: Framework, *, name: str, above: Ancestor | None = None
) -> Ancestor:
    """Draw an assessed subject, mostly a safe one; with `above` it inherited all slots itself."""
    subject = Subject(
        name=name,
        parts=Parts(weights=named_digest(f"{name} weights"), elicitation=named_digest("elicited")),
        lineage=Lineage(parent=above.subject.name) if above else None,
        effective_compute=1e25,
        facts={"big": False, "flop": 1e24, "kind": "closed"},
    )
    evidence = tuple(
        _heir(draw, run, slot=slot, about=_ref(subject), name=f"{run.run_id}-{name}")
        for run, slot in _with_slots(framework, above.evidence)
    ) if above else _first_runs(draw, framework, subject)  # fmt: skip
    plan = Plan(
        framework=digest(framework),
        subject=name,
        weights=subject.parts.weights,
        sealed_at=ago(350),
        declared="before",
        slots=tuple(
            PlannedSlot(
                slot=slot,
                runs=max(1, sum(run.evaluation in one.tasks for run in evidence)),
                source="inherited" if above else "measured",
            )
            for slot, one in framework.evaluations.items()
        ),
    )
    attested = statements.attestations(draw, framework, subject)
    determination = determine(
        framework,
        plan,
        (*evidence, *(above.evidence if above else ())),
        subject=subject,
        at=ago(one_of(draw, 6, 6, 9) if name == PARENT else 12),
        attestations=[
            one.model_copy(update={"subject": name, "attested_at": ago(100)}) for one in attested
        ],
        parent=above.determination if above else None,
    )
    return Ancestor(subject, (*evidence, *(above.evidence if above else ())), determination)


def _ref(subject: Subject) -> SubjectRef:
    return SubjectRef(
        name=subject.name, parts=subject.parts, effective_compute=subject.effective_compute
    )


def _with_slots(
    framework: Framework, evidence: Sequence[Evidence]
) -> list[tuple[Evidence, Evaluation]]:
    slots = framework.evaluations.values()
    return [(run, slot) for run in evidence for slot in slots if run.evaluation in slot.tasks]


def _first_runs(draw: Draw, framework: Framework, subject: Subject) -> tuple[Evidence, ...]:
    """Draw one or two runs per slot, mostly without oddities, on the same items."""
    found: list[Evidence] = []
    for name, slot in framework.evaluations.items():
        mood = weighted(draw, safe=8, grey=1, bad=1)
        when = ago(one_of(draw, 40, 40, 100, 170))
        run = runs.run(draw, slot, subject, name=f"{name}-p0", mood=mood, when=when)
        changes = {"subject": _ref(subject), "evaluation": slot.tasks[0], "problems": ()}
        if not rarely(draw, 3):
            changes["samples"] = _plain(run.samples, slot=slot)
        found.append(_remade(run, **changes, status="success", planned_samples=None))
        if rarely(draw, 3):
            again = _heir(draw, found[-1], slot=slot, about=_ref(subject), name=f"{name}-p1")
            found.append(again)
    return tuple(found)


def _plain(samples: Samples, *, slot: Evaluation) -> Samples:
    """The same values, each of an item and a family of its own; what has none is good."""
    lo, hi = slot.range
    good = lo if slot.higher_is == "worse" else hi
    rows = len(samples)
    values = samples.scores["score"]
    scored: State = "scored"
    return Samples(
        id=tuple(f"i{row}" for row in range(rows)),
        epoch=(1,) * rows,
        state=(scored,) * rows,
        limit=("",) * rows,
        refused=(False,) * rows,
        edited=(False,) * rows,
        scores={"score": tuple(one if one in slot.range else good for one in values)},
        attributes={"family": tuple(f"f{row}" for row in range(rows))},
    )


def _remade(run: Evidence, **changes: object) -> Evidence:
    """Built anew: digests are cached on the values, and a copy must compute its own."""
    fields = {name: getattr(run, name) for name in Evidence.model_fields}
    return Evidence(**{**fields, **changes})


def _heir(
    draw: Draw,
    run: Evidence,
    *,
    slot: Evaluation,
    about: SubjectRef,
    name: str,
    when: datetime | None = None,
) -> Evidence:
    """Draw a run of another subject on the items of `run`: mostly much the same values."""
    kind = weighted(
        draw, same=9, few=5, lost=1, fewer=1, many=1, elicitation=1, version=1, clusters=1
    )
    changes: dict[str, object] = {"subject": about, "run_id": name}
    changes["measured_at"] = when or run.measured_at + timedelta(hours=1)
    settings = {**run.configuration, "seed": name}
    if kind == "elicitation":
        settings["temperature"] = "0.7"
    if kind == "version":
        changes["task_version"] = "2"
    rows = len(run.samples)
    worse = {"few": one_of(draw, 1, 2, 4), "many": rows // 2}.get(kind, 0)
    kept = rows - one_of(draw, 1, 10) if kind == "fewer" else rows
    lost = one_of(draw, 1, 3) if kind == "lost" else 0
    moved = kind == "clusters"
    samples = _altered(run.samples, slot=slot, worse=worse, kept=kept, lost=lost, moved=moved)
    return _remade(run, **changes, configuration=settings, samples=samples)


def _altered(
    samples: Samples, *, slot: Evaluation, worse: int, kept: int, lost: int, moved: bool
) -> Samples:
    """The first `kept` rows: the last `worse` at the bad end, the first `lost` errored, or moved
    to another family."""
    lo, hi = slot.range
    assert hi is not None
    end = hi if slot.higher_is == "worse" else lo
    values = list(samples.scores["score"][:kept])
    values[kept - worse :] = [
        end if value is not None else None for value in values[kept - worse :]
    ]
    state: list[State] = list(samples.state[:kept])
    for row in range(lost):
        state[row], values[row] = "errored", None
    family = list(samples.attributes["family"][:kept])
    if moved:
        family[:2] = ["elsewhere"] * 2
    columns = {
        name: getattr(samples, name)[:kept]
        for name in ("id", "epoch", "limit", "refused", "edited")
    }
    return Samples(
        **columns,
        state=tuple(state),
        scores={"score": tuple(values)},
        attributes={"family": tuple(family)},
    )


def own_runs(
    draw: Draw, framework: Framework, subject: Subject, parent: Ancestor
) -> tuple[Evidence, ...]:
    """Draw the subject's runs: mostly one for every run of its parent, on the same items."""
    found = []
    about = [run for run in parent.evidence if run.subject.name == parent.subject.name]
    for number, (run, slot) in enumerate(_with_slots(framework, about)):
        when = ago(one_of(draw, 10, 20, 100)) + timedelta(hours=number)
        name = run.run_id.replace("-p", "-r")
        how = weighted(draw, heir=20, absent=1, stranger=1, again=1)
        if how == "stranger":
            mood = one_of(draw, "safe", "bad")
            found.append(runs.run(draw, slot, subject, name=name, mood=mood, when=when))
        if how in ("heir", "again"):
            ref = runs.run_subject(draw, subject)
            found.append(_heir(draw, run, slot=slot, about=ref, name=name, when=when))
        if how == "again":
            later, ref = when + timedelta(days=1), runs.run_subject(draw, subject)
            again = _heir(draw, run, slot=slot, about=ref, name=f"{name}b", when=later)
            found.append(again)
    return tuple(found)


def _inheriting(draw: Draw, plan: Plan, evidence: Sequence[Evidence]) -> Plan:
    """The plan with most slots declared inherited, and mostly as many runs as there are."""
    slots = []
    for slot in plan.slots:
        there = sum(run.run_id.startswith(f"{slot.slot}-r") for run in evidence)
        changes: dict[str, object] = {}
        if not rarely(draw, 12):
            changes["runs"] = max(1, there)
        if not rarely(draw, 5):
            changes["source"] = "inherited"
        slots.append(slot.model_copy(update=changes))
    return plan.model_copy(update={"slots": tuple(slots)})


def _spoiled(draw: Draw, parent: Determination) -> Determination | None:
    """Draw what became of the parent's determination; mostly nothing, or an end that is near."""
    foreign = parent.framework.model_copy(update={"digest": named_digest("another framework")})
    stranger = parent.subject.model_copy(update={"name": "somebody"})
    hours = timedelta(hours=6)
    soon = AT + one_of(draw, hours, hours, hours, timedelta(days=8))
    early = one_of(draw, AT, ago(1), ago(4))
    fates: dict[str, Determination | None] = {
        "none": parent,
        "ending": parent.model_copy(update={"expires_at": soon}),
        "ended": parent.model_copy(update={"expires_at": early}),
        "framework": parent.model_copy(update={"framework": foreign}),
        "stranger": parent.model_copy(update={"subject": stranger}),
        "absent": None,
    }
    return fates[weighted(draw, none=8, ending=8, ended=5, framework=3, stranger=2, absent=1)]


@st.composite
def descents(draw: Draw) -> World:
    """Worlds in which inherited rule-outs, refusals and expiries all occur often."""
    framework = with_margins(draw, draw(frameworks()))
    root = ancestors(draw, framework, name=ROOT) if rarely(draw, 12) else None
    parent = ancestors(draw, framework, name=PARENT, above=root)
    lineage = Lineage(parent=one_of(draw, *[PARENT] * 12, ROOT))
    subject = runs.subjects(draw).model_copy(update={"lineage": lineage})
    own = own_runs(draw, framework, subject, parent)
    drawn, plans = runs.plans(draw, framework, subject)
    plan = _inheriting(draw, drawn, own)
    evidence = (*own, *parent.evidence)
    if evidence and rarely(draw, 10):
        gone = draw(st.integers(0, len(evidence) - 1))
        evidence = evidence[:gone] + evidence[gone + 1 :]
    register = None
    if len(plans) > 1 or not rarely(draw, 3):
        known = (*(old for old in plans if old != drawn), plan)
        register = runs.registers(draw, framework, evidence, known)
    return World(
        framework=framework,
        plan=plan,
        evidence=evidence,
        subject=subject,
        register=register,
        parent=_spoiled(draw, parent.determination),
        **people(draw, framework, subject),
    )
