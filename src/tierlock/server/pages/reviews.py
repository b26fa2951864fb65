"""The queue: which decisions wait for whose signature, over all subjects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from tierlock.core import Action, Decision, Verdict
from tierlock.server.context import context_of
from tierlock.server.pages.named import subjects_of
from tierlock.server.pages.overview import action_words
from tierlock.server.pages.subject_frame import Place
from tierlock.server.rendering import show
from tierlock.server.routing import page_router
from tierlock.usecases import Position

router = page_router()
PAGE: Final = 20
_PEOPLE: Final = ("approval.", "ruling.")
"""How the codes of reasons begin that a person's signature removes."""


class Asked(NamedTuple):
    """One action that is closed, and what it waits for.

    Attributes:
        people: what signatures are missing, in sentences.
        other: how many further reasons keep it closed.
        href: the board's page of this question.
    """

    action: str
    verdict: Verdict
    people: tuple[str, ...]
    other: int
    href: str


class Queued(NamedTuple):
    """One subject under one framework, with its closed actions, those ready to sign first."""

    place: Place
    framework: str
    determination: str
    ready: tuple[Asked, ...]
    waiting: tuple[Asked, ...]


@router.get("/reviews", name="reviews")
def reviews(request: Request, *, after: str = "") -> Response:
    """Show what waits for a signature, subject by subject."""
    context = context_of(request)
    shown = subjects_of(request, after=after[:200], most=PAGE)
    queue = [
        queued
        for one in shown.found
        for name in one.asked_under
        if (
            queued := _queued(
                context.positions.of(one.slug, at=context.clock(), framework=name),
                place=Place(one.slug, one.name, name, one.frameworks),
            )
        )
    ]
    values: dict[str, Any] = {
        "title": "Reviews",
        "queue": queue,
        "next_url": f"/reviews?{urlencode({'after': shown.after})}" if shown.after else "",
    }
    return show(request, template="reviews.html", values=values)


def _queued(position: Position, *, place: Place) -> Queued | None:
    asked = [
        _asked(one, place=place) for one in position.decisions if one.verdict is not Verdict.ALLOW
    ]
    if not asked or position.framework is None:
        return None
    return Queued(
        place=place,
        framework=f"{position.framework.framework} {position.framework.version}",
        determination=position.determination,
        ready=tuple(one for one in asked if one.people and not one.other),
        waiting=tuple(one for one in asked if not one.people or one.other),
    )


def _asked(decision: Decision, *, place: Place) -> Asked:
    people = [one for one in decision.reasons if one.code.startswith(_PEOPLE)]
    return Asked(
        action=action_words(decision.action),
        verdict=decision.verdict,
        people=tuple(dict.fromkeys(one.says for one in people)),
        other=len(decision.reasons) - len(people),
        href=place.link("board", **action_query(decision.action)),
    )


def action_query(action: Action) -> dict[str, str]:
    """Return an action as fields of an address."""
    fields: Sequence[tuple[str, str | None]] = (
        ("action", action.name),
        ("surface", action.surface),
        ("audience", action.audience),
    )
    return {name: value for name, value in fields if value is not None}
