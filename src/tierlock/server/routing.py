"""Routes that nobody reaches unless the tables let them in, before anything they sent is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from tierlock.server.security import authorize


class GuardedRoute(APIRoute):
    """A route that asks first who asks; a body that does not follow the schema is seen after."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request of this route."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            await authorize(request, route=self.name)
            return await handle(request)

        return guarded


def api_router(tag: str) -> APIRouter:
    """Return a router for operations of the API, under a heading of its description."""
    return APIRouter(tags=[tag], route_class=GuardedRoute)


def page_router() -> APIRouter:
    """Return a router for pages."""
    return APIRouter(include_in_schema=False, route_class=GuardedRoute)
