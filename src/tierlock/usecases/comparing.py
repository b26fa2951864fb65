"""Two versions of a subject, or two sets of logs, found and compared item by item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from tierlock.analysis import compare_versions
from tierlock.core import Evidence, InputError, Omission, Subject, VersionComparison, VersionSource
from tierlock.frameworks import get_framework
from tierlock.importers import Imports, Place, import_logs
from tierlock.store import LocalStore
from tierlock.usecases.ingesting import mock_models
from tierlock.usecases.project import Project, load_project
from tierlock.usecases.store_place import PROJECT_FILE, STORE_FOLDER


class Versions(NamedTuple):
    """What comparing two versions found.

    Attributes:
        found: the comparison.
        old: where the reference comes from.
        new: where the version that is compared with it comes from.
        mock_models: names of mock models among the evidence.
        omissions: files and runs that were left out, with the reason.
        runs: the evidence of both sides.
        places: run -> the log that it was read from; none of what came from the store.
    """

    found: VersionComparison
    old: VersionSource
    new: VersionSource
    mock_models: tuple[str, ...]
    omissions: tuple[Omission, ...]
    runs: tuple[Evidence, ...]
    places: Mapping[str, Place]


class _Pool(NamedTuple):
    """Evidence in which subjects are looked up by name."""

    where: str
    evidence: Sequence[Evidence]
    subject: Subject | None


def compare_sides(
    old: str,
    *,
    new: str,
    folder: Path | None = None,
    logs: Sequence[Path] = (),
    framework: str | None = None,
    cluster_by: str | None = None,
    allowed: Sequence[str] = (),
    alpha: float = 0.05,
) -> Versions:
    """Compare two versions; nothing is stored or recorded.

    Args:
        old: path of a log or a folder of logs, else the name of a subject.
        new: likewise.
        folder: project whose store knows the subjects; by default the current folder.
        logs: where subjects are looked up instead of the store; names then come before paths.
        framework: name or path of the framework whose slots are compared.
        cluster_by: attribute that names the independent cluster.
        allowed: settings that may differ.
        alpha: two-sided error probability.

    Raises:
        InputError: no such path, subject or setting, several subjects in one, nothing in common,
            or an `alpha` that is no probability.
        IntegrityError: a store that contradicts itself.
    """
    if not 0.0 < alpha < 1.0:
        raise InputError("input.number", f"alpha must lie between 0 and 1, not `{alpha}`")
    rules = None if framework is None else get_framework(framework)
    omissions: list[Omission] = []
    places: dict[str, Place] = {}
    pool = None
    if logs:
        read = import_logs(logs)
        omissions += read.omissions
        places |= _places(read)
        pool = _Pool(", ".join(map(str, logs)), read.evidence, None)
    sides = []
    for name in (old, new):
        if pool is None and Path(name).exists():
            imports = import_logs([Path(name)])
            omissions += imports.omissions
            places |= _places(imports)
            sides.append(_logs(name, imports.evidence))
        else:
            pool = pool or _store(folder)
            sides.append(_named(name, pool, kept_in="logs" if logs else "store"))
    (ours, old_runs), (theirs, new_runs) = sides
    _check_settings(allowed, evidence=(*old_runs, *new_runs))
    found = compare_versions(
        old_runs,
        new=new_runs,
        framework=rules,
        cluster_by=cluster_by,
        allowed=frozenset(allowed),
        alpha=alpha,
    )
    if not found.evaluations:
        raise _nothing(found, old_runs, new_runs)
    mocks = mock_models((*old_runs, *new_runs))
    runs = (*old_runs, *new_runs)
    return Versions(found, ours, theirs, mocks, tuple(omissions), runs, places)


def versions_of(project: Project) -> Mapping[str, tuple[Evidence, ...]]:
    """Return the evidence in a project's store, by the name of the version that it is about.

    The subject as it is now comes first, under an empty name. Other names and other weights are
    versions of their own: `NAME`, or `NAME@sha256:...` where the logs say which weights ran.
    """
    subject, weights = project.subject, project.subject.parts.weights
    found: dict[str, list[Evidence]] = {"": []}
    for run in project.store.evidence():
        ran = run.subject.parts.weights
        if subject.answers_to(run.subject.name) and ran in {weights, None}:
            found[""].append(run)
        else:
            found.setdefault(f"{run.subject.name}@{ran}" if ran else run.subject.name, []).append(
                run
            )
    return {name: _once(runs) for name, runs in found.items() if runs or not name}


def compare_projects(
    old: Project, *, new: Project, versions: tuple[str, str] = ("", ""), alpha: float = 0.05
) -> Versions:
    """Compare the subjects of two projects, or two versions in them; nothing is recorded.

    Slots are compared where both are judged under the same framework, else tasks by name.

    Args:
        old: whose evidence is the reference.
        new: whose evidence is compared with it.
        versions: one of `versions_of` for each side; empty is the subject as it is now.
        alpha: two-sided error probability.

    Raises:
        InputError: no such version, nothing in common, or the same on both sides.
        IntegrityError: a store that contradicts itself.
    """
    (ours, old_runs), (theirs, new_runs) = (
        _version(project, name) for project, name in zip((old, new), versions, strict=True)
    )
    if {run.digest for run in old_runs} == {run.digest for run in new_runs}:
        raise InputError("input.type", "both sides are the same runs", hint="choose two versions")
    found = compare_versions(
        old_runs,
        new=new_runs,
        framework=old.framework if old.framework == new.framework else None,
        cluster_by=None,
        allowed=frozenset(),
        alpha=alpha,
    )
    if not found.evaluations:
        raise _nothing(found, old_runs, new_runs)
    runs = (*old_runs, *new_runs)
    return Versions(found, ours, theirs, mock_models(runs), (), runs, {})


def _version(project: Project, name: str) -> tuple[VersionSource, tuple[Evidence, ...]]:
    known = versions_of(project)
    if not known.get(name):
        listed = ", ".join(
            f"`{one or project.subject.name}`" for one, runs in known.items() if runs
        )
        raise InputError(
            "input.not-found",
            f"no evidence is about `{name or project.subject.name}` in this project",
            hint=f"versions with evidence: {listed or 'none'}",
        )
    runs = known[name]
    subjects = tuple(sorted({run.subject.name for run in runs}))
    asked = name or project.subject.name
    return VersionSource(asked=asked, kept_in="store", subjects=subjects, runs=len(runs)), runs


def _places(imports: Imports) -> dict[str, Place]:
    """The Inspect logs among what was read: only they hold texts."""
    return {
        item.run_id: log.place
        for log in imports.read
        for item in log.imported.evidence
        if item.source.format == "inspect"
    }


def _logs(name: str, evidence: tuple[Evidence, ...]) -> tuple[VersionSource, tuple[Evidence, ...]]:
    """The evidence of a path, which must be about one subject and hold every run once."""
    subjects = sorted({run.subject.name for run in evidence})
    if len(subjects) != 1:
        listed = ", ".join(f"`{one}`" for one in subjects) or "none"
        raise InputError(
            "input.subject",
            f"the logs in `{name}` are about {len(subjects)} models: {listed}",
            hint=f"name the two models, and the logs with --logs {name}",
        )
    runs = _once(evidence)
    return VersionSource(asked=name, kept_in="logs", subjects=(*subjects,), runs=len(runs)), runs


def _named(
    name: str, pool: _Pool, *, kept_in: Literal["logs", "store"]
) -> tuple[VersionSource, tuple[Evidence, ...]]:
    """The evidence of a subject by name, or by any name of the project's own subject."""
    mine = pool.subject is not None and pool.subject.answers_to(name)
    runs = _once(
        run
        for run in pool.evidence
        if run.subject.name == name
        or (mine and pool.subject is not None and pool.subject.answers_to(run.subject.name))
    )
    if not runs:
        known = sorted({run.subject.name for run in pool.evidence})
        listed = ", ".join(f"`{one}`" for one in known) or "none"
        raise InputError(
            "input.not-found",
            f"`{name}` is no path, and no subject in {pool.where}",
            hint=f"known subjects: {listed}",
        )
    weights = {run.subject.parts.weights for run in runs} - {None}
    if len(weights) > 1:
        raise InputError(
            "input.subject",
            f"`{name}` stands for {len(weights)} versions of the weights in {pool.where}",
            hint="name a folder of logs for each version",
        )
    subjects = tuple(sorted({run.subject.name for run in runs}))
    return VersionSource(asked=name, kept_in=kept_in, subjects=subjects, runs=len(runs)), runs


