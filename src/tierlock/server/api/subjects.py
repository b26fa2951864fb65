"""Subjects: where they stand, their determination, their decisions, what lapses next."""

from __future__ import annotations

from fastapi import Request

from tierlock.core import Decision, Determination, Explanation, Record, determination_id
from tierlock.report import Expiring
from tierlock.server.api.paging import After, Limit
from tierlock.server.context import context_of, visible
from tierlock.server.pages.named import subjects_of
from tierlock.server.routing import api_router
from tierlock.usecases import Answers, Position, Project, expiring

router = api_router("subjects")


class SubjectItem(Record):
    """A subject as a list shows it."""

    slug: str
    name: str
    frameworks: tuple[str, ...]


class SubjectPage(Record):
    """A page of subjects; `next` is empty on the last one."""

    items: tuple[SubjectItem, ...]
    next: str


class Determined(Record):
    """A determination, why it is as it is, and by which name approvals call it.

    Attributes:
        identity: name of the determination, without the instant at which it was made.
    """

    identity: str
    determination: Determination
    explanation: Explanation


class DecisionList(Record):
    """The answer to every action, as of `computed_at`."""

    computed_at: str
    items: tuple[Decision, ...]


@router.get("/v1/subjects", name="api-subjects")
def list_subjects(
    request: Request, *, after: After = "", search: After = "", limit: Limit = 50
) -> SubjectPage:
    """List the subjects that whoever asks may see, in the order of their slugs."""
    shown = subjects_of(request, after=after, search=search, most=limit)
    items = tuple(
        SubjectItem(slug=one.slug, name=one.name, frameworks=one.frameworks) for one in shown.found
    )
    return SubjectPage(items=items, next=shown.after)


@router.get("/v1/subjects/{slug}", name="api-subject")
def subject(request: Request, *, slug: str, framework: str | None = None) -> Position:
    """Return where a subject stands: outcomes, decisions, what lapses next, what waits for whom."""
    context = context_of(request)
    listed = visible(request, slug=slug)
    return context.positions.of(listed.slug, at=context.clock(), framework=framework)


@router.get("/v1/subjects/{slug}/determination", name="api-determination")
def determination(request: Request, *, slug: str, framework: str | None = None) -> Determined:
    """Return the computed determination with every finding, its trace and what would change it."""
    context = context_of(request)
    listed = visible(request, slug=slug)
    _, data = context.positions.view(
        listed.slug, name="determined", make=_determined, at=context.clock(), framework=framework
    )
    return Determined.parse(data)


def _determined(project: Project, answers: Answers) -> bytes:  # noqa: ARG001  # a View
    answer = answers.answer
    return (
        Determined(
            identity=determination_id(answer.determination),
            determination=answer.determination,
            explanation=answer.explanation,
        )
        .model_dump_json()
        .encode()
    )


@router.get("/v1/subjects/{slug}/decisions", name="api-decisions")
def decisions(request: Request, *, slug: str, framework: str | None = None) -> DecisionList:
    """Return the gate's answer to every action; see `POST /v1/gate` for one."""
    position = subject(request, slug=slug, framework=framework)
    return DecisionList(computed_at=position.computed_at.isoformat(), items=position.decisions)


@router.get("/v1/subjects/{slug}/expiring", name="api-expiring")
def lapses(request: Request, *, slug: str, framework: str | None = None) -> Expiring:
    """Return what lapses next, checked by asking the gate just before and at that instant."""
    context = context_of(request)
    listed = visible(request, slug=slug)
    _, data = context.positions.view(
        listed.slug, name="expiring", make=_expiring, at=context.clock(), framework=framework
    )
    return Expiring.parse(data)


def _expiring(project: Project, answers: Answers) -> bytes:
    at = answers.answer.determination.determined_at
    return expiring(project, at=at).model_dump_json().encode()
