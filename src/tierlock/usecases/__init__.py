"""One file per verb: the only room that knows the other rooms and puts them together."""

from __future__ import annotations

from tierlock.importers import Imports, Progress, import_logs
from tierlock.usecases.allocation import Spending, spending
from tierlock.usecases.ask_all import Answers, ask_all, record_all
from tierlock.usecases.assess import Assessed, assess, report_of, write_report
from tierlock.usecases.claiming import Claimed, claim
from tierlock.usecases.codes import meaning_of
from tierlock.usecases.compare import Versions, compare_sides
from tierlock.usecases.copy import copy_framework
from tierlock.usecases.crosswalk import Crossed, crosswalk
from tierlock.usecases.demo import Act, Played, play, story_files
from tierlock.usecases.demo_record import compare_record
from tierlock.usecases.expiring import expiring
from tierlock.usecases.impact import Impacts, impact
from tierlock.usecases.ingest import bind, ingest, mock_models, subject_from
from tierlock.usecases.init import init_project
from tierlock.usecases.ledger import (
    entry_of,
    export_project,
    exported_ledger,
    import_into,
    log_records,
    project_ledger,
    records_in,
    verify_all,
)
from tierlock.usecases.ledger_log import read_log
from tierlock.usecases.oscal import export_oscal
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
from tierlock.usecases.safeguards import safeguards
from tierlock.usecases.side_by_side import Compared, assess_side_by_side
from tierlock.usecases.size import size
from tierlock.usecases.statements import Statements
from tierlock.usecases.study import Linted, compare, contrast, lint
from tierlock.usecases.subject import SubjectDigest, check_subject_digest, subject_digest
from tierlock.usecases.subject_folder import Manifest, ManifestFile, manifest_of
from tierlock.usecases.trust import load_trust

__all__ = [
    "PROJECT_FILE",
    "Act",
    "Answer",
    "Answers",
    "Assessed",
    "Claimed",
    "Compared",
    "Crossed",
    "Impacts",
    "Imports",
    "Linted",
    "Manifest",
    "ManifestFile",
    "Played",
    "Progress",
    "Project",
    "ProjectFile",
    "Proved",
    "Spending",
    "Statements",
    "SubjectDigest",
    "SubjectFile",
    "Versions",
    "active_plan",
    "ask",
    "ask_all",
    "assess",
    "assess_side_by_side",
    "bare_project",
    "bind",
    "check_subject_digest",
    "claim",
    "compare",
    "compare_record",
    "compare_sides",
    "contrast",
    "copy_framework",
    "crosswalk",
    "entry_of",
    "expiring",
    "export_oscal",
    "export_project",
    "exported_ledger",
    "impact",
    "import_into",
    "import_logs",
    "ingest",
    "init_project",
    "lint",
    "load_project",
    "load_trust",
    "log_records",
    "look_up",
    "manifest_of",
    "meaning_of",
    "mock_models",
    "play",
    "project_ledger",
    "prove",
    "read_log",
    "record",
    "record_all",
    "records_in",
    "report_of",
    "safeguards",
    "seal_plan",
    "size",
    "spending",
    "story_files",
    "subject_digest",
    "subject_from",
    "to_subject",
    "under_each",
    "verify_all",
    "write_report",
]
