"""Safeguards as OSCAL 1.2 documents: what tools for controls and audits read.

The framework becomes a catalog, what is owed a profile, claims a component definition, findings
assessment results, gaps a plan of action, and the crosswalk a mapping collection. Identifiers are
derived from names, so the same inputs give the same bytes. OSCAL has no three outcomes: a criterion
is `satisfied` only where the gate takes it as met, and the remarks say what the state is.
"""

from __future__ import annotations

from collections.abc import Mapping

from tierlock.core import Claim, Crosswalk, Framework, digest, format_instant
from tierlock.report.gaps_text import gaps_of
from tierlock.report.oscal_mapping import mapping_collection
from tierlock.report.oscal_parts import (
    Json,
    about_subject,
    document,
    identifier,
    key_of,
    props,
    tokens,
)
from tierlock.report.oscal_results import assessment_results
from tierlock.report.safeguards_values import SafeguardsReport, SafeguardView
from tierlock.report.safeguards_words import cost_words
from tierlock.report.sanitize import clean


def oscal_documents(report: SafeguardsReport, *, crosswalk: Crosswalk) -> dict[str, Json]:
    """Return the documents by file name; one that would have to be empty is left out.

    Args:
        report: the safeguards of every action.
        crosswalk: how lines of frameworks relate, for the mapping collection.
    """
    ids = _control_ids(report.framework)
    found = {
        "catalog.json": _catalog(report, ids),
        "profile.json": _profile(report, ids),
        "component-definition.json": _components(report, ids),
        "assessment-results.json": assessment_results(report, ids=ids),
    }
    items = [_poam_item(view, report, ids) for view in gaps_of(report)]
    items += [_unmeetable(name, report) for name in report.unmeetable]
    if items:
        found["plan-of-action-and-milestones.json"] = _poam(report, items)
    mappings = mapping_collection(crosswalk, at=report.at)
    if mappings is not None:
        found["mapping-collection.json"] = mappings
    return found


def _control_ids(framework: Framework) -> dict[str, str]:
    paths = [f"{name}:{key}" for name, one in framework.standards.items() for key in one.criteria]
    return tokens(paths)


def _catalog(report: SafeguardsReport, ids: Mapping[str, str]) -> Json:
    framework = report.framework
    groups = []
    names = tokens(framework.standards)
    for name, standard in framework.standards.items():
        group: Json = {
            "id": f"group-{names[name]}",
            "class": "standard",
            "title": clean(standard.title),
            "props": props(
                standard=name,
                kind=standard.kind,
                tier=standard.tier or "",
                modality=standard.modality,
                addressee=standard.addressee,
                undefined="yes" if standard.undefined else "",
                cite=standard.cite,
            ),
        }
        controls = [
            {
                "id": ids[f"{name}:{key}"],
                "class": "criterion",
                "title": clean(key),
                "props": props(
                    criterion=f"{name}:{key}",
                    scope=criterion.scope,
                    modality=criterion.modality,
                    accepts=", ".join(criterion.accepts) or "nothing",
                    **{"max-age": criterion.max_age or "", "cite": criterion.cite},
                ),
                "parts": [
                    {
                        "id": f"{ids[f'{name}:{key}']}_smt",
                        "name": "statement",
                        "prose": clean(criterion.says),
                    }
                ],
            }
            for key, criterion in standard.criteria.items()
        ]
        groups.append({**group, **({"controls": controls} if controls else {})})
    title = f"{clean(framework.title)}, version {clean(framework.version)}"
    body: Json = {"groups": groups} if groups else {}
    return document("catalog", body=body, title=title, version=framework.version, at=report.at,
        key=digest(framework),
    )  # fmt: skip


def _profile(report: SafeguardsReport, ids: Mapping[str, str]) -> Json:
    owed = [ids[view.path] for view in report.safeguards]
    chosen: Json = {"with-ids": owed} if owed else {"matching": [{"pattern": "nothing-is-owed"}]}
    body = {
        "imports": [{"href": "catalog.json", "include-controls": [chosen]}],
        "merge": {"as-is": True},
    }
    title = f"Safeguards owed by {clean(report.subject.name)}"
    return about_subject(report, kind="profile", body=body, title=title)


def _components(report: SafeguardsReport, ids: Mapping[str, str]) -> Json:
    requirements = [
        _requirement(view, claim, report, ids)
        for view in report.safeguards
        for claim in view.claims
    ]
    name = clean(report.subject.name)
    component: Json = {
        "uuid": identifier(key_of(report, "component")),
        "type": "service",
        "title": name,
        "description": f"{name} and the safeguards that are claimed for it; unsigned statements.",
    }
    if requirements:
        component["control-implementations"] = [
            {
                "uuid": identifier(key_of(report, "control-implementation")),
                "source": "profile.json",
                "description": "Claims on record, met or pending; one that failed is a finding.",
                "implemented-requirements": requirements,
            }
        ]
    title = f"Claims about {name}"
    return about_subject(
        report, kind="component-definition", body={"components": [component]}, title=title
    )


def _requirement(
    view: SafeguardView, claim: Claim, report: SafeguardsReport, ids: Mapping[str, str]
) -> Json:
    says = claim.implementation or claim.says or f"claimed {claim.status}"
    status = "planned" if claim.status == "pending" else "implemented"
    status = "partial" if status == "implemented" and view.state != "met" else status
    return {
        "uuid": identifier(key_of(report, "requirement", view.path, digest(claim))),
        "control-id": ids[view.path],
        "description": clean(says),
        "props": [
            {"name": "implementation-status", "value": status},
            *props(
                paths=", ".join(claim.paths),
                audiences=", ".join(claim.audiences),
                environments=", ".join(claim.environments),
                owner=claim.owner,
                cost=cost_words(view),
                interim=claim.interim.argument if claim.interim else "",
                exceptions="; ".join(one.users for one in claim.exceptions),
                claim=digest(claim),
                expires=format_instant(claim.expires_at) if claim.expires_at else "",
            ),
        ],
    }


def _poam_item(view: SafeguardView, report: SafeguardsReport, ids: Mapping[str, str]) -> Json:
    says = "; ".join(clean(reason.says) for reason in view.reasons)
    return {
        "uuid": identifier(key_of(report, "gap", view.path)),
        "title": clean(view.path),
        "description": f"{clean(view.criterion.says)}: {says}",
        "props": props(
            state=view.state,
            owner=view.owner or "nobody yet",
            cost=cost_words(view),
            control=ids[view.path],
            opens=", ".join(view.closes),
        ),
        "related-findings": [{"finding-uuid": identifier(key_of(report, "finding", view.path))}],
    }


def _unmeetable(name: str, report: SafeguardsReport) -> Json:
    standard = report.framework.standards[name]
    return {
        "uuid": identifier(key_of(report, "unmeetable", name)),
        "title": clean(name),
        "description": f"{clean(standard.title)}: owed, and nobody can meet it",
        "props": props(instructs=", ".join(standard.instructs) or "rule the threshold out"),
    }


def _poam(report: SafeguardsReport, items: list[Json]) -> Json:
    name = clean(report.subject.name)
    system: Json = {"identifier-type": "https://ietf.org/rfc/rfc4122"}
    system["id"] = identifier(key_of(report, "system"))
    title = f"What is missing for {name}"
    body: Json = {"system-id": system, "poam-items": items}
    return about_subject(report, kind="plan-of-action-and-milestones", body=body, title=title)
