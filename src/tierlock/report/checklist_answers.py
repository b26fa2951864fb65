"""What a report holds of each item that can be answered from computed values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tierlock.core import Finding, Outcome
from tierlock.report import checklist_safeguards
from tierlock.report.board import asked_roles, signed_roles
from tierlock.report.checklist import Found, Item, Presence
from tierlock.report.checklist_safeguards import named, share
from tierlock.report.documents import ReportValues
from tierlock.report.lines import trace_paths
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean
from tierlock.report.seen import elicitations
from tierlock.report.wording import day


def computed_for(item: Item, *, values: ReportValues) -> Found | None:
    """Return what the values hold of an item; None where only people can write it."""
    stated = _stated(item, values)
    if item.answer == "claimed":
        return stated
    if item.answer:
        found = ANSWERS[item.answer](values)
        # A stated criterion is what people were to say; it takes the place of their words.
        return found if stated is None or found.presence == "missing" else _worse(found, stated)
    return stated


def _worse(one: Found, other: Found) -> Found:
    order: tuple[Presence, ...] = ("missing", "partly", "not needed", "present")
    return min((one, other), key=lambda found: order.index(found.presence))


def _stated(item: Item, values: ReportValues) -> Found | None:
    """What attestations or claims say on the criteria that are this item."""
    found = [state for name in item.criteria if (state := _criterion(name, values)) is not None]
    return found[0] if found else None


def _criterion(name: str, values: ReportValues) -> Found | None:
    if ":" in name:
        views = [view for view in values.safeguards.safeguards if view.path == name]
        if not views:
            return None
        view = views[0]
        if view.state == "met":
            until = f" until {day(view.until)}" if view.until else ""
            return Found(presence="present", says=f"claimed met{until}", where="safeguards")
        return Found(presence="missing", says=f"`{clean(name)}` is {view.state}")
    paths = [
        finding
        for finding in values.report.determination.findings
        if finding.kind == "attested" and finding.path.rpartition(":")[2] == name
    ]
    if not paths:
        return None
    shown = [finding for finding in paths if finding.outcome is Outcome.RULED_OUT]
    text = f"attested for {len(shown)} of {count_of(len(paths), one='threshold')}"
    return Found(presence=share(len(shown), of=len(paths)), says=text, where="thresholds")


def _findings(values: ReportValues) -> Found:
    thresholds = values.report.determination.thresholds
    if not thresholds:
        return Found(presence="missing", says="the framework names no threshold")
    settled = sum(one.outcome is not Outcome.UNDETERMINED for one in thresholds)
    says = f"{count_of(len(thresholds), one='threshold')}, {settled} of them settled"
    return Found(presence="present", says=says, where="thresholds")


def _procedures(values: ReportValues) -> Found:
    evidence = values.report.evidence
    if not evidence:
        return Found(presence="missing", says="no evaluation was imported")
    bare = [one.source.file for one in evidence if not one.configuration]
    says = f"{count_of(len(evidence), one='run')} with tool, task, settings and scoring method"
    if bare:
        says = f"the logs of {named(bare)} state no settings"
    return Found(
        presence=share(len(evidence) - len(bare), of=len(evidence)),
        says=says,
        where="configurations",
    )


def _evaluations(values: ReportValues) -> Found:
    determination = values.report.determination
    without = []
    for threshold in determination.thresholds:
        paths = set(trace_paths(threshold.trace))
        own = [one for one in determination.findings if one.path in paths]
        if not any(map(_rests, own)) and not threshold.changed_by:
            without.append(threshold.threshold)
    total = len(determination.thresholds)
    says = f"all {count_of(total, one='threshold')} rest on evidence or follow from one that does"
    if without:
        says = f"no evidence for {named(without)}"
    return Found(presence=share(total - len(without), of=total), says=says, where="thresholds")


def _rests(finding: Finding) -> bool:
    """Whether something was measured, or somebody answers for it."""
    stated = finding.decided_by in {"attestation", "fact", "inheritance"}
    return stated or bool(finding.evidence) or finding.estimate is not None


def _elicitation(values: ReportValues) -> Found:
    found = [one for one in values.report.determination.findings if one.estimate is not None]
    if not found:
        return Found(presence="missing", says="nothing was measured")
    most = max(map(elicitations, found))
    says = f"at most {count_of(most, one='elicitation')} of one criterion measured"
    return Found(presence="present", says=says, where="configurations")


def _case(values: ReportValues) -> Found:
    thresholds = values.report.determination.thresholds
    held = [one.threshold for one in thresholds if one.outcome is not Outcome.RULED_OUT]
    if held:
        says = f"the showing can not be made for {named(held)}"
        return Found(
            presence=share(len(thresholds) - len(held), of=len(thresholds)),
            says=says,
            where="thresholds",
        )
    says = "every threshold is ruled out, with its distance from the bound"
    return Found(presence="present" if thresholds else "missing", says=says, where="thresholds")


def _cyber(values: ReportValues) -> Found:
    framework, determination = values.report.framework, values.report.determination
    slots = {
        n for n, slot in framework.evaluations.items() if "cyber" in (slot.domain or "").lower()
    }
    own = [one for one in determination.findings if one.slot in slots and one.evidence]
    if own:
        return Found(
            presence="present",
            says=f"measured by {named(one.path for one in own)}",
            where="thresholds",
        )
    return Found(presence="missing", says="no evidence on cyber operations")


def _recommendation(values: ReportValues) -> Found:
    decision = values.report.decision
    if decision is None:
        return Found(presence="missing", says="no action was asked about")
    return Found(
        presence="present", says=f"the gate's answer: {decision.verdict.value}", where="gate"
    )


def _decision(values: ReportValues) -> Found:
    asked, signed = asked_roles(values.report), signed_roles(values.report)
    if not asked:
        if signed:
            return Found(
                presence="present", says=f"signed by {named(sorted(signed))}", where="signatures"
            )
        return Found(
            presence="missing", says="nobody signed, and the framework names nobody who must"
        )
    lacking = [role for role in asked if role not in signed]
    reasons = values.report.decision.reasons if values.report.decision is not None else ()
    if any(reason.code.startswith("approval.") for reason in reasons):
        says = "the gate finds the sign-offs incomplete"
        return Found(presence=share(min(len(signed), 1), of=2), says=says, where="signatures")
    says = f"not signed by {named(lacking)}" if lacking else f"signed by {named(asked)}"
    return Found(
        presence=share(len(asked) - len(lacking), of=len(asked)), says=says, where="signatures"
    )


def _scope(values: ReportValues) -> Found:
    return Found(
        presence="partly",
        says=f"one subject, {clean(values.report.subject.name)}",
        where="provenance",
    )


def _coverage(values: ReportValues) -> Found:
    return Found(presence="present", says=day(values.report.at), where="provenance")


def _lines(values: ReportValues) -> Found:
    lines = values.report.framework.thresholds
    bare = [name for name, one in lines.items() if not one.about.actor]
    says = f"actor, task and harm of {len(lines) - len(bare)} of {count_of(len(lines), one='line')}"
    return Found(presence="partly" if bare else "present", says=says, where="threats")


def _changes(values: ReportValues) -> Found:
    if values.previous is None:
        return Found(presence="missing", says="no earlier determination is on record")
    says = f"compared with the determination of {day(values.previous.determined_at)}"
    return Found(presence="present", says=says, where="previous")


def _redactions(_: ReportValues) -> Found:
    return Found(presence="present", says="nothing is redacted", where="redactions")


ANSWERS: Final[dict[str, Callable[[ReportValues], Found]]] = {
    "findings": _findings,
    "procedures": _procedures,
    "evaluations": _evaluations,
    "elicitation": _elicitation,
    "case": _case,
    "cyber": _cyber,
    "recommendation": _recommendation,
    "decision": _decision,
    "each": checklist_safeguards.each,
    "implementation": checklist_safeguards.implementation,
    "proof": checklist_safeguards.proof,
    "satisfied": checklist_safeguards.satisfied,
    "standards": checklist_safeguards.standards,
    "paths": checklist_safeguards.paths,
    "trusted": checklist_safeguards.trusted,
    "interim": checklist_safeguards.interim,
    "scope": _scope,
    "coverage": _coverage,
    "lines": _lines,
    "changes": _changes,
    "redactions": _redactions,
}
"""Name in the checklists -> the function that answers it."""
