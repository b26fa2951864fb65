"""One criterion for a page: its numbers, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from tierlock.core import Estimate, Evidence, Finding, Limits, Outcome
from tierlock.report.charts import render_forest
from tierlock.report.explain_text import distance_words
from tierlock.report.lines import CriterionLine, criterion_line
from tierlock.report.numbers import Scale, show_count, show_plain, show_share
from tierlock.report.run_values import RunRow, run_row
from tierlock.report.sanitize import clean
from tierlock.report.seen import elicitations
from tierlock.report.values import AssessReport

_DECIDED_BY: Final = {
    "evidence": "evidence",
    "attestation": "an attestation",
    "fact": "a declared fact",
    "inheritance": "the parent's finding",
    "omission": "nothing: it is missing",
    "error": "nothing: it could not be computed",
}


class SourcedNumber(NamedTuple):
    """One number.

    Attributes:
        name: what it is.
        value: the number in words.
        source: what it was made of.
        rule: the clause of the specification that it follows.
    """

    name: str
    value: str
    source: str
    rule: str


class SaidReason(NamedTuple):
    """A reason: one sentence and its stable code."""

    says: str
    code: str


class CriterionView(NamedTuple):
    """One criterion as a page shows it.

    Attributes:
        group: the threshold or safeguard that it belongs to.
        name: its own name there.
        seen: what was seen, in one line.
        bounds: the bounds in words; `basis` whose they are, `cite` where that is said, `why` what
            the framework's file says about them.
        numbers: every number behind the outcome.
        distance: how far it is from the bound, and what its outcome would bear.
        runs: the evidence that it rests on.
        lapses_at: when it stops supporting a rule-out.
    """

    path: str
    group: str
    name: str
    title: str
    kind: str
    says: str
    outcome: Outcome
    decided_by: str
    guarded: bool
    seen: str
    bounds: str
    basis: str
    cite: str
    why: str
    numbers: tuple[SourcedNumber, ...]
    distance: tuple[str, ...]
    reasons: tuple[SaidReason, ...]
    literal: str
    runs: tuple[RunRow, ...]
    slot: str
    lapses_at: datetime | None


def criterion_view(report: AssessReport, *, line: CriterionLine) -> CriterionView:
    """Return what a page shows of one criterion.

    Args:
        report: the answer that it is part of.
        line: the criterion in words.
    """
    finding = line.finding
    known: dict[str, Evidence] = {}
    for one in report.evidence:
        known.setdefault(one.digest, one)
    group, _, name = finding.path.rpartition(":")
    return CriterionView(
        path=clean(finding.path),
        group=clean(group),
        name=clean(name),
        title=line.title,
        kind=finding.kind,
        says=clean(finding.says),
        outcome=line.outcome,
        decided_by=_DECIDED_BY[finding.decided_by],
        guarded=finding.guarded,
        seen=line.evidence,
        bounds=line.bounds,
        basis=line.basis,
        cite=line.cite,
        why=clean(getattr(line.criterion, "reason", "") or ""),
        numbers=tuple(_numbers(finding, scale=line.scale)),
        distance=tuple(distance_words(line)),
        reasons=tuple(SaidReason(clean(one.says), clean(one.code)) for one in finding.reasons),
        literal=_literal(finding),
        runs=tuple(run_row(known[name]) for name in finding.evidence if name in known),
        slot=clean(finding.slot or ""),
        lapses_at=finding.expires_at,
    )


def safeguard_criterion_view(report: AssessReport, *, finding: Finding) -> CriterionView:
    """Return what a page shows of one test of a safeguard."""
    line = criterion_line(
        finding, criterion=None, framework=report.framework, explanation=report.explanation
    )
    group, _, name = finding.path.rpartition("/")
    return criterion_view(report, line=line)._replace(group=clean(group), name=clean(name))


def criterion_chart(line: CriterionLine, *, name: str, threshold: str) -> str:
    """Return the forest plot of one criterion as SVG; empty where it has no bounds.

    Args:
        line: the criterion.
        name: prefix of the ids inside the SVG, unique on the page.
        threshold: what its title names.
    """
    title = f"{threshold}: {line.name}, estimate and limits against the bounds"
    return render_forest([line], name=name, title=title)


def _literal(finding: Finding) -> str:
    if finding.as_published is None:
        return ""
    crossed = "crossed" if finding.as_published else "not crossed"
    return f"the publisher's literal comparison gives {crossed}; it is shown and decides nothing"


def _numbers(finding: Finding, *, scale: Scale) -> Iterator[SourcedNumber]:
    estimate, limits = finding.estimate, finding.limits
    if limits is not None:
        yield from _bounds(limits, scale=scale)
    if estimate is not None:
        worst = elicitations(finding)
        yield from _estimated(estimate, limits=limits, scale=scale, worst=worst)
        yield from _tested(estimate, limits=limits)
        yield from _counted(estimate)


def _bounds(limits: Limits, *, scale: Scale) -> Iterator[SourcedNumber]:
    safe, bad = ("below", "above") if limits.higher_is_worse else ("above", "below")
    cite = f": {clean(limits.cite)}" if limits.cite else ""
    yield SourcedNumber(
        "Rule-out bound",
        f"{safe} {scale.show(limits.rule_out, beside=limits.rule_out_declared)}",
        f"{limits.basis}{cite}"
        if limits.rule_out == limits.rule_out_declared
        else f"{limits.basis}{cite}; {scale.show(limits.rule_out_declared)} before the declared "
        "corrections for elicitation and buffer",
        "determination M-6",
    )
    yield SourcedNumber(
        "Rule-in bound",
        f"{bad} {scale.show(limits.rule_in)}",
        f"{limits.basis}{cite}",
        "determination M-7",
    )


def _estimated(
    estimate: Estimate, *, limits: Limits | None, scale: Scale, worst: int
) -> Iterator[SourcedNumber]:
    counts = estimate.counts
    if estimate.value is not None:
        source = f"{show_count(counts.scored)} scored attempts, missing ones left out"
        if worst > 1:
            source += f"; the worst of {worst} elicitations"
        yield SourcedNumber("Estimate", scale.show(estimate.value), source, "statistics S-2")
    missing = sum(counts.missing.values())
    if missing:
        source = f"{show_count(missing)} missing attempts, each at its {{}} value"
        for name, value in (("worst", estimate.worst), ("best", estimate.best)):
            if value is not None:
                rule = "determination M-3, statistics S-12"
                shown = scale.show(value)
                yield SourcedNumber(
                    f"Estimate, missing at {name}", shown, source.format(name), rule
                )
    upper = "unbounded" if estimate.upper is None else scale.show(estimate.upper)
    how = f"{clean(estimate.method)}, {estimate.guarantee} guarantee"
    for name, shown, alpha in (
        ("Lower limit", scale.show(estimate.lower), _alpha(limits, upper=False)),
        ("Upper limit", upper, _alpha(limits, upper=True)),
    ):
        yield SourcedNumber(
            name, shown, f"{how}{alpha}", "determination E-1, statistics S-3 to S-10"
        )


def _alpha(limits: Limits | None, *, upper: bool) -> str:
    if limits is None:
        return ""
    alpha = limits.alpha_rule_out if upper is limits.higher_is_worse else limits.alpha_rule_in
    return f", one-sided confidence {show_share(1 - alpha)}"


def _tested(estimate: Estimate, *, limits: Limits | None) -> Iterator[SourcedNumber]:
    how = clean(estimate.method) + ("" if estimate.monotone else "; not monotone (law L9)")
    for name, value, alpha in (
        ("Rule-out p", estimate.rule_out_p, limits.alpha_rule_out if limits else None),
        ("Rule-in p", estimate.rule_in_p, limits.alpha_rule_in if limits else None),
    ):
        against = "" if alpha is None else f" against {show_plain(alpha)} allowed"
        yield SourcedNumber(name, show_plain(value) + against, how, "determination M-7, E-1")
    if estimate.proved_rule_out_p is not None:
        yield SourcedNumber(
            "Rule-out p, proved",
            show_plain(estimate.proved_rule_out_p),
            "Hoeffding-Bentkus",
            "determination M-8, statistics S-4",
        )
    if estimate.posterior is not None:
        yield SourcedNumber(
            "Posterior at or beyond the bound",
            show_share(estimate.posterior),
            "beta-binomial; a second opinion that decides nothing",
            "statistics S-44",
        )


def _counted(estimate: Estimate) -> Iterator[SourcedNumber]:
    counts = estimate.counts
    if not counts.planned and not counts.present:
        source = "as published; no attempts were seen"
        yield SourcedNumber(
            "Independent units", show_count(estimate.units), source, "statistics S-10"
        )
        return
    effective = "" if estimate.effective_n is None else show_plain(estimate.effective_n)
    yield SourcedNumber(
        "Independent units",
        show_count(estimate.units),
        f"clusters of {show_count(estimate.items)} items; attempts at one item are not counted "
        "as several" + (f"; effective n {effective}" if effective else ""),
        "statistics S-1",
    )
    yield SourcedNumber(
        "Attempts",
        f"{show_count(counts.scored)} scored of {show_count(counts.planned)} planned",
        f"{show_count(counts.present)} in the logs",
        "determination M-1",
    )
    missing = ", ".join(f"{show_count(n)} {clean(why)}" for why, n in counts.missing.items())
    yield SourcedNumber(
        "Missing attempts",
        show_count(sum(counts.missing.values())),
        missing or "every planned attempt has a value",
        "determination M-2, M-4",
    )
    if counts.limited:
        yield SourcedNumber(
            "Ended by a limit",
            show_count(counts.limited),
            "a limit that the plan did not declare; counted as missing",
            "determination M-2",
        )
    if counts.refused:
        yield SourcedNumber(
            "Refused", show_count(counts.refused), "as the scorer marked them", "statistics S-45"
        )
