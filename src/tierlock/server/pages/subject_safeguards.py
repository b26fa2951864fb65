"""The safeguards of one subject: what is owed, how it stands, on which claims."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from tierlock.report import safeguards_view
from tierlock.server.pages.subject_frame import Made, place_of, show_kept
from tierlock.server.routing import page_router
from tierlock.usecases import Answers, Project, safeguards

router = page_router()


@router.get("/subjects/{slug}/safeguards", name="subject-safeguards")
def subject_safeguards(request: Request, *, slug: str, framework: str | None = None) -> Response:
    """Show every safeguard that is owed, with its claims, its gaps and what they cost."""
    return show_kept(
        request,
        place=place_of(request, slug=slug, framework=framework),
        name="safeguards",
        template="subject_safeguards.html",
        make=_made,
        tab="safeguards",
        title="Safeguards",
    )


def _made(project: Project, answers: Answers) -> Made:
    at = answers.answer.determination.determined_at
    return Made(values={"view": safeguards_view(safeguards(project, at=at))})
