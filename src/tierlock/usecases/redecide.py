"""Decide again: what was on record about a subject at an instant, under any framework version.

Nothing is written: a question about another version leaves no run registered and no alpha spent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import NamedTuple

from tierlock.analysis import Answered
from tierlock.core import (
    Action,
    Approval,
    Attestation,
    Choice,
    Claim,
    Decision,
    Determination,
    Evidence,
    Framework,
    Negatives,
    Plan,
    Ruling,
    RunRegister,
    SpentAlpha,
    Subject,
    digest,
)
from tierlock.policy import decide, determine, plan_after, register_of
from tierlock.usecases.plan_register import read_plans
from tierlock.usecases.project import Project
from tierlock.usecases.question import plan_for
from tierlock.usecases.stated import read_stated


class Known(NamedTuple):
    """Everything on record about one subject that is dated at or before one instant."""

    subject: Subject
    at: datetime
    evidence: tuple[Evidence, ...]
    register: RunRegister
    attestations: tuple[Attestation, ...]
    claims: tuple[Claim, ...]
    approvals: tuple[Approval, ...]
    rulings: tuple[Ruling, ...]
    choices: tuple[Choice, ...]
    negatives: Negatives
    history: tuple[SpentAlpha, ...]
    parents: tuple[Determination, ...]


def known_at(project: Project, *, at: datetime) -> Known:
    """Return what the project's store and statements hold, without what is dated after `at`.

    What came in later and is dated earlier is not told apart: the store keeps no such record.
    """
    store, lineage = project.store, project.subject.lineage
    stated = read_stated(project, at=at)
    register = read_plans(project, at=at)
    return Known(
        subject=project.subject,
        at=at,
        evidence=tuple(
            item
            for item in store.evidence()
            if max(item.measured_at, item.finished_at or item.measured_at) <= at
        ),
        register=RunRegister(
            runs=tuple(run for run in store.runs() if run.started_at <= at),
            plans=tuple(plan for plan in register.plans if plan.sealed_at <= at),
            entries=register.entries,
            as_of=at,
        ),
        attestations=tuple(one for one in stated.attestations if one.attested_at <= at),
        claims=tuple(
            claim
            for claim in stated.claims
            if max([claim.claimed_at, *(part.produced_at for part in claim.evidence)]) <= at
        ),
        approvals=tuple(one for one in stated.approvals if one.approved_at <= at),
        rulings=tuple(one for one in stated.rulings if one.ruled_at <= at),
        choices=tuple(one for one in stated.choices if one.chosen_at <= at),
        negatives=_negatives_at(stated.negatives, at=at),
        history=tuple(entry for entry in store.history() if entry.spent_at <= at),
        parents=()
        if lineage is None
        else tuple(
            one for one in store.determinations(subject=lineage.parent) if one.determined_at <= at
        ),
    )


class Redetermined(NamedTuple):
    """A determination that was made again, with the rules and records that it rests on.

    Attributes:
        framework: the rules as if in force already.
        known: the records, under the digest of those rules.
    """

    framework: Framework
    known: Known
    determination: Determination


def redecide(known: Known, *, framework: Framework) -> Answered:
    """Return what follows from what was known, under `framework`, for every action it has.

    A version that takes effect only later is asked as if it were in force already.

    Raises:
        InputError: an input that contradicts itself, as for any determination.
        IntegrityError: a run with two contents.
    """
    found = redetermine(known, framework=framework)
    return Answered(framework, found.determination, decide_each(found))


def redetermine(known: Known, *, framework: Framework) -> Redetermined:
    """Return the determination that follows from what was known, under `framework`.

    Raises:
        InputError: an input that contradicts itself, as for any determination.
        IntegrityError: a run with two contents.
    """
    rules = _in_force(framework, at=known.at)
    if rules is not framework:
        known = _renamed(known, old=digest(framework), new=digest(rules))
    register = _with_slots(known, framework=rules)
    sealed = plan_for(register.plans, framework=digest(rules), subject=known.subject)
    plan = sealed or plan_after(rules, subject=known.subject, register=register)
    parent = next(
        (one for one in reversed(known.parents) if one.framework.digest == digest(rules)), None
    )
    determination = determine(
        rules,
        plan,
        known.evidence,
        subject=known.subject,
        at=known.at,
        register=register,
        attestations=known.attestations,
        negatives=known.negatives,
        history=known.history,
        parent=parent,
    )
    return Redetermined(rules, known, determination)


def decide_each(found: Redetermined) -> dict[Action, Decision]:
    """Return the gate's answer to every action of the framework."""
    rules, known, determination = found
    return {
        action: decide(
            rules,
            determination,
            subject=known.subject,
            action=action,
            at=known.at,
            claims=known.claims,
            rulings=known.rulings,
            approvals=known.approvals,
            choices=known.choices,
            negatives=known.negatives,
        )
        for action in every_action(rules, subject=known.subject)
    }


