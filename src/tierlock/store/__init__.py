"""CONTENT-ADDRESSED FILES AND ROWS: what was seen stays; a local folder, or a team's database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import opener
from tierlock.store.configurations import ConfigurationStore
from tierlock.store.files import append_lines, exclusive, read_lines, write_whole
from tierlock.store.interface import Ingested, Store
from tierlock.store.local import LocalStore
from tierlock.store.outputs import KeptSample, OutputStore, RunOf, SampleTexts, sample_key
from tierlock.store.seen import SeenFile, SeenFiles, SeenOmission, SeenRun

if TYPE_CHECKING:
    from tierlock.store.team import TeamStore
    from tierlock.store.team_base import TeamSubject
    from tierlock.store.team_database import TeamDatabase
    from tierlock.store.team_migrate import check_revision, migrate, revision_of
    from tierlock.store.team_subjects import Document, Held, Recorded, TeamSubjects
    from tierlock.store.team_taking import Taken, take_over
    from tierlock.store.team_views import TeamViews

# Name -> the file that holds it: the library of databases is loaded by who needs it.
_HOMES = {
    "Document": "tierlock.store.team_subjects",
    "Held": "tierlock.store.team_subjects",
    "Recorded": "tierlock.store.team_subjects",
    "Taken": "tierlock.store.team_taking",
    "TeamDatabase": "tierlock.store.team_database",
    "TeamStore": "tierlock.store.team",
    "TeamSubject": "tierlock.store.team_base",
    "TeamSubjects": "tierlock.store.team_subjects",
    "TeamViews": "tierlock.store.team_views",
    "check_revision": "tierlock.store.team_migrate",
    "migrate": "tierlock.store.team_migrate",
    "revision_of": "tierlock.store.team_migrate",
    "take_over": "tierlock.store.team_taking",
}
__getattr__ = opener(globals(), homes=_HOMES)

__all__ = [
    "ConfigurationStore",
    "Document",
    "Held",
    "Ingested",
    "KeptSample",
    "LocalStore",
    "OutputStore",
    "Recorded",
    "RunOf",
    "SampleTexts",
    "SeenFile",
    "SeenFiles",
    "SeenOmission",
    "SeenRun",
    "Store",
    "Taken",
    "TeamDatabase",
    "TeamStore",
    "TeamSubject",
    "TeamSubjects",
    "TeamViews",
    "append_lines",
    "check_revision",
    "exclusive",
    "migrate",
    "read_lines",
    "revision_of",
    "sample_key",
    "take_over",
    "write_whole",
]
