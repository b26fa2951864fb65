"""The real Trainer on a tiny model: it stops when it may not go on, and goes on when it may.

PyTorch lives in an environment of its own beside that of the tests; `make trainer-env` installs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.registry import QUIET, free_port

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(f"{sys.prefix}-trainer") / "bin" / "python"
Found = dict[str, Any]


def start(folder: Path, **env: str) -> subprocess.Popen[str]:
    if not any(PYTHON.parent.parent.glob("lib/python*/site-packages/torch/__init__.py")):
        pytest.skip("no environment with PyTorch; `make trainer-env` installs one")
    return subprocess.Popen(
        [PYTHON, "-m", "tests.acceptance.trainer_run", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **QUIET, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", **env},
    )


def result(process: subprocess.Popen[str]) -> tuple[Found, str]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    found: Found = json.loads(out.rpartition("\n")[2])
    return found, err


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Found, str]:
    """Return what came of every run, and what was said on standard error."""
    return result(start(tmp_path_factory.mktemp("trainer")))


@pytest.fixture
def found(told: tuple[Found, str]) -> Found:
    return told[0]


def paused(one: Found, *, code: str, at: int, saved: bool = True) -> None:
    assert (one["paused"], one["step"], one["ended"]) == (code, at, "done")
    assert one["saved"] == ([f"checkpoint-{at}"] if saved else [])


def test_an_allowed_run_ends_as_it_would_alone(found: Found) -> None:
    one = found["allowed"]
    assert (one["ended"], one["paused"], one["step"]) == ("done", None, 12)
    # At the start, and after steps 4, 8 and 12, each time with more compute.
    assert (one["asked"], one["grows"], one["from"]) == (4, True, 1e6)
    assert one["flos"] > 0


def test_at_the_trigger_a_run_saves_stops_and_can_go_on(found: Found) -> None:
    one = found["trigger"]
    # The trigger is at step 6; the question after that is at step 8.
    assert (one["first"]["paused"], one["first"]["step"]) == ("integration.compute", 8)
    assert one["first"]["saved"] == ["checkpoint-8"]
    assert one["first"]["raised"] == "integration.compute"
    # Nothing is trained until it was judged again; then it ends where a free run ends.
    assert one["refused"] == "integration.compute"
    assert (one["last"]["paused"], one["last"]["step"]) == (None, 12)
    assert one["last"]["flos"] == one["flos"]
    assert one["same"]


@pytest.mark.parametrize(
    ("name", "code", "at"),
    [
        ("held", "integration.gate", 4),
        ("broken", "internal", 8),
        ("silent", "internal", 8),
        ("at_save", "internal", 3),
        ("uncounted", "integration.compute", 4),
        ("declared", "integration.compute", 12),
    ],
)
def test_each_refusal_pauses_with_a_checkpoint(found: Found, name: str, code: str, at: int) -> None:
    paused(found[name], code=code, at=at)


def test_a_checkpoint_that_is_not_the_best_is_saved_too(found: Found) -> None:
    one = found["best_only"]
    assert (one["paused"], one["step"]) == ("internal", 8)
    assert one["saved"] == ["checkpoint-4", "checkpoint-8"]


@pytest.mark.parametrize(
    ("name", "code"), [("at_start", "internal"), ("weights_only", "integration.checkpoint")]
)
def test_what_may_not_start_trains_nothing(found: Found, name: str, code: str) -> None:
    one = found[name]
    assert (one["ended"], one["step"], one["flos"], one["saved"]) == (code, 0, 0, [])


@pytest.mark.parametrize("name", ["overruled", "unlogged"])
def test_no_other_callback_takes_the_refusal_back(found: Found, name: str) -> None:
    one = found[name]
    code = {"overruled": "internal", "unlogged": "integration.compute"}[name]
    assert (one["ended"], one["paused"], one["step"]) == (code, code, 4)


def test_a_permit_lets_a_run_go_on_while_it_holds(found: Found) -> None:
    one = found["permits"]
    assert (one["holds"]["paused"], one["holds"]["step"]) == (None, 12)
    paused(one["expires"], code="permit.expired", at=8)
    assert one["other"] == {"ended": "permit.digest", "step": 0}
    assert one["no trigger"] == {"ended": "integration.compute"}


def test_the_gate_of_a_project_judges_growth_by_itself(found: Found) -> None:
    one = found["project"]
    # Twice the compute of the evaluation is reached at step 6.
    paused(one, code="integration.gate", at=8)
    assert "the gate says HOLD to `continue_training` of `model-1`" in one["says"]
    assert one["unknown"] == "integration.compute"


def test_each_pause_is_told(told: tuple[Found, str]) -> None:
    assert "training paused at step 8: refused[permit.expired]" in told[1]
    assert "training paused at step 0: refused[" in told[1]
    assert "WITHOUT a checkpoint" not in told[1]


def test_all_processes_stop_at_the_answer_of_the_main_one(tmp_path: Path) -> None:
    port = str(free_port())
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    ranks = [start(tmp_path, RANK=rank, LOCAL_RANK=rank, **shared) for rank in ("0", "1")]
    try:
        (main, _), (other, said) = [result(process) for process in ranks]
    finally:
        for process in ranks:
            process.kill()
    assert (main["asked"], other["asked"]) == (3, 0)
    for one in (main, other):
        paused(one, code="integration.gate", at=8)
    assert "refused[integration.gate]" in said
