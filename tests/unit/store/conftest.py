"""Places for team stores: a SQLite file, and a schema of a real PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ledger.conftest import server
from tests.unit.ledger.server import Server

__all__ = ["server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a place where no team store is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/team.db"
    found: Server = request.getfixturevalue("server")
    return found.fresh()
