"""Two subjects, or two versions of one, item by item: what got worse, and how sure that is."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import Response

from tierlock.core import InputError, VersionComparison, VersionSource, printable
from tierlock.report import clean, comparison_sections, difference_chart
from tierlock.server.context import context_of, principal_of, visible
from tierlock.server.pages.named import subject_url, subjects_of
from tierlock.server.permissions import permitted
from tierlock.server.rendering import plain, show
from tierlock.server.routing import page_router
from tierlock.usecases import (
    Listed,
    Project,
    Versions,
    changed_between,
    compare_projects,
    versions_of,
)

router = page_router()
Name = Annotated[str, Query(max_length=400)]
_AT: Final = "::"
_ANSWERS: Final = 5
_CHOICES: Final = 200
_VERSIONS: Final = "versions"


class Side(NamedTuple):
    """One side of a comparison: a subject, and which of its versions; empty is as it is now."""

    listed: Listed
    version: str


@router.get("/compare", name="compare")
def compare(request: Request, *, left: Name = "", right: Name = "") -> Response:
    """Show the differences of two sides; each is a slug, or a slug and a version of it."""
    values: dict[str, Any] = {
        "title": "Compare",
        "choices": _choices(request, left, right),
        "left": left,
        "right": right,
        "found": None,
        "sections": (),
        "chart": None,
        "worse": (),
        "mocks": (),
        "answers_url": "",
        "links": (),
    }
    twin: dict[str, Any] = {"left": left, "right": right, "comparison": None}
    if left and right:
        sides = _side(request, left), _side(request, right)
        kept = _kept(request, sides)
        found = VersionComparison.model_validate(kept["comparison"], strict=False)
        old, new = (VersionSource.model_validate(kept[one], strict=False) for one in ("old", "new"))
        query = urlencode({"left": left, "right": right})
        may_read = permitted(principal_of(request), route="compare-answers")
        values |= {
            "title": f"{_named(sides[1])} against {_named(sides[0])}",
            "found": found,
            "sections": comparison_sections(found, old=old, new=new),
            "chart": difference_chart(found),
            "worse": kept["worse"],
            "mocks": kept["mocks"],
            "answers_url": f"/compare/answers?{query}" if may_read else "",
            "links": [(_named(one), subject_url(one.listed.slug)) for one in sides],
        }
        twin |= {"comparison": kept["comparison"], "worse": kept["worse"]}
    return show(request, template="compare.html", values=values, twin=twin)


@router.get("/compare/answers", name="compare-answers")
def answers(request: Request, *, left: Name, right: Name) -> Response:
    """Show answers whose score changed, side by side; dangerous texts stay withheld."""
    sides = _side(request, left), _side(request, right)
    old, new = _projects(request, sides)
    changed = changed_between(
        _compare(sides, of=(old, new)),
        old=old,
        new=new,
        most=_ANSWERS,
        at=context_of(request).clock(),
    )
    values = {
        "title": "Answers that changed",
        "back": f"/compare?{urlencode({'left': left, 'right': right})}",
        "names": [_named(one) for one in sides],
        "answers": [
            one._replace(
                asked=_harmless(one.asked),
                answers=(_harmless(one.answers[0]), _harmless(one.answers[1])),
            )
            for one in changed
        ],
        "most": _ANSWERS,
    }
    return show(request, template="compare_answers.html", values=values, twin={"answers": changed})


def _side(request: Request, name: str) -> Side:
    slug, _, version = name.partition(_AT)
    listed = visible(request, slug=slug)
    # A version that is not there is refused before anything is kept under its name.
    if version and version not in _versions(request, listed):
        raise InputError("input.not-found", f"no version `{version[:100]}` of `{listed.name}`")
    return Side(listed, version)


def _compare(sides: tuple[Side, Side], *, of: tuple[Project, Project]) -> Versions:
    return compare_projects(of[0], new=of[1], versions=(sides[0].version, sides[1].version))


def _projects(request: Request, sides: tuple[Side, Side]) -> tuple[Project, Project]:
    workspace = context_of(request).workspace
    return workspace.open(sides[0].listed.slug), workspace.open(sides[1].listed.slug)


def _kept(request: Request, sides: tuple[Side, Side]) -> dict[str, Any]:
    """The comparison, computed once for the records as they are on both sides."""
    workspace = context_of(request).workspace
    old, new = sides
    name = f"compare:{old.version}:{new.listed.slug}:{new.version}"
    state = f"{workspace.state(old.listed.slug)}:{workspace.state(new.listed.slug)}"
    data = workspace.kept(old.listed.slug, name=name, state=state)
    if data is None:
        done = _compare(sides, of=_projects(request, sides))
        made = {
            "comparison": done.found,
            "old": done.old,
            "new": done.new,
            "mocks": done.mock_models,
            "worse": _worse(done.found),
        }
        data = json.dumps(plain(made)).encode()
        workspace.keep(old.listed.slug, name=name, state=state, data=data)
    kept: dict[str, Any] = json.loads(data)
    return kept


def _versions(request: Request, listed: Listed) -> list[str]:
    """Other versions in a subject's store, looked up once for its records as they are."""
    workspace = context_of(request).workspace
    state = workspace.state(listed.slug)
    data = workspace.kept(listed.slug, name=_VERSIONS, state=state)
    if data is None:
        data = json.dumps([one for one in versions_of(workspace.open(listed.slug)) if one]).encode()
        workspace.keep(listed.slug, name=_VERSIONS, state=state, data=data)
    names: list[str] = json.loads(data)
    return names


def _worse(found: VersionComparison) -> list[str]:
    """The evaluations that are shown to have moved to the dangerous side."""
    bad = {"worse": "higher", "better": "lower"}
    names = (
        clean(one.name)
        for one in found.tested
        if one.test is not None and one.higher_is is not None
        if one.test.shown == bad[one.higher_is]
    )
    return list(dict.fromkeys(names))


def _choices(request: Request, *chosen: str) -> list[tuple[str, str]]:
    """What can be compared: subjects as they are now, and versions of those that are chosen."""
    subjects = subjects_of(request, most=_CHOICES).found
    found = {one.slug: one.name for one in subjects}
    for name in dict.fromkeys(chosen):
        if name:
            side = _side(request, name)
            found.setdefault(side.listed.slug, side.listed.name)
            for version in _versions(request, side.listed):
                found[f"{side.listed.slug}{_AT}{version}"] = f"{side.listed.name}: {version}"
    return list(found.items())


def _harmless(text: str | None) -> str | None:
    """A text line by line, in which no character acts on its surroundings."""
    return None if text is None else "\n".join(map(printable, text.splitlines()))


def _named(side: Side) -> str:
    return side.version or side.listed.name
