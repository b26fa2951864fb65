"""Values -> text, tables, charts, HTML, Markdown. Gets values and never queries.

The door loads a renderer when it is first asked for, so that an answer as JSON never pays for
templates, and an assessment on the terminal never pays for HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import opener

if TYPE_CHECKING:
    from tierlock.report.allocation_text import render_allocation_json, render_allocation_text
    from tierlock.report.assess_text import render_assess_text
    from tierlock.report.comment import render_gate_markdown
    from tierlock.report.compare_markdown import render_compare_json, render_compare_markdown
    from tierlock.report.compare_text import render_compare_text
    from tierlock.report.contrast_text import render_contrast_text
    from tierlock.report.crosswalk_text import render_crosswalk_json, render_crosswalk_text
    from tierlock.report.expiring_text import render_expiring_json, render_expiring_text
    from tierlock.report.explain_text import render_explain_text
    from tierlock.report.framework_text import render_framework_text
    from tierlock.report.gaps_text import render_gaps_text
    from tierlock.report.gate_table import render_gate_all_json, render_gate_all_text
    from tierlock.report.gate_text import render_gate_text
    from tierlock.report.github import render_github
    from tierlock.report.html import load_templates, render_html, render_side_by_side_html
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
    from tierlock.report.looks_text import render_looks
    from tierlock.report.markdown import render_markdown, render_side_by_side_markdown
    from tierlock.report.oscal import oscal_documents
    from tierlock.report.prove_text import render_proofs_text
    from tierlock.report.reason_codes import REASON_CODES, render_code
    from tierlock.report.record_text import (
        Comparison,
        PublishedNumber,
        RecordedModel,
        render_record_json,
        render_record_text,
    )
    from tierlock.report.register_text import render_register_json, render_register_text
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
    from tierlock.report.sanitize import escape_json
    from tierlock.report.sarif import render_sarif
    from tierlock.report.side_by_side import Side, SideBySide
    from tierlock.report.side_by_side_text import render_side_by_side_text
    from tierlock.report.size_chart import render_size_html, render_size_svg
    from tierlock.report.size_text import render_size_json, render_size_text
    from tierlock.report.study_text import render_diff_text, render_lint_text, render_study_json
    from tierlock.report.values import EXIT_CODES, AssessReport

# Name -> the file of this room that holds it.
_HOMES = {
    "render_compare_json": "tierlock.report.compare_markdown",
    "render_compare_markdown": "tierlock.report.compare_markdown",
    "render_compare_text": "tierlock.report.compare_text",
    "render_contrast_text": "tierlock.report.contrast_text",
    "render_crosswalk_json": "tierlock.report.crosswalk_text",
    "render_crosswalk_text": "tierlock.report.crosswalk_text",
    "EXIT_CODES": "tierlock.report.values",
    "REASON_CODES": "tierlock.report.reason_codes",
    "AssessReport": "tierlock.report.values",
    "Comparison": "tierlock.report.record_text",
    "Expiring": "tierlock.report.lapses",
    "Lapse": "tierlock.report.lapses",
    "LapseKind": "tierlock.report.lapses",
    "LedgerState": "tierlock.report.ledger_text",
    "LogLine": "tierlock.report.ledger_text",
    "PublishedNumber": "tierlock.report.record_text",
    "RecordedModel": "tierlock.report.record_text",
    "Side": "tierlock.report.side_by_side",
    "SideBySide": "tierlock.report.side_by_side",
    "load_templates": "tierlock.report.html",
    "render_allocation_json": "tierlock.report.allocation_text",
    "render_allocation_text": "tierlock.report.allocation_text",
    "render_assess_text": "tierlock.report.assess_text",
    "render_code": "tierlock.report.reason_codes",
    "render_diff_text": "tierlock.report.study_text",
    "render_expiring_json": "tierlock.report.expiring_text",
    "render_expiring_text": "tierlock.report.expiring_text",
    "render_explain_text": "tierlock.report.explain_text",
    "render_framework_text": "tierlock.report.framework_text",
    "render_gate_all_json": "tierlock.report.gate_table",
    "render_gate_all_text": "tierlock.report.gate_table",
    "render_gate_markdown": "tierlock.report.comment",
    "render_gate_text": "tierlock.report.gate_text",
    "render_github": "tierlock.report.github",
    "render_html": "tierlock.report.html",
    "render_impact_text": "tierlock.report.impact_text",
    "render_json": "tierlock.report.json_format",
    "render_junit": "tierlock.report.junit",
    "render_ledger_log": "tierlock.report.ledger_text",
    "render_ledger_log_json": "tierlock.report.ledger_text",
    "render_ledger_state": "tierlock.report.ledger_text",
    "render_ledger_state_json": "tierlock.report.ledger_text",
    "render_lint_text": "tierlock.report.study_text",
    "render_looks": "tierlock.report.looks_text",
    "render_markdown": "tierlock.report.markdown",
    "render_record_json": "tierlock.report.record_text",
    "render_record_text": "tierlock.report.record_text",
    "render_register_json": "tierlock.report.register_text",
    "render_register_text": "tierlock.report.register_text",
    "render_proofs_text": "tierlock.report.prove_text",
    "escape_json": "tierlock.report.sanitize",
    "oscal_documents": "tierlock.report.oscal",
    "STATES": "tierlock.report.safeguards_values",
    "ActionView": "tierlock.report.safeguards_values",
    "CellView": "tierlock.report.safeguards_values",
    "SafeguardView": "tierlock.report.safeguards_values",
    "SafeguardsReport": "tierlock.report.safeguards_values",
    "State": "tierlock.report.safeguards_values",
    "render_gaps_text": "tierlock.report.gaps_text",
    "render_safeguards_json": "tierlock.report.safeguards_json",
    "render_safeguards_text": "tierlock.report.safeguards_text",
    "render_sarif": "tierlock.report.sarif",
    "render_side_by_side_html": "tierlock.report.html",
    "render_side_by_side_json": "tierlock.report.json_format",
    "render_side_by_side_markdown": "tierlock.report.markdown",
    "render_side_by_side_text": "tierlock.report.side_by_side_text",
    "render_size_html": "tierlock.report.size_chart",
    "render_size_json": "tierlock.report.size_text",
    "render_size_svg": "tierlock.report.size_chart",
    "render_size_text": "tierlock.report.size_text",
    "render_study_json": "tierlock.report.study_text",
}

__all__ = [
    "EXIT_CODES",
    "REASON_CODES",
    "STATES",
    "ActionView",
    "AssessReport",
    "CellView",
    "Comparison",
    "Expiring",
    "Lapse",
    "LapseKind",
    "LedgerState",
    "LogLine",
    "PublishedNumber",
    "RecordedModel",
    "SafeguardView",
    "SafeguardsReport",
    "Side",
    "SideBySide",
    "State",
    "escape_json",
    "load_templates",
    "oscal_documents",
    "render_allocation_json",
    "render_allocation_text",
    "render_assess_text",
    "render_code",
    "render_compare_json",
    "render_compare_markdown",
    "render_compare_text",
    "render_contrast_text",
    "render_crosswalk_json",
    "render_crosswalk_text",
    "render_diff_text",
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
    "render_proofs_text",
    "render_record_json",
    "render_record_text",
    "render_register_json",
    "render_register_text",
    "render_safeguards_json",
    "render_safeguards_text",
    "render_sarif",
    "render_side_by_side_html",
    "render_side_by_side_json",
    "render_side_by_side_markdown",
    "render_side_by_side_text",
    "render_size_html",
    "render_size_json",
    "render_size_svg",
    "render_size_text",
    "render_study_json",
]

__getattr__ = opener(globals(), homes=_HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
