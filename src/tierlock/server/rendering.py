"""Pages: one frame, templates of this room, blocks of `report`; each page has a JSON twin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from tierlock import __version__
from tierlock.core import Record
from tierlock.report import page_environment
from tierlock.server.permissions import permitted
from tierlock.server.principal import ANONYMOUS

STATIC: Final = Path(__file__).parent / "static"
NAVIGATION: Final = (
    ("overview", "/", "Overview"),
    ("reviews", "/reviews", "Reviews"),
    ("safeguards", "/safeguards", "Safeguards"),
    ("compare", "/compare", "Compare"),
    ("frameworks", "/frameworks", "Frameworks"),
    ("ledger", "/ledger", "Ledger"),
    ("register", "/register", "Register"),
)
"""Route, address and title of what every page links to; who may not go there does not see it."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates of this room, with the blocks, filters and tests of `report`."""
    shared = page_environment()
    own = shared.overlay(
        loader=ChoiceLoader([PackageLoader("tierlock.server"), PackageLoader("tierlock.report")])
    )
    own.globals = {**shared.globals, "version": __version__}
    return own


def wants_json(request: Request) -> bool:
    """Tell whether a request asks for values rather than for a page."""
    if request.url.path.startswith("/v1/") or request.query_params.get("format") == "json":
        return True
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def show(
    request: Request,
    *,
    template: str,
    values: Mapping[str, Any],
    twin: object = None,
    status: int = 200,
) -> Response:
    """Return a page, or the same values as JSON where those are asked for.

    Args:
        request: what was asked.
        template: name of the page's template.
        values: what the template shows.
        twin: what JSON shows; by default `values`.
        status: the HTTP status.
    """
    if wants_json(request):
        return JSONResponse(plain(values if twin is None else twin), status_code=status)
    page = environment().get_template(template).render(**_frame(request), **values)
    return HTMLResponse(page, status_code=status)


def show_problem(request: Request, *, status: int, code: str, says: str, hint: str) -> Response:
    """Return a refusal as a page."""
    values = {"title": "Refused", "status": status, "code": code, "says": says, "hint": hint}
    return show(request, template="problem.html", values=values, status=status)


def plain(value: Any) -> Any:
    """Return values as JSON knows them."""
    if isinstance(value, Record):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def _frame(request: Request) -> dict[str, Any]:
    """What the frame around every page shows."""
    principal = getattr(request.state, "principal", ANONYMOUS)
    path = request.url.path
    return {
        "request": request,
        "principal": principal,
        "settings": request.app.state.tierlock.settings,
        "navigation": [
            {"href": href, "title": title, "here": _is_here(path, href)}
            for route, href, title in NAVIGATION
            if permitted(principal, route=route)
        ],
        "twin_url": f"?{request.url.include_query_params(format='json').query}",
    }


def _is_here(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(f"{href}/"))
