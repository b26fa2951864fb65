"""FOREIGN LOGS -> Evidence: one importer per format, behind limits for untrusted input.

Knows no framework and judges nothing: it says what a log holds, what is wrong with it, and what
it owes. One format is also written. Formats are documented in docs/reference/formats.md.
"""

from __future__ import annotations

from tierlock.importers.columns import Row, scalars, to_samples
from tierlock.importers.dask_cluster import dask_crew
from tierlock.importers.every_eval_ever_publisher import Publisher
from tierlock.importers.every_eval_ever_write import (
    NOT_CARRIED,
    Written,
    write_every_eval_ever,
)
from tierlock.importers.executing import Crew
from tierlock.importers.finding import find_logs
from tierlock.importers.gathering import (
    FileRead,
    Imports,
    Memory,
    Progress,
    Reading,
    Recalled,
    import_logs,
)
from tierlock.importers.inspect_configuration import ConfigurationReader, normal_prompt, software
from tierlock.importers.inspect_outputs import (
    Told,
    Transcripts,
    answered_of,
    asked_of,
    open_transcripts,
    score_of,
    transcript_of,
)
from tierlock.importers.inspect_scan import LogHeader, LogScores, scan_header, scan_scores
from tierlock.importers.interface import Glance, Imported, Importer, LogFile, digest_of
from tierlock.importers.limits import Limits
from tierlock.importers.places import Fingerprint, Place, RemotePath, fingerprint_of, place_of
from tierlock.importers.published import RECORD, read_record
from tierlock.importers.reading import read
from tierlock.importers.reasons import OMISSIONS, PROBLEMS, omission
from tierlock.importers.registry import ENTRY_POINTS, formats

__all__ = [
    "ENTRY_POINTS",
    "NOT_CARRIED",
    "OMISSIONS",
    "PROBLEMS",
    "RECORD",
    "ConfigurationReader",
    "Crew",
    "FileRead",
    "Fingerprint",
    "Glance",
    "Imported",
    "Importer",
    "Imports",
    "Limits",
    "LogFile",
    "LogHeader",
    "LogScores",
    "Memory",
    "Place",
    "Progress",
    "Publisher",
    "Reading",
    "Recalled",
    "RemotePath",
    "Row",
    "Told",
    "Transcripts",
    "Written",
    "answered_of",
    "asked_of",
    "dask_crew",
    "digest_of",
    "find_logs",
    "fingerprint_of",
    "formats",
    "import_logs",
    "normal_prompt",
    "omission",
    "open_transcripts",
    "place_of",
    "read",
    "read_record",
    "scalars",
    "scan_header",
    "scan_scores",
    "score_of",
    "software",
    "to_samples",
    "transcript_of",
    "write_every_eval_ever",
]
