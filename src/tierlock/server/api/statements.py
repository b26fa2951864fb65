"""Signed statements: taken in as they were signed, listed with whether they count."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from tierlock.core import InputError, Record
from tierlock.server.api.doing import Key, done_once
from tierlock.server.context import context_of, visible
from tierlock.server.routing import api_router
from tierlock.usecases import receive, signatures

router = api_router("statements")
_ENVELOPE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/vnd.in-toto+dsse": {
                "schema": {
                    "type": "object",
                    "required": ["payloadType", "payload", "signatures"],
                    "properties": {
                        "payloadType": {"type": "string"},
                        "payload": {"type": "string", "format": "byte"},
                        "signatures": {"type": "array", "items": {"type": "object"}},
                    },
                }
            }
        },
    }
}


class StatementItem(Record):
    """One signed statement, and why it counts or does not.

    Attributes:
        name: digest of what is signed.
        place: where it is in the ledger.
        state: `counts`, `refused`, `other`, `lapsed`, `restricts` or `resolved`.
    """

    name: str
    kind: str
    role: str
    person: str
    says: str
    state: str
    code: str
    why: str
    signed_at: str | None
    expires_at: str | None
    place: int | None


class StatementList(Record):
    """Every signed statement about a subject, oldest first."""

    items: tuple[StatementItem, ...]


class Received(Record):
    """A statement that is kept now: digest of what is signed, and its place in the ledger."""

    name: str
    place: int


@router.get("/v1/subjects/{slug}/statements", name="api-statements")
def list_statements(request: Request, *, slug: str) -> StatementList:
    """List who signed what, and why it counts or does not."""
    context = context_of(request)
    project = context.workspace.open(visible(request, slug=slug).slug)
    return StatementList(
        items=tuple(
            StatementItem(
                name=one.name,
                kind=one.kind,
                role=one.role,
                person=one.person,
                says=one.says,
                state=one.state,
                code=one.code,
                why=one.why,
                signed_at=None if one.signed_at is None else one.signed_at.isoformat(),
                expires_at=None if one.expires_at is None else one.expires_at.isoformat(),
                place=one.place,
            )
            for one in signatures(project, at=context.clock())
        )
    )


@router.post(
    "/v1/subjects/{slug}/statements",
    name="api-statements-add",
    status_code=201,
    response_model=Received,
    openapi_extra=_ENVELOPE,
)
async def add_statement(request: Request, *, slug: str, key: Key = None) -> Response:
    """Keep a statement that somebody signed: a DSSE envelope, as `tierlock sign` makes it.

    Whether its signature counts is asked whenever it is read, under the project's trust file.
    """
    from starlette.concurrency import run_in_threadpool

    listed = await run_in_threadpool(visible, request, slug=slug)
    body = await request.body()
    if not body:
        raise InputError("input.schema", "the body is empty: an envelope is expected")
    return await run_in_threadpool(
        done_once,
        request,
        act=lambda: _receive(request, listed.slug, body),
        key=key,
        content=body,
        status=201,
    )


def _receive(request: Request, slug: str, envelope: bytes) -> Received:
    context = context_of(request)
    kept = receive(context.workspace.open(slug), envelope=envelope, at=context.clock())
    context.tell("statement.added", slug=slug, name=kept.name, data={"name": kept.name})
    return Received(name=kept.name, place=kept.place)
