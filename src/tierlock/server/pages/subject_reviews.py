"""The reviews of one subject: signatures, objections, comments, and the forms for them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from starlette.responses import RedirectResponse, Response

from tierlock.core import Framework
from tierlock.server.context import context_of, principal_of
from tierlock.server.pages.overview import action_words
from tierlock.server.pages.reviews import action_query
from tierlock.server.pages.signing import SEE_OTHER, check_text
from tierlock.server.pages.subject_frame import Made, Place, place_of, show_made
from tierlock.server.routing import page_router
from tierlock.usecases import Comment, add_comment, list_comments, signatures

router = page_router()


@router.get("/subjects/{slug}/reviews", name="subject-reviews")
def subject_reviews(
    request: Request, *, slug: str, framework: str | None = None, signed: str = ""
) -> Response:
    """Show who signed, who objects, what was said, and what can be signed."""
    context = context_of(request)
    place = place_of(request, slug=slug, framework=framework)
    project = context.workspace.open(place.slug, framework=place.framework)
    position = context.positions.of(place.slug, at=context.clock(), framework=place.framework)
    lines = signatures(project, at=context.clock())
    rules = project.framework
    values = {
        "signatures": lines,
        "comments": [
            {"place": number, "comment": comment} for number, comment in list_comments(project)
        ],
        "determination": position.determination,
        "signed": next((one.name for one in lines if one.name == signed), ""),
    }
    made = Made(
        values=values,
        shown={
            "questions": [
                (
                    action_words(one.action),
                    one.verdict,
                    place.link("board", **action_query(one.action)),
                )
                for one in position.decisions
            ],
            "roles": _roles(request, place, rules=rules),
            "thresholds": list(rules.thresholds),
        },
    )
    return show_made(
        request,
        place=place,
        template="subject_reviews.html",
        made=made,
        tab="reviews",
        title="Reviews",
    )


def _roles(request: Request, place: Place, *, rules: Framework) -> list[str]:
    """The roles in which whoever asks may sign here; who may in none sees all that there are."""
    principal = principal_of(request)
    own = [
        role
        for role in rules.roles
        if principal.acts_as(role, slug=place.slug, framework=rules.framework)
    ]
    return own or list(rules.roles)


@router.post("/subjects/{slug}/comments", name="comment")
def comment(
    request: Request,
    *,
    slug: str,
    says: Annotated[str, Form(max_length=5000)],
    about: Annotated[str, Form(max_length=200)] = "",
    framework: str | None = None,
) -> Response:
    """Keep a comment in the ledger; it changes no answer."""
    context = context_of(request)
    place = place_of(request, slug=slug, framework=framework)
    project = context.workspace.open(place.slug, framework=place.framework)
    position = context.positions.of(place.slug, at=context.clock(), framework=place.framework)
    add_comment(
        project,
        comment=Comment(
            by=principal_of(request).name,
            said_at=context.clock(),
            says=check_text(says, field="says"),
            about=about.strip(),
            determination=position.determination,
        ),
    )
    return RedirectResponse(place.link("reviews") + "#comments", status_code=SEE_OTHER)
