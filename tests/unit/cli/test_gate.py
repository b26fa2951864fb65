"""`tierlock gate`: one answer and one exit code, whatever the format."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.acceptance.projects import (
    AT,
    FRAMEWORK,
    PROJECT,
    STATEMENTS,
    assess,
    gate,
    log,
    project,
    tierlock,
)
from tierlock.cli.gate import FORMATS
from tierlock.cli.main import main

VERDICTS = {"ALLOW": 0, "DENY": 1, "HOLD": 10}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One project per verdict."""
    base = tmp_path_factory.mktemp("gate")
    unmet = STATEMENTS.replace("status: met", "status: unmet")
    found = {
        "ALLOW": project(base / "allow"),
        "HOLD": project(base / "hold"),
        "DENY": project(base / "deny", statements=unmet),
    }
    for name in ("ALLOW", "DENY"):
        assert assess(found[name], log(found[name] / "logs")).code == 0
    return found


def ask(folder: Path, *args: object) -> tuple[int, str, str]:
    return tierlock("gate", "--project", folder, "--at", AT, *args)


def test_every_format_of_the_design_is_there() -> None:
    assert set(FORMATS) == {"text", "json", "markdown", "junit", "sarif", "github"}


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_k_every_format_gives_the_same_exit_code(
    answers: dict[str, Path], verdict: str, style: str
) -> None:
    code, out, err = ask(answers[verdict], "--format", style)
    assert code == VERDICTS[verdict]
    assert err == ""
    assert re.findall("|".join(VERDICTS), out)[0] == verdict


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_advisory_reports_and_exits_0(answers: dict[str, Path], verdict: str, style: str) -> None:
    code, out, err = ask(answers[verdict], "--format", style, "--advisory")
    assert code == 0
    assert verdict in out
    assert verdict in err
    assert "not enforced" in err


@pytest.mark.parametrize("verdict", VERDICTS)
def test_machines_can_read_every_machine_format(answers: dict[str, Path], verdict: str) -> None:
    folder = answers[verdict]
    found = json.loads(ask(folder, "--format", "json")[1])
    assert found["decision"]["verdict"] == verdict
    assert found["exitCode"] == VERDICTS[verdict]
    assert json.loads(ask(folder, "--format", "json", "--advisory")[1])["exitCode"] == 0
    sarif = json.loads(ask(folder, "--format", "sarif")[1])
    assert bool(sarif["runs"][0]["results"]) == (verdict != "ALLOW")
    suite = ET.fromstring(ask(folder, "--format", "junit")[1])  # noqa: S314  # our own output
    assert not list(suite.iter("skipped"))
    assert bool([*suite.iter("failure"), *suite.iter("error")]) == (verdict != "ALLOW")
    github = ask(folder, "--format", "github")[1]
    assert ("::error" in github) == (verdict != "ALLOW")


def test_the_same_question_gets_the_same_bytes(answers: dict[str, Path]) -> None:
    for style in FORMATS:
        assert ask(answers["HOLD"], "--format", style) == ask(answers["HOLD"], "--format", style)


# -- what is asked ----------------------------------------------------------------------------


def test_a_surface_that_is_named_alone_is_what_is_asked_about(tmp_path: Path) -> None:
    """Else the answer about the project's surface would look like a permission for this one."""
    frame = "surfaces: [api, app]\naudiences: [everybody, staff]"
    text = FRAMEWORK.replace("surfaces: [api]\naudiences: [everybody]", frame)
    folder = project(tmp_path, lab=text)
    assert assess(folder, log(folder / "logs")).code == 0
    assert ask(folder)[0] == 0
    for args in (["--surface", "app"], ["--surface", "app", "--audience", "staff"]):
        code, out, _ = ask(folder, *args, "--format", "json")
        decision = json.loads(out)["decision"]
        assert (code, decision["action"]["surface"]) == (10, "app")
        assert [reason["code"] for reason in decision["reasons"]] == ["surface.undeclared"]
    code, out, _ = ask(folder, "--audience", "staff", "--format", "json")
    asked = json.loads(out)["decision"]["action"]
    assert (code, asked) == (0, {"name": "deploy", "surface": "api", "audience": "staff"})
    ran = tierlock("explain", "--project", folder, "--at", AT, "--surface", "app", "--format=json")
    assert ran.json["decision"]["verdict"] == "HOLD"


@pytest.mark.parametrize(
    "args",
    [
        ["--action", "fly"],
        ["--action", "deploy"],
        ["--action", "deploy", "--surface", "api"],
        ["--surface", "moon"],
        ["--audience", "moon"],
    ],
    ids=" ".join,
)
def test_an_action_that_the_framework_does_not_know_is_an_input_error(
    answers: dict[str, Path], args: list[str]
) -> None:
    code, out, err = ask(answers["ALLOW"], *args)
    assert (code, out) == (2, "")
    assert err.startswith("error[input.action]")


