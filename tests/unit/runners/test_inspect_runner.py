"""What Inspect is asked to do, and what is refused before it is asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tierlock.core import InputError
from tierlock.runners import inspect_runner
from tierlock.runners.inspect_runner import Model, run_once
from tierlock.usecases import Due, Elicitation, RunSettings


def due(folder: Path, *, settings: RunSettings | None = None, **changed: Any) -> Due:
    settings = settings or RunSettings()
    name, how = settings.elicitation(2)
    made = Due("bio", 2, 3, "tasks.py@bio", settings, name, how, ("a", "b"), folder, ())
    return made._replace(**changed)


def arguments(folder: Path, settings: RunSettings, model: Model | None = None) -> dict[str, Any]:
    asked = due(folder, settings=settings)
    return inspect_runner._arguments(asked, model=model or Model("openai/x"))


def test_a_run_is_what_plan_and_project_say(tmp_path: Path) -> None:
    settings = RunSettings(
        args={"hard": True, "kinds": ("a", "b")},
        generate={"temperature": 0.5, "top_p": 0.9},
        epochs=3,
        seed=7,
        limits={"message": 20, "token": 5000},
        retry_on_error=2,
        variants={"plain": Elicitation(), "warm": Elicitation(generate={"temperature": 1.0})},
    )
    asked = arguments(tmp_path, settings, Model("openai/x", "http://127.0.0.1/v1", {"quant": "q4"}))
    assert asked["task_args"] == {"hard": True, "kinds": ["a", "b"]}
    assert (asked["temperature"], asked["top_p"], asked["seed"]) == (1.0, 0.9, 8)
    assert (asked["message_limit"], asked["token_limit"], asked["epochs"]) == (20, 5000, 3)
    assert (asked["sample_id"], asked["limit"]) == (["a", "b"], None)
    assert (asked["model"], asked["model_base_url"]) == ("openai/x", "http://127.0.0.1/v1")
    assert asked["model_args"] == {"quant": "q4"}
    assert asked["tags"] == ["variant:warm"]
    assert (asked["fail_on_error"], asked["retry_cleanup"]) == (False, False)
    assert asked["retry_on_error"] == 2


def test_a_solver_of_ones_own_takes_the_place_of_the_tasks(tmp_path: Path) -> None:
    settings = RunSettings(solver="agents.py@careful", solver_args={"tries": 3})
    solver = arguments(tmp_path, settings)["solver"]
    assert (solver.solver, solver.args) == ("agents.py@careful", {"tries": 3})


def test_a_setting_that_inspect_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`warmth` of `bio`") as caught:
        arguments(tmp_path, RunSettings(generate={"warmth": 1.0}))
    assert caught.value.code == "run.settings"


def test_the_extra_is_named_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai", None)
    anything: Any = None
    with pytest.raises(InputError) as caught:
        run_once(anything, due=due(tmp_path), model=Model("a/b"), clock=anything, show=anything)
    assert caught.value.code == "run.runner"
    assert caught.value.hint == "install the extra: pip install 'tierlock[inspect]'"


def test_two_do_not_run_the_same_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "001"
    with inspect_runner._alone(folder):
        with pytest.raises(InputError) as caught, inspect_runner._alone(folder):
            pass
        assert caught.value.code == "run.busy"
    with inspect_runner._alone(folder):
        assert folder.is_dir()
