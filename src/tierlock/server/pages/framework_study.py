"""Frameworks as objects of study: what changed, what is proved, what another version would flip."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from tierlock.core import InputError, TierlockError
from tierlock.server.context import context_of
from tierlock.server.pages.named import find_framework, framework_url, subject_url, subjects_of
from tierlock.server.pages.studies import Key, Study, studies_of
from tierlock.server.rendering import plain, show
from tierlock.server.routing import page_router
from tierlock.usecases import (
    Listed,
    OnShelf,
    Workspace,
    contrast_of,
    difference_of,
    from_shelf,
    impact,
    prove_of,
    shelf,
)

if TYPE_CHECKING:
    from tierlock.analysis import Change, Difference

router = page_router()
_SUBJECTS: Final = 10
Name = Annotated[str, Query(max_length=200)]


@router.get("/framework-diff", name="framework-diff")
def diff(request: Request, *, old: Name = "", new: Name = "") -> Response:
    """Show what changed from one version to another, and examples of what only one permits."""
    values: dict[str, Any] = {
        "title": "What changed",
        "names": _names(),
        "old": old,
        "new": new,
        "difference": None,
        "contrast": None,
        "study": Study(),
        "here": _here("/framework-diff", old=old, new=new),
    }
    if old and new:
        sides = _two(request, old=old, new=new)
        study = studies_of(request).look(_contrast_key(sides))
        values |= {
            "title": f"From {sides[0].framework.name} to {sides[1].framework.name}",
            "links": [framework_url(one.framework.name) for one in sides],
            "difference": difference_of(sides[0].framework, new=sides[1].framework),
            "contrast": _loaded(study),
            "study": study,
        }
        values["sections"] = _sections(values["difference"])
        values["counts"] = {
            kind: count for kind, count in values["difference"].counts().items() if count
        }
    twin = {name: values[name] for name in ("difference", "contrast")} | _state(values["study"])
    return show(request, template="framework_diff.html", values=values, twin=twin)


@router.post("/framework-diff", name="framework-contrast")
def contrast(request: Request, *, old: Name, new: Name) -> Response:
    """Begin to look for examples of what one version permits and the other does not."""
    sides = _two(request, old=old, new=new)

    def make() -> bytes:
        found = contrast_of(sides[0].framework, new=sides[1].framework)
        return json.dumps(plain(found)).encode()

    studies_of(request).begin(_contrast_key(sides), make=make)
    return _back(_here("/framework-diff", old=old, new=new), "examples")


@router.get("/framework-proofs", name="framework-proofs")
def proofs(request: Request, *, name: Name, subject: Name = "") -> Response:
    """Show which properties of a framework are proved, and what refutes the others."""
    found = find_framework(request, name=name, subject=subject)
    study = studies_of(request).look(("prove", found.digest))
    values = {
        "title": f"Proofs about {found.framework.name}",
        "name": found.framework.name,
        "href": framework_url(found.framework.name, subject=subject),
        "here": _here("/framework-proofs", name=name, subject=subject),
        "study": study,
        "proofs": _loaded(study),
        "digest_name": found.digest,
    }
    twin = {"framework": name, "digest": found.digest, "proofs": values["proofs"]}
    return show(request, template="framework_proofs.html", values=values, twin=twin | _state(study))


@router.post("/framework-proofs", name="framework-prove")
def prove(request: Request, *, name: Name, subject: Name = "") -> Response:
    """Begin to prove the properties of a framework."""
    found = find_framework(request, name=name, subject=subject)

    def make() -> bytes:
        return json.dumps(plain(prove_of(found.framework))).encode()

    studies_of(request).begin(("prove", found.digest), make=make)
    return _back(_here("/framework-proofs", name=name, subject=subject), "proofs")


@router.get("/framework-impact", name="framework-impact")
def impact_page(request: Request, *, new: Name = "", after: Name = "") -> Response:
    """Show what another version would flip among what is on record about the subjects."""
    subjects = subjects_of(request, after=after, most=_SUBJECTS)
    study, found = Study(), None
    if new:
        found = from_shelf(new)
        study = studies_of(request).look(_impact_key(request, found, subjects.found))
    values = {
        "title": "What another version would flip",
        "names": _names(),
        "new": new,
        "href": framework_url(new),
        "here": _here("/framework-impact", new=new, after=after),
        "subjects": [{"name": one.name, "href": subject_url(one.slug)} for one in subjects.found],
        "next_url": _here("/framework-impact", new=new, after=subjects.after)
        if subjects.after
        else "",
        "study": study,
        "results": _loaded(study),
    }
    twin = {"framework": new, "subjects": values["subjects"], "results": values["results"]}
    return show(request, template="framework_impact.html", values=values, twin=twin | _state(study))


@router.post("/framework-impact", name="framework-redecide")
def redecide(request: Request, *, new: Name, after: Name = "") -> Response:
    """Begin to decide what is on record again under another version."""
    workspace = context_of(request).workspace
    found = from_shelf(new)  # a shipped name, never a path
    subjects = subjects_of(request, after=after, most=_SUBJECTS).found

    def make() -> bytes:
        name = found.framework.name
        return json.dumps([_impact(workspace, one, name=name) for one in subjects]).encode()

    studies_of(request).begin(_impact_key(request, found, subjects), make=make)
    return _back(_here("/framework-impact", new=new, after=after), "results")


def _impact(workspace: Workspace, subject: Listed, *, name: str) -> dict[str, Any]:
    """What one subject's records come to; one that can not be decided again says why."""
    about = {"subject": subject.name, "href": subject_url(subject.slug), "says": "", "hint": ""}
    try:
        found = impact(name, projects=[workspace.open(subject.slug)])
    except TierlockError as error:
        said = {"says": error.message, "hint": error.hint or ""}
        return {**about, **said, "impacts": [], "skipped": [], "under_it": 0}
    return {
        **about,
        "impacts": [
            {**plain(one), "flips": one.flips, "permissive": one.count("more permissive")}
            for one in found.impacts
        ],
        "skipped": plain(found.skipped),
        "under_it": found.under_it,
    }


