"""What went wrong while others' runs were recorded: kept until somebody has acknowledged it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from tierlock.core import InputError, Instant, Record, TierlockError, canonical_bytes
from tierlock.store import append_lines, exclusive, read_lines
from tierlock.usecases.store_place import STORE_FOLDER, store_folder

HOOK_ERRORS: Final = "hook-errors.jsonl"


class HookError(Record):
    """One thing that a hook could not do.

    Attributes:
        at: when.
        event: what was to be recorded: `start`, `log` or `leftovers`.
        run_id: the run, where one is known.
        evaluation: its task, where known.
        log: where its log is, where known.
        says: the error.
    """

    kind: Literal["error"] = "error"
    at: Instant
    event: Literal["start", "log", "leftovers"]
    run_id: str = ""
    evaluation: str = ""
    log: str = ""
    says: str


class _Acknowledged(Record):
    """The errors before this line have been seen."""

    kind: Literal["acknowledged"] = "acknowledged"
    at: Instant


def note_hook_error(folder: Path, *, error: HookError) -> Path:
    """Append an error to the project's list and return the list's path.

    Args:
        folder: the project's folder or file; a project file that can not be read is no obstacle.
        error: what happened.

    Raises:
        InputError: it can not be written, or there is no such folder.
    """
    if not folder.exists():
        raise InputError("input.not-found", f"there is no `{folder}`")
    path = _list_of(folder)
    _append(path, record=error)
    return path


def hook_errors(folder: Path) -> tuple[HookError, ...]:
    """Return the errors that nobody has acknowledged, oldest first.

    A line that can not be read counts as an error that cannot be shown.

    Args:
        folder: the project's folder, or its file.
    """
    return _open_in(_list_of(folder))


def hook_errors_in(store: Path) -> tuple[HookError, ...]:
    """Return the same for the folder of a store."""
    return _open_in(store / HOOK_ERRORS)


def acknowledge_hook_errors(folder: Path, *, at: datetime) -> int:
    """Note that all errors have been seen, and return how many were open; none is removed.

    Raises:
        InputError: it can not be written.
    """
    path = _list_of(folder)
    count = len(_open_in(path))
    if count:
        _append(path, record=_Acknowledged(at=at))
    return count


def _list_of(folder: Path) -> Path:
    try:
        return store_folder(folder) / HOOK_ERRORS
    except TierlockError:
        root = folder.parent if folder.is_file() else folder
        return root / STORE_FOLDER / HOOK_ERRORS


def _append(path: Path, *, record: Record) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.store", f"can not write `{path.parent}`: {reason}") from None
    with exclusive(path.parent):
        append_lines(path, lines=[canonical_bytes(record)])


def _open_in(path: Path) -> tuple[HookError, ...]:
    found: list[HookError] = []
    for line in read_lines(path):
        try:
            _Acknowledged.parse(line)
        except InputError:
            found.append(_error(line, path=path))
        else:
            found.clear()
    return tuple(found)


def _error(line: bytes, *, path: Path) -> HookError:
    try:
        return HookError.parse(line)
    except InputError:
        when = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        return HookError(at=when, event="log", says="a line of the list can not be read")
