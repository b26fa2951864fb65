"""A capability, safeguards or risk report as Markdown and as JSON, from the same document."""

from __future__ import annotations

import json
from dataclasses import asdict

from tierlock.core import Outcome, Verdict, format_instant
from tierlock.report.document import MARKS, Block, Figure, Part
from tierlock.report.documents import ReportDocument
from tierlock.report.documents_words import complete_sentence, missing_items
from tierlock.report.markdown import block_lines, escape, finish_markdown
from tierlock.report.report_documents import eyebrow_of
from tierlock.report.sanitize import escape_json


def render_document_markdown(document: ReportDocument) -> str:
    """Return the report as Markdown; charts become tables."""
    lines = [f"# {escape(document.title)}", "", escape(f"{eyebrow_of(document)}."), ""]
    if document.warning:
        lines += [f"> **Warning.** {escape(document.warning)}", ""]
    mark = MARKS[document.verdict]
    lines += [f"**{mark} {escape(document.word)}.** {escape(document.sentence)}", ""]
    lines += [*(f"- Condition: {escape(term)}" for term in document.terms), ""]
    lines += ["## Is the report complete?", "", escape(complete_sentence(document)), ""]
    lines += [*(f"- {escape(text)}" for text in missing_items(document)), ""]
    for column in document.columns:
        lines += [f"## {column.title}", "", *(f"- {escape(text)}" for text in column.items), ""]
    lines += [escape(document.rests_on), ""]
    for section in document.sections:
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += block_lines(block)
    return finish_markdown(lines)


def render_document_json(document: ReportDocument) -> str:
    """Return the report as indented JSON: the checklist, the blocks, and what they bind to."""
    body: dict[str, object] = {
        "exitCode": 0,
        "report": document.kind,
        "title": document.title,
        "subject": document.subject,
        "framework": document.framework,
        "at": format_instant(document.at),
        "answer": document.word,
        "sentence": document.sentence,
        "conditions": list(document.terms),
        "warning": document.warning or None,
        "restsOn": document.rests_on.split(" · "),
        "checklistOf": document.whose,
        "checklist": [
            {
                "id": state.item.id,
                "title": state.item.title,
                "asks": state.item.asks,
                "kind": state.item.kind,
                "askedBy": state.cite,
                "state": state.found.presence,
                "says": state.found.says,
                "section": state.found.where or None,
            }
            for state in document.contents
        ],
        "summary": {column.anchor: list(column.items) for column in document.columns},
        "sections": [
            {
                "anchor": section.anchor,
                "title": section.title,
                "blocks": [
                    _plain(block) for block in section.blocks if not isinstance(block, Figure)
                ],
            }
            for section in document.sections
        ],
        "digests": [{"of": name, "digest": digest} for name, digest in document.digests],
        "redacted": [
            {"part": one.part, "why": one.why, "digest": one.digest} for one in document.redacted
        ],
    }
    text = json.dumps(body, indent=2, ensure_ascii=False, default=_value)
    return escape_json(text) + "\n"


def _plain(block: Block) -> dict[str, object]:
    kind = type(block).__name__.lower()
    if isinstance(block, Part):
        inner = [_plain(one) for one in block.blocks if not isinstance(one, Figure)]
        return {"kind": kind, "title": block.title, "outcome": block.outcome, "blocks": inner}
    return {"kind": kind, **asdict(block)}


def _value(value: object) -> str:
    if isinstance(value, Outcome | Verdict):
        return str(value)
    raise TypeError(type(value).__name__)
