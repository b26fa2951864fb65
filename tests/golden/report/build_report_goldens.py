"""Writes the golden texts of the report room, from values made by hand.

Run it from the top of the checkout after a wanted change, and read the difference:

    python -m tests.golden.report.build_report_goldens
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.unit.report import factory, report_values
from tests.unit.report.example_framework import framework
from tierlock.core import Verdict
from tierlock.report import (
    AssessReport,
    Redaction,
    ReportKind,
    make_report,
    render_assess_text,
    render_document,
    render_explain_text,
    render_gate_markdown,
    render_gate_text,
    render_github,
    render_json,
    render_junit,
    render_markdown,
    render_sarif,
)

FOLDER: Final = Path(__file__).parent


def _gate(verdict: Verdict) -> str:
    return render_gate_text(
        factory.decision(verdict),
        explanation=factory.explanation(verdict),
        framework=framework(),
    )


def _comment(verdict: Verdict) -> str:
    return render_gate_markdown(
        factory.decision(verdict),
        explanation=factory.explanation(verdict),
        framework=framework(),
    )


def _report(report: AssessReport) -> str:
    """Return the Markdown report with names for the digests that the core computes."""
    text = render_markdown(report)
    computed = {"determination": report.determination_digest}
    computed |= {evidence.source.file: evidence.digest for evidence in report.evidence}
    for name, digest in computed.items():
        text = text.replace(digest, f"<{name}>").replace(digest[:19], f"<{name}>")
    return text


def _document(kind: ReportKind, *redactions: Redaction) -> str:
    """Return a report as Markdown, with names for the digests that the core computes."""
    values = report_values.values(words="Small steps.\n\nNo leap is expected.")
    salt = report_values.SALT
    made = make_report(kind, values=values, redactions=redactions, salt=salt)
    text = render_document(made, style="markdown")
    computed = {f"{name} {number}": digest for number, (name, digest) in enumerate(made.digests)}
    computed |= {one.part: one.digest for one in made.redacted}
    for name, digest in computed.items():
        text = text.replace(digest, f"<{name}>").replace(digest[:19], f"<{name}>")
    return text


TEXTS: Final[dict[str, Callable[[], str]]] = {
    "assess.txt": lambda: render_assess_text(factory.report()),
    "assess-mock-60.txt": lambda: render_assess_text(factory.report(None, mock=True), width=60),
    "explain.txt": lambda: render_explain_text(factory.report()),
    "gate-allow.txt": lambda: _gate(Verdict.ALLOW),
    "gate-hold.txt": lambda: _gate(Verdict.HOLD),
    "gate-deny.txt": lambda: _gate(Verdict.DENY),
    "gate-hold.md": lambda: _comment(Verdict.HOLD),
    "gate-allow.md": lambda: _comment(Verdict.ALLOW),
    "gate-deny.json": lambda: render_json(factory.decision(Verdict.DENY)),
    "gate-hold.junit.xml": lambda: render_junit(factory.decision()),
    "gate-deny.sarif.json": lambda: render_sarif(factory.decision(Verdict.DENY)),
    "gate-hold.github.txt": lambda: render_github(factory.decision()),
    "capability.md": lambda: _document("capability"),
    "safeguards.md": lambda: _document("safeguards"),
    "risk.md": lambda: _document("risk"),
    "capability-redacted.md": lambda: _document(
        "capability", Redaction("ASL-3/cyber", "public safety"), Redaction("people", "privacy")
    ),
    "report.md": lambda: _report(factory.signed(factory.report(Verdict.ALLOW))),
}
"""File name -> how its text is made."""


def main() -> None:
    """Write every golden text."""
    for name, make in TEXTS.items():
        (FOLDER / name).write_text(make(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
