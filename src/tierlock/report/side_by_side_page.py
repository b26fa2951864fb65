"""Several frameworks as a document: the blocks that Markdown and HTML show."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.report.document import Block, Bullets, Paragraph, Section, Table
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean
from tierlock.report.side_by_side import (
    CAVEAT,
    RULE,
    SideBySide,
    evidence_notes,
    notes_of,
    rests_on_all,
    rows_of,
)
from tierlock.report.side_by_side_lines import NO_LINE, areas_of, relation_words
from tierlock.report.wording import doing


def page_title(found: SideBySide) -> str:
    """Return what the page answers."""
    count = count_of(len(found.sides), one="framework")
    name = clean(found.subject.name)
    if found.action is None:
        return f"What one body of evidence about {name} shows under {count}"
    return f"May {name} {doing(found.action)}? One body of evidence under {count}"


def page_warning(found: SideBySide) -> str:
    """Return the warning that evidence comes from mock models; empty where there are none."""
    names = ", ".join(f"`{clean(name)}`" for name in found.sides[0].report.mock_models)
    if not names:
        return ""
    return f"Mock model: evidence by {names} shows how Tierlock works and nothing about a model."


def side_by_side_sections(found: SideBySide) -> tuple[Section, ...]:
    """Return the sections of the page: answers, lines by area, reasons of relations, evidence."""
    return (
        Section(anchor="answers", title="Answers", blocks=tuple(_answers(found))),
        Section(anchor="lines", title="Thresholds by area", blocks=tuple(_lines(found))),
        Section(anchor="relations", title="Why they differ", blocks=tuple(_reasons(found))),
        Section(anchor="evidence", title="Evidence", blocks=tuple(_evidence(found))),
    )


def _answers(found: SideBySide) -> Iterator[Block]:
    rows = list(rows_of(found))
    names = (f"{found.letters[side.name]} {clean(side.name)}" for side in found.sides)
    yield Table(
        caption="Each framework's own answer",
        head=("Framework", *(label for label, _ in rows)),
        rows=tuple(zip(names, *(cells for _, cells in rows), strict=True)),
    )
    notes = tuple(notes_of(found))
    if notes:
        yield Bullets(items=notes)
    yield Paragraph(text=rests_on_all(found))
    yield Paragraph(text=CAVEAT)


def _lines(found: SideBySide) -> Iterator[Block]:
    yield Paragraph(text=RULE)
    for title, lines in areas_of(found).items():
        yield Table(
            caption=title,
            head=("Threshold", "Framework", "Outcome", "What it is to lines of the others"),
            rows=tuple(
                (
                    line.threshold or NO_LINE,
                    f"{found.letters[line.framework]} {clean(line.framework)}",
                    line.outcome or "",
                    line.relations,
                )
                for line in lines
            ),
        )


def _reasons(found: SideBySide) -> Iterator[Block]:
    if not found.relations:
        yield Paragraph(text="The crosswalk states nothing between these frameworks.")
    for view in found.concepts:
        rows = tuple(
            (
                f"{found.letters[one.item.framework]} {clean(one.item.id)}",
                relation_words(one, letters=found.letters),
                clean(one.why),
                f"{clean(one.cite)} (confidence {one.confidence})",
            )
            for one in view.relations
        )
        if rows:
            head = ("Line", "Relation", "Why", "Compared")
            yield Table(caption=clean(view.title), head=head, rows=rows)


def _evidence(found: SideBySide) -> Iterator[Block]:
    evidence = found.sides[0].report.evidence
    samples = sum(len(item.samples) for item in evidence)
    counted = f"{count_of(len(evidence), one='log')}, {count_of(samples, one='sample')}"
    yield Paragraph(text=f"In the store: {counted}, read once for all frameworks.")
    notes = tuple(evidence_notes(found))
    if notes:
        yield Bullets(items=notes)