def test_a_project_that_asks_nothing_needs_an_action(tmp_path: Path) -> None:
    text = "\n".join(line for line in PROJECT.splitlines() if not line.startswith("action"))
    folder = project(tmp_path, tierlock=text)
    for args in ([], ["--surface", "api"]):
        code, out, err = ask(folder, *args)
        assert (code, out) == (2, "")
        assert "error[input.action]" in err
        assert "deploy" in err


@pytest.mark.parametrize(
    ("at", "error"),
    [
        ("2026-03-10T00:00:00", "input.naive-time"),
        ("tomorrow", "input.type"),
        ("", "input.type"),
        ("2026-13-01", "input.type"),
        ("2026-03-01T13:30:00Z", "input.future"),
        ("2025-12-31", "input.future"),
    ],
)
def test_an_instant_that_can_not_be_asked_about(
    answers: dict[str, Path], at: str, error: str
) -> None:
    ran = tierlock("gate", "--project", answers["ALLOW"], "--at", at)
    assert (ran.code, ran.out) == (2, "")
    assert f"error[{error}]" in ran.err


@pytest.mark.parametrize("at", ["2026-03-10", "2026-03-10T02:00:00+02:00", AT])
def test_an_instant_may_be_a_day_or_have_an_offset(answers: dict[str, Path], at: str) -> None:
    ran = tierlock("gate", "--project", answers["ALLOW"], "--at", at, "--format", "json")
    assert ran.json["decision"]["decidedAt"] == AT


def test_the_permission_ends(answers: dict[str, Path]) -> None:
    decision = gate(answers["ALLOW"]).json["decision"]
    ends = decision["expiresAt"]
    assert ends > AT
    assert gate(answers["ALLOW"], at=ends).code == 10


def test_an_unknown_framework_says_what_was_meant(answers: dict[str, Path]) -> None:
    code, out, err = ask(answers["ALLOW"], "--framework", "asl/referense-1")
    assert (code, out) == (2, "")
    assert "error[framework.unknown]" in err
    assert "did you mean `asl/reference-1`" in err


def test_another_framework_may_be_asked(answers: dict[str, Path]) -> None:
    args = ["--framework", "asl/reference-1", "--action", "store", "--format", "json"]
    ran = tierlock("gate", "--project", answers["ALLOW"], "--at", "2026-12-01", *args)
    assert ran.code == 10
    assert ran.json["decision"]["framework"]["framework"] == "asl/reference"


# -- colour -----------------------------------------------------------------------------------


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("no_color", ["1", None])
def test_colour_is_for_terminals_that_want_it(
    answers: dict[str, Path], monkeypatch: pytest.MonkeyPatch, no_color: str | None
) -> None:
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    if no_color is None:
        monkeypatch.delenv("NO_COLOR", raising=False)
    else:
        monkeypatch.setenv("NO_COLOR", no_color)
    with pytest.raises(SystemExit):
        main(["gate", "--project", str(answers["HOLD"]), "--at", AT])
    assert ("\x1b[" in out.getvalue()) == (no_color is None)
    assert "HOLD" in out.getvalue()


def test_text_fits_80_columns_where_there_is_no_terminal(answers: dict[str, Path]) -> None:
    for folder in answers.values():
        assert max(len(line) for line in ask(folder)[1].splitlines()) <= 80


@pytest.mark.parametrize("verdict", VERDICTS)
def test_all_actions_end_with_the_worst_answer(answers: dict[str, Path], verdict: str) -> None:
    code, out, err = ask(answers[verdict], "--all")
    assert (code, err) == (VERDICTS[verdict], "")
    (row,) = (line for line in out.splitlines() if line.startswith("  deploy"))
    assert row.split()[:4] == ["deploy", "api", "everybody", verdict]
    found = tierlock("gate", "--project", answers[verdict], "--at", AT, "--all", "--format", "json")
    assert found.json["exitCode"] == found.code == VERDICTS[verdict]
    (one,) = found.json["decisions"]
    alone = tierlock("gate", "--project", answers[verdict], "--at", AT, "--format", "json").json
    assert one["verdict"] == verdict
    assert one["reasons"] == alone["decision"]["reasons"]
    logged = tierlock("ledger", "log", "--project", answers[verdict]).out
    assert f"{verdict} " in logged or f"{verdict}:" in logged
    code, _, err = ask(answers[verdict], "--all", "--advisory")
    assert (code, err) == (0, f"advisory: {verdict} was not enforced\n")


@pytest.mark.parametrize(
    "more", [("--action", "deploy"), ("--surface", "api"), ("--format", "junit")]
)
def test_all_actions_and_one_action_are_two_questions(
    answers: dict[str, Path], more: tuple[str, str]
) -> None:
    code, out, err = ask(answers["ALLOW"], "--all", *more)
    assert (code, out) == (2, "")
    assert "input.action" in err
