"""The gate's answer on the detail pages: what stands in the way, on which terms, what opens it."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import Decision, Verdict, WorkItem
from tierlock.report.document import Block, Paragraph, Section, Table
from tierlock.report.reasons import causes, conditions_of, grouped, reasons_of
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport
from tierlock.report.wording import instruction_words, reading_lines
from tierlock.report.work import Way, safeguard_words, way_text, work_cost, work_ways


def gate_section(report: AssessReport) -> Section | None:
    """Return the gate's answer with every reason; None where no action was asked."""
    decision = report.decision
    if decision is None:
        return None
    blocks = [*_reasons(report, decision), *_terms(report, decision)]
    if decision.verdict is not Verdict.ALLOW:
        blocks += _work(report, decision)
    if not blocks:
        blocks.append(Paragraph(text="Nothing stands in the way, and no condition is attached."))
    return Section(anchor="gate", title="The gate's answer", blocks=tuple(blocks))


def _reasons(report: AssessReport, decision: Decision) -> Iterator[Block]:
    reasons = reasons_of(decision)
    if not reasons:
        return
    framework = report.framework
    behind = causes(reasons, decision=decision, explanation=report.explanation, framework=framework)
    if behind:
        yield Paragraph(text=" ".join(f"{cause.text}." for cause in behind))
    rows = tuple(
        (
            f"`{group.about}` {group.title}".strip(),
            "; ".join(part for part in (group.standing, line.text) if part),
            line.verdict,
            f"`{line.code}`",
        )
        for group in grouped(reasons, decision=decision, framework=framework)
        for line in group.lines
    )
    head = ("About", "Reason", "Gives", "Code")
    yield Table(caption="Why the gate is closed", head=head, rows=rows)


def _terms(report: AssessReport, decision: Decision) -> Iterator[Block]:
    for caption, name, notes in (
        ("Conditions of the permission", "Condition", conditions_of(decision)),
        ("Noncompliance to record", "Noncompliance", decision.noncompliance),
    ):
        if notes:
            rows = tuple((clean(note.says), f"`{clean(note.code)}`") for note in notes)
            yield Table(caption=caption, head=(name, "Code"), rows=rows)
    for line in reading_lines(decision, framework=report.framework):
        yield Paragraph(text=f"Reading of {line}.")
    if decision.instructs:
        orders = ", ".join(instruction_words(order) for order in decision.instructs)
        yield Paragraph(text=f"Until then the framework orders: {orders}.")


def _work(report: AssessReport, decision: Decision) -> Iterator[Block]:
    ways = work_ways(
        decision.work or report.explanation.work,
        framework=report.framework,
        explanation=report.explanation,
        decision=decision,
    )
    for number, way in enumerate(ways):
        start = "To open the gate: " if number == 0 else ""
        title = f"{start}{way_text(way).title if way.heading else 'do'}".rstrip(":")
        yield _way(title[:1].upper() + title[1:], way)


def _way(title: str, way: Way) -> Table:
    """Return a way forward as a table; owners are shown where one is named."""
    head = ["Safeguard", "What must be in place"] if way.standards else ["What to do"]
    head += ["Cost", "Owner"]
    rows = [
        [*_what(item, named=way.standards), work_cost(item) or "not known", clean(item.owner)]
        for item in way.items
    ]
    if not any(row[-1] for row in rows):
        head, rows = head[:-1], [row[:-1] for row in rows]
    filled = tuple(tuple(cell or "not named" for cell in row) for row in rows)
    return Table(caption=title, head=tuple(head), rows=filled)


def _what(item: WorkItem, *, named: bool) -> list[str]:
    if not named:
        return [clean(item.do)]
    verb, says = safeguard_words(item)
    return [f"{verb}`{clean(item.settles)}`", says]
