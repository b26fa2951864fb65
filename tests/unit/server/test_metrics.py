"""What the server counts about itself."""

from __future__ import annotations

from pathlib import Path

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tierlock.usecases import FolderWorkspace


def test_requests_decisions_and_refusals_are_counted(demo_folder: Path) -> None:
    asked = {"subject": "demo", "action": "train"}
    with client_of(FolderWorkspace([demo_folder]), at=DEMO_AT) as client:
        client.post("/v1/gate", json=asked)
        client.post("/v1/gate", json={**asked, "action": "fly"})
        client.post("/v1/gate", json=asked, headers={"origin": "https://evil.example"})
        client.get("/no/such/page/of/ours")
        answer = client.get("/v1/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert 'tierlock_requests_total{method="POST",route="gate",status="200"} 1.0' in lines
    assert 'tierlock_requests_total{method="POST",route="gate",status="400"} 1.0' in lines
    assert 'tierlock_requests_total{method="POST",route="gate",status="403"} 1.0' in lines
    assert 'tierlock_requests_total{method="GET",route="none",status="404"} 1.0' in lines
    assert 'tierlock_decisions_total{action="train",verdict="DENY"} 1.0' in lines
    assert 'tierlock_denied_total{why="server.csrf"} 1.0' in lines
    assert "no/such/page" not in answer.text
    assert "small-model-1" not in answer.text
