"""What the browser tests of the server share: a browser, a served demo, and axe-core."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.types import ASGIApp

from tierlock.server import LocalUser, Settings, create_app
from tierlock.usecases import FolderWorkspace, play

CHROMIUM = Path("/usr/bin/chromium")
AXE = "axe-core@4.14.1"
CACHE = Path(__file__).parents[2] / ".cache" / AXE
DEMO_AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
# What axe finds is shown by name, with the first place of each.
FOUND = """async () => (await axe.run()).violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => [one.id, one.nodes[0].html.slice(0, 200)])"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Yield a real browser."""
    if not CHROMIUM.exists():
        pytest.skip(f"no chromium at `{CHROMIUM}`")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-sync"]
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield found
        found.close()


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a played demo, which no test changes."""
    folder = tmp_path_factory.mktemp("served") / "demo"
    for _ in play(folder):
        pass
    return folder


@pytest.fixture(scope="session")
def served(played: Path) -> Iterator[str]:
    """Yield the address of a server that shows the demo as of the end of its story."""
    with shown(FolderWorkspace([played])) as address:
        yield address


@contextmanager
def shown(workspace: FolderWorkspace) -> Iterator[str]:
    """Yield the address of a server for one person, as of the end of the demo's story."""
    app = create_app(
        workspace,
        settings=Settings(),
        authenticator=LocalUser("ana", csrf="only-this-process-knows"),
        clock=lambda: DEMO_AT,
    )
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        with serving(app, place=place):
            yield f"http://localhost:{place.getsockname()[1]}"


@contextmanager
def serving(app: ASGIApp, *, place: socket.socket) -> Iterator[None]:
    """Run a server in a thread, at a place that is bound already."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server ended before it began"
        thread.join(0.05)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core, which finds what assistive technology trips over."""
    file = CACHE / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        if shutil.which("npm") is None:
            pytest.skip("no npm is installed (Debian: npm)")
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", AXE],
            cwd=CACHE,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip(f"npm can not install {AXE}: {done.stderr[-200:]}")
    return file.read_text(encoding="utf-8")


def serious(page: Page, *, axe: str) -> list[list[str]]:
    """Return what axe-core finds serious or critical on a page."""
    page.evaluate(axe)
    found: list[list[str]] = page.evaluate(FOUND)
    return found
