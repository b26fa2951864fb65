"""A capability, safeguards or risk report as one self-contained HTML file, on screen and paper."""

from __future__ import annotations

from tierlock.core import format_instant
from tierlock.report.documents import ReportDocument
from tierlock.report.documents_words import complete_sentence, missing_items
from tierlock.report.html import page_environment, page_policy, page_style, trusted
from tierlock.report.report_documents import eyebrow_of


def render_document_html(document: ReportDocument) -> str:
    """Return the report as one HTML page that loads nothing and runs nothing."""
    style = page_style()
    return (
        page_environment()
        .get_template("document.html")
        .render(
            paper=document,
            complete=complete_sentence(document),
            missing=missing_items(document),
            eyebrow=eyebrow_of(document),
            style=trusted(style),
            policy=page_policy(style),
            at=format_instant(document.at),
        )
    )
