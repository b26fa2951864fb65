"""What a Safeguards Report says beyond what all reports say."""

from __future__ import annotations

from tierlock.report.document import Section, Table
from tierlock.report.documents import ReportValues
from tierlock.report.gate_section import gate_section
from tierlock.report.sanitize import clean
from tierlock.report.standards_section import gaps_section, standards_section


def safeguards_sections(values: ReportValues) -> tuple[Section | None, ...]:
    """Return why safeguards are owed, how each stands, what is missing, and the gate's answer."""
    return (
        outcomes_section(values),
        standards_section(values),
        gaps_section(values),
        gate_section(values.report),
    )


def outcomes_section(values: ReportValues) -> Section:
    """Return every threshold with its outcome and what it obliges to."""
    owed = values.report.determination.owed
    rows = tuple(
        (
            clean(one.threshold),
            one.outcome,
            ", ".join(f"`{clean(o.standard)}`" for o in owed if one.threshold in o.thresholds)
            or "nothing",
        )
        for one in values.report.determination.thresholds
    )
    table = Table(
        caption="Outcomes and what they oblige to",
        head=("Threshold", "Outcome", "Obliges to"),
        rows=rows,
    )
    return Section(anchor="thresholds", title="Why they are owed", blocks=(table,))
