"""The work order: every way forward, what it settles and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, cast

from tierlock.core import (
    Attested,
    Claim,
    Criterion,
    Decision,
    Determination,
    Fact,
    Finding,
    Framework,
    GateReason,
    Margin,
    Outcome,
    Step,
    ThresholdFinding,
    Undisclosed,
    WorkItem,
    leaves,
)

_HARD: Final = 1e9  # rank of work whose size is unknown; only an order, never shown


_UNLIKELY: Final = 20.0  # penalty of a way that the observed rate speaks against
_SECONDS_EACH: Final = 60.0  # assumed seconds per sample where no cost is known


class _Plan(NamedTuple):
    """A cheapest set of findings to settle, and its rank."""

    rank: float
    paths: tuple[str, ...]


def work_order(
    framework: Framework,
    *,
    determination: Determination,
    decision: Decision | None,
    margins: Mapping[str, Margin],
    claims: Sequence[Claim] = (),
) -> tuple[WorkItem, ...]:
    """Return the work that would open what is closed, cheapest first.

    With a decision, only what keeps it from ALLOW; otherwise everything that would settle the
    undetermined thresholds. Items with the same `group` are alternatives or parts of one way.
    """
    items: list[WorkItem] = []
    for found in _thresholds_to_settle(framework, determination, decision):
        items += _rule_out(found, framework, determination, margins)
    owners = {claim.criterion: claim.owner for claim in claims}
    tested = {finding.path: finding for finding in determination.safeguard_findings}
    for reason in decision.reasons if decision is not None else ():
        items += _for_reason(reason, framework, owners, tested, margins)
    distinct = list(dict.fromkeys(items))
    return tuple(sorted(distinct, key=_rank))


def _rank(item: WorkItem) -> tuple[float, str, str]:
    effort = item.likely_samples if item.likely_samples is not None else item.samples
    rank = item.seconds if item.seconds is not None else effort
    order = 0.0 if item.kind in ("declare", "sign", "review") else _HARD
    return (float(rank) if rank is not None else order, item.kind, item.settles)


def _thresholds_to_settle(
    framework: Framework, determination: Determination, decision: Decision | None
) -> list[ThresholdFinding]:
    """Undetermined thresholds whose rule-out would remove a reason (without a decision: all).

    One that implies another undetermined threshold is settled with that one, and left out.
    """
    unsettled = [t for t in determination.thresholds if t.outcome is Outcome.UNDETERMINED]
    names = {t.threshold for t in unsettled}
    unsettled = [
        t
        for t in unsettled
        if not t.complete or not names & set(framework.thresholds[t.threshold].implies)
    ]
    if decision is None:
        return unsettled
    blocked = {reason.about.partition(":")[0] for reason in decision.reasons}
    owed = {
        name
        for item in determination.owed
        if item.because != "baseline" and item.standard in blocked
        for name in item.thresholds
    }
    return [t for t in unsettled if t.threshold in owed or t.threshold in blocked]


def _rule_out(
    found: ThresholdFinding,
    framework: Framework,
    determination: Determination,
    margins: Mapping[str, Margin],
) -> list[WorkItem]:
    if found.changed_by == "implied_above":
        source = [
            name
            for name, threshold in framework.thresholds.items()
            if found.threshold in threshold.implies
        ]
        says = f"settle {', '.join(source)}, whose crossing would cross {found.threshold}"
        return [WorkItem(do=says, settles=found.threshold, kind="resolve", group=found.threshold)]
    plan = _cheapest(found.trace, margins)
    criteria = {
        f"{found.threshold}:{leaf.name}": leaf
        for leaf in leaves(framework.thresholds[found.threshold].crossed_if)
    }
    return [
        _settling(
            determination.finding(path),
            criteria[path],
            framework,
            margins.get(path),
            found.threshold,
        )
        for path in plan.paths
    ]


def _cheapest(step: Step, margins: Mapping[str, Margin]) -> _Plan:
    """The cheapest leaves whose rule-out would rule the step out (M-k+1 of the children).

    What is REACHED is no way: work rules out what is open. A step that is not REACHED has at
    least M-k+1 children that are not.
    """
    if step.outcome is Outcome.RULED_OUT:
        return _Plan(0.0, ())
    if step.finding is not None:
        return _Plan(_leaf_rank(margins.get(step.finding)), (step.finding,))
    open_steps = [child for child in step.steps if child.outcome is not Outcome.REACHED]
    plans = sorted(_cheapest(child, margins) for child in open_steps)
    chosen = plans[: len(step.steps) - cast("int", step.k) + 1]  # every connective has its k
    return _Plan(
        sum(plan.rank for plan in chosen),
        tuple(path for plan in chosen for path in plan.paths),
    )


def _leaf_rank(margin: Margin | None) -> float:
    if margin is None:
        return 1.0  # an attestation or a fact: a person, not a machine
    if margin.samples is None and margin.likely_samples is None:
        return _HARD
    # Where even the likely size is unknown, the observed rate speaks against settling this way.
    doubt = 1.0 if margin.likely_samples is not None else _UNLIKELY
    if margin.seconds is not None:
        return doubt * margin.seconds
    return doubt * _SECONDS_EACH * float(margin.likely_samples or margin.samples or 0)


def _settling(
    finding: Finding,
    criterion: Criterion,
    framework: Framework,
    margin: Margin | None,
    group: str,
) -> WorkItem:
    if isinstance(criterion, Attested):
        do = f"have {criterion.by} attest: not so that {criterion.says}"
        return WorkItem(do=do, settles=finding.path, kind="attest", owner=criterion.by, group=group)
    if isinstance(criterion, Fact):
        do = f"declare fact `{criterion.fact}` of the subject"
        return WorkItem(do=do, settles=finding.path, kind="declare", group=group)
    if isinstance(criterion, Undisclosed):
        do = f"have the publisher disclose the bound of `{criterion.name}`"
        return WorkItem(do=do, settles=finding.path, kind="declare", group=group)
    return _evaluate(finding, framework, margin, group)


def _evaluate(
    finding: Finding, framework: Framework, margin: Margin | None, group: str
) -> WorkItem:
    evaluation = framework.evaluations[finding.slot or ""]
    owed = [reason for reason in finding.reasons if reason.code.startswith(("slot.run", "plan."))]
    lapsed = [r for r in finding.reasons if r.code in ("evidence.expired", "evidence.stale")]
    task = evaluation.tasks[0]
    if lapsed and not owed:
        # The margin is that of samples which count no more: it says nothing about the next run.
        margin = None
        do = f"run {evaluation.title} again (`{task}`): {lapsed[0].says}"
    elif owed:
        do = f"supply what {evaluation.title} owes: {owed[0].says}"
    elif finding.estimate is None:
        do = f"run {evaluation.title} (`{task}`)"
    elif finding.decided_by == "inheritance":
        do = f"measure {evaluation.title} for itself instead of inheriting it"
    else:
        do = f"run more samples of {evaluation.title} (`{task}`)"
    return WorkItem(
        do=do,
        settles=finding.path,
        kind="evaluate",
        samples=margin.samples if margin else None,
        likely_samples=margin.likely_samples if margin else None,
        seconds=margin.seconds if margin else None,
        usd=margin.usd if margin else None,
        group=group,
    )


def _for_reason(
    reason: GateReason,
    framework: Framework,
    owners: Mapping[str, str],
    tested: Mapping[str, Finding],
    margins: Mapping[str, Margin],
) -> list[WorkItem]:
    """What to do about one reason of the gate, besides ruling a threshold out."""
    about, code = reason.about, reason.code
    standard, _, name = about.partition(":")
    if standard in framework.standards and name:
        return _for_criterion(reason, framework, owners, tested, margins)
    if code == "interpretation.open":
        by = framework.interpretations[about].by
        do = f"choose a reading of {about}: {framework.interpretations[about].says}"
        return [WorkItem(do=do, settles=about, kind="sign", owner=", ".join(by))]
    if code.startswith(("approval.", "ruling.")):
        return [WorkItem(do=f"sign: {reason.says}", settles=about, kind="sign", owner=about)]
    if code in ("negatives.not-current", "determination.stale", "determination.other-subject"):
        return [WorkItem(do=f"assess again: {reason.says}", settles=about, kind="review")]
    if code in ("threshold.held", "standard.undefined"):
        return []  # only ruling the threshold out helps, and that is listed
    return [WorkItem(do=f"resolve: {reason.says}", settles=about, kind="resolve")]


def _for_criterion(
    reason: GateReason,
    framework: Framework,
    owners: Mapping[str, str],
    tested: Mapping[str, Finding],
    margins: Mapping[str, Margin],
) -> list[WorkItem]:
    about = reason.about
    standard, _, name = about.partition(":")
    criterion = framework.standards[standard].criteria[name]
    if reason.code == "safeguard.undetermined":
        under = [finding for path, finding in tested.items() if path.startswith(f"{about}/")]
        return [
            _evaluate(finding, framework, margins.get(finding.path), standard)
            for finding in under
            if finding.slot is not None and finding.outcome is Outcome.UNDETERMINED
        ]
    verb = "repair and re-test" if reason.verdict == "DENY" else "put in place and claim"
    return [
        WorkItem(
            do=f"{verb} {about}: {criterion.says}",
            settles=about,
            kind="safeguard",
            effort=criterion.typical_cost,
            owner=owners.get(about, ""),
            group=standard,
        )
    ]
