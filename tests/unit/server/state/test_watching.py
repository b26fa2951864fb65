"""What changes by itself is found, once, also after a while in which nobody looked."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from tests.unit.server.test_gate import played_until
from tierlock.core import Negative
from tierlock.server.state.tables import LAST, open_engine
from tierlock.server.state.watching import Watcher
from tierlock.server.state.webhooks import Webhooks
from tierlock.store import LocalStore
from tierlock.usecases import FolderWorkspace, Positions, Project
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


class Counting(FolderWorkspace):
    """Counts how often what was computed is read, and how often a project is opened."""

    read = 0

    def kept(self, slug: str, *, name: str, state: str) -> bytes | None:
        self.read += 1
        return super().kept(slug, name=name, state=state)

    def open(self, slug: str, *, framework: str | None = None) -> Project:
        self.read += 1
        return super().open(slug, framework=framework)


def test_what_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    folder = played_until(tmp_path / "demo", act=1)
    workspace = Counting([folder])
    engine = open_engine(None)
    now = [STORY[0].at]
    watcher = Watcher(
        Positions(workspace), webhooks=Webhooks(engine), engine=engine, clock=lambda: now[0]
    )
    assert watcher.look() == 0
    read = workspace.read
    assert read > 0
    assert watcher.look() == 0
    assert workspace.read == read
    # Time alone is news, where something lapses; so are records.
    now[0] += timedelta(days=400)
    assert watcher.look() == 1
    assert workspace.read > read
    read = workspace.read
    incident = Negative(kind="incident", subject="small-model-1", says="x", happened_at=now[0])
    LocalStore(folder / ".tierlock").add_negatives([incident])
    watcher.look()
    assert workspace.read > read


def test_it_ends_in_the_middle_of_a_look(tmp_path: Path) -> None:
    folder = played_until(tmp_path / "demo", act=1)
    both = [folder, Path(shutil.copytree(folder, tmp_path / "other"))]
    engine = open_engine(None)

    def looked_at(*, stopped: bool) -> int:
        watcher = Watcher(
            Positions(FolderWorkspace(both)),
            webhooks=Webhooks(engine),
            engine=engine,
            clock=lambda: STORY[0].at,
        )
        if stopped:
            watcher.stop()
        watcher.look()
        with engine.connect() as connection:
            return len(connection.execute(select(LAST)).all())

    assert looked_at(stopped=True) == 1
    assert looked_at(stopped=False) == 2
