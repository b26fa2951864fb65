"""`plan status`: what was promised, from when it counts, and which runs still owe their log."""

from __future__ import annotations

from datetime import datetime

from tierlock.core import digest
from tierlock.ledger import open_ledger
from tierlock.report import PlanLine, PlanStatus, RunLine
from tierlock.usecases.anchoring import ANCHORS, holding_anchors, stored_anchors
from tierlock.usecases.plan_register import PlanRegister, read_plans, sealed_framework
from tierlock.usecases.project import Project
from tierlock.usecases.question import known_runs, plan_for
from tierlock.usecases.recorded import anchored_by
from tierlock.usecases.sealed_bar import standing_bars


def plan_status(project: Project, *, at: datetime) -> PlanStatus:
    """Return every plan about the project's subject, and every run that is known.

    Anchors are believed under the witnesses of the project's trust file.

    Raises:
        InputError: store, ledger or anchors can not be read.
        IntegrityError: one of them is damaged.
    """
    register = read_plans(project, at=at)
    subject = project.subject
    active = plan_for(register.plans, framework=digest(project.framework), subject=subject)
    standing = {digest(plan) for plan, _ in standing_bars(project, register=register)}
    anchored = _anchored(project, register=register)
    entries = {entry.plan: entry for entry in register.entries}
    lines = []
    for plan in register.plans:
        name = digest(plan)
        if not subject.answers_to(plan.subject):
            continue
        sealed = sealed_framework(project, name=plan.framework)
        lines.append(
            PlanLine(
                plan=name,
                framework=plan.framework if sealed is None else sealed.name,
                sealed_at=plan.sealed_at,
                counts_from=max(plan.sealed_at, entries[name].logged_at),
                place=register.places.get(name),
                anchored_by=anchored.get(name),
                declared=plan.declared,
                active=plan == active,
                judges=name in standing,
                slots={slot.slot: slot.runs for slot in plan.slots},
            )
        )
    evidence = project.store.evidence()
    there = {item.run_id for item in evidence}
    runs = known_runs(project, evidence=evidence, logged=register.runs)
    return PlanStatus(
        plans=tuple(lines),
        runs=tuple(
            RunLine(run.run_id, run.slot, run.started_at, run.ended, run.run_id not in there)
            for run in sorted(runs, key=lambda run: (run.slot, run.started_at, run.run_id))
            if subject.answers_to(run.subject)
        ),
    )


def _anchored(project: Project, *, register: PlanRegister) -> dict[str, datetime]:
    """By when a witness had seen the entry of each plan, where one had."""
    folder = project.store.folder / ANCHORS
    if project.trust is None or not folder.is_dir() or not register.places:
        return {}
    confirmed = holding_anchors(stored_anchors(folder), witnesses=project.trust.witnesses)
    found = {}
    with open_ledger(project.ledger) as ledger:
        for name, place in register.places.items():
            when = anchored_by(ledger.entry(place), ledger=ledger, confirmed=confirmed)
            if when is not None:
                found[name] = when
    return found
