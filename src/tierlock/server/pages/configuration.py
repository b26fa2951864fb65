"""How one subject is used: versions of prompt, scaffold, tools and sampling, and their changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import Query, Request
from starlette.responses import Response

from tierlock.report import ConfigurationVersion, PromptHistory, changes, clean, diff_lines
from tierlock.server.context import context_of, principal_of
from tierlock.server.pages.subject_frame import Made, place_of, show_made
from tierlock.server.permissions import permitted
from tierlock.server.routing import page_router
from tierlock.usecases import Project, may_show, pick, read_history

router = page_router()
_NAME = 100


@router.get("/subjects/{slug}/configuration", name="configuration")
def configuration(
    request: Request,
    *,
    slug: str,
    framework: str | None = None,
    old: str = Query(default="", max_length=_NAME),
    new: str = Query(default="", max_length=_NAME),
) -> Response:
    """Show every version with its labels and runs; with `old` and `new`, what changed."""
    context = context_of(request)
    place = place_of(request, slug=slug, framework=framework)
    project = context.workspace.open(place.slug, framework=place.framework)
    history = read_history(project)
    may = permitted(principal_of(request), route="transcript")
    compared = None
    if old and new:
        compared = _compared(project, history, old=old, new=new, at=context.clock(), may=may)
    elif history.versions:
        old, new = (
            history.versions[max(0, len(history.versions) - 2)].version,
            (history.versions[-1].version),
        )
    return show_made(
        request,
        place=place,
        template="configuration.html",
        made=Made(
            values={
                "versions": [_version(one, history) for one in reversed(history.versions)],
                "labels": [
                    {
                        "label": note.label,
                        "versions": note.versions,
                        "author": clean(note.author),
                        "at": note.noted_at,
                        "says": clean(note.says),
                    }
                    for note in reversed(history.notes)
                    if note.label
                ],
                "part": project.subject.parts.elicitation,
                "old": old,
                "new": new,
                "compared": compared,
            }
        ),
        tab="configuration",
        title="Configuration",
    )


def _version(row: ConfigurationVersion, history: PromptHistory) -> dict[str, object]:
    return {
        "version": row.version,
        "first": row.first,
        "labels": list(row.labels),
        "in_use": row.version in history.used,
        "hazard": row.hazard,
        "settings": [clean(name) for name in sorted(row.configuration.settings)],
        "authors": sorted({clean(note.author) for note in row.notes if not note.label}),
        "runs": [
            {"run": clean(run.run_id), "evaluation": clean(run.evaluation), "at": run.measured_at}
            for run in row.runs
        ],
    }


def _compared(
    project: Project,
    history: PromptHistory,
    *,
    old: str,
    new: str,
    at: datetime,
    may: bool,
) -> dict[str, object]:
    """What changed, setting by setting; its texts only where reading them is not dangerous.

    Raises:
        InputError: `input.not-found`, there is no such version.
    """
    rows = [pick(history, project=project, name=name) for name in (old, new)]
    shown = may and may_show(project, rows=rows, at=at, ask=None)
    found = changes(rows[0].configuration, new=rows[1].configuration)
    return {
        "old": rows[0].version,
        "new": rows[1].version,
        "shown": shown,
        "may": may,
        "changes": [
            {
                "setting": clean(one.name),
                "did": "new" if one.old is None else "gone" if one.new is None else "changed",
                "lines": _lines(diff_lines(one)) if shown else [],
            }
            for one in found
        ],
    }


def _lines(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Each line after what became of it: `+`, `-`, or a blank."""
    return [(line[:1], clean(line[1:])) for line in lines]
