"""Webhooks over the API: made by administrators for listed hosts, their secret shown once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tierlock.server import Settings
from tierlock.usecases import FolderWorkspace

ASKED = {"url": "https://hooks.example.org/t", "events": ["decision.changed"]}


@pytest.fixture
def hooked(demo_folder: Path) -> Iterator[TestClient]:
    settings = Settings(webhook_hosts=("hooks.example.org", "localhost"))
    with client_of(FolderWorkspace([demo_folder]), at=DEMO_AT, settings=settings) as client:
        yield client


def test_a_webhook_is_made_listed_and_ended(hooked: TestClient) -> None:
    made = hooked.post("/v1/webhooks", json=ASKED)
    assert made.status_code == 201
    name = made.json()["id"]
    assert made.json()["secret"].startswith("whsec_")
    [listed] = hooked.get("/v1/webhooks").json()["items"]
    assert listed == {key: value for key, value in made.json().items() if key != "secret"}
    assert hooked.get(f"/v1/webhooks/{name}/deliveries").json() == {"items": []}
    assert hooked.delete(f"/v1/webhooks/{name}").status_code == 204
    assert hooked.delete(f"/v1/webhooks/{name}").status_code == 404
    assert hooked.get("/v1/webhooks").json() == {"items": []}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/t",
        "https://hooks.example.org.evil.example/",
        "https://user@hooks.example.org/",
        "https://hooks.example.org@evil.example/",
        "http://hooks.example.org/",
        "file:///etc/passwd",
        "https://[::1",
        "https://",
        "gopher://localhost/",
        "https://169.254.169.254/latest",
    ],
)
def test_only_listed_hosts_are_sent_to(hooked: TestClient, url: str) -> None:
    answer = hooked.post("/v1/webhooks", json={**ASKED, "url": url})
    assert (answer.status_code, answer.json()["code"]) == (400, "server.webhook")


def test_without_settings_nothing_is_sent_anywhere(client: TestClient) -> None:
    answer = client.post("/v1/webhooks", json=ASKED)
    assert answer.json()["code"] == "server.webhook"
