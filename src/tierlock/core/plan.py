"""The plan and the run register: which runs count, declared before looking."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tierlock.core.instants import Instant
from tierlock.core.record import Record
from tierlock.core.subject import Digest, Parts

SlotSource = Literal["measured", "inherited"]


class Looks(Record):
    """When a slot is looked at before all of its runs are there (spec/determination.md S-8).

    Attributes:
        kind: the design that keeps the error over all looks: `group_sequential` and `e_process` for
            yes-or-no scores, `betting` for scores in between.
        clusters: how many independent clusters there are after each run.
        items: every cluster that may be run, in ascending order: ids of samples, or the labels that
            `cluster_by` names. Which of them a run holds is drawn from this list.
        planned: the true value that the plan counts on, better than the bound.
    """

    kind: Literal["group_sequential", "e_process", "betting"] = "group_sequential"
    clusters: tuple[int, ...] = Field(min_length=1)
    items: tuple[str, ...]
    planned: float | None = None

    @model_validator(mode="after")
    def _rising(self) -> Looks:
        pairs = zip((0, *self.clusters), self.clusters, strict=False)
        if any(later <= earlier for earlier, later in pairs):
            raise ValueError("`clusters` must rise from look to look")
        return self

    @model_validator(mode="after")
    def _items_for_all(self) -> Looks:
        if list(self.items) != sorted(set(self.items)):
            raise ValueError("`items` must be in ascending order, and each there once")
        if len(self.items) < self.clusters[-1]:
            raise ValueError(f"`items` are {len(self.items)}, fewer than the last look needs")
        return self


class PlannedSlot(Record):
    """What the plan promises for one slot (an evaluation of the framework).

    Attributes:
        slot: the evaluation's id in the framework.
        runs: how many registered runs count; further ones are unplanned and only veto.
        source: `measured` here, or `inherited` from the parent by paired non-inferiority.
        limits: kinds of limit that are part of the estimand; any other limit is missing data.
        cluster_by: attribute that names the independent cluster, where the framework names none.
        looks: when the slot may be settled early; one look per run.
    """

    slot: str
    runs: int = Field(default=1, ge=1)
    source: SlotSource = "measured"
    limits: tuple[str, ...] | None = None
    cluster_by: str | None = None
    looks: Looks | None = None

    @model_validator(mode="after")
    def _one_look_per_run(self) -> PlannedSlot:
        if self.looks is not None and len(self.looks.clusters) != self.runs:
            raise ValueError("`runs` and the number of looks must be the same")
        if self.looks is not None and self.source != "measured":
            raise ValueError("looks belong to a slot that is measured")
        return self


class Plan(Record):
    """The declaration of which runs count, for one subject under one framework.

    Attributes:
        framework: digest of the framework.
        subject: name of the subject.
        weights: weights digest the plan is for, where known.
        sealed_at: when the plan was recorded.
        declared: `before` any run started, or `after`; every output prints it.
        slots: the promises, one per slot.
        supersedes: digest of the plan that this one replaces; its runs stay owed.
    """

    framework: Digest
    subject: str
    weights: Digest | None = None
    sealed_at: Instant
    declared: Literal["before", "after"]
    slots: tuple[PlannedSlot, ...] = ()
    supersedes: Digest | None = None

    @model_validator(mode="after")
    def _slots_differ(self) -> Plan:
        names = [slot.slot for slot in self.slots]
        if len(set(names)) != len(names):
            raise ValueError("a slot is planned twice")
        return self

    def slot(self, name: str) -> PlannedSlot | None:
        """Return the promise for slot `name`, or None where the plan is silent."""
        return next((slot for slot in self.slots if slot.slot == name), None)


class RegisteredRun(Record):
    """One run that is known to have started, with or without evidence.

    Attributes:
        run_id: the run's identity.
        slot: the evaluation (by framework id) that it belongs to.
        subject: name of the subject it ran on.
        parts: digests of the subject's parts as they were, where known.
        started_at: when it started; the order in which planned runs count.
        plan: digest of the plan that was active, if any.
        ended: how the run ended, as far as the register knows; an unfinished run is unplanned.
        evidence: digest of its evidence once that was seen; other content later is a conflict.
    """

    run_id: str
    slot: str
    subject: str
    parts: Parts = Parts()
    started_at: Instant
    plan: Digest | None = None
    ended: Literal["success", "cancelled", "error", "started", "unknown"] = "unknown"
    evidence: Digest | None = None


class PlanEntry(Record):
    """Where the ledger shows a plan: it counts from there, whatever it says of itself.

    Attributes:
        plan: digest of the plan.
        logged_at: the time of its entry.
        known: ids of the runs whose entries come before it: they were known when it was promised.
    """

    plan: Digest
    logged_at: Instant
    known: tuple[str, ...] = ()


class RunRegister(Record):
    """Everything known to have been planned and started; what is absent here can not be owed.

    Attributes:
        runs: started runs.
        plans: digests and plans that were sealed, oldest first.
        entries: the entries of plans in the ledger; None where there is no ledger to ask, and then
            plans count from the instant that they state. A plan without an entry counts no run.
        as_of: instant up to which the register is complete.
        assurance: `self-asserted` local record, or `anchored` outside.
    """

    runs: tuple[RegisteredRun, ...] = ()
    plans: tuple[Plan, ...] = ()
    entries: tuple[PlanEntry, ...] | None = None
    as_of: Instant | None = None
    assurance: Literal["self-asserted", "anchored"] = "self-asserted"
