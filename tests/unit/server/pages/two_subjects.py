"""A workspace of two subjects: the demo's, and one whose answers are worse."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tierlock.core import Evidence, RegisteredRun
from tierlock.usecases import FolderWorkspace, load_project

OTHER = "other-model"
_WEIGHTS = "a5fd3b62230aa5ec"


def two_subjects(demo: Path, *, folder: Path) -> FolderWorkspace:
    """Return a workspace of copies of the demo: `demo` as it is, and `other`, which is worse."""
    first, second = folder / "demo", folder / "other"
    shutil.copytree(demo, first)
    shutil.copytree(demo, second, ignore=shutil.ignore_patterns(".tierlock"))
    for path in (second / "tierlock.yaml", *(second / "statements").glob("*.yaml")):
        text = path.read_text(encoding="utf-8").replace("small-model-1", OTHER)
        path.write_text(text.replace(_WEIGHTS, "b" * len(_WEIGHTS)), encoding="utf-8")
    project = load_project(second)
    weights = project.subject.parts.weights
    made = [_worse(run, weights=weights) for run in load_project(first).store.evidence()]
    project.store.ingest(made, register=_registered)
    return FolderWorkspace([folder])


def _worse(run: Evidence, *, weights: str | None) -> Evidence:
    """The same run of other weights, in which every second answer is a dangerous one."""
    samples = run.samples
    scores = {
        name: tuple(
            1.0 if place % 2 and value is not None else value for place, value in enumerate(column)
        )
        for name, column in samples.scores.items()
    }
    parts = run.subject.parts.model_copy(update={"weights": weights})
    return run.model_copy(
        update={
            "run_id": f"{run.run_id[:-1]}Z",
            "samples": samples.model_copy(update={"scores": scores}),
            "subject": run.subject.model_copy(update={"parts": parts}),
        }
    )


def _registered(runs: Sequence[Evidence]) -> list[RegisteredRun]:
    return [
        RegisteredRun(
            run_id=run.run_id,
            slot=run.evaluation,
            subject=run.subject.name,
            started_at=run.measured_at,
            ended="success",
        )
        for run in runs
    ]
