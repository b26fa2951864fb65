"""Threat by threat: who could do what, what is known, what stands against it."""

from __future__ import annotations

from tierlock.core import ThresholdFinding
from tierlock.report.document import Facts, Part, Section
from tierlock.report.documents import ReportValues
from tierlock.report.lines import criterion_lines
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean


def threats_section(values: ReportValues) -> Section:
    """Return per line of the framework its threat, its evidence and the safeguards against it."""
    parts = tuple(_part(values, one) for one in values.report.determination.thresholds)
    return Section(anchor="threats", title="Threat by threat", blocks=parts)


def _part(values: ReportValues, finding: ThresholdFinding) -> Part:
    report = values.report
    line = report.framework.thresholds.get(finding.threshold)
    rows: list[tuple[str, str]] = []
    if line is not None:
        about = line.about
        told = [
            ("Actor", about.actor),
            ("Task", about.task),
            ("Degree", about.degree),
            ("Compared with", about.baseline),
            ("Harm", about.harm),
        ]
        rows.append(("The line", clean(line.says)))
        rows += [(label, clean(text)) for label, text in told if text]
        silent = [label.lower() for label, text in told if not text]
        if silent:
            rows.append(("Not stated", ", ".join(silent)))
        rows.append(("Source", clean(line.cite)))
    seen = [
        f"`{one.name}`: {one.evidence or one.seen}"
        for one in criterion_lines(report, threshold=finding.threshold)
    ]
    rows.append(("Evidence", "; ".join(seen)))
    rows.append(("Safeguards owed", _owed(values, finding)))
    kept = tuple((label, text or "none") for label, text in rows)
    return Part(title=clean(finding.threshold), outcome=finding.outcome, blocks=(Facts(rows=kept),))


def _owed(values: ReportValues, finding: ThresholdFinding) -> str:
    found = []
    for owed in values.report.determination.owed:
        if finding.threshold not in owed.thresholds:
            continue
        views = [view for view in values.safeguards.of(owed.standard) if view.binding]
        met = sum(view.state == "met" for view in views)
        state = f"{met} of {count_of(len(views), one='safeguard')} in place"
        if owed.standard in values.safeguards.unmeetable:
            state = "can be met by nobody"
        elif not views:
            state = "recommended, or binding no action asked about"
        found.append(f"`{clean(owed.standard)}` ({state})")
    return "; ".join(found) or "none follows from this line"
