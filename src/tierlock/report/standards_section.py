"""Safeguards in full: how each stands, who answers for it, what it costs and what is lacking."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import Owed, Verdict
from tierlock.report.document import Block, Facts, Paragraph, Part, Section, Table
from tierlock.report.documents import ReportValues
from tierlock.report.gaps_text import gaps_of
from tierlock.report.numbers import count_of
from tierlock.report.safeguards_text import BECAUSE, detail_rows
from tierlock.report.safeguards_values import SafeguardsReport, SafeguardView
from tierlock.report.safeguards_words import action_words, cost_words, lack_words
from tierlock.report.sanitize import clean
from tierlock.report.wording import day


def standards_section(values: ReportValues) -> Section:
    """Return every owed standard with its safeguards, each in a part of its own."""
    found = values.safeguards
    blocks: list[Block] = []
    if not found.owed:
        blocks.append(Paragraph(text="No standard is owed for the actions asked about."))
    for owed in found.owed:
        blocks += _standard(found, owed)
    return Section(anchor="safeguards", title="Safeguards", blocks=tuple(blocks))


def _standard(found: SafeguardsReport, owed: Owed) -> Iterator[Block]:
    standard = found.framework.standards[owed.standard]
    of = f": {', '.join(map(clean, owed.thresholds))}" if owed.thresholds else ""
    cite = f" ({clean(standard.cite)})" if standard.cite else ""
    name = f"{clean(owed.standard)}: {clean(standard.title)}"
    text = f"Owed: {BECAUSE[owed.because]}{of}{cite}."
    if standard.undefined:
        text += " It is not defined: nobody can meet it."
    yield Part(title=name, blocks=(Paragraph(text=text), *_bar(standard.bar)))
    for view in found.of(owed.standard):
        yield _view(view, found)


def _bar(bar: str) -> tuple[Paragraph, ...]:
    return (Paragraph(text=f"Bar: {clean(bar)}"),) if bar else ()


def _view(view: SafeguardView, found: SafeguardsReport) -> Part:
    until = f" until {day(view.until)}" if view.until else ""
    terms = " on terms" if view.state == "met" and view.conditions else ""
    rows = [
        ("State", f"{view.state}{terms}{until}"),
        ("Demands", clean(view.criterion.says)),
        ("Owner", clean(view.owner) or "nobody yet"),
        ("Costs", cost_words(view) or "not declared"),
        *((label.capitalize() or "And", text) for label, text in detail_rows(view, report=found)),
    ]
    if view.criterion.cite:
        rows.append(("Source", clean(view.criterion.cite)))
    return Part(title=clean(view.path), blocks=(Facts(rows=tuple(rows)),))


def gaps_section(values: ReportValues) -> Section:
    """Return what is missing per action and safeguard, with its owner and cost."""
    found = values.safeguards
    actions = tuple(
        (
            action_words(view.action),
            _to_go(values.every, view.action.name),
            Verdict(view.verdict) if view.verdict else "surface or audience not named",
        )
        for view in values.every.actions
    )
    blocks: list[Block] = [
        Table(
            caption="Every action of the framework",
            head=("Action", "Safeguards", "Gate"),
            rows=actions,
        )
    ]
    rows = tuple(
        (
            f"`{clean(view.path)}` {clean(view.criterion.says)}",
            view.state,
            "; ".join(lack_words(view, reason=reason) for reason in view.reasons),
            cost_words(view) or "not declared",
            clean(view.owner) or "nobody yet",
        )
        for view in gaps_of(found)
    )
    if rows:
        head = ("Safeguard", "State", "Lacks", "Costs", "Owner")
        blocks.append(Table(caption="What is missing", head=head, rows=rows))
    else:
        blocks.append(
            Paragraph(
                text="For the action asked about, no safeguard that somebody can meet is missing."
            )
        )
    return Section(anchor="gaps", title="Gaps and costs", blocks=tuple(blocks))


def _to_go(found: SafeguardsReport, action: str) -> str:
    closing = [view for view in found.safeguards if view.binding and action in view.closes]
    view = next(one for one in found.actions if one.action.name == action)
    nobody = [name for name in found.unmeetable if name in view.standards]
    text = f"{count_of(len(closing), one='safeguard')} to go" if closing else "all in place"
    if nobody:
        text += f"; {', '.join(map(clean, nobody))} can be met by nobody"
    return text
