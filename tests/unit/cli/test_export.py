"""`tierlock export`: paths on stdout, what is lost on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.projects import tierlock
from tests.unit.importers.logs import members, pack, sample, spec, write
from tierlock.importers import NOT_CARRIED, read

WHO = ("--organization", "Example Lab", "--relationship", "first_party", "--at", "2026-05-01")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rows = [sample(1), sample(2, "I")]
    head = {"eval": spec(rows, model="mockllm/model")}
    return write(tmp_path / "logs", "a.eval", pack(members(rows, head)))


def test_it_prints_what_it_wrote(log: Path, tmp_path: Path) -> None:
    write(log.parent, "notes.txt", "x")
    ran = tierlock("export", log.parent, "--out", tmp_path / "out", *WHO)
    assert ran.code == 0
    (path,) = map(Path, ran.out.splitlines())
    assert read(path).evidence[0].subject.name == "mockllm/model"
    assert "left out" in ran.err
    assert "mock model" in ran.err
    assert all(f"not carried: {says}" in ran.err for says in NOT_CARRIED)


def test_as_json(log: Path, tmp_path: Path) -> None:
    ran = tierlock("export", log, "--out", tmp_path / "out", *WHO, "--format", "json", "-q")
    found = json.loads(ran.out)
    assert found["format"] == "every-eval-ever"
    (record,) = found["records"]
    assert read(Path(record["record"])).evidence[0].digest == record["digest"]
    assert Path(record["instances"]).is_file()
    assert found["notCarried"] == list(NOT_CARRIED)
    assert "not carried" not in ran.err


@pytest.mark.parametrize("missing", ["--organization", "--relationship", "--out"])
def test_nothing_is_made_up(missing: str, log: Path, tmp_path: Path) -> None:
    given = {"--out": str(tmp_path), **dict(zip(WHO[::2], WHO[1::2], strict=True))}
    del given[missing]
    ran = tierlock("export", log, *(text for pair in given.items() for text in pair))
    assert ran.code == 2
    assert missing in ran.err


def test_without_logs_and_project(tmp_path: Path) -> None:
    ran = tierlock("export", "--out", tmp_path / "out", "--project", tmp_path, *WHO)
    assert ran.code == 2
    assert "input.not-found" in ran.err
