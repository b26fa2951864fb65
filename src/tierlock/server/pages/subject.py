"""One subject: the board's page first, then everything that it rests on."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from tierlock.core import Verdict
from tierlock.report import deciding_charts, render_board, subject_view
from tierlock.server.pages.subject_frame import Made, place_of, show_kept
from tierlock.server.routing import page_router
from tierlock.usecases import Answers, Project, asked_report, lapses_ahead, official_of

router = page_router()
_LAPSES = 8


@router.get("/subjects/{slug}", name="subject")
def subject(request: Request, *, slug: str, framework: str | None = None) -> Response:
    """Show where a subject stands and why."""
    place = place_of(request, slug=slug, framework=framework)
    return show_kept(
        request,
        place=place,
        name="summary",
        template="subject_summary.html",
        make=_summary,
        tab="",
        title="",
    )


def _summary(project: Project, answers: Answers) -> Made:
    report = asked_report(project, answers=answers)
    determination = answers.answer.determination
    view = subject_view(
        report,
        official=official_of(project, answer=answers.answer),
        decisions=tuple(answers.decisions.values()),
        not_asked=answers.not_asked,
        lapses=lapses_ahead(
            project, determination=determination, at=determination.determined_at, limit=_LAPSES
        ),
    )
    return Made(
        values={"view": view},
        shown={
            "board": render_board(report),
            "charts": deciding_charts(report),
            "owed": _owed(answers),
            "allow": Verdict.ALLOW,
        },
    )


def _owed(answers: Answers) -> list[tuple[str, str, tuple[str, ...]]]:
    because = {"baseline": "always", "reached": "reached", "undetermined": "not ruled out"}
    return [
        (one.standard, because[one.because], one.thresholds)
        for one in answers.answer.determination.owed
    ]
