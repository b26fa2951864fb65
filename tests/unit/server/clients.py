"""Clients of a server that runs inside the test."""

from __future__ import annotations

from datetime import datetime

from starlette.testclient import TestClient

from tierlock.server import Authenticator, LocalUser, Settings, create_app
from tierlock.usecases import Workspace

CSRF = "only-this-process-knows"


def client_of(
    workspace: Workspace,
    *,
    at: datetime,
    authenticator: Authenticator | None = None,
    settings: Settings | None = None,
) -> TestClient:
    """Return a client of a server that shows a workspace as of an instant."""
    app = create_app(
        workspace,
        settings=settings or Settings(),
        authenticator=authenticator or LocalUser("ana", csrf=CSRF),
        clock=lambda: at,
    )
    return TestClient(
        app, base_url="http://localhost", raise_server_exceptions=False, follow_redirects=False
    )
