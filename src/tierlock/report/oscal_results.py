"""Findings about safeguards as OSCAL assessment results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tierlock.core import Outcome, determination_id, digest, format_instant, leaves
from tierlock.report.lines import criterion_line
from tierlock.report.oscal_parts import (
    Json,
    about_subject,
    identifier,
    key_of,
    prop,
    props,
    reference,
)
from tierlock.report.safeguards_values import SafeguardsReport, SafeguardView
from tierlock.report.sanitize import clean

_METHODS: Final = {"measured": "TEST", "audit": "EXAMINE", "document": "EXAMINE"}
_OUTCOMES: Final = {
    Outcome.RULED_OUT: "ruled out",
    Outcome.UNDETERMINED: "undetermined",
    Outcome.REACHED: "reached",
}


def assessment_results(report: SafeguardsReport, *, ids: Mapping[str, str]) -> Json:
    """Return a finding per owed criterion, with evidence and tests as observations."""
    observations: list[Json] = []
    findings = [_finding(view, report, ids, observations) for view in report.safeguards]
    result: Json = {
        "uuid": identifier(key_of(report, "result")),
        "title": f"Safeguards of {clean(report.subject.name)}",
        "description": "How each owed criterion stands; satisfied only where the gate says met.",
        "start": format_instant(report.at),
        "end": format_instant(report.at),
        "props": props(
            determination=determination_id(report.determination),
            label=report.determination.label,
            framework=digest(report.framework),
        ),
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": ids[view.path]} for view in report.safeguards]}
                if report.safeguards
                else {"include-all": {}}
            ]
        },
        **({"observations": observations} if observations else {}),
        **({"findings": findings} if findings else {}),
    }
    plan = identifier(key_of(report, "plan"))
    body: Json = {
        "import-ap": {"href": f"#{plan}", "remarks": "Tierlock's plan; it has no OSCAL form."},
        "results": [result],
        "back-matter": {
            "resources": [
                {
                    "uuid": plan,
                    "title": "evaluation plan",
                    "props": props(digest=report.determination.plan),
                }
            ]
        },
    }
    title = f"Assessment of the safeguards of {clean(report.subject.name)}"
    return about_subject(report, kind="assessment-results", body=body, title=title)


def _finding(
    view: SafeguardView,
    report: SafeguardsReport,
    ids: Mapping[str, str],
    observations: list[Json],
) -> Json:
    seen = [*_claim_observations(view, report), *_test_observations(view, report)]
    observations += seen
    says = "; ".join(clean(reason.says) for reason in (*view.reasons, *view.conditions))
    met = view.state == "met"
    return {
        "uuid": identifier(key_of(report, "finding", view.path)),
        "title": clean(view.path),
        "description": clean(view.criterion.says),
        "props": props(state=view.state, codes=", ".join(one.code for one in view.reasons)),
        "target": {
            "type": "statement-id",
            "target-id": f"{ids[view.path]}_smt",
            "status": {
                "state": "satisfied" if met else "not-satisfied",
                "reason": "pass" if met else "fail" if view.state == "failed" else "other",
                "remarks": f"{view.state}: {says}" if says else view.state,
            },
        },
        **(
            {"related-observations": [{"observation-uuid": one["uuid"]} for one in seen]}
            if seen
            else {}
        ),
    }


def _claim_observations(view: SafeguardView, report: SafeguardsReport) -> Iterable[Json]:
    for claim in view.claims:
        for number, proof in enumerate(claim.evidence):
            evidence: Json = {
                "description": clean(proof.says),
                "props": props(
                    kind=proof.kind,
                    by=proof.by,
                    access=proof.access or "",
                    independence=proof.independence,
                    digest=proof.digest or "",
                ),
            }
            key = key_of(report, "evidence", view.path, digest(claim), str(number))
            yield {
                "uuid": identifier(key),
                "description": f"evidence of kind {proof.kind} behind a claim",
                "methods": [_METHODS.get(proof.kind, "INTERVIEW")],
                "types": ["control-objective"],
                "relevant-evidence": [evidence],
                "collected": format_instant(proof.produced_at),
            }


def _test_observations(view: SafeguardView, report: SafeguardsReport) -> Iterable[Json]:
    tree = view.criterion.falls_short_if
    criteria = {leaf.name: leaf for leaf in leaves(tree)} if tree is not None else {}
    for finding in report.determination.safeguard_findings:
        if not finding.path.startswith(f"{view.path}/"):
            continue
        line = criterion_line(
            finding,
            criterion=criteria.get(finding.path.rpartition("/")[2]),
            framework=report.framework,
            explanation=report.explanation,
        )
        words = [line.title, line.seen or "not measured", line.margin]
        evidence = [reference(one) for one in finding.evidence]
        yield {
            "uuid": identifier(key_of(report, "test", finding.path)),
            "description": clean(", ".join(word for word in words if word)),
            "props": [
                prop("outcome", value=f"falls short: {_OUTCOMES[finding.outcome]}"),
                *props(bounds=line.bounds, basis=line.basis, slot=finding.slot or ""),
            ],
            "methods": ["TEST"],
            "types": ["control-objective"],
            **({"relevant-evidence": evidence} if evidence else {}),
            "collected": format_instant(report.at),
        }
