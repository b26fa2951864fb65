"""One answer in a few lines: what an overview of many subjects shows of each."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import Outcome, Record, ThresholdFinding
from tierlock.report.implied import changed_words
from tierlock.report.lines import deciding_line, obstacle
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport


class ThresholdSummary(Record):
    """One threshold: its outcome and the one number on which it hangs.

    Attributes:
        domain: the domain's title.
        seen: the number in words, such as `11/200, upper 9.1 %`.
        margin: how far that is from the bound, in words; empty where nothing was measured.
        relative: the same as a share of the bound; negative when the limit crosses it.
        against: what stands against a rule-out besides the number, such as its age.
    """

    threshold: str
    domain: str
    outcome: Outcome
    seen: str
    margin: str = ""
    relative: float | None = None
    against: str = ""


def summary_of(report: AssessReport) -> tuple[ThresholdSummary, ...]:
    """Return the thresholds of an answer, in the framework's order."""
    return tuple(_summaries(report))


def _summaries(report: AssessReport) -> Iterator[ThresholdSummary]:
    for threshold in report.determination.thresholds:
        yield _summary(report, threshold)


def _summary(report: AssessReport, threshold: ThresholdFinding) -> ThresholdSummary:
    domain = report.framework.domains.get(threshold.domain)
    plain = ThresholdSummary(
        threshold=clean(threshold.threshold),
        domain=clean(domain.title if domain else threshold.domain),
        outcome=threshold.outcome,
        seen=changed_words(report, threshold=threshold) or "no criterion",
    )
    line = deciding_line(report, threshold=threshold)
    if line is None or changed_words(report, threshold=threshold):
        return plain
    return plain.model_copy(
        update={
            "seen": line.seen,
            "margin": line.margin,
            "against": obstacle(line.finding),
            "relative": None if line.distance is None else line.distance.relative,
        }
    )
