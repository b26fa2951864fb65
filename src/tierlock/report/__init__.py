"""Values -> text, tables, charts, HTML, Markdown. Gets values and never queries.

The door loads a renderer when it is first asked for, so that an answer as JSON never pays for
templates, and an assessment on the terminal never pays for HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import homes_in, opener

if TYPE_CHECKING:
    from tierlock.report.allocation_text import render_allocation_json, render_allocation_text
    from tierlock.report.answers_text import (
        ChangedAnswer,
        render_answers_markdown,
        render_answers_text,
    )
    from tierlock.report.assess_text import render_assess_text
    from tierlock.report.board import board_of
    from tierlock.report.checklist import REPORT_KINDS, ReportKind, checklist_of
    from tierlock.report.comment import render_gate_markdown
    from tierlock.report.compare_chart import difference_chart
    from tierlock.report.compare_markdown import render_compare_json, render_compare_markdown
    from tierlock.report.compare_page import comparison_sections, render_compare_html
    from tierlock.report.compare_text import render_compare_text
    from tierlock.report.contrast_text import render_contrast_text
    from tierlock.report.coverage import (
        EvidenceHeld,
        GapKind,
        Route,
        Suite,
        SuiteDomain,
        SuiteGap,
        SuiteLine,
        SuiteTest,
    )
    from tierlock.report.coverage_text import render_suite_json, render_suite_text
    from tierlock.report.criterion_values import (
        CriterionView,
        SourcedNumber,
        criterion_chart,
        criterion_view,
        safeguard_criterion_view,
    )
    from tierlock.report.crosswalk_text import render_crosswalk_json, render_crosswalk_text
    from tierlock.report.documents import (
        Redacted,
        ReportDocument,
        ReportValues,
        Witnessed,
        Written,
        WrittenText,
    )
    from tierlock.report.documents_render import render_document
    from tierlock.report.documents_words import complete_sentence
    from tierlock.report.expiring_text import render_expiring_json, render_expiring_text
    from tierlock.report.explain_text import render_explain_text
    from tierlock.report.framework_clauses import BASES, period_words
    from tierlock.report.framework_text import render_framework_text
    from tierlock.report.framework_values import FrameworkPage, framework_page
    from tierlock.report.gaps_text import render_gaps_text
    from tierlock.report.gate_table import render_gate_all_json, render_gate_all_text
    from tierlock.report.gate_text import render_gate_text
    from tierlock.report.github import render_github
    from tierlock.report.html import (
        load_templates,
        page_environment,
        page_style,
        render_answer,
        render_board,
        render_html,
        render_side_by_side_html,
    )
    from tierlock.report.impact_text import render_impact_text
    from tierlock.report.json_format import render_json, render_side_by_side_json
    from tierlock.report.junit import render_junit
    from tierlock.report.lapses import Expiring, Lapse, LapseKind
    from tierlock.report.ledger_text import (
        LedgerState,
        LogLine,
        render_ledger_log,
        render_ledger_log_json,
        render_ledger_state,
        render_ledger_state_json,
    )
    from tierlock.report.lines import criterion_line, criterion_lines
    from tierlock.report.looks_text import render_looks
    from tierlock.report.markdown import render_markdown, render_side_by_side_markdown
    from tierlock.report.numbers import count_of
    from tierlock.report.oscal import oscal_documents
    from tierlock.report.output_text import (
        OutputFound,
        OutputListing,
        OutputRow,
        OutputShown,
        render_output_found,
        render_output_found_json,
        render_output_list,
        render_output_list_json,
        render_output_shown,
        render_output_shown_json,
        viewer_command,
    )
    from tierlock.report.permit_text import render_permit, render_permit_json, render_refused_json
    from tierlock.report.plan_status import (
        PlanLine,
        PlanStatus,
        RunLine,
        render_plan_status,
        render_plan_status_json,
    )
    from tierlock.report.prompt_text import (
        ConfigurationVersion,
        PromptHistory,
        changes,
        diff_lines,
        render_prompt_diff,
        render_prompt_diff_json,
        render_prompt_log,
        render_prompt_log_json,
        render_prompt_show,
        render_prompt_show_json,
    )
    from tierlock.report.prove_text import render_proofs_text
    from tierlock.report.reason_codes import REASON_CODES, render_code
    from tierlock.report.record_text import (
        Comparison,
        PublishedNumber,
        RecordedModel,
        render_record_json,
        render_record_text,
    )
    from tierlock.report.redaction_parts import Redaction
    from tierlock.report.register_text import render_register_json, render_register_text
    from tierlock.report.report_documents import make_report
    from tierlock.report.run_text import SlotRan, render_runs, render_runs_json
    from tierlock.report.run_values import (
        RunRow,
        RunView,
        SampleLine,
        run_row,
        run_rows,
        run_view,
        sample_line,
        used_by,
    )
    from tierlock.report.safeguard_rows import SafeguardsView, safeguards_view
    from tierlock.report.safeguards_json import render_safeguards_json
    from tierlock.report.safeguards_text import render_safeguards_text
    from tierlock.report.safeguards_values import (
        STATES,
        ActionView,
        CellView,
        SafeguardsReport,
        SafeguardView,
        State,
    )
    from tierlock.report.safeguards_words import cost_words, lack_words
    from tierlock.report.sanitize import clean, escape_json
    from tierlock.report.sarif import render_sarif
    from tierlock.report.side_by_side import Side, SideBySide
    from tierlock.report.side_by_side_text import render_side_by_side_text
    from tierlock.report.sign_page import SignPage, render_sign_page
    from tierlock.report.signatures import (
        SignatureLine,
        render_signatures_json,
        render_signatures_text,
    )
    from tierlock.report.size_chart import render_size_html, render_size_svg
    from tierlock.report.size_text import render_size_json, render_size_text
    from tierlock.report.study_text import render_diff_text, render_lint_text, render_study_json
    from tierlock.report.subject_values import (
        LapseRow,
        Official,
        SubjectView,
        deciding_charts,
        subject_view,
    )
    from tierlock.report.summary import ThresholdSummary, summary_of
    from tierlock.report.threshold_values import (
        ThresholdView,
        TreeNode,
        threshold_charts,
        threshold_view,
    )
    from tierlock.report.timeline_values import Event, Timeline, timeline_chart
    from tierlock.report.values import EXIT_CODES, AssessReport
    from tierlock.report.verify_text import render_verify_json, render_verify_text
    from tierlock.report.verify_values import (
        ComparedFinding,
        ComparedLog,
        ComparedNumber,
        Hidden,
        VerifyReport,
    )
    from tierlock.report.wording import doing, gaps, level_sentence

# File -> the names that it holds.
_HOMES = homes_in(
    __name__,
    {
        "compare_chart": "difference_chart",
        "safeguards_words": "lack_words cost_words",
        "lines": "criterion_lines criterion_line",
        "timeline_values": "timeline_chart Timeline Event",
        "safeguard_rows": "safeguards_view SafeguardsView",
        "subject_values": "deciding_charts subject_view LapseRow Official SubjectView",
        "threshold_values": "threshold_charts threshold_view TreeNode ThresholdView",
        "run_values": "sample_line RunRow RunView SampleLine run_row run_rows run_view used_by",
        "criterion_values": (
            "criterion_chart safeguard_criterion_view criterion_view SourcedNumber CriterionView"
        ),
        "framework_clauses": "period_words BASES",
        "framework_values": "framework_page FrameworkPage",
        "compare_page": "comparison_sections render_compare_html",
        "summary": "summary_of ThresholdSummary",
        "documents_words": "complete_sentence",
        "documents_render": "render_document",
        "redaction_parts": "Redaction",
        "checklist": "REPORT_KINDS checklist_of ReportKind",
        "documents": "Redacted WrittenText Written Witnessed ReportValues ReportDocument",
        "report_documents": "make_report",
        "allocation_text": "render_allocation_json render_allocation_text",
        "answers_text": "ChangedAnswer render_answers_markdown render_answers_text",
        "assess_text": "render_assess_text",
        "board": "board_of",
        "comment": "render_gate_markdown",
        "compare_markdown": "render_compare_json render_compare_markdown",
        "compare_text": "render_compare_text",
        "contrast_text": "render_contrast_text",
        "coverage": "EvidenceHeld GapKind Route Suite SuiteDomain SuiteGap SuiteLine SuiteTest",
        "coverage_text": "render_suite_json render_suite_text",
        "crosswalk_text": "render_crosswalk_json render_crosswalk_text",
        "expiring_text": "render_expiring_json render_expiring_text",
        "explain_text": "render_explain_text",
        "framework_text": "render_framework_text",
        "gaps_text": "render_gaps_text",
        "gate_table": "render_gate_all_json render_gate_all_text",
        "gate_text": "render_gate_text",
        "github": "render_github",
        "html": (
            "render_board load_templates page_environment page_style render_answer render_html "
            "render_side_by_side_html"
        ),
        "impact_text": "render_impact_text",
        "json_format": "render_json render_side_by_side_json",
        "junit": "render_junit",
        "lapses": "Expiring Lapse LapseKind",
        "ledger_text": (
            "LedgerState LogLine render_ledger_log render_ledger_log_json "
            "render_ledger_state render_ledger_state_json"
        ),
        "looks_text": "render_looks",
        "markdown": "render_markdown render_side_by_side_markdown",
        "numbers": "count_of",
        "oscal": "oscal_documents",
        "output_text": (
            "OutputFound OutputListing OutputRow OutputShown render_output_found "
            "render_output_found_json render_output_list render_output_list_json "
            "render_output_shown render_output_shown_json viewer_command"
        ),
        "permit_text": "render_permit render_permit_json render_refused_json",
        "plan_status": "PlanLine PlanStatus RunLine render_plan_status render_plan_status_json",
        "prompt_text": (
            "diff_lines changes ConfigurationVersion PromptHistory render_prompt_diff "
            "render_prompt_diff_json render_prompt_log render_prompt_log_json render_prompt_show "
            "render_prompt_show_json"
        ),
        "prove_text": "render_proofs_text",
        "reason_codes": "REASON_CODES render_code",
        "record_text": (
            "Comparison PublishedNumber RecordedModel render_record_json render_record_text"
        ),
        "register_text": "render_register_json render_register_text",
        "run_text": "SlotRan render_runs render_runs_json",
        "safeguards_json": "render_safeguards_json",
        "safeguards_text": "render_safeguards_text",
        "safeguards_values": "ActionView CellView STATES SafeguardView SafeguardsReport State",
        "sanitize": "clean escape_json",
        "sarif": "render_sarif",
        "side_by_side": "Side SideBySide",
        "side_by_side_text": "render_side_by_side_text",
        "sign_page": "SignPage render_sign_page",
        "signatures": "SignatureLine render_signatures_json render_signatures_text",
        "size_chart": "render_size_html render_size_svg",
        "size_text": "render_size_json render_size_text",
        "study_text": "render_diff_text render_lint_text render_study_json",
        "values": "AssessReport EXIT_CODES",
        "verify_text": "render_verify_json render_verify_text",
        "verify_values": "ComparedFinding ComparedLog ComparedNumber Hidden VerifyReport",
        "wording": "gaps level_sentence doing",
    },
)

__all__ = [
    "BASES",
    "EXIT_CODES",
    "REASON_CODES",
    "REPORT_KINDS",
    "STATES",
    "ActionView",
    "AssessReport",
    "CellView",
    "ChangedAnswer",
    "ComparedFinding",
    "ComparedLog",
    "ComparedNumber",
    "Comparison",
    "ConfigurationVersion",
    "CriterionView",
    "Event",
    "EvidenceHeld",
    "Expiring",
    "FrameworkPage",
    "GapKind",
    "Hidden",
    "Lapse",
    "LapseKind",
    "LapseRow",
    "LedgerState",
    "LogLine",
    "Official",
    "OutputFound",
    "OutputListing",
    "OutputRow",
    "OutputShown",
    "PlanLine",
    "PlanStatus",
    "PromptHistory",
    "PublishedNumber",
    "RecordedModel",
    "Redacted",
    "Redaction",
    "ReportDocument",
    "ReportKind",
    "ReportValues",
    "Route",
    "RunLine",
    "RunRow",
    "RunView",
    "SafeguardView",
    "SafeguardsReport",
    "SafeguardsView",
    "SampleLine",
    "Side",
    "SideBySide",
    "SignPage",
    "SignatureLine",
    "SlotRan",
    "SourcedNumber",
    "State",
    "SubjectView",
    "Suite",
    "SuiteDomain",
    "SuiteGap",
    "SuiteLine",
    "SuiteTest",
    "ThresholdSummary",
    "ThresholdView",
    "Timeline",
    "TreeNode",
    "VerifyReport",
    "Witnessed",
    "Written",
    "WrittenText",
    "board_of",
    "changes",
    "checklist_of",
    "clean",
    "comparison_sections",
    "complete_sentence",
    "cost_words",
    "count_of",
    "criterion_chart",
    "criterion_line",
    "criterion_lines",
    "criterion_view",
    "deciding_charts",
    "diff_lines",
    "difference_chart",
    "doing",
    "escape_json",
    "framework_page",
    "gaps",
    "lack_words",
    "level_sentence",
    "load_templates",
    "make_report",
    "oscal_documents",
    "page_environment",
    "page_style",
    "period_words",
    "render_allocation_json",
    "render_allocation_text",
    "render_answer",
    "render_answers_markdown",
    "render_answers_text",
    "render_assess_text",
    "render_board",
    "render_code",
    "render_compare_html",
    "render_compare_json",
    "render_compare_markdown",
    "render_compare_text",
    "render_contrast_text",
    "render_crosswalk_json",
    "render_crosswalk_text",
    "render_diff_text",
    "render_document",
    "render_expiring_json",
    "render_expiring_text",
    "render_explain_text",
    "render_framework_text",
    "render_gaps_text",
    "render_gate_all_json",
    "render_gate_all_text",
    "render_gate_markdown",
    "render_gate_text",
    "render_github",
    "render_html",
    "render_impact_text",
    "render_json",
    "render_junit",
    "render_ledger_log",
    "render_ledger_log_json",
    "render_ledger_state",
    "render_ledger_state_json",
    "render_lint_text",
    "render_looks",
    "render_markdown",
    "render_output_found",
    "render_output_found_json",
    "render_output_list",
    "render_output_list_json",
    "render_output_shown",
    "render_output_shown_json",
    "render_permit",
    "render_permit_json",
    "render_plan_status",
    "render_plan_status_json",
    "render_prompt_diff",
    "render_prompt_diff_json",
    "render_prompt_log",
    "render_prompt_log_json",
    "render_prompt_show",
    "render_prompt_show_json",
    "render_proofs_text",
    "render_record_json",
    "render_record_text",
    "render_refused_json",
    "render_register_json",
    "render_register_text",
    "render_runs",
    "render_runs_json",
    "render_safeguards_json",
    "render_safeguards_text",
    "render_sarif",
    "render_side_by_side_html",
    "render_side_by_side_json",
    "render_side_by_side_markdown",
    "render_side_by_side_text",
    "render_sign_page",
    "render_signatures_json",
    "render_signatures_text",
    "render_size_html",
    "render_size_json",
    "render_size_svg",
    "render_size_text",
    "render_study_json",
    "render_suite_json",
    "render_suite_text",
    "render_verify_json",
    "render_verify_text",
    "run_row",
    "run_rows",
    "run_view",
    "safeguard_criterion_view",
    "safeguards_view",
    "sample_line",
    "subject_view",
    "summary_of",
    "threshold_charts",
    "threshold_view",
    "timeline_chart",
    "used_by",
    "viewer_command",
]

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
