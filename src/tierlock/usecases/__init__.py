"""One file per verb: the only room that knows the other rooms and puts them together.

The door loads a use case when it is first asked for, so that a command pays for its own verb only.
A file here never has the name of a function in it: the function would hide behind its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import homes_in, opener

if TYPE_CHECKING:
    from tierlock.importers import Imports, Progress, import_logs
    from tierlock.usecases.allocation import Spending, spending
    from tierlock.usecases.anchor_project import keep_given, stamp_project
    from tierlock.usecases.anchoring import (
        ANCHORS,
        Anchored,
        StoredAnchor,
        confirm_anchors,
        keep_anchor,
        stored_anchors,
    )
    from tierlock.usecases.asking_all import Answers, ask_all, record_all
    from tierlock.usecases.assessing import Assessed, assess, check_dates, report_of, write_report
    from tierlock.usecases.authenticators import hand_of_person
    from tierlock.usecases.bundle_manifest import manifest_schema
    from tierlock.usecases.bundle_receipt import make_receipt, write_receipt
    from tierlock.usecases.bundling import Bundled, bundle
    from tierlock.usecases.claiming import Claimed, claim
    from tierlock.usecases.codes import meaning_of
    from tierlock.usecases.commenting import Comment, add_comment, list_comments
    from tierlock.usecases.comparing import Versions, compare_projects, compare_sides, versions_of
    from tierlock.usecases.comparing_answers import changed_answers, changed_between
    from tierlock.usecases.copy import copy_framework
    from tierlock.usecases.coverage import cover, suite_of
    from tierlock.usecases.crossing import Crossed, crosswalk
    from tierlock.usecases.demo import Act, Played, demo_instant, play, story_files
    from tierlock.usecases.demo_record import compare_record
    from tierlock.usecases.demo_tamper import Caught, catch_rewritten_log
    from tierlock.usecases.enrolling import Enrolled, enrol
    from tierlock.usecases.expiry import expiring
    from tierlock.usecases.exporting import Exported, export_evidence
    from tierlock.usecases.frameworks_named import (
        OnShelf,
        Shelved,
        contrast_of,
        difference_of,
        framework_of,
        from_shelf,
        prove_of,
        shelf,
    )
    from tierlock.usecases.frameworks_of import under_each
    from tierlock.usecases.hands import Hand, hand_of
    from tierlock.usecases.hazards import Hazard, hazard_of
    from tierlock.usecases.head_signing import signed_head, verify_signed_head
    from tierlock.usecases.impacts import Impacts, impact
    from tierlock.usecases.ingesting import bind, ingest, mock_models, subject_from
    from tierlock.usecases.init import init_project
    from tierlock.usecases.keeping import Kept, keep, receive
    from tierlock.usecases.label_check import unmeasured
    from tierlock.usecases.ledger import (
        entry_of,
        export_project,
        exported_ledger,
        import_into,
        log_records,
        project_ledger,
        records_in,
    )
    from tierlock.usecases.ledger_check import read_witnesses, verify_all
    from tierlock.usecases.ledger_log import read_log
    from tierlock.usecases.ledger_view import (
        AnchorShown,
        EntryShown,
        HeadShown,
        ProofShown,
        prove_entry,
        recompute_ledger,
        show_entry,
        show_head,
        show_lines,
    )
    from tierlock.usecases.look_items import planned_items, read_items
    from tierlock.usecases.oscal import export_oscal
    from tierlock.usecases.outputs import Ask, list_outputs, search_outputs, show_output
    from tierlock.usecases.permit_keys import load_permit_keys, trusted_keys
    from tierlock.usecases.permit_log import (
        PERMIT_ENTRY,
        permits_in,
        revocations_in,
    )
    from tierlock.usecases.permits import (
        Issued,
        grant,
        issue_permit,
        issue_status,
        revoke_permit,
    )
    from tierlock.usecases.plan import seal_plan
    from tierlock.usecases.plan_register import PlanRegister, read_plans, sealed_framework
    from tierlock.usecases.plan_state import plan_status
    from tierlock.usecases.position import NextLapse, Position, Positions, View, Waiting
    from tierlock.usecases.project import (
        Project,
        ProjectFile,
        SubjectFile,
        bare_project,
        load_project,
        read_bytes,
        to_subject,
    )
    from tierlock.usecases.prompts import (
        add_version,
        import_configurations,
        label_versions,
        may_show,
        pick,
        read_history,
    )
    from tierlock.usecases.proving import Proved, prove
    from tierlock.usecases.question import Answer, active_plan, ask, record
    from tierlock.usecases.recorded import (
        RecordedTimes,
        anchored_by,
        recorded_at,
        recorded_times,
        times_in,
    )
    from tierlock.usecases.register import look_up
    from tierlock.usecases.remembering import FileMemory, Reread, remember
    from tierlock.usecases.replacing import replace_file
    from tierlock.usecases.reporting import report_document, report_values
    from tierlock.usecases.run_settings import Elicitation, RunSettings, TokenPrice
    from tierlock.usecases.run_start import start_run
    from tierlock.usecases.running_logs import land, land_leftovers, owing_runs
    from tierlock.usecases.running_plan import (
        Due,
        Standing,
        counts_after,
        done_runs,
        next_run,
        plan_to_run,
        slots_to_run,
        standing,
    )
    from tierlock.usecases.running_problems import (
        HookError,
        acknowledge_hook_errors,
        hook_errors,
        hook_errors_in,
        note_hook_error,
    )
    from tierlock.usecases.running_starts import Begun, Registered, register_start
    from tierlock.usecases.safeguarding import safeguards
    from tierlock.usecases.side_by_side import Compared, assess_side_by_side
    from tierlock.usecases.sign_commands import sign_command
    from tierlock.usecases.sign_requests import SignRequest, offer_of, parse_sign_request
    from tierlock.usecases.signature_list import restore, signatures
    from tierlock.usecases.signing import Offer, offer_approval
    from tierlock.usecases.signing_browser import (
        OFFER_LIFETIME,
        BrowserOffer,
        Pending,
        complete_in_browser,
        offer_in_browser,
    )
    from tierlock.usecases.signing_claims import cosign_claim, offer_claim, standing_claim
    from tierlock.usecases.signing_judgements import offer_negative, offer_resolution, offer_ruling
    from tierlock.usecases.signing_kinds import (
        offer_attestation,
        offer_choice,
        offer_determination,
        offer_evidence,
        offer_plan,
    )
    from tierlock.usecases.signing_login import (
        LoginOffer,
        complete_by_login,
        hand_of_login,
        offer_by_login,
    )
    from tierlock.usecases.sizing import size
    from tierlock.usecases.stated import Stated, read_stated
    from tierlock.usecases.statements import Statements
    from tierlock.usecases.store_place import (
        PROJECT_FILE,
        StoreSettings,
        store_folder,
        store_settings,
    )
    from tierlock.usecases.study import Linted, compare, contrast, lint, lint_of
    from tierlock.usecases.subject import SubjectDigest, check_subject_digest, subject_digest
    from tierlock.usecases.subject_answers import (
        Family,
        asked_report,
        family_of,
        lapses_ahead,
        latest_determination,
        official_of,
        sample_key_of,
    )
    from tierlock.usecases.subject_folder import Manifest, ManifestFile, manifest_of
    from tierlock.usecases.team_backup import Checked, backup_team, check_team, restore_team
    from tierlock.usecases.team_folder import take_folder
    from tierlock.usecases.team_project import TeamProject, TeamSettings
    from tierlock.usecases.team_revision import migrate_team
    from tierlock.usecases.timeline import read_timeline
    from tierlock.usecases.trust import load_trust
    from tierlock.usecases.verifying import verify
    from tierlock.usecases.workspace import Listed, SeveralSubjects, Workspace
    from tierlock.usecases.workspace_folder import FolderWorkspace
    from tierlock.usecases.workspace_team import TeamWorkspace

# File -> the names that it holds.
_HOMES = homes_in(
    __name__,
    {
        "store_place": "PROJECT_FILE store_settings store_folder StoreSettings",
        "commenting": "list_comments add_comment Comment",
        "signing_login": "complete_by_login offer_by_login hand_of_login LoginOffer",
        "team_revision": "migrate_team",
        "team_backup": "Checked check_team restore_team backup_team",
        "team_folder": "take_folder",
        "team_project": "TeamSettings TeamProject",
        "workspace_team": "TeamWorkspace",
        "timeline": "read_timeline",
        "subject_answers": (
            "Family asked_report family_of lapses_ahead latest_determination official_of "
            "sample_key_of"
        ),
        "ledger_view": (
            "recompute_ledger prove_entry show_entry show_lines show_head "
            "ProofShown EntryShown HeadShown AnchorShown"
        ),
        "frameworks_named": (
            "contrast_of difference_of prove_of framework_of from_shelf shelf Shelved OnShelf"
        ),
        "enrolling": "enrol Enrolled",
        "authenticators": "hand_of_person hand_of_person",
        "signing_browser": (
            "OFFER_LIFETIME BrowserOffer Pending complete_in_browser offer_in_browser"
        ),
        "sign_commands": "sign_command",
        "sign_requests": "offer_of parse_sign_request SignRequest",
        "position": "NextLapse Waiting View Positions Position",
        "workspace_folder": "FolderWorkspace",
        "workspace": "SeveralSubjects Workspace Listed",
        "reporting": "report_values report_document",
        "allocation": "Spending spending",
        "anchor_project": "keep_given stamp_project",
        "anchoring": "ANCHORS Anchored StoredAnchor confirm_anchors keep_anchor stored_anchors",
        "asking_all": "Answers ask_all record_all",
        "assessing": "check_dates Assessed assess report_of write_report",
        "bundle_manifest": "manifest_schema",
        "bundle_receipt": "make_receipt write_receipt",
        "bundling": "Bundled bundle",
        "claiming": "Claimed claim",
        "codes": "meaning_of",
        "comparing": "compare_projects versions_of Versions compare_sides",
        "comparing_answers": "changed_between changed_answers",
        "copy": "copy_framework",
        "coverage": "cover suite_of",
        "crossing": "Crossed crosswalk",
        "demo": "demo_instant Act Played play story_files",
        "demo_record": "compare_record",
        "demo_tamper": "Caught catch_rewritten_log",
        "expiry": "expiring",
        "exporting": "Exported export_evidence",
        "frameworks_of": "under_each",
        "hands": "Hand hand_of",
        "hazards": "Hazard hazard_of",
        "head_signing": "signed_head verify_signed_head",
        "impacts": "Impacts impact",
        "ingesting": "bind ingest mock_models subject_from",
        "init": "init_project",
        "keeping": "Kept keep receive",
        "label_check": "unmeasured",
        "ledger": (
            "entry_of export_project exported_ledger import_into log_records project_ledger "
            "records_in"
        ),
        "ledger_check": "read_witnesses verify_all",
        "ledger_log": "read_log",
        "look_items": "planned_items read_items",
        "oscal": "export_oscal",
        "outputs": "Ask list_outputs search_outputs show_output",
        "permit_keys": "load_permit_keys trusted_keys",
        "permit_log": "PERMIT_ENTRY permits_in revocations_in",
        "permits": "Issued grant issue_permit issue_status revoke_permit",
        "plan": "seal_plan",
        "plan_register": "PlanRegister read_plans sealed_framework",
        "plan_state": "plan_status",
        "project": (
            "Project ProjectFile SubjectFile bare_project load_project read_bytes to_subject"
        ),
        "prompts": "add_version import_configurations label_versions may_show pick read_history",
        "proving": "Proved prove",
        "question": "Answer active_plan ask record",
        "recorded": "RecordedTimes anchored_by recorded_at recorded_times times_in",
        "register": "look_up",
        "remembering": "FileMemory Reread remember",
        "replacing": "replace_file",
        "run_settings": "Elicitation RunSettings TokenPrice",
        "run_start": "start_run",
        "running_logs": "land land_leftovers owing_runs",
        "running_plan": (
            "Due Standing counts_after done_runs next_run plan_to_run slots_to_run standing"
        ),
        "running_problems": (
            "HookError acknowledge_hook_errors hook_errors hook_errors_in note_hook_error"
        ),
        "running_starts": "Begun Registered register_start",
        "safeguarding": "safeguards",
        "side_by_side": "Compared assess_side_by_side",
        "signature_list": "restore signatures",
        "signing": "Offer offer_approval",
        "signing_claims": "cosign_claim offer_claim standing_claim",
        "signing_judgements": "offer_negative offer_resolution offer_ruling",
        "signing_kinds": (
            "offer_attestation offer_choice offer_determination offer_evidence offer_plan"
        ),
        "sizing": "size",
        "stated": "Stated read_stated",
        "statements": "Statements",
        "study": "lint_of Linted compare contrast lint",
        "subject": "SubjectDigest check_subject_digest subject_digest",
        "subject_folder": "Manifest ManifestFile manifest_of",
        "trust": "load_trust",
        "verifying": "verify",
    },
) | {
    "Imports": "tierlock.importers",
    "Progress": "tierlock.importers",
    "import_logs": "tierlock.importers",
}

__all__ = [
    "ANCHORS",
    "OFFER_LIFETIME",
    "PERMIT_ENTRY",
    "PROJECT_FILE",
    "Act",
    "AnchorShown",
    "Anchored",
    "Answer",
    "Answers",
    "Ask",
    "Assessed",
    "Begun",
    "BrowserOffer",
    "Bundled",
    "Caught",
    "Checked",
    "Claimed",
    "Comment",
    "Compared",
    "Crossed",
    "Due",
    "Elicitation",
    "Enrolled",
    "EntryShown",
    "Exported",
    "Family",
    "FileMemory",
    "FolderWorkspace",
    "Hand",
    "Hazard",
    "HeadShown",
    "HookError",
    "Impacts",
    "Imports",
    "Issued",
    "Kept",
    "Linted",
    "Listed",
    "LoginOffer",
    "Manifest",
    "ManifestFile",
    "NextLapse",
    "Offer",
    "OnShelf",
    "Pending",
    "PlanRegister",
    "Played",
    "Position",
    "Positions",
    "Progress",
    "Project",
    "ProjectFile",
    "ProofShown",
    "Proved",
    "RecordedTimes",
    "Registered",
    "Reread",
    "RunSettings",
    "SeveralSubjects",
    "Shelved",
    "SignRequest",
    "Spending",
    "Standing",
    "Stated",
    "Statements",
    "StoreSettings",
    "StoredAnchor",
    "SubjectDigest",
    "SubjectFile",
    "TeamProject",
    "TeamSettings",
    "TeamWorkspace",
    "TokenPrice",
    "Versions",
    "View",
    "Waiting",
    "Workspace",
    "acknowledge_hook_errors",
    "active_plan",
    "add_comment",
    "add_version",
    "anchored_by",
    "ask",
    "ask_all",
    "asked_report",
    "assess",
    "assess_side_by_side",
    "backup_team",
    "bare_project",
    "bind",
    "bundle",
    "catch_rewritten_log",
    "changed_answers",
    "changed_between",
    "check_dates",
    "check_subject_digest",
    "check_team",
    "claim",
    "compare",
    "compare_projects",
    "compare_record",
    "compare_sides",
    "complete_by_login",
    "complete_in_browser",
    "confirm_anchors",
    "contrast",
    "contrast_of",
    "copy_framework",
    "cosign_claim",
    "counts_after",
    "cover",
    "crosswalk",
    "demo_instant",
    "difference_of",
    "done_runs",
    "enrol",
    "entry_of",
    "expiring",
    "export_evidence",
    "export_oscal",
    "export_project",
    "exported_ledger",
    "family_of",
    "framework_of",
    "from_shelf",
    "grant",
    "hand_of",
    "hand_of_login",
    "hand_of_person",
    "hazard_of",
    "hook_errors",
    "hook_errors_in",
    "impact",
    "import_configurations",
    "import_into",
    "import_logs",
    "ingest",
    "init_project",
    "issue_permit",
    "issue_status",
    "keep",
    "keep_anchor",
    "keep_given",
    "label_versions",
    "land",
    "land_leftovers",
    "lapses_ahead",
    "latest_determination",
    "lint",
    "lint_of",
    "list_comments",
    "list_outputs",
    "load_permit_keys",
    "load_project",
    "load_trust",
    "log_records",
    "look_up",
    "make_receipt",
    "manifest_of",
    "manifest_schema",
    "may_show",
    "meaning_of",
    "migrate_team",
    "mock_models",
    "next_run",
    "note_hook_error",
    "offer_approval",
    "offer_attestation",
    "offer_by_login",
    "offer_choice",
    "offer_claim",
    "offer_determination",
    "offer_evidence",
    "offer_in_browser",
    "offer_negative",
    "offer_of",
    "offer_plan",
    "offer_resolution",
    "offer_ruling",
    "official_of",
    "owing_runs",
    "parse_sign_request",
    "permits_in",
    "pick",
    "plan_status",
    "plan_to_run",
    "planned_items",
    "play",
    "project_ledger",
    "prove",
    "prove_entry",
    "prove_of",
    "read_bytes",
    "read_history",
    "read_items",
    "read_log",
    "read_plans",
    "read_stated",
    "read_timeline",
    "read_witnesses",
    "receive",
    "recompute_ledger",
    "record",
    "record_all",
    "recorded_at",
    "recorded_times",
    "records_in",
    "register_start",
    "remember",
    "replace_file",
    "report_document",
    "report_of",
    "report_values",
    "restore",
    "restore_team",
    "revocations_in",
    "revoke_permit",
    "safeguards",
    "sample_key_of",
    "seal_plan",
    "sealed_framework",
    "search_outputs",
    "shelf",
    "show_entry",
    "show_head",
    "show_lines",
    "show_output",
    "sign_command",
    "signatures",
    "signed_head",
    "size",
    "slots_to_run",
    "spending",
    "stamp_project",
    "standing",
    "standing_claim",
    "start_run",
    "store_folder",
    "store_settings",
    "stored_anchors",
    "story_files",
    "subject_digest",
    "subject_from",
    "suite_of",
    "take_folder",
    "times_in",
    "to_subject",
    "trusted_keys",
    "under_each",
    "unmeasured",
    "verify",
    "verify_all",
    "verify_signed_head",
    "versions_of",
    "write_receipt",
    "write_report",
]

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
