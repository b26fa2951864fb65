"""`tierlock register`: text and JSON of the register, and where the numbers lie."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tierlock.cli.main import main
from tierlock.cli.register import command
from tierlock.frameworks import read_register
from tierlock.importers import RECORD


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


def test_everything_is_listed() -> None:
    done = run()
    assert done.exit_code == 0
    assert done.output.endswith(f"\n{len(read_register())} determinations\n")


def test_one_subject_as_json() -> None:
    document = json.loads(run("--subject", "claude-opus-4", "--format", "json").output)
    (entry,) = document["determinations"]
    assert entry["thresholds"]["CBRN-3"] == "treated_as_reached"
    assert entry["date"] == {"earliest": "2025-05-22", "latest": "2025-05-22", "knownBy": "primary"}


def test_the_folder_of_the_numbers() -> None:
    assert Path(run("--numbers").output.strip()) == RECORD
    assert run("--numbers", "--subject", "claude-opus-4").exit_code == 2


def test_an_unknown_subject_is_an_input_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["register", "--subject", "claude-opus4"])
    assert stop.value.code == 2
    said = capsys.readouterr()
    assert not said.out
    assert "error[input.not-found]" in said.err
    assert "did you mean `claude-opus-4`?" in said.err