def _store(folder: Path | None) -> _Pool:
    """The store of the project in a folder, of one without a project file too."""
    here = folder or Path()
    if folder is not None or (here / PROJECT_FILE).exists():
        project = load_project(here)
        store = project.store
        return _Pool(f"`{store.folder}`", store.evidence(), project.subject)
    store = LocalStore(here / STORE_FOLDER)
    return _Pool(f"`{store.folder}`", store.evidence(), None)


def _check_settings(names: Sequence[str], *, evidence: Iterable[Evidence]) -> None:
    known = sorted({name for run in evidence for name in run.configuration})
    for name in names:
        if name not in known:
            raise InputError(
                "input.not-found",
                f"no run has a setting `{name}`",
                hint=f"settings: {', '.join(known) or 'none'}",
            )


def _once(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Every run once: a log and its copy share a digest."""
    return tuple({run.digest: run for run in evidence}.values())


def _nothing(
    found: VersionComparison, old: Sequence[Evidence], new: Sequence[Evidence]
) -> InputError:
    sides = [
        ", ".join(f"`{task}`" for task in sorted({run.evaluation for run in runs}))
        for runs in (old, new)
    ]
    under = f" that is a slot of {found.framework}" if found.framework else ""
    return InputError(
        "input.not-found",
        f"the two have no evaluation in common{under}",
        hint=f"the one has {sides[0]}; the other has {sides[1]}",
    )
