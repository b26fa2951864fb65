"""Which samples of a task make up each cluster: the task itself tells, so that nobody chooses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import chdir, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

from tierlock.core import InputError
from tierlock.importers import scalars
from tierlock.runners.inspect_runner import not_started, plain
from tierlock.usecases import Due

Members = Mapping[str, tuple[str, ...]]
"""The ids of the samples of each cluster, by its label, in the order of the task."""


def cluster_members(due: Due, *, root: Path) -> Members:
    """Return the samples of each cluster of a task, without asking the model anything.

    A label is compared as evidence shows it: numbers and booleans as text.

    Args:
        due: a run whose plan draws clusters.
        root: folder in which its task is loaded.

    Raises:
        InputError: `run.runner`, the task can not be loaded; `run.settings`, a sample has no id of
            its own or belongs to no cluster.
    """
    load = _loader()
    try:
        with chdir(root), redirect_stdout(sys.stderr):
            tasks = load([due.task], plain(due.elicitation.args))
    except Exception as error:
        raise not_started(error) from error
    if len(tasks) != 1:
        raise InputError("run.settings", f"`{due.task}` is {len(tasks)} tasks, not one")
    members: dict[str, list[str]] = {}
    for sample in tasks[0].dataset:
        label = scalars(sample.metadata or {}).get(due.cluster_by)
        if sample.id is None:
            raise _unusable(due, says="has samples without an id of their own")
        if not label:
            raise _unusable(due, says=f"does not say the `{due.cluster_by}` of `{sample.id}`")
        members.setdefault(label, []).append(str(sample.id))
    return {label: tuple(ids) for label, ids in members.items()}


def with_members(due: Due, *, members: Members, is_binary: bool) -> Due:
    """Return the run with the samples of its clusters, each cluster whole.

    Args:
        due: a run whose plan draws clusters.
        members: the samples of each cluster.
        is_binary: whether the plan's design counts clusters by yes or no.

    Raises:
        InputError: `run.settings`; the task lacks a cluster, or the design can not use them.
    """
    missing = [label for label in due.clusters if label not in members]
    if missing:
        raise InputError(
            "run.settings",
            f"no sample of `{due.task}` has the `{due.cluster_by}` `{missing[0]}`, which the plan "
            f"drew ({len(missing)} such)",
            hint="the plan was sealed with a list of other clusters: tierlock plan items",
        )
    wide = [label for label in due.clusters if len(members[label]) > 1]
    if wide and is_binary:
        raise InputError(
            "run.settings",
            f"the looks of `{due.slot}` count yes or no, and the mean of the "
            f"{len(members[wide[0]])} samples of `{wide[0]}` can lie in between",
            hint="seal with --design betting",
        )
    return due._replace(items=tuple(one for label in due.clusters for one in members[label]))


def _loader() -> Callable[..., Any]:
    # Inspect has no public way to see a task's samples before it runs.
    try:
        load: Callable[..., Any] = import_module("inspect_ai._eval.loader").load_tasks
    except (ImportError, AttributeError):
        raise InputError(
            "run.runner",
            "the installed version of Inspect does not tell which samples a task has",
            hint="install the extra: pip install 'tierlock[inspect]'; or run these clusters with "
            "your own commands: tierlock plan items prints them",
        ) from None
    return load


def _unusable(due: Due, *, says: str) -> InputError:
    return InputError(
        "run.settings",
        f"the plan of `{due.slot}` draws clusters, and `{due.task}` {says}",
        hint="give every sample an id, and metadata that names its cluster",
    )
