"""Frameworks: those that are shipped, as data."""

from __future__ import annotations

from fastapi import Request

from tierlock.core import Framework, Record, digest
from tierlock.frameworks import get_framework, is_framework_path, list_frameworks
from tierlock.server.problems import Refused
from tierlock.server.routing import api_router

router = api_router("frameworks")


class FrameworkItem(Record):
    """A framework as a list shows it."""

    name: str
    version: str
    publisher: str
    title: str
    effective: str


class FrameworkList(Record):
    """Every framework that is shipped."""

    items: tuple[FrameworkItem, ...]


class FrameworkShown(Record):
    """A framework with the digest by which determinations name it."""

    digest: str
    framework: Framework


@router.get("/v1/frameworks", name="api-frameworks")
def frameworks(request: Request) -> FrameworkList:  # noqa: ARG001  # the same for everybody
    """List the frameworks that are shipped."""
    return FrameworkList(
        items=tuple(
            FrameworkItem(
                name=one.name,
                version=one.version,
                publisher=one.publisher,
                title=one.title,
                effective=one.effective,
            )
            for one in list_frameworks()
        )
    )


@router.get("/v1/frameworks/{name:path}", name="api-framework")
def framework(request: Request, *, name: str) -> FrameworkShown:  # noqa: ARG001
    """Return a shipped framework."""
    if is_framework_path(name) or all(
        name not in {one.name, one.framework} for one in list_frameworks()
    ):
        raise Refused(404, "framework.unknown", "no framework of this name is shipped")
    found = get_framework(name)
    return FrameworkShown(digest=digest(found), framework=found)
