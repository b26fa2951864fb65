"""Where the engine and the reference engine differ, as lines that a person can read."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reference.judgement import Answer, Judgement
from tierlock.core import Decision, Determination


def compare_determinations(determination: Determination, judgement: Judgement) -> list[str]:
    """Return every difference; empty where the two engines agree."""
    return list(_determination(determination, judgement))


def _determination(determination: Determination, judgement: Judgement) -> Iterator[str]:
    for found in determination.thresholds:
        line = judgement.lines[found.threshold]
        pairs: tuple[tuple[str, object, object], ...] = (
            ("outcome", found.outcome, line.outcome),
            ("tree outcome", found.tree_outcome, line.tree),
            ("complete", found.complete, line.complete),
            ("missing", found.missing, line.missing),
            ("contradiction", found.contradiction, line.contradiction),
        )
        for what, engine, reference in pairs:
            if engine != reference:
                yield f"{found.threshold}: {what} is {engine}, reference says {reference}"
    findings = {
        finding.path: finding
        for finding in (*determination.findings, *determination.safeguard_findings)
    }
    if findings.keys() != judgement.leaves.keys():
        yield f"paths differ: {sorted(findings.keys() ^ judgement.leaves.keys())}"
        return
    for path, leaf in judgement.leaves.items():
        ours, codes = findings[path], [reason.code for reason in findings[path].reasons]
        if ours.outcome != leaf.outcome or ours.owes != leaf.owes:
            yield (
                f"{path}: {ours.outcome} (owes {ours.owes}) because {codes}, reference says "
                f"{leaf.outcome} (owes {leaf.owes}) because {sorted(leaf.codes)}"
            )
    tests = {path: step.outcome for path, step in determination.safeguard_traces.items()}
    adjusted = {name: step.outcome for name, step in determination.adjustment_traces.items()}
    wholes: tuple[tuple[str, object, object], ...] = (
        ("scope", determination.scope_outcome, judgement.scope),
        ("safeguard tests", tests, judgement.safeguards),
        ("adjustments", adjusted, judgement.adjustments),
        ("owed", {owed.standard for owed in determination.owed}, set(judgement.owed)),
        ("holds", set(determination.holds), set(judgement.holds)),
        ("label", determination.label, judgement.label),
        ("label if settled", determination.label_if_settled, judgement.label_if_settled),
        ("union bound", round(determination.union_bound, 9), round(judgement.union_bound, 9)),
        ("expiry", determination.expires_at, judgement.expires_at),
        ("soft lapse", bool(determination.soft_lapses), judgement.soft_lapse),
    )
    for what, engine, reference in wholes:
        if engine != reference:
            yield f"{what}: {engine}, reference says {reference}"


def compare_decisions(decision: Decision, answer: Answer) -> list[str]:
    """Return every difference; which of a claim's several defects is named is left open."""
    found = []
    if decision.verdict != answer.verdict:
        found.append(f"verdict {decision.verdict}, reference says {answer.verdict}")
    ours = {(reason.code, str(reason.verdict)) for reason in decision.reasons}
    theirs = {(code, verdict) for code, _, verdict in answer.reasons}
    if _coarse(ours) != _coarse(theirs):
        found.append(f"reasons {sorted(ours)}, reference says {sorted(theirs)}")
    unknown = {one for one in ours - theirs if one[0] != "claim.paths"}
    if unknown:
        found.append(f"reasons {sorted(unknown)}, which the reference does not know")
    conditions = {condition.code for condition in decision.conditions}
    if conditions != answer.conditions:
        found.append(f"conditions {sorted(conditions)}, reference says {sorted(answer.conditions)}")
    if decision.expires_at != answer.expires_at:
        found.append(f"expiry {decision.expires_at}, reference says {answer.expires_at}")
    return found


def _coarse(reasons: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """One code for every way in which claims or approvals fail to be enough."""
    return {
        (
            code.split(".")[0]
            if verdict == "HOLD" and code.startswith(("claim.", "approval."))
            else code,
            verdict,
        )
        for code, verdict in reasons
    }
