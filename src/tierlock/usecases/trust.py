"""The trust file of an organisation or auditor, from YAML."""

from __future__ import annotations

from pathlib import Path

from tierlock.attest import Trust
from tierlock.frameworks import parse_record
from tierlock.usecases.project import read_bytes


def load_trust(path: Path) -> Trust:
    """Return whom the file at `path` trusts.

    Raises:
        InputError: it can not be read, or a key, date or digest in it is wrong; `location` is
            file, line and column.
    """
    return parse_record(read_bytes(path), kind=Trust, name=str(path))
