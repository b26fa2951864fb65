"""`tierlock team` on the command line: taken in, listed, migrated, copied and put back."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.projects import process
from tests.unit.ledger.server import Server
from tests.unit.store.conftest import server

__all__ = ["server"]

ROOT = Path(__file__).resolve().parents[2]
AT = ("--at", "2026-11-23T00:00:00Z")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "first-release", tmp_path / "project")
    ran = process("assess", "logs/release-1", *AT, cwd=tmp_path / "project")
    assert ran.code == 0, ran.err
    return tmp_path


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Return the URLs of two empty databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/two.db"
    found: Server = request.getfixturevalue("server")
    names = [f"team_{tmp_path.name.lower().replace('-', '_')}_{number}" for number in (1, 2)]
    with psycopg.connect(found.url(), autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}".encode())
    one, two = (f"postgresql://tierlock@/{name}?host={found.folder}" for name in names)
    return one, two


def test_from_a_folder_to_a_copy_that_is_put_back(
    folder: Path, urls: tuple[str, str], request: pytest.FixtureRequest
) -> None:
    env = {"TIERLOCK_TEAM": urls[0], "TIERLOCK_TEAM_DATA": "data"}
    if "postgresql" in urls[0]:
        found: Server = request.getfixturevalue("server")
        env["PATH"] = f"{found.programs}{os.pathsep}{os.environ['PATH']}"

    def team(*arguments: str, **changed: str) -> str:
        ran = process("team", *arguments, cwd=folder, **{**env, **changed})
        assert ran.code == 0, ran.err
        return ran.out + ran.err

    refused = process("team", "list", cwd=folder, **env)
    assert refused.code == 2
    assert "tierlock team init" in refused.err
    assert "revision 2" in team("init")
    first = team("add", "project", "--as", "ann", *AT)
    assert "4 evidence" in first
    assert team("add", "project", "--as", "ann", *AT) == first
    (listed,) = json.loads(process("team", "list", "--format", "json", cwd=folder, **env).out)
    assert listed["slug"] == "small-model-1"
    assert "whole" in team("backup", "--to", "copy", *AT) + team("check", *AT)
    assert "2 -> 1" in team("migrate", "--to", "1")
    refused = process("team", "list", cwd=folder, **env)
    assert (refused.code, "team.schema" in refused.err) == (2, True)
    assert "1 -> 2" in team("migrate")
    again = {"TIERLOCK_TEAM": urls[1], "TIERLOCK_TEAM_DATA": "again"}
    assert "whole" in team("restore", "--from", "copy", *AT, **again)
    assert team("list", "--search", "SMALL", **again) == team("list")
    assert team("check", *AT, **again) == team("check", *AT)
