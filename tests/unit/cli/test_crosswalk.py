"""`tierlock crosswalk`: what it prints and how it ends."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tierlock.cli.crosswalk import command
from tierlock.cli.main import main


def run(*args: str) -> str:
    done = CliRunner().invoke(command, list(args))
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    "names", [(), ("openai/preparedness",), ("anthropic/rsp", "google-deepmind/fsf")]
)
def test_the_text_fits_80_columns_and_claims_no_equality(names: tuple[str, ...]) -> None:
    text = run(*names)
    assert max(map(len, text.splitlines())) <= 80
    assert "equal to" not in text
    assert "not stated" in text


def test_json_is_the_same_answer() -> None:
    whole = json.loads(run("openai/preparedness", "google-deepmind/fsf", "--format", "json"))
    assert whole["frameworks"] == ["openai/preparedness-2", "google-deepmind/fsf-3.1"]
    assert whole["counts"]["equal"] == 0
    assert whole["counts"]["intersects"] > 5
    assert {one["concept"] for one in whole["concepts"]} >= {"cyber", "ai-rd-automation"}


def test_an_unknown_framework_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["crosswalk", "nobody/nothing-1"])
    assert stop.value.code == 2
    assert "framework.unknown" in capsys.readouterr().err
