"""One sample: what it scored, and its texts, withheld where reading them is dangerous."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from starlette.responses import Response

from tierlock.core import Evidence, InputError
from tierlock.report import OutputShown, clean, run_row, sample_line, viewer_command
from tierlock.server.context import context_of, principal_of
from tierlock.server.pages.subject_frame import Made, Place, place_of, show_made
from tierlock.server.permissions import permitted
from tierlock.server.problems import Refused
from tierlock.server.routing import page_router
from tierlock.server.security import note_denied
from tierlock.usecases import Ask, Project, hazard_of, sample_key_of, show_output

router = page_router()
_ADDRESS = "/subjects/{slug}/evidence/{run:path}/samples/{key}"
_SCOPE = "transcripts"
_REASON = 500


@router.get(_ADDRESS, name="sample")
def sample(
    request: Request, *, slug: str, run: str, key: str, framework: str | None = None
) -> Response:
    """Show one sample; its texts only where nothing about them is dangerous."""
    place = place_of(request, slug=slug, framework=framework)
    project, evidence, number = _found(request, place=place, run=run, key=key)
    shown = None
    if permitted(principal_of(request), route="transcript"):
        shown = _texts(
            project, request=request, key=sample_key_of(evidence, number=number), ask=None
        )
    return _page(
        request, place=place, project=project, evidence=evidence, number=number, shown=shown
    )


@router.post(_ADDRESS, name="transcript")
def transcript(
    request: Request,
    *,
    slug: str,
    run: str,
    key: str,
    framework: str | None = None,
    reason: Annotated[str, Form(max_length=_REASON)] = "",
) -> Response:
    """Show the texts of one sample for a reason; who asked is in the ledger before they are shown.

    The answer is the page itself: an address that shows the texts would be one to read them again
    without a record.
    """
    place = place_of(request, slug=slug, framework=framework)
    project, evidence, number = _found(request, place=place, run=run, key=key)
    principal = principal_of(request)
    if _hazard(project, evidence) != "none" and _SCOPE not in principal.scopes:
        note_denied(request, route="transcript", why="server.scope")
        raise Refused(
            403,
            "server.scope",
            "these texts are dangerous to read: your account or token needs the scope "
            f"`{_SCOPE}` for them",
            hint="an administrator gives it; this attempt was noted",
        )
    ask = Ask(who=principal.name, reason=reason.strip())
    shown = _texts(project, request=request, key=sample_key_of(evidence, number=number), ask=ask)
    return _page(
        request, place=place, project=project, evidence=evidence, number=number, shown=shown
    )


def _found(request: Request, *, place: Place, run: str, key: str) -> tuple[Project, Evidence, int]:
    """The evidence that holds the sample with this key.

    Raises:
        InputError: `input.not-found`.
    """
    project = context_of(request).workspace.open(place.slug, framework=place.framework)
    for one in project.store.evidence():
        if run in {one.run_id, clean(one.run_id), one.digest}:
            for number in range(len(one.samples)):
                if sample_key_of(one, number=number) == key:
                    return project, one, number
    raise InputError("input.not-found", f"run `{run[:200]}` has no such sample")


def _texts(project: Project, *, request: Request, key: str, ask: Ask | None) -> OutputShown | None:
    """The texts that are kept of a sample; None where none are."""
    try:
        return show_output(project, key=key, at=context_of(request).clock(), ask=ask)
    except InputError as error:
        if error.code != "input.not-found":
            raise
        return None


def _hazard(project: Project, evidence: Evidence) -> str:
    return hazard_of(evidence.evaluation, hazards=project.hazards, framework=project.framework)


def _page(
    request: Request,
    *,
    place: Place,
    project: Project,
    evidence: Evidence,
    number: int,
    shown: OutputShown | None,
) -> Response:
    principal = principal_of(request)
    line = sample_line(evidence.samples, number=number)
    names = ("asked", "answered", "transcript")
    texts = (
        None if shown is None or shown.texts is None else dict(zip(names, shown.texts, strict=True))
    )
    row = run_row(evidence)
    made = Made(
        values={
            "line": line,
            "run": row,
            "scorers": [clean(name) for name in evidence.samples.scores],
            "hazard": _hazard(project, evidence),
            "kept": shown is not None,
            "texts": texts,
            "viewer": viewer_command(shown.row.log if shown else f"LOGS/{row.file}"),
        },
        shown={
            "may": permitted(principal, route="transcript"),
            "scoped": _SCOPE in principal.scopes,
            "key": sample_key_of(evidence, number=number),
            "limit": _REASON,
        },
    )
    return show_made(
        request,
        place=place,
        template="sample.html",
        made=made,
        tab="evidence",
        title=f"{line.id}, epoch {line.epoch}",
        steps=[(place.link("evidence", row.run), row.run)],
    )
