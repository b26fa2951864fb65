"""Files that are complete or not there: atomic writes, locked appends, coded errors."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tierlock.core import InputError


@contextmanager
def store_errors(what: str, *, path: Path) -> Iterator[None]:
    """Turn an operating-system error into `input.store` with the path and what was attempted."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            "input.store",
            f"can not {what} `{path}`: {reason}",
            hint="check free space and permissions, then do it again; no half-written file counts",
        ) from None


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder's writer lock; other processes wait, a killed one releases it."""
    with store_errors("lock", path=folder):
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with store_errors("lock", path=folder):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_whole(path: Path, *, data: bytes) -> None:
    """Write a file so that readers see all of it or nothing."""
    with store_errors("write", path=path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
            _sync_folder(path.parent)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only once its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def append_lines(path: Path, *, lines: Sequence[bytes]) -> None:
    """Append whole lines; a line cut short by a crash is repaired before the next append."""
    if not lines:
        return
    with store_errors("append to", path=path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            _drop_partial_line(file.fileno(), path)
            file.write(b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())


def _drop_partial_line(handle: int, path: Path) -> None:
    """A crash can leave a line without its end: it was never acknowledged, so it goes."""
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        os.ftruncate(handle, data.rfind(b"\n") + 1)


def read_lines(path: Path) -> list[bytes]:
    """Return the complete lines of a file; none if it does not exist."""
    with store_errors("read", path=path):
        if not path.exists():
            return []
        data = path.read_bytes()
    return [line for line in data[: data.rfind(b"\n") + 1].split(b"\n") if line]
