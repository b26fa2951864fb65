"""The world of a review: a team's server with a clock that moves, people, and who is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from tests.acceptance.projects import tierlock
from tests.web.conftest import serving
from tests.web.story_provider import SECRET, Person, Provider
from tierlock.server import create_team_app, load_server_file

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "team-review"
LOGS = ROOT / "examples" / "first-release" / "logs" / "release-1"
SLUG = "small-model-1"
BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANN, BOB, OLGA = "ann@example.org", "bob@example.org", "olga@example.org"
EVE = "eve@example.org"
PEOPLE = (Person(EVE, ("staff", "engineers")), Person(ANN), Person(BOB), Person(OLGA))


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = BEGIN

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Receiver:
    """Gets webhooks, and keeps those whose signature is right.

    Attributes:
        told: what was said, oldest first.
        wrong: messages that nobody with the secret has sent.
    """

    def __init__(self) -> None:
        self.secret = ""
        self.told: list[dict[str, Any]] = []
        self.wrong = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(body, headers={k.lower(): v for k, v in self.headers.items()})
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests talk for themselves."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self._server.server_address[1]}/tierlock"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, body: bytes, *, headers: dict[str, str]) -> None:
        # Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`.
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        text = self.secret.removeprefix("whsec_")
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        mac = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        if hmac.compare_digest(headers["webhook-signature"], f"v1,{mac}"):
            self.told.append(json.loads(body))
        else:
            self.wrong += 1

    def changes(self) -> list[dict[str, str]]:
        """What became of deploying to a limited audience, as it was told."""
        found = [one["data"]["changed"] for one in self.told if one["type"] == "decision.changed"]
        return [one["deploy/api/limited"] for one in found if "deploy/api/limited" in one]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Team:
    """A team's server, and how people and programs reach it."""

    def __init__(self, folder: Path) -> None:
        self.time, self.receiver = Time(), Receiver()
        self.provider = Provider(PEOPLE, clock=self.time)
        self.folder, self.project = folder, folder / "project"
        shutil.copytree(EXAMPLE, self.project)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"http://localhost:{self._socket.getsockname()[1]}"
        self.told = folder / "server.yaml"
        self.told.write_text(
            (EXAMPLE / "server.yaml")
            .read_text(encoding="utf-8")
            .replace("sqlite:///team.db", self.store)
            .replace("http://localhost:8321", self.address)
            .replace("http://127.0.0.1:9000", self.provider.issuer)
            .replace("watch: 60", "watch: 1"),
            encoding="utf-8",
        )
        self.run("team", "init", "--team", self.store)
        self.take_in()

    @property
    def store(self) -> str:
        return f"sqlite:///{self.folder / 'team.db'}"

    def run(self, *arguments: object) -> str:
        """Do something on the command line of the machine on which the server runs."""
        ran = tierlock(*arguments)
        assert ran.code == 0, ran.err
        return ran.out

    def take_in(self) -> None:
        """Take in what the project's documents say now."""
        place = ("--team", self.store, "--data", self.folder / "team-data")
        self.run(
            "team", "add", self.project, *place, "--as", "olga", "--at", f"{self.time():%FT%TZ}"
        )

    def token(self, *, role: str, owner: str) -> str:
        """Return a new API token for a program."""
        return self.run(
            "account", "token", "new", "--accounts", self.store, "--label", owner,
            "--owner", owner, "--role", role, "--subject", "*", "--days", 366,
        ).strip()  # fmt: skip

    def ask(self, method: str, path: str, *, token: str, **how: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}", **how.pop("headers", {})}
        return httpx.request(
            method, f"{self.address}{path}", headers=headers, timeout=60, trust_env=False, **how
        )

    def gate(self, *, token: str) -> str:
        """Return what a deployment pipeline is answered."""
        asked = {"subject": SLUG, "action": "deploy", "surface": "api", "audience": "limited"}
        found = self.ask("POST", "/v1/gate", token=token, json=asked)
        assert found.status_code == 200, found.text
        assert found.json()["allowed"] is (found.json()["verdict"] == "ALLOW")
        return str(found.json()["verdict"])

    @contextmanager
    def running(self) -> Iterator[None]:
        app = create_team_app(
            load_server_file(self.told),
            root=self.folder,
            environment={"TIERLOCK_OIDC_CLIENT_SECRET": SECRET},
            clock=self.time,
        )
        with serving(app, place=self._socket):
            yield

    def close(self) -> None:
        self.provider.close()
        self.receiver.close()
        self._socket.close()


class Reader:
    """A person at a browser, with an authenticator of their own.

    Attributes:
        said: what the browser complained of.
    """

    def __init__(self, chromium: Browser, team: Team, *, name: str, **how: Any) -> None:
        self.team, self.name = team, name
        options = {"viewport": {"width": 1280, "height": 900}, **how}
        self.page: Page = chromium.new_context(base_url=team.address, **options).new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        devices = self.page.context.new_cdp_session(self.page)
        devices.send("WebAuthn.enable")
        devices.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                    "hasUserVerification": True, "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )  # fmt: skip

    def log_in(self) -> None:
        self.page.goto("/login")
        self.page.get_by_role("link", name=self.name).click()
        self.page.wait_for_url(f"{self.team.address}/**")

    def go(self, path: str) -> str:
        """Open a page; return the text of its main part."""
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return self.page.inner_text("main")

    def enrol(self, role: str) -> str:
        """Make a key; return the entry for the trust file that the page shows."""
        self.go("/enrol")
        self.page.get_by_label("Roles").fill(role)
        self.page.get_by_role("button", name="Make a key").click()
        return self.page.locator("pre").inner_text()

    def close(self) -> None:
        self.page.context.close()


class Album:
    """Pictures of each step, where `TIERLOCK_SCREENSHOTS` names a folder, else beside the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.environ.get("TIERLOCK_SCREENSHOTS", folder))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.number = 0

    def take(self, page: Page, name: str, *, narrow: bool = False) -> None:
        """Keep a picture of the whole page; `narrow` adds a phone's, and one of dark mode."""
        self.number += 1
        stem = self.folder / f"{self.number:02}-{name}"
        page.screenshot(path=f"{stem}.png", full_page=True)
        if narrow:
            page.set_viewport_size({"width": 390, "height": 844})
            root = "document.documentElement"
            assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), name
            page.screenshot(path=f"{stem}-390.png", full_page=True)
            page.set_viewport_size({"width": 1280, "height": 900})
            page.emulate_media(color_scheme="dark")
            page.screenshot(path=f"{stem}-dark.png", full_page=True)
            page.emulate_media(color_scheme="light")
