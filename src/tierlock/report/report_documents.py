"""Make a capability, safeguards or risk report from its values."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from tierlock.report.board import board_of
from tierlock.report.capability_report import capability_sections
from tierlock.report.checklist import Found, Item, ItemState, ReportKind, checklist_of, combined
from tierlock.report.checklist_answers import computed_for
from tierlock.report.detail import limits_section
from tierlock.report.document import Section
from tierlock.report.documents import Column, Redacted, ReportDocument, ReportValues
from tierlock.report.documents_redact import redact
from tierlock.report.documents_sections import (
    contents_section,
    previous_section,
    redactions_section,
    signatures_section,
    time_section,
    time_words,
    written_section,
)
from tierlock.report.numbers import count_of
from tierlock.report.redaction_parts import NO_REASON, Redaction
from tierlock.report.risk_report import risk_sections
from tierlock.report.safeguards_report import safeguards_sections
from tierlock.report.sanitize import clean
from tierlock.report.sources import provenance_section
from tierlock.report.wording import binding_line, day, plan_line

_SECTIONS = {
    "capability": capability_sections,
    "safeguards": safeguards_sections,
    "risk": risk_sections,
}


def make_report(
    kind: ReportKind,
    *,
    values: ReportValues,
    redactions: Sequence[Redaction] = (),
    salt: bytes = b"",
) -> ReportDocument:
    """Return a report with its checklist, and without what is redacted.

    Args:
        kind: which report.
        values: everything that it may say.
        redactions: what to keep back, each with its reason.
        salt: a secret of the project; without it a digest of a short part could be guessed.

    Raises:
        InputError: `report.redact`, a part that is not there, or that another part gives away.
    """
    whole = _whole(kind, values)
    return _finished(redact(whole, values=values, redactions=redactions, salt=salt))


def _whole(kind: ReportKind, values: ReportValues) -> ReportDocument:
    report, checklist = values.report, checklist_of(kind)
    board = board_of(report)
    items = checklist.items_for(report.framework.name)
    whose = checklist.asked_by(report.framework.name)
    states = tuple(
        ItemState(item=item, cite=item.asked_by[whose], found=_found(item, values))
        for item in items
    )
    return ReportDocument(
        kind=kind,
        name=checklist.title,
        subject=clean(report.subject.name),
        framework=clean(report.framework.name),
        at=report.at,
        verdict=board.verdict,
        word=board.word,
        sentence=board.sentence,
        terms=board.terms,
        warning=board.warning,
        whose=whose,
        contents=states,
        columns=(
            Column(anchor="known", title="What we know", items=board.known),
            Column(anchor="unknown", title="What we do not know", items=board.unknown),
            Column(anchor="signed", title="Who signed", items=board.signed),
            Column(anchor="dissent", title="Who dissents", items=board.dissent),
        ),
        sections=_sections(kind, values, states),
        digests=_digests(values),
        rests_on=" · ".join(
            (
                plan_line(report.determination),
                binding_line(report.determination),
                time_words(values).partition(" (")[0],
            )
        ),
        engine=clean(report.determination.engine),
    )


def _found(item: Item, values: ReportValues) -> Found:
    computed = computed_for(item, values=values)
    return combined(item, computed=computed, written=item.id in values.written)


def _sections(
    kind: ReportKind, values: ReportValues, states: tuple[ItemState, ...]
) -> tuple[Section, ...]:
    found = [
        written_section(values, states=states),
        *_SECTIONS[kind](values),
        previous_section(values),
        signatures_section(values),
        time_section(values),
        limits_section(values.report),
        provenance_section(values.report),
    ]
    return tuple(section for section in found if section is not None and section.blocks)


def _digests(values: ReportValues) -> tuple[tuple[str, str], ...]:
    determination = values.report.determination
    rows = [
        ("determination", values.report.determination_digest),
        ("framework", determination.framework.digest),
        ("plan", determination.plan),
        ("subject", determination.subject_digest),
        *(("evidence", evidence.digest) for evidence in values.report.evidence),
        *(("statement", line.name) for line in values.signatures),
    ]
    if values.written_digest:
        rows.append(("written", values.written_digest))
    return tuple(rows)


def _finished(document: ReportDocument) -> ReportDocument:
    """Add what speaks about the report itself: its checklist, and what is redacted."""
    sections = (*document.sections, redactions_section(document.redacted))
    kept = {section.anchor for section in sections}
    states = tuple(_state(state, document.redacted, kept=kept) for state in document.contents)
    contents = contents_section(
        states,
        whose=document.whose,
        framework=document.framework,
        titles=((section.anchor, section.title) for section in sections),
    )
    return replace(document, contents=states, sections=(contents, *sections))


def _state(state: ItemState, redacted: Sequence[Redacted], *, kept: Set[str]) -> ItemState:
    found = state.found
    if state.item.answer == "redactions" and redacted:
        silent = sum(one.why == NO_REASON for one in redacted)
        says = f"{count_of(len(redacted), one='part')} redacted, {silent} without a reason"
        found = replace(found, presence="partly" if silent else "present", says=says)
    if found.where and found.where not in kept:
        found = replace(found, where="")
    return replace(state, found=found)


def eyebrow_of(document: ReportDocument) -> str:
    """Return under what and as of when, in one line."""
    return f"{document.name} under {document.framework}, as of {day(document.at)}"
