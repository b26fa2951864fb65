"""Values of the capability, safeguards and risk reports, from the report room's example."""

from __future__ import annotations

from datetime import date

from tests.unit.report import factory
from tests.unit.report.example_framework import sha
from tierlock.core import Action, Reason, Verdict
from tierlock.report import (
    ActionView,
    AssessReport,
    CellView,
    ReportValues,
    SafeguardsReport,
    SafeguardView,
    SignatureLine,
    Witnessed,
    WrittenText,
)

SALT = b"s" * 32
STANDARDS = ("asl-2/deployment", "asl-3/deployment")


def safeguards(report: AssessReport) -> SafeguardsReport:
    """Two standards: the first met, the second missing."""
    found = []
    for standard in STANDARDS:
        for name, criterion in report.framework.standards[standard].criteria.items():
            met = standard == STANDARDS[0]
            path = f"{standard}:{name}"
            reasons = () if met else (Reason(code="claim.missing", says=f"{path} is not claimed"),)
            found.append(
                SafeguardView(
                    path=path,
                    criterion=criterion,
                    binding=True,
                    state="met" if met else "missing",
                    reasons=reasons,
                    conditions=(),
                    until=None,
                    cells=(
                        CellView(surface="api", path="api/chat", environment=None, covered=met),
                    ),
                    closes=() if met else ("deploy",),
                    met_for=("deploy",) if met else (),
                    tested=None,
                    claims=tuple(one for one in report.claims if one.criterion == path),
                )
            )
    action = Action(name="deploy", surface="api", audience="general")
    return SafeguardsReport(
        framework=report.framework,
        subject=report.subject,
        determination=report.determination,
        explanation=report.explanation,
        at=report.at,
        actions=(ActionView(action=action, standards=STANDARDS, verdict="HOLD", others=0),),
        owed=tuple(one for one in report.determination.owed if one.standard in STANDARDS),
        safeguards=tuple(found),
        unmeetable=(),
        hours={},
    )


def values(
    verdict: Verdict = Verdict.HOLD, *, task: str = "cyber-ctf", words: str = "", who: str = "Ann"
) -> ReportValues:
    """Return values with one signed statement and, where `words` are given, a written text."""
    report = factory.signed(factory.report(verdict, task=task))
    found = safeguards(report)
    line = SignatureLine(
        name=sha("d"),
        kind="approval",
        says="approves that it be deployed",
        person=who,
        role="rso",
        signed_at=factory.AT,
        expires_at=None,
        place=7,
        state="refused",
        code="attest.key",
        why="the key is not trusted",
    )
    written = WrittenText(says=words, by=who, on=date(2026, 11, 20)) if words else None
    return ReportValues(
        report=report,
        safeguards=found,
        every=found,
        signatures=(line,),
        witnessed=Witnessed(entry=3, size=9, root=sha("e"), anchors=1),
        written={"forecast": written, "overall": written} if written else {},
        written_digest=sha("f") if written else "",
    )
