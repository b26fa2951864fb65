"""`export`: evidence in the format of another tool, with what that format can not hold."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tierlock.core import Evidence, InputError, Omission
from tierlock.importers import (
    NOT_CARRIED,
    Publisher,
    Written,
    import_logs,
    write_every_eval_ever,
)
from tierlock.usecases.ingesting import mock_models
from tierlock.usecases.project import load_project


class Record(NamedTuple):
    """One record that was written.

    Attributes:
        evidence: what it holds.
        path: the aggregate record.
        instances: the file of samples beside it; None where there are none.
    """

    evidence: Evidence
    path: Path
    instances: Path | None


class Exported(NamedTuple):
    """What an export wrote, and what it did not.

    Attributes:
        records: one per piece of evidence, in the order in which it was found.
        omissions: what the logs hold and evidence does not.
        not_carried: what the format has no place for.
        mock_models: names of mock models in the evidence.
    """

    records: tuple[Record, ...]
    omissions: tuple[Omission, ...]
    not_carried: tuple[str, ...]
    mock_models: tuple[str, ...]


def export_evidence(
    logs: Sequence[Path], *, folder: Path, out: Path, publisher: Publisher
) -> Exported:
    """Write the evidence in `logs`, or in the project's store, as records of Every Eval Ever.

    Evidence that occurs twice is written once. A record of the same evidence that lies there from
    an earlier export is replaced.

    Args:
        logs: logs and folders of logs; none means the store of the project in `folder`.
        folder: folder of a `tierlock.yaml`, or the file itself.
        out: the folder that holds or will hold `data/...`.
        publisher: who says so.

    Raises:
        ImportFailed: a log can not be read.
        InputError: there is no evidence, or `out` can not be written.
    """
    omissions: tuple[Omission, ...] = ()
    if logs:
        imports = import_logs(list(logs))
        found, omissions = imports.evidence, imports.omissions
    else:
        found = load_project(folder).store.evidence()
    once = {evidence.digest: evidence for evidence in found}
    if not once:
        raise InputError("import.empty", "there is no evidence to export")
    # All are made before one is written: an error leaves nothing half exported.
    made = [(e, write_every_eval_ever(e, publisher=publisher)) for e in once.values()]
    records = tuple(Record(evidence, *_write(written, out=out)) for evidence, written in made)
    return Exported(records, omissions, NOT_CARRIED, mock_models(once.values()))


def _write(written: Written, *, out: Path) -> tuple[Path, Path | None]:
    """Write samples before the record that names them; each file is there whole or not at all."""
    place = out.joinpath(*written.folder.split("/"))
    record, rows = place / f"{written.name}.json", place / f"{written.name}_samples.jsonl"
    try:
        place.mkdir(parents=True, exist_ok=True)
        if written.instances is not None:
            _replace(rows, data=written.instances)
        _replace(record, data=written.record)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write into `{place}`: {reason}") from None
    return record, None if written.instances is None else rows


def _replace(path: Path, *, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
