"""Evidence: every run, what rests on it, and its samples."""

from __future__ import annotations

from fastapi import Query, Request
from starlette.responses import Response

from tierlock.core import Evidence, InputError
from tierlock.report import clean, run_rows, run_view, used_by
from tierlock.server.pages.subject_frame import Made, Make, Place, kept_names, place_of, show_kept
from tierlock.server.routing import page_router
from tierlock.usecases import Answers, Project, sample_key_of

router = page_router()
_PAGE = 50


@router.get("/subjects/{slug}/evidence", name="evidence")
def evidence(request: Request, *, slug: str, framework: str | None = None) -> Response:
    """Show every run, used or not, and what is missing."""
    return show_kept(
        request,
        place=place_of(request, slug=slug, framework=framework),
        name="evidence",
        template="evidence.html",
        make=_all,
        tab="evidence",
        title="Evidence",
    )


@router.get("/subjects/{slug}/evidence/{run:path}", name="run")
def run(
    request: Request,
    *,
    slug: str,
    run: str,
    framework: str | None = None,
    page: int = Query(default=1, ge=1, le=10**9),
    only: str = Query(default="", pattern="^(missing)?$"),
) -> Response:
    """Show one run with a page of its samples."""
    place = place_of(request, slug=slug, framework=framework)
    _check_known(request, place=place, run=run, page=page)
    return show_kept(
        request,
        place=place,
        name=f"run:{page}:{only}:{run}",
        template="run.html",
        make=_one(run, page=page, only=only),
        tab="evidence",
        title=run,
    )


def _check_known(request: Request, *, place: Place, run: str, page: int) -> None:
    """Refuse what is not there: anybody can make up runs and pages, and each would cost an answer.

    Raises:
        InputError: `input.not-found`.
    """
    known = kept_names(request, place=place, name="run-pages", make=_runs)
    if known is None:
        return
    pages: dict[str, int] = {}
    for number, _, name in (one.partition(" ") for one in known):
        pages[name] = max(int(number), pages.get(name, 0))
    if run not in pages:
        raise _unknown(run)
    if page > pages[run]:
        raise InputError("input.not-found", f"there are at most {pages[run]} pages of samples")


def _runs(project: Project, answers: Answers) -> list[str]:  # noqa: ARG001  # a view is given both
    """How many pages each run has at most, and its names."""
    return [
        f"{max(1, -(-len(one.samples) // _PAGE))} {name}"
        for one in answers.answer.evidence
        for name in dict.fromkeys((one.run_id, clean(one.run_id), one.digest))
    ]


def _unknown(run: str) -> InputError:
    return InputError("input.not-found", f"no evidence of a run `{run[:200]}`")


def evidence_of(answers: Answers, *, run: str) -> Evidence:
    """Return the evidence of a run, by the run's id or by digest.

    Raises:
        InputError: `input.not-found`.
    """
    for one in answers.answer.evidence:
        if run in {one.run_id, clean(one.run_id), one.digest}:
            return one
    raise _unknown(run)


def _all(project: Project, answers: Answers) -> Made:  # noqa: ARG001  # a view is given both
    answer = answers.answer
    determination = answer.determination
    used = used_by(determination)
    why = {one.what: clean(one.says) for one in determination.unused}
    rows = run_rows(answer.evidence)
    return Made(
        values={
            "runs": rows,
            "used_by": {one.digest: used.get(one.digest, ()) for one in rows},
            "unused": {one.digest: why.get(one.run, "") for one in rows},
            "omissions": [
                (clean(one.what), clean(one.says), one.owed) for one in determination.omissions
            ],
        }
    )


def _one(run: str, *, page: int, only: str) -> Make:
    def make(project: Project, answers: Answers) -> Made:  # noqa: ARG001  # as above
        found = evidence_of(answers, run=run)
        view = run_view(
            found, determination=answers.answer.determination, page=page, size=_PAGE, only=only
        )
        if page > view.pages:
            raise InputError("input.not-found", f"there are {view.pages} pages of samples")
        keys = {row.number: sample_key_of(found, number=row.number) for row in view.samples}
        return Made(values={"view": view, "keys": keys})

    return make
