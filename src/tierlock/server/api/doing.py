"""Requests that change something: done once per key, and told to who wants to know."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Header, Request
from pydantic import ConfigDict
from starlette.responses import Response

from tierlock.core import Record
from tierlock.server.context import context_of, principal_of
from tierlock.server.state.idempotency import Answered

REPLAYED: Final = "idempotency-replayed"
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same key and request again: the same answer, done once.",
    ),
]


class Asked(Record):
    """Base of what requests hold: as strict as records, with JSON's lists for tuples."""

    model_config = ConfigDict(strict=False)


def done_once(
    request: Request, *, act: Callable[[], Record], key: str | None, content: bytes, status: int
) -> Response:
    """Return what `act` answers; with a key, what it answered to the same request before.

    Args:
        request: whose.
        act: does the work.
        key: the key that was sent.
        content: what names the content of the request: its bytes, or their digest.
        status: the status of an answer.
    """
    context = context_of(request)

    def answered() -> Answered:
        return Answered(status, act().model_dump_json().encode())

    if key is None:
        found = answered()
    else:
        asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + content
        found = context.once.do(
            answered,
            key=f"{principal_of(request).name}\n{key}",
            fingerprint=hashlib.sha256(asked).hexdigest(),
            at=context.clock(),
        )
    headers = {REPLAYED: "true"} if found.replayed else {}
    return Response(found.body, found.status, headers, media_type="application/json")
