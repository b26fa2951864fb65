"""One file per verb: the only room that knows the other rooms and puts them together.

The door loads a use case when it is first asked for, so that a command pays for its own verb only.
A file here never has the name of a function in it: the function would hide behind its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import opener

if TYPE_CHECKING:
    from tierlock.importers import Imports, Progress, import_logs
    from tierlock.usecases.allocation import Spending, spending
    from tierlock.usecases.ask_all import Answers, ask_all, record_all
    from tierlock.usecases.assessing import Assessed, assess, report_of, write_report
    from tierlock.usecases.claiming import Claimed, claim
    from tierlock.usecases.codes import meaning_of
    from tierlock.usecases.comparing import Versions, compare_sides
    from tierlock.usecases.copy import copy_framework
    from tierlock.usecases.crossing import Crossed, crosswalk
    from tierlock.usecases.demo import Act, Played, play, story_files
    from tierlock.usecases.demo_record import compare_record
    from tierlock.usecases.expiry import expiring
    from tierlock.usecases.impacts import Impacts, impact
    from tierlock.usecases.ingesting import bind, ingest, mock_models, subject_from
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
    from tierlock.usecases.proving import Proved, prove
    from tierlock.usecases.question import Answer, active_plan, ask, record
    from tierlock.usecases.register import look_up
    from tierlock.usecases.safeguarding import safeguards
    from tierlock.usecases.side_by_side import Compared, assess_side_by_side
    from tierlock.usecases.sizing import size
    from tierlock.usecases.statements import Statements
    from tierlock.usecases.study import Linted, compare, contrast, lint
    from tierlock.usecases.subject import SubjectDigest, check_subject_digest, subject_digest
    from tierlock.usecases.subject_folder import Manifest, ManifestFile, manifest_of
    from tierlock.usecases.trust import load_trust

# Name -> the file that holds it.
_HOMES = {
    "Act": "tierlock.usecases.demo",
    "Answer": "tierlock.usecases.question",
    "Answers": "tierlock.usecases.ask_all",
    "Assessed": "tierlock.usecases.assessing",
    "Claimed": "tierlock.usecases.claiming",
    "Compared": "tierlock.usecases.side_by_side",
    "Crossed": "tierlock.usecases.crossing",
    "Impacts": "tierlock.usecases.impacts",
    "Imports": "tierlock.importers",
    "Linted": "tierlock.usecases.study",
    "Manifest": "tierlock.usecases.subject_folder",
    "ManifestFile": "tierlock.usecases.subject_folder",
    "PROJECT_FILE": "tierlock.usecases.project",
    "Played": "tierlock.usecases.demo",
    "Progress": "tierlock.importers",
    "Project": "tierlock.usecases.project",
    "ProjectFile": "tierlock.usecases.project",
    "Proved": "tierlock.usecases.proving",
    "Spending": "tierlock.usecases.allocation",
    "Statements": "tierlock.usecases.statements",
    "SubjectDigest": "tierlock.usecases.subject",
    "SubjectFile": "tierlock.usecases.project",
    "Versions": "tierlock.usecases.comparing",
    "active_plan": "tierlock.usecases.question",
    "ask": "tierlock.usecases.question",
    "ask_all": "tierlock.usecases.ask_all",
    "assess": "tierlock.usecases.assessing",
    "assess_side_by_side": "tierlock.usecases.side_by_side",
    "bare_project": "tierlock.usecases.project",
    "bind": "tierlock.usecases.ingesting",
    "check_subject_digest": "tierlock.usecases.subject",
    "claim": "tierlock.usecases.claiming",
    "compare": "tierlock.usecases.study",
    "compare_record": "tierlock.usecases.demo_record",
    "compare_sides": "tierlock.usecases.comparing",
    "contrast": "tierlock.usecases.study",
    "copy_framework": "tierlock.usecases.copy",
    "crosswalk": "tierlock.usecases.crossing",
    "entry_of": "tierlock.usecases.ledger",
    "expiring": "tierlock.usecases.expiry",
    "export_oscal": "tierlock.usecases.oscal",
    "export_project": "tierlock.usecases.ledger",
    "exported_ledger": "tierlock.usecases.ledger",
    "impact": "tierlock.usecases.impacts",
    "import_into": "tierlock.usecases.ledger",
    "import_logs": "tierlock.importers",
    "ingest": "tierlock.usecases.ingesting",
    "init_project": "tierlock.usecases.init",
    "lint": "tierlock.usecases.study",
    "load_project": "tierlock.usecases.project",
    "load_trust": "tierlock.usecases.trust",
    "log_records": "tierlock.usecases.ledger",
    "look_up": "tierlock.usecases.register",
    "manifest_of": "tierlock.usecases.subject_folder",
    "meaning_of": "tierlock.usecases.codes",
    "mock_models": "tierlock.usecases.ingesting",
    "play": "tierlock.usecases.demo",
    "project_ledger": "tierlock.usecases.ledger",
    "prove": "tierlock.usecases.proving",
    "read_log": "tierlock.usecases.ledger_log",
    "record": "tierlock.usecases.question",
    "record_all": "tierlock.usecases.ask_all",
    "records_in": "tierlock.usecases.ledger",
    "report_of": "tierlock.usecases.assessing",
    "safeguards": "tierlock.usecases.safeguarding",
    "seal_plan": "tierlock.usecases.plan",
    "size": "tierlock.usecases.sizing",
    "spending": "tierlock.usecases.allocation",
    "story_files": "tierlock.usecases.demo",
    "subject_digest": "tierlock.usecases.subject",
    "subject_from": "tierlock.usecases.ingesting",
    "to_subject": "tierlock.usecases.project",
    "under_each": "tierlock.usecases.project",
    "verify_all": "tierlock.usecases.ledger",
    "write_report": "tierlock.usecases.assessing",
}

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

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
