"""Webhooks: who is told when the gate answers otherwise, or records come in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from tierlock.core import InputError, Record
from tierlock.server.api.doing import Asked, Key, done_once
from tierlock.server.context import context_of, principal_of
from tierlock.server.routing import api_router
from tierlock.server.state.delivery import check_url
from tierlock.server.state.webhooks import Webhook

router = api_router("webhooks")
EventName = Literal["decision.changed", "evidence.added", "statement.added"]


class WebhookAsked(Asked):
    """Who shall be told of what.

    Attributes:
        url: an https address on a host that the server's settings list.
        events: what is told.
        subjects: patterns of slugs, such as `gemma-*`.
    """

    url: str = Field(min_length=1, max_length=2000)
    events: tuple[EventName, ...] = Field(min_length=1, max_length=10)
    subjects: tuple[str, ...] = Field(default=("*",), min_length=1, max_length=100)


class WebhookItem(Record):
    """A webhook, without its secret."""

    id: str
    url: str
    events: tuple[str, ...]
    subjects: tuple[str, ...]
    made_at: str
    made_by: str


class WebhookMade(WebhookItem):
    """A new webhook.

    Attributes:
        secret: signs what is sent (Standard Webhooks 1.0); it is shown only now.
    """

    secret: str


class WebhookList(Record):
    """Every webhook, oldest first."""

    items: tuple[WebhookItem, ...]


class DeliveryItem(Record):
    """One message: how often it was tried, and what was answered."""

    id: str
    state: str
    tries: int
    says: str
    made_at: str


class DeliveryList(Record):
    """The latest messages, newest first."""

    items: tuple[DeliveryItem, ...]


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _item(one: Webhook) -> WebhookItem:
    return WebhookItem(
        id=one.id,
        url=one.url,
        events=one.events,
        subjects=one.subjects,
        made_at=_moment(one.made_at),
        made_by=one.made_by,
    )


@router.get("/v1/webhooks", name="api-webhooks")
def webhooks(request: Request) -> WebhookList:
    """List the webhooks."""
    return WebhookList(items=tuple(_item(one) for one in context_of(request).webhooks.list()))


@router.post("/v1/webhooks", name="api-webhooks-add", status_code=201, response_model=WebhookMade)
def make_webhook(request: Request, *, asked: WebhookAsked, key: Key = None) -> Response:
    """Make a webhook; the secret in the answer is shown only now."""
    context = context_of(request)
    check_url(asked.url, allowed=context.settings.webhook_hosts)

    def made() -> WebhookMade:
        found = context.webhooks.make(
            url=asked.url,
            events=asked.events,
            subjects=asked.subjects,
            by=principal_of(request).name,
            at=context.clock(),
        )
        return WebhookMade(**_item(found).model_dump(by_alias=False), secret=found.secret)

    content = asked.model_dump_json().encode()
    return done_once(request, act=made, key=key, content=content, status=201)


@router.delete("/v1/webhooks/{name}", name="api-webhooks-end", status_code=204)
def end_webhook(request: Request, *, name: str) -> None:
    """End a webhook; what waits for it is not sent any more."""
    context = context_of(request)
    context.webhooks.end(name, at=context.clock())


@router.get("/v1/webhooks/{name}/deliveries", name="api-deliveries")
def deliveries(request: Request, *, name: str) -> DeliveryList:
    """List the latest messages to a webhook, with what was answered."""
    found = context_of(request).webhooks
    if not any(one.id == name for one in found.list()):
        raise InputError("input.not-found", f"no webhook `{name}`")
    return DeliveryList(
        items=tuple(
            DeliveryItem(
                id=one.id,
                state=one.state,
                tries=one.tries,
                says=one.says,
                made_at=_moment(one.made_at),
            )
            for one in found.deliveries(name)
        )
    )
