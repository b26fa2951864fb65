"""The register: which determinations were stated publicly, by whom, under which framework."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from tierlock.core import RegisterEntry
from tierlock.server.pages.named import framework_url
from tierlock.server.rendering import show
from tierlock.server.routing import page_router
from tierlock.usecases import look_up, shelf

router = page_router()


@router.get("/register", name="register")
def register(request: Request, *, subject: str = "", framework: str = "") -> Response:
    """Show what others stated, of one subject or framework where one is named."""
    everything = look_up()
    found = look_up(subject=subject[:200] or None, framework=framework[:200] or None)
    shipped = {one.entry.name for one in shelf()}
    values = {
        "title": "Register",
        "subject": subject,
        "framework": framework,
        "subjects": sorted({one.subject for one in everything}),
        "frameworks": sorted({one.framework for one in everything}),
        "entries": [{"entry": one, "href": _url(one, shipped)} for one in found],
        "total": len(everything),
    }
    return show(request, template="register.html", values=values, twin={"determinations": found})


def _url(entry: RegisterEntry, shipped: set[str]) -> str:
    """The page of the framework that an entry names; empty where that version is not shipped."""
    name = f"{entry.framework}-{entry.version}"
    return framework_url(name) if name in shipped else ""
