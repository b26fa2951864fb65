"""The project's ledger: what the store takes in is also appended there, and never taken back.

The store stays what questions are answered from. The ledger is what others can check: records in
the order in which they came, under tree heads that others can hold (spec/ledger.md R-1 to R-4).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tierlock.core import (
    Decision,
    Determination,
    Framework,
    InputError,
    Negative,
    Plan,
    Record,
    RegisteredRun,
    SpentAlpha,
    canonical_bytes,
)
from tierlock.ledger import (
    Appended,
    Draft,
    Entry,
    Exported,
    Ledger,
    MemoryLedger,
    check_export,
    export_ledger,
    import_ledger,
    open_ledger,
)
from tierlock.usecases.project import Project
from tierlock.usecases.signed import ENVELOPE, placed_in

KINDS: Final[dict[str, type[Record]]] = {
    "plan": Plan,
    "run": RegisteredRun,
    "alpha": SpentAlpha,
    "negative": Negative,
    "determination": Determination,
    "decision": Decision,
    "framework": Framework,
}
"""What Tierlock itself appends: the name in the media type, and the record."""
_NAMES: Final = {kind: name for name, kind in KINDS.items()}


def media_type_of(record: Record) -> str:
    """Return the media type of a record in the ledger.

    >>> from tierlock.core import Action
    >>> media_type_of(RegisteredRun(run_id="r", slot="s", subject="m",
    ...     started_at=datetime.fromisoformat("2026-01-01T00:00:00Z")))
    'application/vnd.tierlock.run+json'
    """
    return f"application/vnd.tierlock.{_NAMES[type(record)]}+json"


def project_ledger(project: Project, *, create: bool = False) -> Ledger:
    """Return the project's ledger, which the caller closes.

    Args:
        project: whose.
        create: begin a ledger where there is none.

    Raises:
        InputError: there is none, or it can not be opened.
        IntegrityError: `ledger.damaged`.
    """
    return open_ledger(project.ledger, origin=_origin(project) if create else None)


def _origin(project: Project) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", project.subject.name).strip("-.") or "subject"
    return f"tierlock.local/{name[:100]}"


def log_records(
    project: Project, *, records: Iterable[Record], at: datetime
) -> tuple[Appended, ...]:
    """Append records to the project's ledger, all or none; what is there already stays as it is.

    What the store remembers and the ledger does not know yet, because a command was ended in
    between, is appended first: plans, runs, spent alpha, negative records and signed statements.

    Args:
        project: whose ledger.
        records: what is new, in order.
        at: when it is appended, as the command was told.

    Returns:
        Where each of `records` is.

    Raises:
        InputError: `ledger.unavailable`; nothing was appended.
        IntegrityError: `ledger.damaged`; or `integrity.signed`, a signed statement is gone.
    """
    store = project.store
    with project_ledger(project, create=True) as ledger:
        # Before the ledger is continued: one that was cut or replaced would look whole again.
        signed = tuple(placed_in(ledger, project=project))
        known = [*store.plans(), *store.runs(), *store.history(), *store.negatives()]
        appended = ledger.append(
            [
                *(_draft(record, at=at) for record in known),
                *(Draft(media_type=ENVELOPE, payload=data, logged_at=at) for data in signed),
                *(_draft(record, at=at) for record in records),
            ]
        )
    # Only now: a signed statement that is noted as logged and is not in the ledger was removed.
    store.note_logged(signed)
    return appended[len(known) + len(signed) :]


def _draft(record: Record, *, at: datetime) -> Draft:
    return Draft(media_type=media_type_of(record), payload=canonical_bytes(record), logged_at=at)


def entry_of(project: Project, *, record: Record) -> Entry | None:
    """Return the entry of the project's ledger that holds a record, if one does.

    Raises:
        InputError: there is no ledger, or it can not be read.
    """
    # Content is found whatever its time.
    wanted = _draft(record, at=datetime.min.replace(tzinfo=UTC))
    with project_ledger(project) as ledger:
        return ledger.find(wanted)


def export_project(project: Project, *, to: Path) -> Exported:
    """Write the project's ledger into one new file.

    Raises:
        InputError: the file is there already or can not be written; there is no ledger.
        IntegrityError: `ledger.damaged`.
    """
    with project_ledger(project) as ledger:
        try:
            file = to.open("xb")
        except FileExistsError:
            raise InputError(
                "input.exists", f"`{to}` is there already", hint="choose another name"
            ) from None
        except OSError as error:
            raise _unwritable(to, error) from None
        try:
            with file:
                found = export_ledger(ledger, to=file)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            to.unlink(missing_ok=True)
            raise _unwritable(to, error) from None
        except BaseException:
            to.unlink(missing_ok=True)
            raise
    return found


def _unwritable(path: Path, error: OSError) -> InputError:
    reason = (error.strerror or str(error)).lower()
    return InputError("input.file", f"can not write `{path}`: {reason}")


def import_into(project: Project, *, file: Path) -> Exported:
    """Take an export into the project's ledger, which must be empty or begin like it.

    Raises:
        InputError: the file is no whole export.
        IntegrityError: the ledger is another one.
    """
    origin = check_export(file).origin
    with open_ledger(project.ledger, origin=origin) as ledger:
        return import_ledger(file, into=ledger)


def exported_ledger(file: Path) -> Ledger:
    """Return the ledger that an export holds, in memory.

    Raises:
        InputError: the file is no whole export.
        IntegrityError: its entries differ from its root.
    """
    ledger = MemoryLedger(check_export(file).origin)
    import_ledger(file, into=ledger)
    return ledger


def records_in(ledger: Ledger, *, kinds: Sequence[str] = ()) -> Iterator[tuple[int, Record]]:
    """Yield place and record of every entry that Tierlock wrote, oldest first.

    Args:
        ledger: where.
        kinds: only these, by their names in `KINDS`.

    Raises:
        IntegrityError: an entry with our media type does not hold such a record.
    """
    wanted = {f"application/vnd.tierlock.{name}+json": KINDS[name] for name in kinds or KINDS}
    for entry in ledger.entries():
        kind = wanted.get(entry.media_type)
        if kind is not None:
            yield entry.index, kind.parse(entry.payload)
