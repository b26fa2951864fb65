"""Values -> text, tables, charts, HTML, Markdown. Gets values and never queries.

The door loads a renderer when it is first asked for, so that an answer as JSON never pays for
templates, and an assessment on the terminal never pays for HTML.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

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
    "render_compare_json": "compare_markdown",
    "render_compare_markdown": "compare_markdown",
    "render_compare_text": "compare_text",
    "render_contrast_text": "contrast_text",
    "render_crosswalk_json": "crosswalk_text",
    "render_crosswalk_text": "crosswalk_text",
    "EXIT_CODES": "values",
    "REASON_CODES": "reason_codes",
    "AssessReport": "values",
    "Comparison": "record_text",
    "Expiring": "lapses",
    "Lapse": "lapses",
    "LapseKind": "lapses",
    "LedgerState": "ledger_text",
    "LogLine": "ledger_text",
    "PublishedNumber": "record_text",
    "RecordedModel": "record_text",
    "Side": "side_by_side",
    "SideBySide": "side_by_side",
    "load_templates": "html",
    "render_allocation_json": "allocation_text",
    "render_allocation_text": "allocation_text",
    "render_assess_text": "assess_text",
    "render_code": "reason_codes",
    "render_diff_text": "study_text",
    "render_expiring_json": "expiring_text",
    "render_expiring_text": "expiring_text",
    "render_explain_text": "explain_text",
    "render_framework_text": "framework_text",
    "render_gate_all_json": "gate_table",
    "render_gate_all_text": "gate_table",
    "render_gate_markdown": "comment",
    "render_gate_text": "gate_text",
    "render_github": "github",
    "render_html": "html",
    "render_impact_text": "impact_text",
    "render_json": "json_format",
    "render_junit": "junit",
    "render_ledger_log": "ledger_text",
    "render_ledger_log_json": "ledger_text",
    "render_ledger_state": "ledger_text",
    "render_ledger_state_json": "ledger_text",
    "render_lint_text": "study_text",
    "render_looks": "looks_text",
    "render_markdown": "markdown",
    "render_record_json": "record_text",
    "render_record_text": "record_text",
    "render_register_json": "register_text",
    "render_register_text": "register_text",
    "render_proofs_text": "prove_text",
    "escape_json": "sanitize",
    "oscal_documents": "oscal",
    "STATES": "safeguards_values",
    "ActionView": "safeguards_values",
    "CellView": "safeguards_values",
    "SafeguardView": "safeguards_values",
    "SafeguardsReport": "safeguards_values",
    "State": "safeguards_values",
    "render_gaps_text": "gaps_text",
    "render_safeguards_json": "safeguards_json",
    "render_safeguards_text": "safeguards_text",
    "render_sarif": "sarif",
    "render_side_by_side_html": "html",
    "render_side_by_side_json": "json_format",
    "render_side_by_side_markdown": "markdown",
    "render_side_by_side_text": "side_by_side_text",
    "render_size_html": "size_chart",
    "render_size_json": "size_text",
    "render_size_svg": "size_chart",
    "render_size_text": "size_text",
    "render_study_json": "study_text",
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


def __getattr__(name: str) -> object:
    """Return the public name `name`, loading its file at first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
