"""`POST /v1/gate`: one action, one answer, for admission controllers and pipelines."""

from __future__ import annotations

from fastapi import Request
from pydantic import Field

from tierlock.core import Action, Decision, InputError, Instant, IntegrityError, Record, Verdict
from tierlock.server.api.doing import Asked
from tierlock.server.context import context_of, visible
from tierlock.server.pages.overview import action_words
from tierlock.server.routing import api_router
from tierlock.usecases import Position

router = api_router("gate")
Text = Field(default=None, min_length=1, max_length=200)


class GateAsked(Asked):
    """What is asked.

    Attributes:
        subject: slug, name, or digest of the weights (`sha256:...`).
        action: an action of the framework, such as `deploy`.
        framework: one of the subject's frameworks; by default its own.
    """

    subject: str = Field(min_length=1, max_length=200)
    action: str = Field(min_length=1, max_length=200)
    surface: str | None = Text
    audience: str | None = Text
    framework: str | None = Text


class GateAnswer(Record):
    """The answer. Only `allowed: true` is permission, and only until `expires_at`.

    Attributes:
        determination: identity of the determination that the decision rests on.
        decided_at: when it was computed from the records as they still are.
    """

    allowed: bool
    verdict: Verdict
    subject: str
    slug: str
    decided_at: Instant
    expires_at: Instant | None
    determination: str
    decision: Decision


@router.post("/v1/gate", name="gate")
def gate(request: Request, *, asked: GateAsked) -> GateAnswer:
    """Answer whether an action may happen, from everything on record.

    The answer is 200 whatever the verdict: look at `allowed`. Any other status is no permission.
    """
    context = context_of(request)
    listed = visible(request, slug=asked.subject)
    at = context.clock()
    position = context.positions.of(listed.slug, at=at, framework=asked.framework)
    action = Action(name=asked.action, surface=asked.surface, audience=asked.audience)
    decision = decision_of(position, action=action)
    context.measures.decision(action=action.name, verdict=decision.verdict.value)
    return GateAnswer(
        allowed=decision.verdict is Verdict.ALLOW,
        verdict=decision.verdict,
        subject=position.subject,
        slug=position.slug,
        decided_at=position.computed_at,
        expires_at=decision.expires_at,
        determination=position.determination,
        decision=decision,
    )


def decision_of(position: Position, *, action: Action) -> Decision:
    """Return a position's answer to one action.

    Raises:
        InputError: `input.action`, the framework does not know the action, surface or audience, or
            the subject does not declare the surface.
        IntegrityError: nothing can be said about the subject; everything is closed.
    """
    if position.closed_by:
        raise IntegrityError(position.closed_code, position.closed_by)
    found = position.decision(action)
    if found is None:
        known = ", ".join(f"`{action_words(one.action)}`" for one in position.decisions)
        raise InputError(
            "input.action",
            f"`{action_words(action)}` is not asked of `{position.subject}`",
            hint=f"one of: {known}",
        )
    return found
