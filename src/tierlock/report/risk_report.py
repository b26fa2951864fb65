"""What a Risk Report says beyond what all reports say."""

from __future__ import annotations

from tierlock.report.detail import methods_section, omissions_section
from tierlock.report.document import Section
from tierlock.report.documents import ReportValues
from tierlock.report.documents_sections import configurations_section
from tierlock.report.gate_section import gate_section
from tierlock.report.safeguards_report import outcomes_section
from tierlock.report.sources import evidence_section
from tierlock.report.standards_section import gaps_section, standards_section
from tierlock.report.threats_section import threats_section


def risk_sections(values: ReportValues) -> tuple[Section | None, ...]:
    """Return threat by threat, evidence, mitigations, and what the gate answers, in order."""
    report = values.report
    return (
        outcomes_section(values),
        threats_section(values),
        standards_section(values),
        gaps_section(values),
        gate_section(report),
        configurations_section(values),
        evidence_section(report),
        omissions_section(report),
        methods_section(report),
    )
