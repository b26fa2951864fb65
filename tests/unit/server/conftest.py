"""A server over the demo's project, asked without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tierlock.usecases import FolderWorkspace, play

DEMO_AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a played demo, which no test changes."""
    folder = tmp_path_factory.mktemp("server") / "demo"
    for _ in play(folder):
        pass
    return folder


@pytest.fixture(scope="session")
def client(demo_folder: Path) -> Iterator[TestClient]:
    """Return a client of a local server that shows the demo as of the end of its story."""
    with client_of(FolderWorkspace([demo_folder]), at=DEMO_AT) as client:
        yield client
