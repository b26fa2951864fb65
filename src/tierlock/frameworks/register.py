"""The shipped register of determinations that were stated publicly, one file per publisher.

It lies beside the folder of frameworks, not in it: every YAML file there is a framework.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tierlock.core import Register, RegisterEntry
from tierlock.frameworks.load import read_file
from tierlock.frameworks.records import parse_record

REGISTER: Final = Path(__file__).parent / "determinations"
"""The folder of the register that comes with Tierlock."""


def read_register(*, folder: Path = REGISTER) -> tuple[RegisterEntry, ...]:
    """Return every publicly stated determination, oldest first, those without a date last.

    Raises:
        InputError: a file can not be read, or is not such a register; with line and column.
    """
    entries = [
        entry
        for path in sorted(folder.glob("*.yaml"))
        for entry in parse_record(read_file(path), kind=Register, name=str(path)).determinations
    ]
    return tuple(sorted(entries, key=_order))


def _order(entry: RegisterEntry) -> tuple[bool, str, str, str]:
    date = entry.date.earliest or entry.date.latest
    return not date, date, entry.subject, entry.configuration
