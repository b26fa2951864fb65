"""How complete a report is, in words."""

from __future__ import annotations

from typing import Final

from tierlock.report.checklist import counts_of
from tierlock.report.documents import ReportDocument
from tierlock.report.numbers import count_of

# The first page must fit one sheet.
_LINES: Final = 6


def complete_sentence(document: ReportDocument) -> str:
    """Return how much of the checklist is there."""
    counts = counts_of(document.contents)
    needed = len(document.contents) - counts["not needed"]
    text = f"{counts['present']} of {count_of(needed, one='item')} present"
    if counts["partly"]:
        text += f", {counts['partly']} partly"
    if counts["missing"]:
        text += f", {counts['missing']} missing"
    return f"{text}, by the list of `{document.whose}`."


def missing_items(document: ReportDocument) -> tuple[str, ...]:
    """Return what is missing or only partly there; items that lack the same stand together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for state in document.contents:
        found = state.found
        if found.presence in {"missing", "partly"}:
            groups.setdefault((found.presence, found.says), []).append(state.item.title)
    order = sorted(groups, key=lambda key: (key[0] != "missing", -len(groups[key])))
    lines = [
        f"{presence.capitalize()}: {', '.join(groups[presence, says])} ({says})."
        for presence, says in order[:_LINES]
    ]
    rest = [title for key in order[_LINES:] for title in groups[key]]
    if rest:
        lines.append(f"Not complete either: {', '.join(rest)} (see Required contents).")
    return tuple(lines)
