"""Files that others read while they are replaced: a reader sees the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tierlock.core import InputError


def replace_file(path: Path, *, data: bytes, private: bool = False) -> None:
    """Write a file in one step; it survives the end of the machine.

    Args:
        path: the file; one that is there is replaced.
        data: its content.
        private: whether only its owner may read it; else everybody may.

    Raises:
        InputError: `input.file`; what was there before is there still.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o600 if private else 0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{path}`: {reason}") from None
