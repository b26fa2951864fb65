"""Evaluations that others run with `inspect eval`, recorded by the hook without their doing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import ROOT, Ran, tierlock

# Kills the process at the 45th sample that has ended.
KILLED = """
import os
from tierlock.runners.inspect_hooks import Recorder
counted = []
async def on_sample_end(self, data):
    counted.append(1)
    if len(counted) == 45:
        os.kill(os.getpid(), 9)
Recorder.on_sample_end = on_sample_end
from inspect_ai._cli.main import main
main()
"""

EXAMPLE = ROOT / "examples" / "run-evaluations"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a sealed plan of one run."""
    made = tmp_path / "p"
    ignored = shutil.ignore_patterns("__pycache__", ".tierlock", "runs")
    shutil.copytree(EXAMPLE, made, ignore=ignored)
    shutil.copy(Path(__file__).with_name("run_tasks.py"), made / "tasks.py")
    assert tierlock("plan", "seal", "--all", "--project", made).code == 0
    return made


def inspect_eval(folder: Path, *args: str, setting: Path | None) -> Ran:
    """Run an evaluation as somebody who knows nothing of Tierlock does."""
    env = {name: value for name, value in os.environ.items() if name != "TIERLOCK_PROJECT"}
    if setting is not None:
        env["TIERLOCK_PROJECT"] = str(setting)
    done = subprocess.run(
        [Path(sys.executable).with_name("inspect"), "eval", "tasks.py@synthesis", *args,
         "--model", "mockllm/model", "--limit", "20", "--display", "none", "--log-dir", "logs"],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def runs(folder: Path) -> Any:
    return tierlock("plan", "status", "--project", folder, "--format", "json").json["runs"]


def test_a_run_of_others_is_registered_and_its_evidence_comes_in(folder: Path) -> None:
    ran = inspect_eval(folder, setting=folder)
    assert ran.code == 0, ran.err
    (run,) = runs(folder)
    assert (run["slot"], run["ended"], run["owed"]) == ("synthesis", "success", False)
    said = tierlock("gate", "--project", folder, "--format", "json")
    (threshold,) = said.json["determination"]["thresholds"]
    assert threshold["outcome"] == "ruled_out"
    assert "tierlock hooks" not in said.err


def test_without_the_setting_nothing_is_recorded(folder: Path) -> None:
    ran = inspect_eval(folder, setting=None)
    assert ran.code == 0, ran.err
    assert runs(folder) == []
    assert "tierlock" not in ran.err + ran.out


def test_a_run_of_another_task_is_kept_and_counts_for_nothing(folder: Path) -> None:
    text = (folder / "tasks.py").read_text()
    (folder / "tasks.py").write_text(
        text + "\n\n@task\ndef other() -> Task:\n    return synthesis(3)\n"
    )
    inspect = Path(sys.executable).with_name("inspect")
    done = subprocess.run(
        [inspect, "eval", "tasks.py@other", "--model", "mockllm/model", "--display", "none"],
        cwd=folder, env={**os.environ, "TIERLOCK_PROJECT": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "`other` fills no slot of example/running-1: kept, not counted" in done.stderr
    assert runs(folder) == []


def test_an_error_leaves_the_run_alone_and_is_told_until_it_is_acknowledged(folder: Path) -> None:
    ledger = folder / ".tierlock" / "ledger.db"
    ledger.rename(ledger.with_name("aside"))
    ledger.mkdir()
    ran = inspect_eval(folder, setting=folder)
    assert ran.code == 0
    assert "tierlock: this run is NOT recorded: error[ledger.unavailable]" in ran.err
    assert len(list((folder / "logs").glob("*.eval"))) == 1
    ledger.rmdir()
    ledger.with_name("aside").rename(ledger)

    listed = tierlock("hooks", "--project", folder, "--format", "json")
    assert listed.code == 4
    assert [one["event"] for one in listed.json] == ["start", "log"]
    assert {one["evaluation"] for one in listed.json} == {"synthesis"}
    assert "could not be recorded by a hook; see tierlock hooks" in tierlock(
        "gate", "--project", folder
    ).err  # fmt: skip
    # The log was not lost: it can be read like any other.
    read = tierlock("assess", folder / "logs", "--project", folder)
    assert read.code == 0
    assert "could not be recorded by a hook" in read.err

    assert tierlock("hooks", "--acknowledge", "--project", folder).code == 0
    assert tierlock("hooks", "--project", folder).code == 0
    assert "hook" not in tierlock("gate", "--project", folder).err
    lines = (folder / ".tierlock" / "hook-errors.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["error", "error", "acknowledged"]


def test_an_eval_set_that_was_killed_leaves_nothing_owed_when_it_is_gone_on_with(
    folder: Path,
) -> None:
    """Inspect removes the log that broke off: its evidence comes in before that."""
    how = ["eval-set", "tasks.py@synthesis", "--model", "mockllm/model", "--limit", "90",
           "--display", "none", "--log-dir", "set"]  # fmt: skip
    env = {**os.environ, "TIERLOCK_PROJECT": str(folder)}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *how], cwd=folder, env=env, capture_output=True, check=False
    )
    assert killed.returncode == -9
    assert [run["owed"] for run in runs(folder)] == [True]
    inspect = Path(sys.executable).with_name("inspect")
    again = subprocess.run([inspect, *how], cwd=folder, env=env, capture_output=True, check=False)
    assert again.returncode == 0
    found = runs(folder)
    assert sorted(run["ended"] for run in found) == ["started", "success"]
    assert not any(run["owed"] for run in found)
    assert len({run["startedAt"] for run in found}) == 1


def test_a_project_that_is_not_there_is_told_and_not_made(folder: Path, tmp_path: Path) -> None:
    ran = inspect_eval(folder, setting=tmp_path / "nowhere")
    assert ran.code == 0
    assert "this run is NOT recorded: error[input.not-found]" in ran.err
    assert "this could not be noted either" in ran.err
    assert not (tmp_path / "nowhere").exists()


def test_the_hook_loads_nothing_until_there_is_a_run() -> None:
    code = (
        "import sys, tierlock.runners.inspect_hooks as h\n"
        "assert not h.Recorder().enabled()\n"
        "print([m for m in sys.modules if m.startswith('tierlock.')])"
    )
    env = {name: value for name, value in os.environ.items() if name != "TIERLOCK_PROJECT"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    loaded = "['tierlock.lazy', 'tierlock.runners', 'tierlock.runners.session', "
    assert done.stdout.strip() == loaded + "'tierlock.runners.inspect_hooks']"
