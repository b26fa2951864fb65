"""What a determination lists beside its outcomes: runs, omissions, unused evidence, expiry."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from tierlock.core import (
    Finding,
    Framework,
    Measured,
    Omission,
    Outcome,
    RegisteredRun,
    SubjectRef,
    leaves,
)
from tierlock.policy.case import Case
from tierlock.policy.inheritance import usable_parent
from tierlock.policy.slots import in_order, is_own, planned_runs
from tierlock.policy.staleness import runs_expire_at


def union_bound(framework: Framework) -> float:
    """Sum of the alphas of all thresholds that a measurement can decide."""
    measured = (name for name in framework.thresholds if framework.slots_of(name))
    return min(1.0, math.fsum(framework.alpha_rule_out(name) for name in measured))


def _asked_slots(framework: Framework) -> tuple[set[str], set[str]]:
    """Slots that thresholds ask for, and slots that safeguard tests ask for."""
    asked = {slot for name in framework.thresholds for slot in framework.slots_of(name)}
    if framework.scope is not None:
        scope = leaves(framework.scope.in_scope_if)
        asked |= {leaf.evaluation for leaf in scope if isinstance(leaf, Measured)}
    tested = {
        leaf.evaluation
        for _, _, node in framework.safeguard_tests()
        for leaf in leaves(node)
        if isinstance(leaf, Measured)
    }
    return asked, tested


def asked_runs(case: Case) -> tuple[RegisteredRun, ...]:
    """Registered runs of this subject in slots that a criterion asks for."""
    asked, tested = _asked_slots(case.framework)

    def own(run: RegisteredRun, *, safeguard: bool) -> bool:
        return is_own(run.subject, parts=run.parts, subject=case.subject, safeguard=safeguard)

    return tuple(
        run
        for run in case.register.runs
        if (run.slot in asked and own(run, safeguard=False))
        or (run.slot in tested and own(run, safeguard=True))
    )


def evidence_from(case: Case, *, asked: tuple[RegisteredRun, ...]) -> datetime:
    """Return when the oldest planned run started on which a finding can rest.

    An incident after that instant makes the determination stale (spec/gate.md G-11). It counts
    registered runs, so that deleting evidence can not move it later, and planned ones, so that one
    more run beside the old ones can not either.
    """
    planned = (
        run.started_at
        for slot in case.plan.slots
        for run in planned_runs(
            slot.slot,
            plan=case.plan,
            register=case.register,
            runs=in_order(r for r in asked if r.slot == slot.slot),
        )
    )
    return min(planned, default=case.at)


def expires_at(
    case: Case, *, asked: tuple[RegisteredRun, ...], findings: Iterable[Finding]
) -> datetime | None:
    """Return the earliest instant at which something the determination rests on lapses (X-5)."""
    ends = [runs_expire_at(asked, framework=case.framework, at=case.at)]
    ends += [finding.expires_at for finding in findings if finding.outcome is Outcome.RULED_OUT]
    parent = usable_parent(case)
    if any(slot.source == "inherited" for slot in case.plan.slots) and parent is not None:
        ends.append(parent.expires_at)
    return min((end for end in ends if end is not None), default=None)


def subject_ref(case: Case) -> SubjectRef:
    """The subject as judged; its binding is the weakest among its evidence."""
    order = ("declared", "signed", "measured")
    bindings = [
        item.subject.binding for item in case.evidence if case.subject.answers_to(item.subject.name)
    ]
    return SubjectRef(
        name=case.subject.name,
        parts=case.subject.parts,
        effective_compute=case.subject.effective_compute,
        binding=min(bindings, key=order.index, default="declared"),
    )


def omissions_of(findings: Iterable[Finding]) -> tuple[Omission, ...]:
    """Everything that a finding lacks, owed things first."""
    found = {
        (reason.code, reason.says): Omission(
            what=finding.slot or finding.path,
            code=reason.code,
            says=reason.says,
            owed=finding.owes and reason.code.startswith(("slot.run", "plan.")),
        )
        for finding in findings
        for reason in finding.reasons
        if finding.decided_by == "omission" or finding.owes
    }
    return tuple(sorted(found.values(), key=lambda o: (not o.owed, o.what, o.code, o.says)))


def unused_evidence(case: Case) -> tuple[Omission, ...]:
    """Evidence that no criterion used, with the reason (V-6)."""
    parent = case.subject.lineage.parent if case.subject.lineage else None
    evaluations = case.framework.evaluations
    asked, _ = _asked_slots(case.framework)
    tasks = {task for e in evaluations.values() for task in e.tasks}
    capability_tasks = {
        task for slot in asked & set(evaluations) for task in evaluations[slot].tasks
    }
    unused = []
    for item in case.evidence:
        name, parts = item.subject.name, item.subject.parts
        if name == parent and case.parent is not None:
            continue
        if not case.subject.answers_to(name):
            code, says = "evidence.other-subject", f"it is about `{name}`"
        elif not is_own(name, parts=parts, subject=case.subject, safeguard=False):
            code, says = "evidence.other-weights", "it was measured on other weights"
        elif item.evaluation not in tasks:
            code, says = "evidence.no-slot", f"no criterion asks for `{item.evaluation}`"
        elif item.evaluation not in capability_tasks and not is_own(
            name, parts=parts, subject=case.subject, safeguard=True
        ):
            code, says = "evidence.other-safeguards", "it was measured with other safeguards"
        else:
            continue
        unused.append(Omission(what=item.run_id, code=code, says=says))
    return tuple(unused)
