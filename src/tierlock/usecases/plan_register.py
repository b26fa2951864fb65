"""Plans and runs as store and ledger show them together: what one of them lost, the other has.

A plan counts from its entry in the ledger (spec/ledger.md R-2). The framework that it was sealed
under is kept in the ledger with it, so that a later edit does not move the bar.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from tierlock.core import (
    Framework,
    InputError,
    IntegrityError,
    Plan,
    PlanEntry,
    RegisteredRun,
    digest,
    digest_bytes,
)
from tierlock.ledger import Entry, Ledger, open_ledger
from tierlock.usecases.project import Project

PLAN_ENTRY = "application/vnd.tierlock.plan+json"
RUN_ENTRY = "application/vnd.tierlock.run+json"
FRAMEWORK_ENTRY = "application/vnd.tierlock.framework+json"


class PlanRegister(NamedTuple):
    """What was promised and started, as far as anything remembers it.

    Attributes:
        plans: every plan of the ledger in its order, then those of the store that it lacks.
        entries: where the ledger shows each; one that it lacks is as if logged when asked about.
        runs: the latest state of every run of the ledger.
        places: digest of each plan to the place of its entry; absent where there is none.
    """

    plans: tuple[Plan, ...]
    entries: tuple[PlanEntry, ...]
    runs: tuple[RegisteredRun, ...]
    places: dict[str, int]


def read_plans(project: Project, *, at: datetime) -> PlanRegister:
    """Return the plans and runs of the project's store and ledger.

    Args:
        project: whose.
        at: the instant of the question, from which a plan without an entry counts at the earliest:
            the command that asks appends it.

    Raises:
        InputError: the ledger can not be read.
        IntegrityError: `ledger.damaged`; an entry is not what its media type says.
    """
    with _reading(project) as ledger:
        logged = [] if ledger is None else list(ledger.entries_of(PLAN_ENTRY))
        started = [] if ledger is None else list(ledger.entries_of(RUN_ENTRY))
    runs = [(entry.index, _run(entry)) for entry in started]
    plans: dict[str, Plan] = {}
    entries = []
    for entry in logged:
        plan = _plan(entry)
        name = digest(plan)
        plans[name] = plan
        known = {run.run_id for index, run in runs if index < entry.index}
        entries.append(PlanEntry(plan=name, logged_at=entry.logged_at, known=tuple(sorted(known))))
    places = {digest(_plan(entry)): entry.index for entry in logged}
    everything = tuple(sorted({run.run_id for _, run in runs}))
    for plan in project.store.plans():
        name = digest(plan)
        if name not in plans:
            plans[name] = plan
            entries.append(PlanEntry(plan=name, logged_at=at, known=everything))
    latest = {(run.run_id, run.slot, run.subject): run for _, run in runs}
    return PlanRegister(tuple(plans.values()), tuple(entries), tuple(latest.values()), places)


def sealed_framework(project: Project, *, name: str) -> Framework | None:
    """Return the framework with digest `name` as the ledger keeps it, None if it does not.

    Raises:
        InputError: the ledger can not be read.
    """
    with _reading(project) as ledger:
        for entry in [] if ledger is None else ledger.entries_of(FRAMEWORK_ENTRY):
            if digest_bytes(entry.payload) != name:
                continue
            try:
                found = Framework.parse(entry.payload)
            except InputError:
                return None  # of a Tierlock that writes frameworks otherwise
            return found if digest(found) == name else None
    return None


@contextmanager
def _reading(project: Project) -> Iterator[Ledger | None]:
    """The project's ledger, or None where none was begun."""
    try:
        ledger = open_ledger(project.ledger)
    except InputError as error:
        if error.code != "input.not-found":
            raise
        yield None
        return
    with ledger:
        yield ledger


def _plan(entry: Entry) -> Plan:
    try:
        return Plan.parse(entry.payload)
    except InputError:
        raise _no_record(entry) from None


def _run(entry: Entry) -> RegisteredRun:
    try:
        return RegisteredRun.parse(entry.payload)
    except InputError:
        raise _no_record(entry) from None


def _no_record(entry: Entry) -> IntegrityError:
    return IntegrityError(
        "ledger.damaged",
        f"entry {entry.index} is no {entry.media_type}",
        hint="it was written by something else, or by a later version of Tierlock",
    )
