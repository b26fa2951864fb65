"""The shipped record of numbers that publishers printed about their models."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tierlock.core import Evidence
from tierlock.importers.reading import read

RECORD: Final = Path(__file__).parent / "data" / "record"
"""The folder of the record; its files are in the format `reported`."""


def read_record(*, folder: Path = RECORD) -> tuple[Evidence, ...]:
    """Return every published number of the record, one run per number and document.

    The same model and evaluation may occur twice: documents disagree, and both are kept
    (docs/reference/published-record.md).

    Raises:
        ImportFailed: a file of the folder is not in the format `reported`.
    """
    files = sorted(folder.glob("*.yaml"))
    return tuple(item for path in files for item in read(path, format="reported").evidence)
