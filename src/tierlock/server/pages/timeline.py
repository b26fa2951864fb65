"""What happened to one subject in order, what lies ahead, and where it comes from."""

from __future__ import annotations

from fastapi import Query, Request
from starlette.responses import Response

from tierlock.report import timeline_chart
from tierlock.server.context import context_of, principal_of
from tierlock.server.pages.subject_frame import Made, place_of, show_made
from tierlock.server.routing import page_router
from tierlock.usecases import family_of, lapses_ahead, latest_determination, read_timeline

router = page_router()
_AHEAD = 20


@router.get("/subjects/{slug}/timeline", name="timeline")
def timeline(
    request: Request,
    *,
    slug: str,
    framework: str | None = None,
    before: int | None = Query(default=None, ge=0, le=2**53),
) -> Response:
    """Show a page of what the ledger and the statements say, newest first, as a chart and a table.

    The ledger grows without anything else changing, so nothing of this is kept.
    """
    context = context_of(request)
    place, at = place_of(request, slug=slug, framework=framework), context.clock()
    # What is to be shown of now is recorded first, as on every other page.
    context.positions.of(place.slug, at=at, framework=place.framework)
    project = context.workspace.open(place.slug, framework=place.framework)
    found = read_timeline(project, at=at, before=before)
    determination = latest_determination(project, at=at)
    ahead = family = None
    if determination is not None and before is None:
        ahead = lapses_ahead(project, determination=determination, at=at, limit=_AHEAD)
        family = family_of(
            project,
            determination=determination,
            workspace=context.workspace,
            sees=principal_of(request).sees,
        )
    return show_made(
        request,
        place=place,
        template="timeline.html",
        made=Made(
            values={"timeline": found, "ahead": ahead, "family": family},
            shown={"chart_of": timeline_chart(found.events), "own": project.subject},
        ),
        tab="timeline",
        title="Timeline",
    )