def _sections(difference: Difference) -> list[dict[str, Any]]:
    """Changes by section and item; citations that only name another place are counted."""
    shown = [one for one in difference.changes if not _is_citation(one)]
    return [
        {
            "name": section.replace("_", " "),
            "items": [
                {
                    "name": item,
                    "changes": [one for one in shown if (one.section, one.item) == (section, item)],
                }
                for item in dict.fromkeys(one.item for one in shown if one.section == section)
            ],
        }
        for section in dict.fromkeys(one.section for one in shown)
    ]


def _is_citation(change: Change) -> bool:
    return change.kind == "reworded" and change.field.rpartition(".")[2] == "cite"


def _two(request: Request, *, old: str, new: str) -> tuple[OnShelf, OnShelf]:
    sides = find_framework(request, name=old), find_framework(request, name=new)
    if sides[0].digest == sides[1].digest:
        raise InputError("input.type", "both names mean the same version", hint="name two")
    return sides


def _contrast_key(sides: tuple[OnShelf, OnShelf]) -> Key:
    return ("contrast", sides[0].digest, sides[1].digest)


def _impact_key(request: Request, found: OnShelf, subjects: Sequence[Listed]) -> Key:
    workspace = context_of(request).workspace
    states = (f"{one.slug}@{workspace.state(one.slug)}" for one in subjects)
    return ("impact", workspace.where, found.digest, *states)


def _loaded(study: Study) -> Any:
    return json.loads(study.data) if study.state == "done" else None


def _state(study: Study) -> dict[str, str]:
    return {"state": study.state, "says": study.says, "code": study.code}


def _names() -> list[str]:
    return [one.entry.name for one in shelf()]


def _here(path: str, **query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def _back(url: str, anchor: str) -> Response:
    return RedirectResponse(f"{url}#{anchor}", status_code=303)
