"""Frameworks: which there are, and each of them as a text with its tests beside its clauses."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from tierlock.core import Framework, InputError, leaves
from tierlock.report import BASES, FrameworkPage, framework_page, period_words
from tierlock.server.pages.named import (
    LOOKED_AT,
    find_framework,
    framework_url,
    judged_under,
    subject_url,
    subjects_of,
)
from tierlock.server.rendering import show
from tierlock.server.routing import page_router
from tierlock.usecases import Linted, Listed, OnShelf, lint_of, shelf

router = page_router()


@router.get("/frameworks", name="frameworks")
def frameworks(request: Request) -> Response:
    """List the shipped frameworks and those that subjects bring, with who is judged under each."""
    subjects = subjects_of(request)
    under: dict[str, list[Listed]] = {}
    for one in subjects.found:
        for name in one.frameworks:
            under.setdefault(name, []).append(one)
    rows = [
        {
            "name": one.entry.name,
            "href": framework_url(one.entry.name),
            "title": one.entry.title,
            "publisher": one.entry.publisher,
            "version": one.entry.version,
            "effective": one.entry.effective,
            "thresholds": one.thresholds,
            "supersedes": one.supersedes,
            "diff": _diff_url(one.supersedes, one.entry.name),
            "latest": not one.superseded_by,
            "subjects": _links(under.pop(one.entry.name, [])),
        }
        for one in shelf()
    ]
    own = [
        {"name": name, "href": framework_url(name), "subjects": _links(judged)}
        for name, judged in sorted(under.items())
    ]
    values = {
        "title": "Frameworks",
        "rows": rows,
        "own": own,
        "looked_at": LOOKED_AT if subjects.after else 0,
    }
    return show(request, template="frameworks.html", values=values)


@router.get("/frameworks/{name:path}", name="framework")
def framework(request: Request, *, name: str, subject: str = "") -> Response:
    """Show a framework: what each clause says, its test and its bound, and where that is from."""
    try:
        found = find_framework(request, name=name, subject=subject)
    except InputError:
        # As determinations name it, `publisher/name` and the version apart.
        family, _, version = name.rpartition("/")
        found = find_framework(request, name=f"{family}-{version}", subject=subject)
    full = found.framework.name
    if full != name:
        return RedirectResponse(framework_url(full, subject=subject), status_code=303)
    page, linted = _read(found)
    versions = [one for one in shelf() if one.entry.framework == found.framework.framework]
    judged = _links(list(judged_under(request, name=full)))
    values = {
        "title": found.framework.title,
        "framework": found.framework,
        "page": page,
        "bases": BASES,
        "linted": linted,
        "found": found,
        "judged": judged,
        "versions": [one.entry.name for one in versions],
        "before": next((one.supersedes for one in versions if one.entry.name == full), ""),
        "subject": subject,
        "file_url": f"/framework-file?{urlencode({'name': full, 'subject': subject})}",
        "url_of": framework_url,
        "period": period_words,
        "anchor": _anchor,
        "places": _places(found.framework),
    }
    return show(
        request, template="framework.html", values=values, twin=_twin(found, linted, judged)
    )


@router.get("/framework-file", name="framework-file")
def framework_file(request: Request, *, name: str, subject: str = "") -> Response:
    """Give out the file itself: the bytes whose digest the page shows."""
    found = find_framework(request, name=name, subject=subject)
    kind = "yaml" if found.shipped else "json"
    file = found.framework.name.replace("/", "-")
    return Response(
        found.file,
        media_type=f"application/{kind}",
        headers={"content-disposition": f'attachment; filename="{file}.{kind}"'},
    )


def _twin(found: OnShelf, linted: Linted, judged: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "framework": found.framework,
        "digest": found.digest,
        "fileDigest": found.file_digest,
        "shipped": found.shipped,
        "lint": linted.remarks,
        "subjects": judged,
    }


def _links(subjects: list[Listed]) -> list[dict[str, str]]:
    return [{"name": one.name, "href": subject_url(one.slug)} for one in subjects]


def _diff_url(old: str, new: str) -> str:
    return f"/framework-diff?{urlencode({'old': old, 'new': new})}" if old else ""


_SECTIONS: Final = {
    "evaluations": "evaluation-",
    "triggers": "trigger-",
    "actions": "action-",
    "domains": "domain-",
    "roles": "role-",
    "duties": "duty-",
    "combinations": "combination-",
    "interpretations": "interpretation-",
    "adjustments": "adjustment-",
}
_WHOLE: Final = {"triggers": "clocks", "actions": "gate"}


def _anchor(where: str) -> str:
    """Return where on the page the place is that a remark is about.

    >>> _anchor("evaluations.time-horizon"), _anchor("triggers"), _anchor("ASL-3/bio:wmdp-bio")
    ('evaluation-time-horizon', 'clocks', 'ASL-3/bio:wmdp-bio')
    """
    section, _, item = where.partition(".")
    if section not in _SECTIONS:
        return "main" if section in {"error_control", "corrections", "ruling"} else where
    return f"{_SECTIONS[section]}{item}" if item else _WHOLE.get(section, section)


def _places(framework: Framework) -> set[str]:
    """What a remark can point at; one about what an earlier version had points nowhere."""
    found = {"main", "clocks", "gate", "roles", "duties", "evaluations"}
    found |= {*framework.thresholds, *framework.standards}
    for name, one in framework.thresholds.items():
        found |= {f"{name}:{leaf.name}" for leaf in leaves(one.crossed_if)}
    for name, standard in framework.standards.items():
        found |= {f"{name}:{key}" for key in standard.criteria}
    for section, before in _SECTIONS.items():
        items = getattr(framework, section)
        names = [one.id for one in items] if section == "triggers" else items
        found |= {f"{before}{name}" for name in names}
    return found


class _Read(NamedTuple):
    """What is read out of a framework, which does not change under its digest."""

    page: FrameworkPage
    linted: Linted


_READ: Final[dict[str, _Read]] = {}
_MOST: Final = 64


def _read(found: OnShelf) -> _Read:
    read = _READ.get(found.digest)
    if read is None:
        read = _Read(framework_page(found.framework), lint_of(found.framework))
        if len(_READ) < _MOST:
            _READ[found.digest] = read
    return read
