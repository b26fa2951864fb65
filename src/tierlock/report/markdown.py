"""Markdown: the whole report, and how text from outside is written in it.

Text from outside can not become markup, a mention or a link: every character that could is
escaped, and code spans hold only code.
"""

from __future__ import annotations

import re
from typing import Final

from tierlock.core import Outcome, Verdict
from tierlock.report.board import board_of
from tierlock.report.detail import sections_of
from tierlock.report.document import (
    MARKS,
    Block,
    Bullets,
    Facts,
    Figure,
    Paragraph,
    Table,
    TableCell,
)
from tierlock.report.sanitize import clean
from tierlock.report.side_by_side import SideBySide
from tierlock.report.side_by_side_page import page_title, page_warning, side_by_side_sections
from tierlock.report.values import AssessReport
from tierlock.report.wording import rests_on

_MARKUP: Final = re.compile(r"([\\`*_\[\]#!|~$])")
_BLOCKS: Final = re.compile(r"^[-+=]")
_NUMBERED: Final = re.compile(r"^(\d+)([.)])(?=\s|$)")
# An empty comment keeps a platform from seeing a mention or an address, and shows nothing.
_LINKS: Final = re.compile(r"(@|://|www\.)")


def render_markdown(report: AssessReport) -> str:
    """Return the report as Markdown: the board's page, then the details; charts become tables."""
    board = board_of(report)
    lines = [f"# {escape(board.question)}", ""]
    if board.warning:
        lines += [f"> **Warning.** {escape(board.warning)}", ""]
    lines += [f"**{MARKS[board.verdict]} {escape(board.word)}.** {escape(board.sentence)}", ""]
    lines += [*(f"- Condition: {escape(term)}" for term in board.terms), ""]
    for title, texts in (
        ("What we know", board.known),
        ("What we do not know", board.unknown),
        ("What would change the answer", board.changes),
        ("What your signature would assert", board.asserts),
        ("Who signed", board.signed),
        ("Who dissents", board.dissent),
    ):
        lines += [f"## {title}", "", *(f"- {escape(text)}" for text in texts), ""]
    lines += [escape(rests_on(report.determination)), ""]
    for section in sections_of(report):
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += block_lines(block)
    return finish_markdown(lines)


def render_side_by_side_markdown(found: SideBySide) -> str:
    """Return the answers of several frameworks as Markdown."""
    lines = [f"# {escape(page_title(found))}", ""]
    warning = page_warning(found)
    if warning:
        lines += [f"> **Warning.** {escape(warning)}", ""]
    for section in side_by_side_sections(found):
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += block_lines(block)
    return finish_markdown(lines)


def escape(text: str) -> str:
    r"""Return cleaned prose as Markdown: backticked parts become code, the rest plain text.

    >>> escape("a *bold* `x|y` <b>")
    'a \\*bold\\* `x\\|y` &lt;b&gt;'
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(
        code_span(part) if number % 2 else _plain(part) for number, part in enumerate(parts)
    )


def _plain(text: str) -> str:
    quoted = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MARKUP.sub(r"\\\1", quoted)
    unlinked = _LINKS.sub(lambda match: match[1][:1] + "<!-- -->" + match[1][1:], escaped)
    return _BLOCKS.sub(r"\\\g<0>", _NUMBERED.sub(r"\1\\\2", unlinked))


def code_span(text: str) -> str:
    """Return cleaned text as a code span; nothing for nothing."""
    inner = clean(text).replace("`", "'").replace("|", "\\|")
    return f"`{inner}`" if inner else ""


def block_lines(block: Block) -> list[str]:
    """Return a block as lines of Markdown; nothing for a chart, whose table says the same."""
    if isinstance(block, Paragraph):
        return [] if block.beside_charts else [escape(block.text), ""]
    if isinstance(block, Bullets):
        return [*(f"- {escape(text)}" for text in block.items), ""]
    if isinstance(block, Facts):
        return [*(f"- {_plain(label)}: {escape(value)}" for label, value in block.rows), ""]
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        return []
    answer = f" {_cell(block.outcome)}" if block.outcome is not None else ""
    inner = [line for child in block.blocks for line in block_lines(child)]
    return [f"### {_plain(block.title)}{answer}", "", *inner]


def _table(block: Table) -> list[str]:
    lines = [f"**{escape(block.caption)}**", ""]
    lines.append(f"| {' | '.join(_plain(name) for name in block.head)} |")
    lines.append(f"| {' | '.join('---' for _ in block.head)} |")
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in block.rows]
    return [*lines, ""]


def _cell(cell: TableCell) -> str:
    if isinstance(cell, Outcome):
        return f"{MARKS[cell]} {cell.words}"
    return f"{MARKS[cell]} {cell.value}" if isinstance(cell, Verdict) else escape(cell)


def finish_markdown(lines: list[str]) -> str:
    """Return the text of `lines` without runs of empty ones."""
    text = "\n".join(lines).rstrip() + "\n"
    return re.sub(r"\n{3,}", "\n\n", text)
