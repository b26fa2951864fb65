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
    from tierlock.usecases.ask_all import Answers, ask_all, record_all
    from tierlock.usecases.assessing import Assessed, assess, report_of, write_report
    from tierlock.usecases.bundle_manifest import manifest_schema
    from tierlock.usecases.bundle_receipt import make_receipt, write_receipt
    from tierlock.usecases.bundling import Bundled, bundle
    from tierlock.usecases.claiming import Claimed, claim
    from tierlock.usecases.codes import meaning_of
    from tierlock.usecases.comparing import Versions, compare_sides
    from tierlock.usecases.comparing_answers import changed_answers
    from tierlock.usecases.copy import copy_framework
    from tierlock.usecases.coverage import cover, suite_of
    from tierlock.usecases.crossing import Crossed, crosswalk
    from tierlock.usecases.demo import Act, Played, play, story_files
    from tierlock.usecases.demo_record import compare_record
    from tierlock.usecases.demo_tamper import Caught, catch_rewritten_log
    from tierlock.usecases.expiry import expiring
    from tierlock.usecases.exporting import Exported, export_evidence
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
    from tierlock.usecases.project import (
        PROJECT_FILE,
        Project,
        ProjectFile,
        StoreSettings,
        SubjectFile,
        bare_project,
        load_project,
        read_bytes,
        store_folder,
        store_settings,
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
    from tierlock.usecases.signature_list import restore, signatures
    from tierlock.usecases.signing import Offer, offer_approval
    from tierlock.usecases.signing_claims import cosign_claim, offer_claim, standing_claim
    from tierlock.usecases.signing_judgements import offer_negative, offer_resolution, offer_ruling
    from tierlock.usecases.signing_kinds import (
        offer_attestation,
        offer_choice,
        offer_determination,
        offer_evidence,
        offer_plan,
    )
    from tierlock.usecases.sizing import size
    from tierlock.usecases.stated import Stated, read_stated
    from tierlock.usecases.statements import Statements
    from tierlock.usecases.study import Linted, compare, contrast, lint
    from tierlock.usecases.subject import SubjectDigest, check_subject_digest, subject_digest
    from tierlock.usecases.subject_folder import Manifest, ManifestFile, manifest_of
    from tierlock.usecases.trust import load_trust
    from tierlock.usecases.verifying import verify

# File -> the names that it holds.
_HOMES = homes_in(
    __name__,
    {
        "reporting": "report_values report_document",
        "allocation": "Spending spending",
        "anchor_project": "keep_given stamp_project",
        "anchoring": "ANCHORS Anchored StoredAnchor confirm_anchors keep_anchor stored_anchors",
        "ask_all": "Answers ask_all record_all",
        "assessing": "Assessed assess report_of write_report",
        "bundle_manifest": "manifest_schema",
        "bundle_receipt": "make_receipt write_receipt",
        "bundling": "Bundled bundle",
        "claiming": "Claimed claim",
        "codes": "meaning_of",
        "comparing": "Versions compare_sides",
        "comparing_answers": "changed_answers",
        "copy": "copy_framework",
        "coverage": "cover suite_of",
        "crossing": "Crossed crosswalk",
        "demo": "Act Played play story_files",
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
            "PROJECT_FILE Project ProjectFile StoreSettings SubjectFile bare_project load_project "
            "read_bytes store_folder store_settings to_subject"
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
        "study": "Linted compare contrast lint",
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
    "PERMIT_ENTRY",
    "PROJECT_FILE",
    "Act",
    "Anchored",
    "Answer",
    "Answers",
    "Ask",
    "Assessed",
    "Begun",
    "Bundled",
    "Caught",
    "Claimed",
    "Compared",
    "Crossed",
    "Due",
    "Elicitation",
    "Exported",
    "FileMemory",
    "Hand",
    "Hazard",
    "HookError",
    "Impacts",
    "Imports",
    "Issued",
    "Kept",
    "Linted",
    "Manifest",
    "ManifestFile",
    "Offer",
    "PlanRegister",
    "Played",
    "Progress",
    "Project",
    "ProjectFile",
    "Proved",
    "RecordedTimes",
    "Registered",
    "Reread",
    "RunSettings",
    "Spending",
    "Standing",
    "Stated",
    "Statements",
    "StoreSettings",
    "StoredAnchor",
    "SubjectDigest",
    "SubjectFile",
    "TokenPrice",
    "Versions",
    "acknowledge_hook_errors",
    "active_plan",
    "add_version",
    "anchored_by",
    "ask",
    "ask_all",
    "assess",
    "assess_side_by_side",
    "bare_project",
    "bind",
    "bundle",
    "catch_rewritten_log",
    "changed_answers",
    "check_subject_digest",
    "claim",
    "compare",
    "compare_record",
    "compare_sides",
    "confirm_anchors",
    "contrast",
    "copy_framework",
    "cosign_claim",
    "counts_after",
    "cover",
    "crosswalk",
    "done_runs",
    "entry_of",
    "expiring",
    "export_evidence",
    "export_oscal",
    "export_project",
    "exported_ledger",
    "grant",
    "hand_of",
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
    "lint",
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
    "mock_models",
    "next_run",
    "note_hook_error",
    "offer_approval",
    "offer_attestation",
    "offer_choice",
    "offer_claim",
    "offer_determination",
    "offer_evidence",
    "offer_negative",
    "offer_plan",
    "offer_resolution",
    "offer_ruling",
    "owing_runs",
    "permits_in",
    "pick",
    "plan_status",
    "plan_to_run",
    "planned_items",
    "play",
    "project_ledger",
    "prove",
    "read_bytes",
    "read_history",
    "read_items",
    "read_log",
    "read_plans",
    "read_stated",
    "read_witnesses",
    "receive",
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
    "revocations_in",
    "revoke_permit",
    "safeguards",
    "seal_plan",
    "sealed_framework",
    "search_outputs",
    "show_output",
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
    "times_in",
    "to_subject",
    "trusted_keys",
    "under_each",
    "unmeasured",
    "verify",
    "verify_all",
    "verify_signed_head",
    "write_receipt",
    "write_report",
]

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
