"""`sign.js` in a real browser with a virtual authenticator: enrol, sign, and the gate opens."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.projects import gate
from tests.acceptance.signed import LATER, SIGNED_AT, signed_project, states
from tierlock.attest import Authenticator, read_registration, registration_options
from tierlock.core import InputError, parse_instant
from tierlock.usecases import (
    SignRequest,
    complete_in_browser,
    enrol,
    load_project,
    offer_in_browser,
)

SCRIPT = Path(__file__).parents[2] / "src" / "tierlock" / "server" / "static" / "sign.js"
AT = parse_instant(SIGNED_AT)
POLICY = "default-src 'self'; frame-ancestors 'none'"
ROLES = {"Ann": "safety", "Bob": "owner"}


class Site:
    """One page with one form, and what was posted last."""

    def __init__(self) -> None:
        self.kind, self.options, self.posted = "get", dict[str, Any](), b""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                script = self.path == "/sign.js"
                body = SCRIPT.read_bytes() if script else site.page().encode()
                self.send_response(200)
                kind = "text/javascript" if script else "text/html; charset=utf-8"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", POLICY)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                site.posted = parse_qs(sent)["response"][0].encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<p id=done>kept</p>")

            def log_message(self, *_: object) -> None:
                """Tests talk for themselves."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self) -> str:
        options = html.escape(json.dumps(self.options))
        return (
            "<!doctype html><html lang=en><title>Sign</title>"
            f'<form method=post data-webauthn={self.kind} data-options="{options}">'
            "<input type=hidden name=response><button disabled>Sign</button>"
            "<p role=status data-webauthn-says hidden></p></form>"
            "<script src=/sign.js defer></script>"
        )

    def answer(self, page: Page, *, kind: str, options: dict[str, Any]) -> bytes:
        """Return what the page posts once the button was pressed."""
        self.kind, self.options, self.posted = kind, options, b""
        page.goto(self.origin)
        page.get_by_role("button").click()
        page.wait_for_selector("#done")
        return self.posted


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    return chromium


def authenticator(page: Page, *, verified: bool = True) -> None:
    """Give a page an authenticator of its own."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verified,
                "automaticPresenceSimulation": True,
            }
        },
    )


def enrolled(site: Site, page: Page, *, person: str) -> str:
    """Enrol a person's authenticator; return the trust file's entry."""
    where = Authenticator(rp_id="localhost", origins=(site.origin,))
    challenge = person.encode() * 8
    asked = registration_options(where, person=person, challenge=challenge, handle=bytes(32))
    response = site.answer(page, kind="create", options=asked)
    made = read_registration(response, challenge=challenge, site=where)
    assert made.authenticator.credential is not None
    start = parse_instant("2026-01-01T00:00:00Z")
    return enrol(made, person=person, roles=[ROLES[person]], at=start).text


def test_two_people_enrol_and_sign_on_a_page(browser: Browser, site: Site, tmp_path: Path):
    here = signed_project(tmp_path / "p")
    pages = {person: browser.new_context().new_page() for person in ROLES}
    complaints: list[str] = []
    for page in pages.values():
        page.on("console", lambda message: complaints.append(message.text))
        authenticator(page)
    entries = [enrolled(site, page, person=person) for person, page in pages.items()]
    (here / "trust.yaml").write_text("keys:\n" + "".join(entries), encoding="utf-8")
    project = load_project(here)
    for person, page in pages.items():
        found = offer_in_browser(
            project,
            person=person,
            request=SignRequest(what="approval"),
            origin=site.origin,
            at=AT,
        )
        assert found.options is not None
        complete = partial(
            complete_in_browser, project, person=person, at=AT + timedelta(seconds=9)
        )
        response = site.answer(page, kind="get", options=found.options)
        assert complete(pending=found.pending, response=response).name == found.pending.states
        with pytest.raises(InputError):
            complete(pending=found.pending, response=response)
    assert gate(here, at=LATER).code == 0
    assert {state for _, state, _ in states(here)} == {"counts"}
    assert not [text for text in complaints if "favicon" not in text]


def test_who_is_not_verified_signs_nothing_and_is_told(browser: Browser, site: Site):
    page = browser.new_context().new_page()
    authenticator(page, verified=False)
    where = Authenticator(rp_id="localhost", origins=(site.origin,))
    site.kind = "create"
    site.options = registration_options(where, person="Ann", challenge=bytes(32), handle=bytes(32))
    page.goto(site.origin)
    page.get_by_role("button").click()
    page.get_by_text("Nothing was signed").wait_for()
    assert site.posted == b""


def test_a_page_of_another_site_is_told_so(browser: Browser, site: Site):
    page = browser.new_context().new_page()
    authenticator(page)
    site.options = {"challenge": "AAAA", "rpId": "example.org", "userVerification": "required"}
    page.goto(site.origin)
    page.get_by_role("button").click()
    page.get_by_text("not one on which the key may sign").wait_for()
    assert site.posted == b""


def test_without_javascript_the_button_does_nothing(browser: Browser, site: Site):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(site.origin)
    assert page.get_by_role("button").is_disabled()
