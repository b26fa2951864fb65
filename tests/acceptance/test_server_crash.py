"""A team's server is killed while clients write: nothing acknowledged is lost, and it can fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts import server_crash
from scripts.server_crash_clients import Acknowledged, Write, send_again

from tests.unit.ledger.server import Server
from tests.unit.store.conftest import server, url

__all__ = ["server", "url"]


def test_nothing_acknowledged_is_lost(url: str, tmp_path: Path) -> None:
    found = server_crash.campaign(url, folder=tmp_path, kills=3, seed=1, clients=6)
    assert found.kills == 3
    assert found.acknowledged >= 18
    assert found.wrong == 0, found


def test_nor_when_the_database_is_killed_too(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_crash, "DATABASE_EVERY", 1)
    found = server_crash.campaign(
        server.fresh(), folder=tmp_path, kills=1, seed=2, clients=6, database=server
    )
    assert (found.kills, found.database_kills) == (1, 1)
    assert found.wrong == 0, found


def test_a_loss_is_found(tmp_path: Path) -> None:
    place = server_crash.Place(f"sqlite:///{tmp_path}/team.db", folder=tmp_path)
    try:
        place.start()
        sent = [Write(kind, "model-1", f"w-{kind}") for kind in ("evidence", "statement")]
        done = [send_again(write, entrance=place.entrance) for write in sent]
        known = [one for one in done if isinstance(one, Acknowledged)]
        assert list(server_crash.missing(place, known)) == []
        never = [
            Acknowledged(Write("evidence", "model-1", "x"), {"runs": ["x"]}),
            Acknowledged(Write("statement", "model-1", "x"), {"place": 0}),
            Acknowledged(Write("token", "model-1", "x"), {"id": "x"}),
            Acknowledged(Write("comment", "model-1", "x"), {}),
        ]
        found = list(server_crash.missing(place, [*known, *never]))
    finally:
        place.close()
    assert found == [("lost", one.write) for one in never]
