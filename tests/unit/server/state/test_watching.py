"""What changes by itself is found, once, also after a while in which nobody looked."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from tests.unit.server.test_gate import played_until
from tierlock.server.state.tables import open_engine
from tierlock.server.state.watching import Watcher
from tierlock.server.state.webhooks import Webhooks
from tierlock.usecases import FolderWorkspace, Positions
from tierlock.usecases.demo import STORY


def test_an_expiry_that_nobody_asked_about_is_told_once(tmp_path: Path) -> None:
    folder = played_until(tmp_path / "demo", act=1)
    engine = open_engine(f"sqlite:///{tmp_path / 'state.db'}")
    webhooks = Webhooks(engine)
    hook = webhooks.make(
        url="https://hooks.example.org/", events=("decision.changed",), subjects=("*",),
        by="ana", at=STORY[0].at,
    )  # fmt: skip
    now = [STORY[0].at]

    def watcher() -> Watcher:
        return Watcher(
            Positions(FolderWorkspace([folder])),
            webhooks=webhooks,
            engine=engine,
            clock=lambda: now[0],
        )

    assert watcher().look() == 0
    assert watcher().look() == 0
    now[0] += timedelta(days=400)
    assert watcher().look() == 1
    assert watcher().look() == 0
    [told] = webhooks.deliveries(hook.id)
    body = json.loads(told.body)
    assert body["type"] == "decision.changed"
    assert body["data"]["changed"]["deploy/api/general"] == {"from": "ALLOW", "to": "HOLD"}
