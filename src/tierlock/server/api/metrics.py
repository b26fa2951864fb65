"""`GET /v1/metrics`: how the server does, for Prometheus."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from tierlock.server.context import context_of
from tierlock.server.measures import CONTENT_TYPE
from tierlock.server.routing import api_router

router = api_router("health")


@router.get(
    "/v1/metrics",
    name="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Return the counts of this process in the text format of Prometheus."""
    return Response(context_of(request).measures.text(), media_type=CONTENT_TYPE)
