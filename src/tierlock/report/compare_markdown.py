"""A comparison of two versions as Markdown for pull requests, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tierlock.core import VersionComparison, VersionSource
from tierlock.report.answers_text import ChangedAnswer, answers_json
from tierlock.report.compare_words import (
    GROUPS,
    apart,
    details,
    everywhere,
    group_of,
    head_of,
    heading_of,
    mismatch_words,
    name_of,
    numbers_of,
    side_words,
    summary,
    title_of,
)
from tierlock.report.markdown import escape
from tierlock.report.sanitize import clean, escape_json


def render_compare_markdown(
    found: VersionComparison,
    *,
    old: VersionSource,
    new: VersionSource,
    mock_models: Sequence[str] = (),
) -> str:
    """Return a comparison as Markdown: one table, the sentences, and the detail as lists."""
    lines = [f"## {escape(clean(new.asked))} against {escape(clean(old.asked))}", ""]
    lines += [f"- old: {escape(side_words(old))}", f"- new: {escape(side_words(new))}"]
    if found.framework:
        lines.append(f"- slots: {escape(clean(found.framework))}")
    if mock_models:
        named = ", ".join(escape(clean(name)) for name in mock_models)
        lines.append(f"- **MOCK MODEL**: evidence by {named} shows nothing about a model")
    lines += ["", f"| evaluation | {' | '.join(map(escape, head_of(found)))} | |"]
    lines.append("|---|--:|--:|--:|--:|--:|---|")
    for group in GROUPS:
        for row in (row for row in found.evaluations if group_of(row) == group):
            cells = (name_of(row, among=found), *numbers_of(row), heading_of(group, of=found))
            lines.append(f"| {' | '.join(escape(cell) for cell in cells)} |")
    common = [f"- {escape(mismatch_words(one))}" for one in everywhere(found)]
    lines += ["", "**In every evaluation**", "", *common] if common else []
    for sentence in summary(found):
        lines += ["", escape(sentence)]
    for row in found.evaluations:
        lines += ["", f"**{escape(title_of(row))}**", ""]
        lines += [
            f"- {label}: {escape(text)}" if label else f"  - {escape(text)}"
            for label, text in details(row, of=found)
        ]
    left = [f"- {escape(text)}" for text in apart(found)]
    lines += ["", "**Without a counterpart**", "", *left] if left else []
    return "\n".join(lines) + "\n"


def render_compare_json(
    found: VersionComparison,
    *,
    old: VersionSource,
    new: VersionSource,
    exit_code: int,
    mock_models: Sequence[str] = (),
    answers: Sequence[ChangedAnswer] | None = None,
) -> str:
    """Return the whole comparison as indented JSON, with changed answers where they are given."""
    whole = {
        "exitCode": exit_code,
        "old": old.model_dump(mode="json", by_alias=True),
        "new": new.model_dump(mode="json", by_alias=True),
        "mockModels": list(mock_models),
        **found.model_dump(mode="json", by_alias=True),
    }
    if answers is not None:
        whole["answers"] = answers_json(answers)
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"
