"""`tierlock run` with a mock model: registered, recorded, gone on with, and stopped early."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import ROOT, Ran, process, tierlock
from tierlock.core import RegisteredRun
from tierlock.usecases import load_project, project_ledger, records_in

EXAMPLE = ROOT / "examples" / "run-evaluations"
LOOKS = "30,60,120,200"

# Stops the process at the so manieth sample that has ended, as if it was killed there.
KILLED = """
import os, signal, sys
from tierlock.runners.session import Session
# A shell that runs the tests in the background lets its children ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
at, sign, count, counted = int(sys.argv.pop(1)), int(sys.argv.pop(1)), Session.sample, []
def sample(self, *, failed):
    counted.append(1)
    count(self, failed=failed)
    if len(counted) == at:
        os.kill(os.getpid(), sign)
Session.sample = sample
from tierlock.cli import main
main(sys.argv[1:])
"""

# The ledger takes plans and nothing else: no start can be registered.
FULL = """
import sys
from tierlock.core import InputError
from tierlock.usecases import running_starts
def log_records(*_, **__):
    raise InputError("ledger.unavailable", "no space left")
running_starts.log_records = log_records
from tierlock.cli import main
main(sys.argv[1:])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's project with the tests' own task, before any plan."""
    made = tmp_path / "p"
    ignored = shutil.ignore_patterns("__pycache__", ".tierlock", "runs")
    shutil.copytree(EXAMPLE, made, ignore=ignored)
    shutil.copy(Path(__file__).with_name("run_tasks.py"), made / "tasks.py")
    (made / "items.txt").write_text("\n".join(f"q{n:03}" for n in range(200)))
    return made


def seal(folder: Path, *more: str) -> None:
    looks = ("--looks", LOOKS, "--items", folder / "items.txt", "--planned-value", "0.05")
    ran = tierlock("plan", "seal", "--slot", "synthesis", *(more or looks), "--project", folder)
    assert ran.code == 0, ran.err


def run(folder: Path, *args: str, danger: int = 12) -> Ran:
    return process("run", "--format", "json", *args, cwd=folder, DANGER=str(danger))


def status(folder: Path) -> Any:
    return tierlock("plan", "status", "--project", folder, "--format", "json").json


def asked(folder: Path) -> Counter[str]:
    return Counter((folder / "asked.txt").read_text().split())


def test_a_slot_ends_at_the_look_that_settles_it_and_is_not_run_again(folder: Path) -> None:
    seal(folder)
    ran = run(folder)
    assert ran.code == 0, ran.err
    (slot,) = ran.json["slots"]
    assert slot["ended"] == "ruled_out"
    assert (slot["runsMade"], slot["samples"], slot["samplesPlanned"]) == (3, 120, 200)
    assert slot["tokens"] == {"input": 12_000, "output": 1_200}
    assert slot["usd"] == pytest.approx(12_000 * 3e-6 + 1_200 * 15e-6)
    drawn = tierlock("plan", "items", "--slot", "synthesis", "--project", folder).out.split()
    assert asked(folder) == Counter(drawn[:120])
    (threshold,) = ran.json["assessment"]["determination"]["thresholds"]
    assert threshold["outcome"] == "ruled_out"

    again = run(folder).json["slots"][0]
    assert (again["runsMade"], again["samples"], again["ended"]) == (0, 120, "ruled_out")
    assert asked(folder).total() == 120


def test_every_start_is_in_the_ledger_before_the_end(folder: Path) -> None:
    seal(folder)
    assert run(folder).code == 0
    with project_ledger(load_project(folder)) as ledger:
        runs = [one for _, one in records_in(ledger, kinds=["run"])]
    ends = [(one.run_id, one.ended) for one in runs if isinstance(one, RegisteredRun)]
    ids = list(dict.fromkeys(name for name, _ in ends))
    assert ends == [(name, end) for name in ids for end in ("started", "success")]
    assert all(one.plan is not None for one in runs if isinstance(one, RegisteredRun))


def test_a_danger_that_is_reached_stops_at_the_first_look(folder: Path) -> None:
    seal(folder)
    (slot,) = run(folder, danger=1).json["slots"]
    assert (slot["ended"], slot["samples"]) == ("reached", 30)


def test_where_nothing_can_be_ruled_out_any_more_it_stops_unless_told_otherwise(
    folder: Path,
) -> None:
    seal(folder)
    (slot,) = run(folder, danger=3).json["slots"]
    assert (slot["ended"], slot["samples"]) == ("futile", 120)
    (slot,) = run(folder, "--to-the-end", danger=3).json["slots"]
    assert (slot["ended"], slot["samples"]) == ("futile", 200)


def test_a_killed_run_is_gone_on_with_and_nothing_is_lost_or_doubled(folder: Path) -> None:
    seal(folder)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "45", "9", "run"],
        cwd=folder, env={**os.environ, "DANGER": "12"}, capture_output=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -9
    before = status(folder)
    assert [one["owed"] for one in before["runs"]].count(True) == 1
    noted = asked(folder)

    ran = run(folder)
    assert ran.code == 0, ran.err
    (slot,) = ran.json["slots"]
    assert (slot["ended"], slot["samples"], slot["runsDone"]) == ("ruled_out", 120, 3)
    assert not any(one["owed"] for one in status(folder)["runs"])
    # What had been answered was taken over; only what was under way was asked again.
    twice = asked(folder).total() - 120
    assert 0 <= twice <= noted.total() - 45 + 1
    ended = Counter(one["ended"] for one in status(folder)["runs"])
    assert ended == {"success": 3, "started": 1}


def test_a_run_that_somebody_stops_ends_at_once_and_is_gone_on_with(folder: Path) -> None:
    seal(folder)
    stopped = subprocess.run(
        [sys.executable, "-c", KILLED, "15", "2", "run"],
        cwd=folder, env={**os.environ, "DANGER": "12"}, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert stopped.returncode == 130, stopped.stderr
    (one,) = status(folder)["runs"]
    assert (one["ended"], one["owed"]) == ("cancelled", False)
    assert run(folder).json["slots"][0]["ended"] == "ruled_out"


def test_samples_that_the_task_does_not_have_are_refused_before_anything_is_registered(
    folder: Path,
) -> None:
    names = [f"{letter}{n:03}" for letter in "qx" for n in range(100)]
    (folder / "items.txt").write_text("\n".join(names))
    seal(folder)
    ran = run(folder)
    assert ran.code == 2
    assert "error[run.settings] the task has no sample `x" in ran.err
    assert status(folder)["runs"] == []
    assert not (folder / "asked.txt").exists()
    assert list((folder / "runs").rglob("*.eval")) == []


def test_nothing_is_asked_where_the_start_can_not_be_registered(folder: Path) -> None:
    seal(folder)
    done = subprocess.run(
        [sys.executable, "-c", FULL, "run"], cwd=folder, capture_output=True, check=False, text=True
    )
    assert "error[ledger.unavailable] no space left" in done.stdout
    assert done.returncode == 4
    assert not (folder / "asked.txt").exists()
    assert status(folder)["runs"] == []
    assert run(folder).json["slots"][0]["ended"] == "ruled_out"


def test_a_plan_without_looks_runs_every_promised_run(folder: Path) -> None:
    text = (folder / "tierlock.yaml").read_text()
    variants = "    samples: 10\n    variants: {cold: {}, warm: {generate: {temperature: 1.0}}}\n"
    (folder / "tierlock.yaml").write_text(text.replace("    seed: 7\n", f"    seed: 7\n{variants}"))
    seal(folder, "--runs", "2")
    ran = run(folder)
    assert ran.code == 0, ran.err
    (slot,) = ran.json["slots"]
    assert (slot["ended"], slot["runsMade"], slot["samples"]) == ("complete", 2, 20)
    held = load_project(folder).store.evidence()
    assert sorted(one.configuration["temperature"] for one in held) == ["0.7", "1"]
    assert sorted(one.configuration["seed"] for one in held) == ["7", "8"]
    assert {one.configuration["message_limit"] for one in held} == {"10"}


def test_a_task_that_can_not_be_loaded_says_so(folder: Path) -> None:
    (folder / "tasks.py").write_text("raise RuntimeError('no such luck')\n")
    seal(folder)
    ran = run(folder)
    assert ran.code == 2
    assert "error[run.runner] Inspect refused: " in ran.err
    assert status(folder)["runs"] == []
