"""`tierlock demo record`: the published bars on the terminal; `tierlock demo` stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tierlock.cli.demo import command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_text() -> None:
    done = run("record")
    assert done.exit_code == 0
    assert "2.53 is not above 2.8: below" in done.output
    assert "CBRN-3 treated as reached" in done.output
    assert "tierlock register" in done.output
    assert not Path("record").exists()


def test_json() -> None:
    done = run("record", "--format", "json")
    assert done.exit_code == 0
    document = json.loads(done.output)
    assert document["exitCode"] == 0
    (opus,) = (model for model in document["models"] if model["subject"] == "claude-opus-4")
    first = opus["numbers"][0]["comparisons"][0]
    assert (first["literal"], first["resolved"]) == ("2.53 is not above 2.8: below", False)
    assert first["finding"]["outcome"] == "undetermined"


def test_a_format_belongs_to_the_record() -> None:
    assert run("--format", "json").exit_code == 2
    assert not Path("tierlock-demo").exists()


def test_a_folder_named_record_can_still_be_told_into() -> None:
    Path("record").mkdir()
    with pytest.raises(Exception, match="is no earlier demo"):
        run("./record")
