"""FOREIGN LOGS -> Evidence: one importer per format, behind limits for untrusted input.

Knows no framework and judges nothing: it says what a log holds, what is wrong with it, and what
it owes. Formats are documented in docs/reference/formats.md.
"""

from __future__ import annotations

from tierlock.importers.finding import find_logs
from tierlock.importers.gathering import Imports, Progress, Reading, import_logs
from tierlock.importers.interface import Glance, Imported, Importer, LogFile
from tierlock.importers.limits import Limits
from tierlock.importers.published import RECORD, read_record
from tierlock.importers.reading import read
from tierlock.importers.reasons import OMISSIONS, PROBLEMS
from tierlock.importers.registry import ENTRY_POINTS, formats

__all__ = [
    "ENTRY_POINTS",
    "OMISSIONS",
    "PROBLEMS",
    "RECORD",
    "Glance",
    "Imported",
    "Importer",
    "Imports",
    "Limits",
    "LogFile",
    "Progress",
    "Reading",
    "find_logs",
    "formats",
    "import_logs",
    "read",
    "read_record",
]
