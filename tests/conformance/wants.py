"""What a conformance case expects, and whether an engine gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.conformance.expand import CaseError, Inputs, Json, instant
from tests.reference.judgement import Answer, Judgement
from tierlock.core import Decision, Determination, Outcome

ENGINE_ONLY = {
    "codes": "reason codes of findings, all of those named",
    "absent_codes": "reason codes that a finding must not have",
    "decided_by": "what findings rest on",
    "omissions": "codes of all owed omissions",
    "unused": "codes of all unused evidence",
    "outside_guarantee": "paths outside the error guarantee",
    "plan_declared": "when the plan was declared",
    "evidence_digests": "digest per run",
    "counts": "sample accounting per finding",
    "units": "independent units per finding",
    "p": "rule-out p-value per finding, to six digits",
    "methods": "method per finding",
    "as_published": "the literal comparison per finding",
    "binding": "how the evidence is bound to the subject",
    "noncompliance": "number of entries that must be recorded",
    "instructs": "what the framework orders",
}
BOTH = {
    "thresholds", "tree", "findings", "complete", "missing", "contradictions", "owed", "holds",
    "label", "label_if_settled", "union_bound", "expires_at", "soft_lapses", "verdict", "reasons",
    "denies", "conditions", "permission_until", "scope",
}  # fmt: skip
GATE = {
    "verdict", "reasons", "denies", "conditions", "permission_until", "noncompliance", "instructs",
}  # fmt: skip


def check_want(want: Any) -> None:
    """Refuse a case that expects nothing or something unknown.

    Raises:
        CaseError: it does.
    """
    if not isinstance(want, dict) or not want:
        raise CaseError("a case that expects nothing can not fail")
    unknown = want.keys() - BOTH - ENGINE_ONLY.keys()
    if unknown:
        raise CaseError(f"unknown expectations {sorted(unknown)}")
    empty = [key for key, value in want.items() if value == {}]
    if empty:
        raise CaseError(f"expectations {empty} expect nothing")


def _outcomes(value: Json) -> dict[str, Outcome]:
    return {key: Outcome(one) for key, one in value.items()}


def of_reference(judgement: Judgement, answer: Answer | None, want: Json) -> Json:
    """Return what the reference engine says to every expectation that it understands."""
    lines = judgement.lines
    said: dict[str, Callable[[], Any]] = {
        "thresholds": lambda: {name: lines[name].outcome for name in want["thresholds"]},
        "tree": lambda: {name: lines[name].tree for name in want["tree"]},
        "findings": lambda: {path: judgement.leaves[path].outcome for path in want["findings"]},
        "complete": lambda: {name: lines[name].complete for name in want["complete"]},
        "missing": lambda: {name: lines[name].missing for name in want["missing"]},
        "contradictions": lambda: {name for name, line in lines.items() if line.contradiction},
        "owed": lambda: set(judgement.owed),
        "holds": lambda: set(judgement.holds),
        "label": lambda: judgement.label,
        "label_if_settled": lambda: judgement.label_if_settled,
        "union_bound": lambda: round(judgement.union_bound, 9),
        "expires_at": lambda: judgement.expires_at,
        "soft_lapses": lambda: judgement.soft_lapse,
        "scope": lambda: judgement.scope,
    }
    if answer is not None:
        said |= {
            "verdict": lambda: answer.verdict,
            "reasons": lambda: set(answer.codes),
            "denies": lambda: {code for code, _, verdict in answer.reasons if verdict == "DENY"},
            "conditions": lambda: set(answer.conditions),
            "permission_until": lambda: answer.expires_at,
        }
    return {key: said[key]() for key in want if key in said}


def of_engine(
    inputs: Inputs, determination: Determination, decision: Decision | None, want: Json
) -> Json:
    """Return what the engine says to every expectation."""
    said = dict(_of_determination(determination, want))
    if "evidence_digests" in want:
        said["evidence_digests"] = {run.run_id: run.digest for run in inputs.evidence}
    if decision is not None:
        said |= {
            "verdict": decision.verdict.value,
            "reasons": {reason.code for reason in decision.reasons},
            "denies": {one.code for one in decision.reasons if one.verdict == "DENY"},
            "conditions": {condition.code for condition in decision.conditions},
            "permission_until": decision.expires_at,
            "noncompliance": len(decision.noncompliance),
            "instructs": set(decision.instructs),
        }
    return {key: value for key, value in said.items() if key in want}


def _of_determination(determination: Determination, want: Json) -> Iterator[tuple[str, Any]]:
    lines = {found.threshold: found for found in determination.thresholds}
    for key, attribute in (
        ("thresholds", "outcome"), ("tree", "tree_outcome"), ("complete", "complete"),
        ("missing", "missing"),
    ):  # fmt: skip
        yield key, {name: getattr(lines[name], attribute) for name in want.get(key, {})}
    for key in ("findings", "codes", "absent_codes", "decided_by", "counts", "units", "p"):
        yield key, {path: _finding(determination, path, key, want) for path in want.get(key, {})}
    for key in ("methods", "as_published"):
        yield key, {path: _finding(determination, path, key, want) for path in want.get(key, {})}
    yield "contradictions", {name for name, found in lines.items() if found.contradiction}
    yield "owed", {owed.standard for owed in determination.owed}
    yield "holds", set(determination.holds)
    yield "label", determination.label
    yield "label_if_settled", determination.label_if_settled
    yield "union_bound", round(determination.union_bound, 9)
    yield "expires_at", determination.expires_at
    yield "soft_lapses", bool(determination.soft_lapses)
    yield "scope", determination.scope_outcome
    yield "omissions", {one.code for one in determination.omissions if one.owed}
    yield "unused", {one.code for one in determination.unused}
    yield "outside_guarantee", set(determination.outside_guarantee)
    yield "plan_declared", determination.plan_declared
    yield "binding", determination.subject.binding


def _finding(determination: Determination, path: str, key: str, want: Json) -> Any:
    finding = determination.finding(path)
    estimate = finding.estimate
    codes = {reason.code for reason in finding.reasons}
    if key == "findings":
        return finding.outcome
    if key in ("codes", "absent_codes"):
        return codes & set(want[key][path])
    if key in ("decided_by", "as_published"):
        return getattr(finding, key)
    if estimate is None:
        return None
    if key == "counts":
        counts = estimate.counts.model_dump()
        return {name: counts[name] for name in want[key][path]}
    return {
        "units": estimate.units,
        "p": round(estimate.rule_out_p, 6),
        "methods": estimate.method,
    }[key]


def expected(want: Json) -> Json:
    """Return the expectations as the values that engines give."""
    found = {key: value for key, value in want.items() if key != "absent_codes"}
    for key in ("thresholds", "tree", "findings"):
        if key in found:
            found[key] = _outcomes(found[key])
    if "scope" in found:
        found["scope"] = Outcome(found["scope"])
    for key in (
        "contradictions", "owed", "holds", "omissions", "unused", "outside_guarantee", "reasons",
        "denies", "conditions", "instructs",
    ):  # fmt: skip
        if key in found:
            found[key] = set(found[key])
    for key in ("expires_at", "permission_until"):
        if found.get(key) is not None:
            found[key] = instant(found[key])
    if "codes" in found:
        found["codes"] = {path: set(codes) for path, codes in found["codes"].items()}
    if "absent_codes" in want:
        found["absent_codes"] = {path: set() for path in want["absent_codes"]}
    return found
