"""All safeguards: standards against subjects, with gaps, owners, costs and what lapses next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from tierlock.core import TierlockError, format_instant
from tierlock.report import clean, cost_words, lack_words
from tierlock.server.context import context_of
from tierlock.server.pages.named import framework_url, subject_url, subjects_of
from tierlock.server.rendering import show
from tierlock.server.routing import page_router
from tierlock.usecases import Answers, Listed, Project
from tierlock.usecases import safeguards as safeguards_of

if TYPE_CHECKING:
    from tierlock.report import SafeguardsReport, SafeguardView

router = page_router()
_SUBJECTS: Final = 10
_VIEW: Final = "all-safeguards"
_FEW: Final = 3
_SAYS: Final = {
    "failed": "shown not to hold",
    "expired": "expired",
    "missing": "claimed by nobody",
    "pending": "pending",
    "incomplete": "incomplete",
    "met": "in place",
}


@router.get("/safeguards", name="safeguards")
def safeguards(
    request: Request, *, after: str = "", state: str = "", owner: str = "", action: str = ""
) -> Response:
    """Show how every owed safeguard stands, ten subjects at a time."""
    subjects = subjects_of(request, after=after[:200], most=_SUBJECTS)
    rows = [row for one in subjects.found for row in _rows(request, one)]
    every = list(_gaps(rows))
    gaps = [
        gap
        for gap in every
        if state in {"", gap["state"]}
        and owner in {"", gap["owner"]}
        and (not action or action in gap["closes"])
    ]
    values = {
        "title": "Safeguards",
        "tables": list(_tables(rows)),
        "closed": [row for row in rows if row["closed_by"]],
        "gaps": gaps,
        "states": {name: says for name, says in _SAYS.items() if name != "met"},
        "owners": sorted({gap["owner"] for gap in every if gap["owner"]}),
        "actions": sorted({name for gap in every for name in gap["closes"]}),
        "action": action,
        "state": state,
        "owner": owner,
        "next_url": f"/safeguards?{urlencode({'after': subjects.after})}" if subjects.after else "",
        "after": after,
    }
    twin = {"subjects": rows, "gaps": gaps, "next": subjects.after}
    return show(request, template="safeguards.html", values=values, twin=twin)


def _rows(request: Request, listed: Listed) -> Iterator[dict[str, Any]]:
    """A subject under each of its frameworks; one that can not be judged says why."""
    context = context_of(request)
    for name in listed.frameworks:
        other = None if name == listed.frameworks[0] else name
        row: dict[str, Any] = {
            "subject": listed.name,
            "href": f"{subject_url(listed.slug)}/safeguards"
            + (f"?{urlencode({'framework': other})}" if other else ""),
            "slug": listed.slug,
            "framework": name,
            "closed_by": "",
            "standards": [],
            "gaps": [],
            "next": None,
        }
        try:
            _, data = context.positions.view(
                listed.slug, name=_VIEW, make=_make, at=context.clock(), framework=other
            )
        except TierlockError as error:
            yield {**row, "closed_by": error.message, "closed_code": error.code}
        else:
            yield {**row, **json.loads(data)}


def _make(project: Project, answers: Answers) -> bytes:
    answer = answers.answer
    found = safeguards_of(project, at=answer.determination.determined_at, answer=answer)
    lapsing = [view for view in found.safeguards if view.until is not None]
    first = min(lapsing, key=lambda view: (view.until, view.path), default=None)
    return json.dumps(
        {
            "standards": [_standard(found, one.standard) for one in found.owed],
            "gaps": [_gap(view) for view in found.safeguards if view.state != "met"],
            "next": None if first is None else {"path": first.path, "until": _day(first.until)},
        }
    ).encode()


def _standard(found: SafeguardsReport, name: str) -> dict[str, Any]:
    views = found.of(name)
    states = [view.state for view in views]
    binds = [one.action.name for one in found.actions if name in one.standards]
    closed = {name for view in views for name in view.closes}
    return {
        "name": name,
        "of": len(states),
        "binds": [_words(one) for one in binds],
        "closed": [_words(one) for one in binds if one in closed or name in found.unmeetable],
        "failed": states.count("failed") + states.count("expired"),
        "unmeetable": name in found.unmeetable,
        "next": min((_day(view.until) for view in views if view.until is not None), default=""),
    }


def _gap(view: SafeguardView) -> dict[str, Any]:
    return {
        "path": view.path,
        "state": view.state,
        "binding": view.binding,
        "lacks": [lack_words(view, reason=reason) for reason in view.reasons],
        "owner": clean(view.owner),
        "cost": cost_words(view),
        "closes": [_words(name) for name in view.closes],
        "met_for": [_words(name) for name in view.met_for],
    }


def _words(action: str) -> str:
    return clean(action).replace("_", " ")


def _day(instant: datetime | None) -> str:
    return "" if instant is None else format_instant(instant)[:10]


def _gaps(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every gap of every row, what was shown not to hold first."""
    order = list(_SAYS)
    found = [
        {
            **gap,
            "subject": row["subject"],
            "href": row["href"],
            "clause": framework_url(row["framework"], anchor=gap["path"], subject=row["slug"]),
            "says": "in place for other actions"
            if gap["state"] == "incomplete" and gap["met_for"]
            else _SAYS[gap["state"]],
        }
        for row in rows
        for gap in row["gaps"]
    ]
    yield from sorted(
        found, key=lambda gap: (order.index(gap["state"]), -len(gap["closes"]), gap["subject"])
    )


def _tables(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One matrix per framework: its owed standards against the subjects."""
    for name in dict.fromkeys(row["framework"] for row in rows if not row["closed_by"]):
        inside = [row for row in rows if row["framework"] == name and not row["closed_by"]]
        standards = dict.fromkeys(one["name"] for row in inside for one in row["standards"])
        yield {
            "framework": name,
            "href": framework_url(name, subject=inside[0]["slug"]),
            "rows": inside,
            "standards": [
                {
                    "name": standard,
                    "href": framework_url(name, anchor=standard, subject=inside[0]["slug"]),
                    "cells": [_cell(row, standard) for row in inside],
                }
                for standard in standards
            ],
        }


def _cell(row: dict[str, Any], standard: str) -> dict[str, Any] | None:
    """How a standard stands for a subject; None where the subject does not owe it."""
    found = next((one for one in row["standards"] if one["name"] == standard), None)
    if found is None:
        return None
    closed, binds = found["closed"], found["binds"]
    if not closed:
        tone, mark, says = "settled", "●", "in place"
    elif len(closed) < len(binds):
        tone, mark, says = "gapped", "◆", f"closes {len(closed)} of {len(binds)} actions"
    else:
        every = f"all {len(binds)} actions" if len(binds) > 1 else binds[0]
        tone, mark, says = "failing", "■", f"closes {every}"
    if found["unmeetable"]:
        says = "nobody can meet it"
    few = ", ".join(closed) if 0 < len(closed) <= _FEW and len(closed) < len(binds) else ""
    return {**found, "tone": tone, "mark": mark, "says": says, "which": few}
