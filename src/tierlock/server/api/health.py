"""Whether the server lives, and whether its workspace answers."""

from __future__ import annotations

from typing import Literal

from fastapi import Request

from tierlock import __version__
from tierlock.core import Record
from tierlock.server.context import context_of, principal_of
from tierlock.server.routing import api_router

router = api_router("health")


class Health(Record):
    """That the process lives."""

    status: Literal["ok"] = "ok"
    version: str = __version__


class Ready(Record):
    """That the workspace answers.

    Attributes:
        subjects: how many there are; null to whoever may not see them all.
    """

    status: Literal["ok"] = "ok"
    subjects: int | None


@router.get("/v1/health", name="health")
async def health() -> Health:
    """Tell that the process lives; nothing is read."""
    return Health()


@router.get("/v1/ready", name="ready")
def ready(request: Request) -> Ready:
    """Tell that the workspace answers."""
    number = context_of(request).workspace.count()
    return Ready(subjects=number if "*" in principal_of(request).subjects else None)
