"""Where the numbers come from: logs, runs, digests, and what binds them together."""

from __future__ import annotations

from tierlock.core import Evidence, format_instant
from tierlock.report.assess_text import problem_lines
from tierlock.report.document import Block, Bullets, Facts, Paragraph, Section, Table, short
from tierlock.report.numbers import show_count
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport
from tierlock.report.wording import (
    TIME,
    binding_line,
    binding_sentence,
    day,
    plan_line,
    plan_sentence,
    time_sentence,
)


def evidence_section(report: AssessReport) -> Section:
    """Return every imported log with its run, its counts and its problems."""
    blocks: list[Block] = []
    if report.evidence:
        rows = tuple(_row(evidence) for evidence in report.evidence)
        head = ("File", "Task and run", "Status", "Attempts", "Measured (UTC)", "File digest")
        blocks.append(Table(caption="Imported logs", head=head, rows=rows))
    else:
        blocks.append(Paragraph(text="Nothing was imported."))
    problems = problem_lines(report)
    if problems:
        blocks += [Paragraph(text="Problems:"), Bullets(items=tuple(problems))]
    else:
        blocks.append(Paragraph(text="No importer reported a problem."))
    return Section(anchor="evidence", title="Evidence", blocks=tuple(blocks))


def provenance_section(report: AssessReport) -> Section:
    """Return the digests and instants with which an outsider can recompute the answer."""
    determination = report.determination
    expires = determination.expires_at
    plan = f"`{determination.plan}` {plan_line(determination)} ({plan_sentence(determination)})"
    rows = [
        ("Framework digest", f"`{determination.framework.digest}`"),
        ("Plan digest", plan),
        ("Subject digest", f"`{determination.subject_digest}`"),
        ("Determination digest", f"`{report.determination_digest}`"),
        ("Engine", clean(determination.engine)),
        ("Determined at", format_instant(determination.determined_at)),
        ("Report made at", format_instant(report.generated_at)),
        ("Lapses at", format_instant(expires) if expires else "no date is set"),
        ("Binding", f"{binding_line(determination)} ({binding_sentence(determination)})"),
        ("Time", f"{TIME} ({time_sentence()})"),
    ]
    rows += [
        (f"Evidence of {clean(evidence.source.file)}", f"`{evidence.digest}`")
        for evidence in report.evidence
    ]
    return Section(anchor="provenance", title="Provenance", blocks=(Facts(rows=tuple(rows)),))


def _row(evidence: Evidence) -> tuple[str, ...]:
    source = evidence.source
    tool = f" ({clean(source.tool)})" if source.tool else ""
    cite = f" [{clean(source.citation)}]" if source.citation else ""
    missing = ", ".join(f"{count} {state}" for state, count in sorted(evidence.missing().items()))
    reported = len(evidence.reported)
    attempts = show_count(len(evidence.samples)) if not reported else "published aggregate"
    run = f"run `{clean(evidence.run_id)}`, about `{clean(evidence.subject.name)}`"
    return (
        f"`{clean(source.file)}` {clean(source.format)}{tool}{cite}",
        f"{clean(evidence.evaluation)}, {run}",
        evidence.status,
        attempts if reported else f"{attempts}, {missing or 'none'} missing",
        f"{day(evidence.measured_at)} {evidence.measured_at:%H:%M:%S}",
        f"`{short(source.sha256)}`",
    )
