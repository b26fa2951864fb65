"""The application: every route, behind one door that lets in nobody who is not in the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from tierlock import __version__
from tierlock.report import page_style
from tierlock.server import problems
from tierlock.server.api import (
    evidence,
    frameworks,
    gate,
    health,
    metrics,
    records,
    statements,
    subjects,
    webhooks,
)
from tierlock.server.api.described import PROBLEMS
from tierlock.server.background import Background
from tierlock.server.context import Attester, Clock, Context, utc_now
from tierlock.server.denials import Denials, MemoryDenials
from tierlock.server.measures import Measures
from tierlock.server.pages import (
    compare,
    crosswalk,
    enrol,
    framework_study,
    ledger,
    overview,
    register,
    reviews,
    safeguards,
    signing,
    subject_reviews,
    subject_tabs,
)
from tierlock.server.pages import frameworks as framework_pages
from tierlock.server.principal import Authenticator
from tierlock.server.rendering import STATIC
from tierlock.server.security import Shell
from tierlock.server.settings import Settings
from tierlock.server.state.idempotency import Once
from tierlock.server.state.tables import open_engine, shared_secret
from tierlock.server.state.webhooks import Webhooks
from tierlock.usecases import Positions, Workspace

API: Final = (
    health.router,
    metrics.router,
    gate.router,
    subjects.router,
    evidence.router,
    statements.router,
    records.router,
    frameworks.router,
    webhooks.router,
)
PAGES: Final = (
    overview.router,
    *subject_tabs.ROUTERS,
    framework_pages.router,
    framework_study.router,
    crosswalk.router,
    compare.router,
    safeguards.router,
    ledger.router,
    register.router,
    reviews.router,
    subject_reviews.router,
    signing.router,
    enrol.router,
)


def create_app(
    workspace: Workspace,
    *,
    settings: Settings,
    authenticator: Authenticator,
    clock: Clock = utc_now,
    denials: Denials | None = None,
    memory: Engine | None = None,
    attester: Attester | None = None,
    routers: Sequence[APIRouter] = (),
    background: Background | None = None,
) -> ASGIApp:
    """Return the server as an ASGI application.

    Args:
        workspace: what it shows.
        settings: how it runs.
        authenticator: who asks.
        clock: what tells the time.
        denials: where refused attempts are noted; by default in memory.
        memory: the database of what the server remembers beside the records; by default none
            that outlives the process.
        attester: signs for people who are logged in; by default nobody.
        routers: further routes, such as those of accounts.
        background: what it does besides answering; by default nothing.
    """
    measures = Measures()
    engine = memory or open_engine(None)
    app = FastAPI(
        title="Tierlock",
        version=__version__,
        description="AI Safety Levels as code: determinations, safeguards and release decisions.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=None if background is None else background.lifespan,
    )
    app.state.tierlock = Context(
        settings=settings,
        workspace=workspace,
        positions=Positions(workspace),
        authenticator=authenticator,
        clock=clock,
        denials=denials or MemoryDenials(),
        measures=measures,
        once=Once(engine),
        webhooks=Webhooks(engine),
        secret=shared_secret(engine, name="pages"),
        attester=attester,
    )
    problems.install(app)
    for router in (*API, *routers):
        app.include_router(router, responses=PROBLEMS)
    for router in PAGES:
        app.include_router(router)

    # Assets show nothing of the workspace, so nobody is asked who they are.
    style = page_style()

    async def report_style(request: Request) -> Response:  # noqa: ARG001  # the same for all
        return Response(style, media_type="text/css")

    app.add_route("/static/report.css", report_style)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return Shell(app, settings=settings, measures=measures)


def routes() -> tuple[APIRoute, ...]:
    """Return every route of the server, for who holds them against the tables."""
    found = (route for router in (*API, *PAGES) for route in router.routes)
    return tuple(route for route in found if isinstance(route, APIRoute))