def every_action(framework: Framework, *, subject: Subject) -> Iterator[Action]:
    """Yield every action, on every surface that the subject declares, for every audience.

    Where it declares none that the framework has, on all of the framework's.
    """
    declared = [name for name in framework.surfaces if name in subject.surfaces]
    surfaces = declared or list(framework.surfaces)
    for name, rule in framework.actions.items():
        for surface, audience in product(
            surfaces if "surface" in rule.per else [None],
            framework.audiences if "audience" in rule.per else [None],
        ):
            yield Action(name=name, surface=surface, audience=audience)


def _negatives_at(negatives: Negatives, *, at: datetime) -> Negatives:
    """What was resolved later stood at `at`, and a list complete up to later was complete then."""
    records = tuple(
        record.model_copy(update={"resolved_at": None})
        if record.resolved_at is not None and record.resolved_at > at
        else record
        for record in negatives.records
        if record.happened_at <= at
    )
    as_of = negatives.complete_as_of
    return negatives.model_copy(
        update={"records": records, "complete_as_of": None if as_of is None else min(as_of, at)}
    )


def _with_slots(known: Known, *, framework: Framework) -> RunRegister:
    """The register with the runs that fill a slot which no earlier question had."""
    have = {(run.run_id, run.slot, run.subject) for run in known.register.runs}
    fresh = tuple(
        run
        for run in register_of(known.evidence, framework=framework).runs
        if (run.run_id, run.slot, run.subject) not in have
    )
    return known.register.model_copy(update={"runs": (*known.register.runs, *fresh)})


def _in_force(framework: Framework, *, at: datetime) -> Framework:
    day = at.astimezone(UTC).date()
    return (
        framework if framework.effective <= day else framework.model_copy(update={"effective": day})
    )


def _renamed(known: Known, *, old: str, new: str) -> Known:
    """What was sealed, chosen or determined under `old` counts under its copy `new`."""
    plans = _renamed_plans(known.register.plans, old=old, new=new)
    names = {
        digest(before): digest(after)
        for before, after in zip(known.register.plans, plans, strict=True)
    }
    entries = tuple(
        entry.model_copy(update={"plan": names.get(entry.plan, entry.plan)})
        for entry in known.register.entries or ()
    )
    return known._replace(
        register=known.register.model_copy(update={"plans": plans, "entries": entries}),
        choices=tuple(
            one.model_copy(update={"framework": new}) if one.framework == old else one
            for one in known.choices
        ),
        parents=tuple(
            one.model_copy(update={"framework": one.framework.model_copy(update={"digest": new})})
            if one.framework.digest == old
            else one
            for one in known.parents
        ),
    )


def _renamed_plans(plans: Sequence[Plan], *, old: str, new: str) -> tuple[Plan, ...]:
    """The plans for another framework digest; links to plans that were superseded follow."""
    names: dict[str | None, str] = {}
    renamed = []
    for plan in plans:  # what is superseded was sealed, and stands, before what supersedes it
        update: dict[str, object] = {"supersedes": names.get(plan.supersedes, plan.supersedes)}
        if plan.framework == old:
            update["framework"] = new
        renamed.append(plan.model_copy(update=update))
        names[digest(plan)] = digest(renamed[-1])
    return tuple(renamed)
