"""What a Capability Report says beyond what all reports say."""

from __future__ import annotations

from tierlock.report.detail import (
    framework_section,
    methods_section,
    omissions_section,
    thresholds_section,
)
from tierlock.report.document import Section
from tierlock.report.documents import ReportValues
from tierlock.report.documents_sections import configurations_section
from tierlock.report.gate_section import gate_section
from tierlock.report.obligations import obligations_section
from tierlock.report.sources import evidence_section


def capability_sections(values: ReportValues) -> tuple[Section | None, ...]:
    """Return findings, recommendation, obligations, procedures and error control, in order."""
    report = values.report
    return (
        thresholds_section(report),
        gate_section(report),
        obligations_section(report),
        configurations_section(values),
        evidence_section(report),
        omissions_section(report),
        methods_section(report),
        framework_section(report),
    )
