"""The pages behind the board's page: thresholds, gate, obligations, evidence, methods, sources."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import ThresholdFinding
from tierlock.report.charts import render_forest
from tierlock.report.document import (
    Block,
    Bullets,
    Facts,
    Figure,
    Paragraph,
    Part,
    Section,
    Table,
)
from tierlock.report.explain_text import connective_words, distance_words
from tierlock.report.gate_section import gate_section
from tierlock.report.implied import STATED, changed_sentence, changed_words
from tierlock.report.lines import CriterionLine, criterion_lines
from tierlock.report.numbers import Scale, count_of, show_plain, show_share
from tierlock.report.obligations import obligations_section
from tierlock.report.sanitize import clean
from tierlock.report.sources import evidence_section, provenance_section
from tierlock.report.values import AssessReport
from tierlock.report.wording import (
    confidence_sentence,
    gaps,
    level_sentence,
)

_READING = (
    "How to read a chart: the filled mark is the estimate, the thick line runs between its two "
    "one-sided limits, and the thin line below it shows where the estimate would lie if every "
    "missing attempt were counted at its worst or best. Plain ground is ruled out, hatched ground "
    "is the grey zone, cross-hatched ground is reached. ● ruled out, "
    "◆ undetermined, ■ reached."
)


def sections_of(report: AssessReport) -> tuple[Section, ...]:
    """Return the sections of the detail pages, in reading order; none is empty."""
    found = [
        thresholds_section(report),
        gate_section(report),
        obligations_section(report),
        evidence_section(report),
        omissions_section(report),
        methods_section(report),
        framework_section(report),
        limits_section(report),
        provenance_section(report),
    ]
    return tuple(section for section in found if section is not None and section.blocks)


def limits_section(report: AssessReport) -> Section:
    """Return what the answer does not establish."""
    return Section(
        anchor="limits",
        title="What this does not establish",
        blocks=(Bullets(items=gaps(report) or ("The framework does not say.",)),),
    )


def thresholds_section(report: AssessReport) -> Section:
    """Return every threshold with its criteria, charts and bounds."""
    determination = report.determination
    rows = tuple(
        (clean(t.threshold), t.outcome, clean(t.domain), clean(t.tier), _deciding(report, t))
        for t in determination.thresholds
    )
    summary = Table(
        caption=f"Thresholds; level {level_sentence(determination)}",
        head=("Threshold", "Outcome", "Domain", "Tier", "Decided by"),
        rows=rows,
    )
    parts = tuple(
        _threshold(report, t, number=i) for i, t in enumerate(determination.thresholds, start=1)
    )
    return Section(
        anchor="thresholds",
        title="Thresholds",
        blocks=(summary, Paragraph(text=_READING, beside_charts=True), *parts),
    )


def _deciding(report: AssessReport, threshold: ThresholdFinding) -> str:
    changed = changed_words(report, threshold=threshold)
    if changed:
        return changed
    names = [
        clean(path.rpartition(":")[2])
        for entry in report.explanation.deciding
        if entry.threshold == threshold.threshold
        for path in entry.paths
    ]
    return ", ".join(f"`{name}`" for name in names) or "its criteria"


def _threshold(report: AssessReport, threshold: ThresholdFinding, *, number: int) -> Part:
    lines = criterion_lines(report, threshold=threshold.threshold)
    defined = report.framework.thresholds.get(threshold.threshold)
    blocks: list[Paragraph | Bullets | Table | Facts | Figure] = []
    if defined is not None:
        cite = f" [{clean(defined.cite)}]" if defined.cite else ""
        blocks.append(Paragraph(text=f"Crossed by a subject that {clean(defined.says)}{cite}"))
    notes = [changed_sentence(report, threshold=threshold)]
    notes += [clean(reason.says) for reason in threshold.reasons if reason.code not in STATED]
    notes = [note for note in notes if note]
    if notes:
        blocks.append(Bullets(items=tuple(notes)))
    blocks += _figures(lines, name=f"c{number}", threshold=clean(threshold.threshold))
    blocks.append(_criteria(lines, threshold=clean(threshold.threshold)))
    if threshold.trace.op != "leaf":
        blocks.append(Paragraph(text=f"The threshold is {connective_words(threshold.trace)}."))
    return Part(title=clean(threshold.threshold), outcome=threshold.outcome, blocks=tuple(blocks))


def _figures(lines: tuple[CriterionLine, ...], *, name: str, threshold: str) -> Iterator[Figure]:
    by_scale: dict[Scale, list[CriterionLine]] = {}
    for line in lines:
        by_scale.setdefault(line.scale, []).append(line)
    for number, group in enumerate(by_scale.values(), start=1):
        names = ", ".join(line.name for line in group)
        title = f"{threshold}: {names}, estimate and limits against the bounds"
        svg = render_forest(group, name=f"{name}-{number}", title=title)
        if svg:
            seen = "; ".join(f"{line.name}: {line.evidence}" for line in group)
            yield Figure(svg=svg, caption=f"{threshold}. {seen}.")


def _criteria(lines: tuple[CriterionLine, ...], *, threshold: str) -> Table:
    rows = tuple(
        (
            f"`{line.name}` {line.title}" if line.title != line.name else f"`{line.name}`",
            line.outcome,
            line.evidence,
            f"{line.bounds} ({line.basis}{': ' + line.cite if line.cite else ''})"
            if line.bounds
            else "no bound",
            "; ".join(distance_words(line)) or "nothing to add",
        )
        for line in lines
    )
    return Table(
        caption=f"Criteria of {threshold}",
        head=("Criterion", "Outcome", "Seen", "Bounds and their basis", "Distance"),
        rows=rows,
    )


def omissions_section(report: AssessReport) -> Section:
    """Return what evidence is missing and what was not used."""
    determination = report.determination
    blocks: list[Block] = []
    for title, omissions in (
        ("Missing", determination.omissions),
        ("Unused", determination.unused),
    ):
        if omissions:
            rows = tuple(
                (
                    f"`{clean(o.what)}`",
                    clean(o.says),
                    "yes" if o.owed else "no",
                    f"`{clean(o.code)}`",
                )
                for o in omissions
            )
            head = ("What", "Why", "Owed by plan or register", "Code")
            blocks.append(Table(caption=title, head=head, rows=rows))
        else:
            blocks.append(Paragraph(text=f"{title}: nothing is on record."))
    return Section(anchor="omissions", title="Missing and unused evidence", blocks=tuple(blocks))


def methods_section(report: AssessReport) -> Section:
    """Return the error control: confidence, methods, p-values, and what no bound covers."""
    determination = report.determination
    rows, opinions = [], []
    for finding in (*determination.findings, *determination.safeguard_findings):
        estimate, limits = finding.estimate, finding.limits
        if estimate is None or limits is None:
            continue
        effective = (
            ""
            if estimate.effective_n is None
            else (f"; effective n {show_plain(estimate.effective_n)}")
        )
        if estimate.posterior is not None:
            opinions.append(
                f"`{clean(finding.path)}`: {show_share(estimate.posterior)} at or beyond the bound"
            )
        rows.append(
            (
                f"`{clean(finding.path)}`",
                clean(estimate.method) + ("" if estimate.monotone else " (not monotone)"),
                estimate.guarantee,
                f"{estimate.units} independent units, {estimate.items} items{effective}",
                f"{show_plain(estimate.rule_out_p)} against {show_plain(limits.alpha_rule_out)}",
                f"{show_plain(estimate.rule_in_p)} against {show_plain(limits.alpha_rule_in)}",
            )
        )
    outside = tuple(f"`{clean(path)}`" for path in determination.outside_guarantee)
    together = show_share(determination.union_bound)
    blocks: list[Block] = [
        Paragraph(
            text=f"Confidence: {confidence_sentence(determination)}. The probability that "
            f"at least one rule-out is false is at most {together} (union bound)."
        ),
    ]
    if rows:
        head = ("Criterion", "Method", "Guarantee", "Sample", "Rule-out p", "Rule-in p")
        blocks.append(Table(caption="Methods and p-values", head=head, rows=tuple(rows)))
    if opinions:
        says = "A second opinion that decides nothing, the beta-binomial posterior probability:"
        blocks += [Paragraph(text=says), Bullets(items=tuple(opinions))]
    if outside:
        blocks.append(Paragraph(text="Outside the guarantee, because no error bound covers it:"))
        blocks.append(Bullets(items=outside))
    return Section(anchor="methods", title="Error control and methods", blocks=tuple(blocks))


def framework_section(report: AssessReport) -> Section:
    """Return the framework, its corrections, and whose each bound is."""
    framework = report.framework
    control, corrections = framework.error_control, framework.corrections
    rows = tuple(
        (
            f"`{clean(line.finding.path)}`",
            line.bounds,
            line.basis,
            line.cite or "none",
            clean(getattr(line.criterion, "reason", "")) or "none stated",
        )
        for threshold in report.determination.thresholds
        for line in criterion_lines(report, threshold=threshold.threshold)
        if line.bounds
    )
    factor, buffer = corrections.elicitation_factor, corrections.buffer
    checkpoints = count_of(control.checkpoints, one="weights version")
    allowed = (
        f"{show_share(control.rule_out)} for ruling out, {show_share(control.rule_in)} for ruling "
        f"in, within `{control.period}`, over {checkpoints}"
    )
    facts = (
        ("Framework", f"{clean(framework.title)}, version {clean(framework.version)}"),
        ("Publisher of the file's source", clean(framework.publisher)),
        ("In force since", framework.effective.isoformat()),
        ("Source text", clean(framework.source.title)),
        ("Undetermined means", f"{framework.precaution.replace('_', ' ')}"),
        ("Elicitation factor", f"{show_plain(factor.value)} ({clean(factor.reason)})"),
        ("Buffer", f"{show_plain(buffer.value)} ({clean(buffer.reason)})"),
        ("Error allowed per threshold", allowed),
    )
    blocks: list[Block] = [
        Facts(rows=facts),
        Paragraph(
            text="A basis of `published` is the publisher's own bound, `derived` is computed "
            "from it, and `proposal` is ours. Nothing computed here is a statement of the "
            "publisher."
        ),
    ]
    if rows:
        head = ("Criterion", "Bounds", "Basis", "Citation", "Reason")
        blocks.append(Table(caption="Bounds and whose they are", head=head, rows=rows))
    return Section(anchor="framework", title="Framework", blocks=tuple(blocks))
