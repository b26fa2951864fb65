"""The order in which a plan is run, and what becomes of a slot, without any runner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import FRAMEWORK, PROJECT, log_bytes, project, tierlock
from tests.unit.importers.logs import write
from tierlock.core import InputError
from tierlock.runners import running
from tierlock.runners.inspect_runner import Model
from tierlock.runners.running import Watcher, run_plan
from tierlock.usecases import Due, Project, land, load_project

MODEL = Model("lab/model-1")
RUNS = "runs: {bio: {task: package/biology}}\nprices: {lab/model-1: {input: 2.0, output: 10.0}}\n"


@pytest.fixture
def made(tmp_path: Path) -> Project:
    folder = project(tmp_path / "p", tierlock=PROJECT + RUNS)
    assert tierlock("plan", "seal", "--all", "--project", folder).code == 0
    return load_project(folder)


def now() -> datetime:
    return datetime.now(UTC)


def go(made: Project, *, told: list[str] | None = None, **more: Any) -> Any:
    said = [] if told is None else told
    watcher = Watcher(lambda due: said.append(due.slot), lambda *_: None, said.append)
    return run_plan(made, model=more.pop("model", MODEL), watcher=watcher, clock=now, **more)


def makes(values: str, *, ended: str = "success") -> Callable[..., str]:
    """A runner that writes a log and takes it in."""

    def run_once(made: Project, **_: Any) -> str:
        stamp = now().isoformat()
        data = log_bytes(
            values, eval_id="made", created=stamp, started=stamp,
            head={"stats": {"completed_at": stamp}, "status": ended},
        )  # fmt: skip
        land(made, logs=[str(write(made.root / "logs", "one.eval", data))], at=now())
        return "made"

    return run_once


def test_a_slot_is_run_until_its_plan_is_complete(
    made: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "run_once", makes("0" * 60))
    told: list[str] = []
    (slot,) = go(made, told=told)
    assert (slot.slot, slot.made, slot.done, slot.of) == ("bio", 1, 1, 1)
    assert (slot.samples, slot.ended, slot.problem) == (60, "complete", "")
    assert told[0] == "bio"
    assert told[1].startswith("60 samples")
    (again,) = go(made)
    assert (again.made, again.done, again.ended) == (0, 1, "complete")


def test_a_run_that_fails_is_a_problem_of_its_slot(
    made: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> str:
        raise InputError("run.failed", "run 1 of `bio` ended: error")

    monkeypatch.setattr(running, "run_once", fails)
    (slot,) = go(made)
    assert (slot.made, slot.done, slot.ended) == (0, 0, None)
    assert slot.problem == "error[run.failed] run 1 of `bio` ended: error"


def test_a_run_that_the_plan_does_not_count_is_not_made_for_ever(
    made: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "run_once", lambda *_, **__: "elsewhere")
    (slot,) = go(made)
    assert slot.made == 1
    assert "`elsewhere` ended with success, and the plan does not count it" in slot.problem


@pytest.mark.parametrize("code", ["run.runner", "run.busy", "run.settings"])
def test_what_no_further_run_can_cure_stops_everything(
    made: Project, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def refuses(*_: Any, **__: Any) -> str:
        raise InputError(code, "no")

    monkeypatch.setattr(running, "run_once", refuses)
    with pytest.raises(InputError, match="no"):
        go(made)


TWO = FRAMEWORK.replace(
    "higher_is: worse}\n",
    "higher_is: worse}\n"
    "  chem: {title: Chemistry, domain: biology, tasks: [chem], higher_is: worse}\n",
    1,
)


def two(folder: Path, runs: str) -> Project:
    """A project with two evaluations and a plan for both."""
    made = project(folder, lab=TWO, tierlock=PROJECT + runs)
    assert tierlock("plan", "seal", "--all", "--project", made).code == 0
    return load_project(made)


def test_a_slot_that_can_not_be_begun_does_not_keep_the_others_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = two(tmp_path / "p", "runs: {bio: {task: not/there}, chem: {task: package/chem}}\n")
    asked = []

    def run_once(*_: Any, due: Due, **__: Any) -> str:
        asked.append(due.slot)
        raise InputError("run.runner" if due.slot == "bio" else "run.failed", f"no {due.slot}")

    monkeypatch.setattr(running, "run_once", run_once)
    found = go(made)
    assert asked == ["bio", "chem"]
    assert [slot.problem for slot in found] == [
        "error[run.runner] no bio",
        "error[run.failed] no chem",
    ]


def test_where_no_slot_can_be_begun_the_first_error_is_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = two(tmp_path / "p", "runs: {bio: {task: not/there}, chem: {task: package/chem}}\n")

    def refuses(*_: Any, due: Due, **__: Any) -> str:
        raise InputError("run.runner", f"no {due.slot}")

    monkeypatch.setattr(running, "run_once", refuses)
    with pytest.raises(InputError, match="no bio"):
        go(made)


def test_every_slot_that_nothing_says_how_to_run_is_named_at_once(tmp_path: Path) -> None:
    made = two(tmp_path / "p", "runs: {bio: {task: lost.py}}\n")
    with pytest.raises(InputError, match=r"no `lost.py` in .*; nor can .*: `chem`") as caught:
        go(made)
    assert caught.value.hint == "name what is to be run: --slot ID"


def test_a_model_that_the_subject_is_not_known_as_is_refused(made: Project) -> None:
    with pytest.raises(InputError, match="not known as `other/model`") as caught:
        go(made, model=Model("other/model"))
    assert caught.value.code == "input.subject"


def test_a_slot_that_the_plan_does_not_promise_is_refused(made: Project) -> None:
    with pytest.raises(InputError, match="does not promise to measure `bia`") as caught:
        go(made, only=("bia",))
    assert caught.value.hint == "did you mean `bio`?"


def test_money_is_known_where_prices_and_tokens_are(
    made: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "run_once", makes("0" * 60))
    (slot,) = go(made)
    assert slot.usd is None  # this log counts no tokens
