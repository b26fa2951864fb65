"""Markdown: the whole report, and the gate's answer as a comment that a reviewer can act on.

Text from outside can not become markup, a mention or a link: every character that could is
escaped, and code spans hold only code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierlock.core import Decision, Explanation, Framework, GateReason, Outcome, Verdict
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
    short,
)
from tierlock.report.reasons import causes, conditions_of, grouped, reasons_of
from tierlock.report.sanitize import clean
from tierlock.report.side_by_side import SideBySide
from tierlock.report.side_by_side_page import page_title, page_warning, side_by_side_sections
from tierlock.report.values import AssessReport
from tierlock.report.wording import instruction_words, reading_lines, rests_on, verdict_sentence
from tierlock.report.work import way_texts

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
            lines += _block(block)
    return _finish(lines)


def render_side_by_side_markdown(found: SideBySide) -> str:
    """Return the answers of several frameworks as Markdown."""
    lines = [f"# {escape(page_title(found))}", ""]
    warning = page_warning(found)
    if warning:
        lines += [f"> **Warning.** {escape(warning)}", ""]
    for section in side_by_side_sections(found):
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += _block(block)
    return _finish(lines)


def render_gate_markdown(
    decision: Decision, *, explanation: Explanation, framework: Framework
) -> str:
    """Return the gate's answer as a pull-request comment: why, and a list of what opens it.

    The first line is a hidden mark that is the same for the same subject and action, so that one
    comment can be edited in place.
    """
    action, verdict = decision.action, decision.verdict
    key = "/".join(filter(None, (decision.subject, action.name, action.surface, action.audience)))
    lines = [
        f"<!-- tierlock-gate {re.sub(r'[^A-Za-z0-9/._-]', '_', key).replace('--', '__')} -->",
        f"### {MARKS[verdict]} {verdict.value}: {escape(verdict_sentence(decision))}",
        "",
    ]
    reasons = reasons_of(decision)
    for cause in causes(reasons, decision=decision, explanation=explanation, framework=framework):
        lines += [f"**Because** {escape(cause.text)}.", ""]
    lines += _reasons(decision, reasons, framework)
    lines += _terms(decision, framework)
    if verdict is not Verdict.ALLOW:
        lines += _work(decision, explanation, framework)
    lines += _footing(decision, framework)
    if verdict is not Verdict.ALLOW:
        lines.append("Only ALLOW is permission. Ask the gate again once something has changed.")
    return _finish(lines)


def escape(text: str) -> str:
    r"""Return cleaned prose as Markdown: backticked parts become code, the rest plain text.

    >>> escape("a *bold* `x|y` <b>")
    'a \\*bold\\* `x\\|y` &lt;b&gt;'
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(_code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    quoted = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MARKUP.sub(r"\\\1", quoted)
    unlinked = _LINKS.sub(lambda match: match[1][:1] + "<!-- -->" + match[1][1:], escaped)
    return _BLOCKS.sub(r"\\\g<0>", _NUMBERED.sub(r"\1\\\2", unlinked))


def _code(text: str) -> str:
    inner = clean(text).replace("`", "'").replace("|", "\\|")
    return f"`{inner}`" if inner else ""


def _reasons(
    decision: Decision, reasons: tuple[GateReason, ...], framework: Framework
) -> Iterator[str]:
    """Yield a table with one row per standard where nothing but claims is missing."""
    if not reasons:
        return
    yield from ("| What stands in the way | Gives | Code |", "| --- | --- | --- |")
    for group in grouped(reasons, decision=decision, framework=framework):
        for number, line in enumerate(group.lines):
            named = f"{group.heading}; " if group.heading and number == 0 else ""
            yield f"| {escape(named + line.text)} | {line.verdict.value} | {_code(line.code)} |"
    yield ""


def _work(decision: Decision, explanation: Explanation, framework: Framework) -> Iterator[str]:
    work = decision.work or explanation.work
    if not work:
        return
    yield from ("**To open**", "")
    for way in way_texts(work, framework=framework, explanation=explanation, decision=decision):
        if way.heading:
            yield from ("", escape(way.title), "")
        yield from (f"- [ ] {escape(line)}" for line in way.lines)
    yield ""


def _terms(decision: Decision, framework: Framework) -> Iterator[str]:
    for title, notes in (
        ("On these terms", conditions_of(decision)),
        ("To be recorded", decision.noncompliance),
    ):
        if notes:
            yield f"**{title}**"
            yield ""
            yield from (f"- {escape(clean(note.says))} {_code(note.code)}" for note in notes)
            yield ""
    for line in reading_lines(decision, framework=framework):
        yield from (f"**Reading of** {escape(line)}", "")
    if decision.instructs:
        orders = ", ".join(instruction_words(order) for order in decision.instructs)
        yield f"**Meanwhile:** {escape(orders)}"
        yield ""


def _footing(decision: Decision, framework: Framework) -> Iterator[str]:
    stated = " · ".join(clean(text) for text in decision.assurance)
    name = f"{clean(framework.title)} {clean(framework.version)}"
    digest = _code(short(decision.determination))
    yield f"Under {escape(name)}, determination {digest}. {escape(stated)}"
    yield ""


def _block(block: Block) -> list[str]:
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
    inner = [line for child in block.blocks for line in _block(child)]
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


def _finish(lines: list[str]) -> str:
    text = "\n".join(lines).rstrip() + "\n"
    return re.sub(r"\n{3,}", "\n\n", text)
