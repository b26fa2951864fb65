"""Logs of runs that are known to have started: taken in as soon as they are there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from tierlock.core import ImportFailed, InputError, Omission
from tierlock.importers import import_logs, place_of, scan_header
from tierlock.usecases.assessing import check_dates
from tierlock.usecases.ingesting import ingest
from tierlock.usecases.ledger import log_records
from tierlock.usecases.project import Project

RECOVERED: Final = "-recovered"
"""How the runner ends the name of a copy that it made of a log that broke off."""


def land(project: Project, *, logs: Sequence[str], at: datetime) -> tuple[Omission, ...]:
    """Take logs into the project's store and what they say into its ledger.

    Args:
        project: store, ledger, framework and subject.
        logs: paths or URLs.
        at: now.

    Returns:
        What was left out, and why.

    Raises:
        InputError: a log can not be read, or holds no evidence; or the store can not be written.
        IntegrityError: a run id that is known with other content.
    """
    imports = import_logs([place_of(name) for name in logs])
    if not imports.evidence:
        says = imports.omissions[0].says if imports.omissions else "nothing was measured"
        raise InputError("import.empty", f"`{', '.join(logs)}` gives no evidence: {says}")
    check_dates(imports, frameworks=[], at=at)
    _check_started(project, imports={item.run_id: item.measured_at for item in imports.evidence})
    ingest(
        imports,
        store=project.store,
        framework=project.framework,
        subject=project.subject,
        keep_outputs=project.keep_outputs,
    )
    log_records(project, records=(), at=at)
    return imports.omissions


def _check_started(project: Project, *, imports: dict[str, datetime]) -> None:
    """Refuse samples that are older than their run: they would stop every later answer (S-1)."""
    for run in project.store.runs():
        first = imports.get(run.run_id)
        if first is not None and first < run.started_at:
            raise InputError(
                "run.failed",
                f"run `{run.run_id}` holds samples from before it was registered",
                hint="it goes on with a run that began without Tierlock; run it anew",
            )


def land_leftovers(project: Project, *, folder: Path, at: datetime) -> tuple[str, ...]:
    """Take in the logs of a folder whose runs broke off, before the runner tidies them away.

    Args:
        project: its register says which logs are owed.
        folder: where a runner writes its logs; other folders in it are not looked at.
        at: now.

    Returns:
        The ids of the runs whose logs came in.

    Raises:
        InputError: the store or the ledger can not be written.
    """
    owing = owing_runs(project)
    if not owing or not folder.is_dir():
        return ()
    came = []
    # A log as it broke off comes first: its copy also holds what was only begun.
    for path in sorted(folder.glob("*.eval"), key=lambda path: (RECOVERED in path.stem, path.name)):
        try:
            run_id = scan_header(path).run_id
            if run_id in owing:
                land(project, logs=[str(path)], at=at)
                owing.remove(run_id)
                came.append(run_id)
        except ImportFailed:
            continue  # it stays owed, and says so; its copy may be readable
    return tuple(came)


def owing_runs(project: Project) -> set[str]:
    """Return the ids of registered runs that began and whose logs never came."""
    there = {item.run_id for item in project.store.evidence()}
    return {run.run_id for run in project.store.runs() if run.run_id not in there}
