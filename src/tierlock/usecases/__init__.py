"""One file per verb: the only room that knows the other rooms and puts them together."""

from __future__ import annotations

from tierlock.importers import Imports, Progress, import_logs
from tierlock.usecases.assess import Assessed, assess, report_of, write_report
from tierlock.usecases.codes import meaning_of
from tierlock.usecases.compare import Versions, compare_sides
from tierlock.usecases.copy import copy_framework
from tierlock.usecases.crosswalk import Crossed, crosswalk
from tierlock.usecases.demo import Act, Played, play, story_files
from tierlock.usecases.demo_record import compare_record
from tierlock.usecases.impact import Impacts, impact
from tierlock.usecases.ingest import bind, ingest, mock_models, subject_from
from tierlock.usecases.init import init_project
from tierlock.usecases.plan import seal_plan
from tierlock.usecases.project import (
    PROJECT_FILE,
    Project,
    ProjectFile,
    SubjectFile,
    bare_project,
    load_project,
    to_subject,
    under_each,
)
from tierlock.usecases.prove import Proved, prove
from tierlock.usecases.question import Answer, active_plan, ask, record
from tierlock.usecases.register import look_up
from tierlock.usecases.side_by_side import Compared, assess_side_by_side
from tierlock.usecases.size import size
from tierlock.usecases.statements import Statements
from tierlock.usecases.study import Linted, compare, contrast, lint

__all__ = [
    "PROJECT_FILE",
    "Act",
    "Answer",
    "Assessed",
    "Compared",
    "Crossed",
    "Impacts",
    "Imports",
    "Linted",
    "Played",
    "Progress",
    "Project",
    "ProjectFile",
    "Proved",
    "Statements",
    "SubjectFile",
    "Versions",
    "active_plan",
    "ask",
    "assess",
    "assess_side_by_side",
    "bare_project",
    "bind",
    "compare",
    "compare_record",
    "compare_sides",
    "contrast",
    "copy_framework",
    "crosswalk",
    "impact",
    "import_logs",
    "ingest",
    "init_project",
    "lint",
    "load_project",
    "look_up",
    "meaning_of",
    "mock_models",
    "play",
    "prove",
    "record",
    "report_of",
    "seal_plan",
    "size",
    "story_files",
    "subject_from",
    "to_subject",
    "under_each",
    "write_report",
]
