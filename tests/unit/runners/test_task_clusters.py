"""Which samples a cluster holds is what the task says, and nothing is guessed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tierlock.core import InputError
from tierlock.runners.task_clusters import cluster_members, with_members
from tierlock.usecases import Due, RunSettings

TASKS = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample

print("this is talk")

@task
def bio(per: int = 2):
    return Task(dataset=[
        Sample(id=n, input="?", metadata={"family": n // per, "kind": "a" if n else None})
        for n in range(6)
    ])

@task
def unnamed():
    return Task(dataset=[Sample(input="?", metadata={"family": "a"})])

@task
def broken():
    raise RuntimeError("no data today")
"""
MEMBERS = {"a": ("q1",), "b": ("q2", "q3")}


def due(task: str = "bio", *, by: str = "family", clusters: tuple[str, ...] = ("0",)) -> Due:
    settings = RunSettings(args={"per": 3} if task == "bio" else {})
    name, how = settings.elicitation(1)
    return Due("bio", 1, 1, f"tasks.py@{task}", settings, name, how, (), Path(), (), clusters, by)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tasks.py").write_text(TASKS)
    return tmp_path


def refused(asked: Due, root: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        cluster_members(asked, root=root)
    return caught.value


def test_labels_are_as_evidence_shows_them_and_args_are_handed_over(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cluster_members(due(), root=root) == {"0": ("0", "1", "2"), "1": ("3", "4", "5")}
    assert capsys.readouterr().out == ""  # stdout is for data


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        (due("unnamed"), "run.settings", "has samples without an id of their own"),
        (due(by="kind"), "run.settings", "does not say the `kind` of `0`"),
        (due(by="house"), "run.settings", "does not say the `house` of `0`"),
        (due("broken"), "run.runner", "Inspect refused: "),
    ],
)
def test_what_can_not_be_told_is_refused(root: Path, asked: Due, code: str, says: str) -> None:
    error = refused(asked, root)
    assert error.code == code
    assert says in error.message


def test_a_file_of_several_tasks_is_refused(root: Path) -> None:
    (root / "tasks.py").write_text(
        TASKS.replace('raise RuntimeError("no data today")', "return bio()")
    )
    error = refused(due()._replace(task="tasks.py", elicitation=due("x").elicitation), root)
    assert error.message == "`tasks.py` is 3 tasks, not one"


def test_an_inspect_that_does_not_tell_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader: Any = None
    monkeypatch.setitem(sys.modules, "inspect_ai._eval.loader", loader)
    error = refused(due(), root)
    assert error.code == "run.runner"
    assert "does not tell which samples a task has" in error.message


def test_clusters_are_whole() -> None:
    asked = due(clusters=("b", "a"))
    assert with_members(asked, members=MEMBERS, is_binary=False).items == ("q2", "q3", "q1")


def test_a_cluster_of_one_sample_is_yes_or_no() -> None:
    asked = due(clusters=("a",))
    assert with_members(asked, members=MEMBERS, is_binary=True).items == ("q1",)
    with pytest.raises(InputError, match="the mean of the 2 samples of `b`") as caught:
        with_members(due(clusters=("a", "b")), members=MEMBERS, is_binary=True)
    assert caught.value.hint == "seal with --design betting"


def test_a_cluster_that_the_task_lacks_is_named() -> None:
    with pytest.raises(InputError, match=r"has the `family` `c`.*\(2 such\)"):
        with_members(due(clusters=("c", "d", "a")), members=MEMBERS, is_binary=False)
