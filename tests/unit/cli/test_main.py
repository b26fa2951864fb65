"""The last door: every way to end has its exit code, and only 0 is permission."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.acceptance.projects import AT, assess, log, process, project, tierlock
from tests.architecture.house import SOURCES
from tierlock import __version__
from tierlock.cli import gate as gate_file
from tierlock.cli.context import HELP
from tierlock.cli.main import COMMANDS, root
from tierlock.core import InputError, IntegrityError

LEAVES = [
    ["assess"],
    ["gate"],
    ["sign"],
    ["dissent"],
    ["ruling"],
    ["except"],
    ["signatures"],
    ["expiring"],
    ["explain"],
    ["init"],
    ["report"],
    ["report", "capability"],
    ["report", "safeguards"],
    ["report", "risk"],
    ["safeguards"],
    ["safeguards", "status"],
    ["safeguards", "claim"],
    ["safeguards", "gaps"],
    ["safeguards", "oscal"],
    ["size"],
    ["plan"],
    ["plan", "items"],
    ["plan", "seal"],
    ["plan", "start"],
    ["plan", "status"],
    ["run"],
    ["serve"],
    ["hooks"],
    ["permit"],
    ["permit", "issue"],
    ["permit", "revoke"],
    ["permit", "status"],
    ["permit", "check"],
    ["permit", "keys"],
    ["account"],
    ["account", "token"],
    ["account", "token", "new"],
    ["account", "token", "list"],
    ["account", "token", "revoke"],
    ["account", "person"],
    ["account", "person", "list"],
    ["account", "person", "disable"],
    ["account", "person", "enable"],
    ["account", "audit"],
    ["bundle"],
    ["verify"],
    ["ledger"],
    ["ledger", "log"],
    ["ledger", "verify"],
    ["ledger", "tree-head"],
    ["ledger", "anchor"],
    ["ledger", "export"],
    ["ledger", "import"],
    ["framework"],
    ["framework", "list"],
    ["framework", "show"],
    ["framework", "copy"],
    ["framework", "schema"],
    ["framework", "check"],
    ["framework", "lint"],
    ["framework", "diff"],
    ["framework", "impact"],
    ["framework", "alpha"],
    ["framework", "prove"],
    ["compare"],
    ["prompt"],
    ["prompt", "log"],
    ["prompt", "show"],
    ["prompt", "diff"],
    ["prompt", "import"],
    ["prompt", "add"],
    ["prompt", "label"],
    ["output"],
    ["output", "list"],
    ["output", "show"],
    ["output", "search"],
    ["crosswalk"],
    ["export"],
    ["suite"],
    ["key"],
    ["key", "new"],
    ["key", "show"],
    ["subject"],
    ["register"],
    ["team"],
    ["team", "init"],
    ["team", "migrate"],
    ["team", "add"],
    ["team", "list"],
    ["team", "check"],
    ["team", "backup"],
    ["team", "restore"],
    ["demo"],
]


def test_the_list_of_commands_is_what_there_is() -> None:
    assert {leaf[0] for leaf in LEAVES} == set(COMMANDS)
    ran = tierlock("--help")
    assert ran.code == 0
    assert all(name in ran.out for name in COMMANDS)
    assert ran.err == ""
    assert tierlock("--version").out.split()[-1] == __version__


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", LEAVES, ids=" ".join)
def test_every_command_explains_itself(command: list[str], flag: str) -> None:
    ran = tierlock(*command, flag)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: tierlock {' '.join(command)} ")


def test_how_help_is_asked_for_is_said_once() -> None:
    saying = [path.name for path in SOURCES if "help_option_names" in path.read_text("utf-8")]
    assert saying == ["context.py"]
    assert root.context_settings == HELP


def test_every_option_of_every_command_has_help() -> None:
    def options(command: click.Command) -> list[click.Option]:
        found = [entry for entry in command.params if isinstance(entry, click.Option)]
        if isinstance(command, click.Group):
            context = click.Context(command, **command.context_settings)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                assert inner.help
                found += options(inner)
        return found

    known = options(root)
    assert len(known) > 20
    # `--format` says all there is to say by its choices and its default.
    assert {option.name for option in known if not option.help} <= {"style"}


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["gaet"],
        ["--nonsense"],
        ["gate", "--nonsense"],
        ["gate", "extra"],
        ["gate", "--format", "yaml"],
        ["assess"],
        ["init"],
        ["plan"],
        ["plan", "seal", "--runs", "0"],
        ["framework", "check", "no-such-file.yaml"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_is_not_understood_exits_2(args: list[str]) -> None:
    ran = tierlock(*args)
    assert ran.code == 2
    assert ran.out == ""
    assert "Usage" in ran.err


# -- what goes wrong inside a command ----------------------------------------------------------


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*args: object, **named: object) -> None:
        raise error

    monkeypatch.setattr(gate_file, "load_project", fail)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (InputError("input.file", "x", hint="y"), 2, "error[input.file] x\n  hint: y\n"),
        (IntegrityError("integrity.digest", "x", location="f"), 3, "error[integrity.digest] f x\n"),
        (ValueError("odd"), 70, "error[internal] ValueError: odd\n"),
        (RecursionError("deep"), 70, "error[internal] RecursionError: deep\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
    ],
)
def test_an_error_has_its_exit_code_and_prints_no_data(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, says: str
) -> None:
    monkeypatch.delenv("TIERLOCK_TRACEBACK", raising=False)
    broken(monkeypatch, error)
    ran = tierlock("gate")
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_a_traceback_is_shown_on_request_and_keeps_the_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python's own exit code after a traceback is 1, which would mean DENY."""
    monkeypatch.setenv("TIERLOCK_TRACEBACK", "1")
    broken(monkeypatch, ValueError("odd"))
    ran = tierlock("gate")
    assert ran.code == 70
    assert "Traceback" in ran.err
    broken(monkeypatch, InputError("input.file", "x"))
    assert "Traceback" not in tierlock("gate").err


