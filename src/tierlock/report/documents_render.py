"""One report in the format that was asked for."""

from __future__ import annotations

from typing import Literal

from tierlock.report.documents import ReportDocument
from tierlock.report.documents_html import render_document_html
from tierlock.report.documents_markdown import render_document_json, render_document_markdown


def render_document(document: ReportDocument, *, style: Literal["html", "markdown", "json"]) -> str:
    """Return the report as HTML, Markdown or JSON; all three say the same."""
    if style == "html":
        return render_document_html(document)
    return render_document_json(document) if style == "json" else render_document_markdown(document)