def test_commands_run_under_the_runner_of_click() -> None:
    ran = CliRunner().invoke(root, ["framework", "list"])
    assert ran.exit_code == 0
    assert "asl/reference-1" in ran.stdout


# -- as processes ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project(tmp_path_factory.mktemp("cli") / "p")
    assert assess(folder, log(folder / "logs")).code == 0
    return folder


def test_a_process_ends_with_the_exit_code(allowed: Path, tmp_path: Path) -> None:
    ran = process("gate", "--at", AT, cwd=allowed)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("ALLOW")
    ran = process("gate", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[input.not-found]")


def into(folder: Path, args: list[str], *, end: Callable[[], int]) -> tuple[int, str]:
    """Run a process whose stdout is a broken one, and return exit code and stderr."""
    handle = end()
    with open(handle, "wb") as out:  # noqa: PTH123  # a file descriptor, not a path
        done = subprocess.run(
            [sys.executable, "-c", "from tierlock.cli import main; main()", *args],
            cwd=folder,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    return done.returncode, done.stderr


def closed_pipe() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.parametrize("args", [["gate", "--at", AT], ["--help"]], ids=" ".join)
def test_a_reader_that_went_away_is_neither_a_permission_nor_a_denial(
    allowed: Path, args: list[str]
) -> None:
    assert into(allowed, args, end=closed_pipe) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_answer_that_can_not_be_written_is_no_permission(allowed: Path) -> None:
    code, err = into(allowed, ["gate", "--at", AT], end=full_disk)
    assert code not in {0, 1, 10}
    assert err.startswith("error[input.file] can not write the answer")


def test_an_output_without_unicode_still_gives_the_answer(allowed: Path) -> None:
    ran = process("gate", "--at", AT, cwd=allowed, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ran.code == 0
    assert ran.out.startswith("ALLOW")
