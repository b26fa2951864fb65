"""Sections that capability, safeguards and risk reports share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tierlock.core import Determination, Owed, format_instant
from tierlock.report.checklist import ItemState, Presence
from tierlock.report.document import Block, Bullets, Facts, Paragraph, Part, Section, Table, short
from tierlock.report.documents import Redacted, ReportValues
from tierlock.report.numbers import NBSP
from tierlock.report.sanitize import clean
from tierlock.report.signatures import state_words
from tierlock.report.wording import TIME, day, time_sentence

# What a line break would tear off its number.
_TOGETHER: Final = re.compile(r"\b(RSP|sections?|items?|appendix) ")
PRESENCE_MARKS: dict[Presence, str] = {
    "present": "●",
    "partly": "◐",
    "missing": "○",
    "not needed": "·",
}


def contents_section(
    states: tuple[ItemState, ...], *, whose: str, framework: str, titles: Iterable[tuple[str, str]]
) -> Section:
    """Return the checklist: what is there and where, what is missing, and who asks for it."""
    shown = dict(titles)
    blocks: list[Block] = []
    if whose != framework:
        text = f"`{clean(framework)}` asks for no such report: the list is that of `{whose}`."
        blocks.append(Paragraph(text=text))
    for kind, caption in (
        ("content", "What the report must contain"),
        ("procedure", "What must happen around it"),
    ):
        rows = tuple(_item_row(state, shown) for state in states if state.item.kind == kind)
        if rows:
            head = ("Item", "Must say", "State", "What there is", "Asked by")
            blocks.append(Table(caption=caption, head=head, rows=rows))
    blocks.append(
        Paragraph(
            text="● present, ◐ partly, ○ missing, · not needed. What is missing is listed; nothing "
            "is written in its place. That something is present does not say that it is good."
        )
    )
    return Section(anchor="contents", title="Required contents", blocks=tuple(blocks))


def _item_row(state: ItemState, titles: dict[str, str]) -> tuple[str, ...]:
    item, found = state.item, state.found
    where = titles.get(found.where, "")
    says = f"{found.says} (see {where})" if where else found.says
    presence = f"{PRESENCE_MARKS[found.presence]} {found.presence}".replace(" ", NBSP)
    cite = _TOGETHER.sub(rf"\1{NBSP}", state.cite)
    return (item.title, item.asks, presence, says, cite)


def written_section(values: ReportValues, *, states: tuple[ItemState, ...]) -> Section | None:
    """Return what people wrote, item by item, each with its author; None where nobody did."""
    parts = []
    for state in states:
        written = values.written.get(state.item.id)
        if written is None:
            continue
        paragraphs = [part for part in written.says.split("\n\n") if part.strip()]
        texts = [Paragraph(text=clean(part)) for part in paragraphs]
        by = Paragraph(text=f"Written by {clean(written.by)}, {written.on.isoformat()}; unsigned.")
        parts.append(Part(title=state.item.title, blocks=(*texts, by)))
    if not parts:
        return None
    note = Paragraph(text="Nothing in this section is computed or checked.")
    return Section(anchor="written", title="What people wrote", blocks=(note, *parts))


def signatures_section(values: ReportValues) -> Section:
    """Return every signed statement and every negative record, counted or not."""
    blocks: list[Block] = []
    rows = tuple(
        (
            f"`{short(line.name)}` {clean(line.kind) or 'unreadable'}",
            clean(line.says),
            f"{clean(line.person) or 'somebody unknown'}, {clean(line.role) or 'no role'}",
            day(line.signed_at) if line.signed_at else "not stated",
            f"{state_words(line)}{': ' + clean(line.why) if line.why else ''}",
        )
        for line in values.signatures
    )
    if rows:
        head = ("Statement", "Says", "Who, as what", "Signed", "Counts")
        blocks.append(Table(caption="Signed statements", head=head, rows=rows))
    else:
        blocks.append(Paragraph(text="Nobody has signed anything with a key."))
    negatives = tuple(
        (
            record.kind.replace("_", " "),
            clean(record.says),
            day(record.happened_at),
            f"resolved {day(record.resolved_at)}" if record.resolved_at else "open",
        )
        for record in values.report.negatives.records
    )
    if negatives:
        columns = ("Kind", "Says", "Happened", "State")
        caption = "Dissent, objections, incidents and failed claims"
        blocks.append(Table(caption=caption, head=columns, rows=negatives))
    complete = values.report.negatives.complete_as_of
    known = f"said to be complete up to {day(complete)}" if complete else "not said to be complete"
    blocks.append(Paragraph(text=f"The list of what speaks against the subject is {known}."))
    return Section(anchor="signatures", title="Who signed and who dissents", blocks=tuple(blocks))


def time_section(values: ReportValues) -> Section:
    """Return what shows when the determination was there: ledger, anchors, or nobody's clock."""
    seen = values.witnessed
    rows = [("Time", time_words(values))]
    if seen.size is None:
        rows.append(("Ledger", "there is none"))
    else:
        entry = "does not hold this determination" if seen.entry is None else f"entry {seen.entry}"
        rows.append(("Ledger", f"{entry}; {seen.size} entries, root `{seen.root}`"))
    rows.append(("Anchors", f"{seen.anchors} on record, {seen.trusted} hold under the trust file"))
    return Section(anchor="time", title="Time and anchors", blocks=(Facts(rows=tuple(rows)),))


def time_words(values: ReportValues) -> str:
    """Return by when an outside witness had seen the determination, or that none did."""
    by = values.witnessed.by
    if by is None:
        return f"{TIME} ({time_sentence()})"
    return f"time: witnessed by {format_instant(by)}"


def configurations_section(values: ReportValues) -> Section:
    """Return the subject's parts, and under which settings each run was made."""
    subject = values.report.subject
    parts = [
        (name.replace("_", " ").capitalize(), f"`{digest}`" if digest else "no digest is known")
        for name, digest in subject.parts.model_dump().items()
    ]
    blocks: list[Block] = [
        Facts(rows=tuple(parts)),
    ]
    rows = tuple(
        (
            f"`{clean(one.run_id)}` {clean(one.evaluation)}",
            clean(one.source.tool) or clean(one.source.format),
            ", ".join(f"{clean(k)} {clean(v)}" for k, v in sorted(one.configuration.items()))
            or "the log states none",
        )
        for one in values.report.evidence
    )
    if rows:
        head = ("Run", "Tool", "Settings")
        blocks.append(Table(caption="Settings of each run", head=head, rows=rows))
    return Section(
        anchor="configurations", title="What was assessed, and how", blocks=tuple(blocks)
    )


def previous_section(values: ReportValues) -> Section:
    """Return what changed since the determination before this one."""
    before, now = values.previous, values.report.determination
    title = "Compared with the previous determination"
    if before is None:
        nothing = Paragraph(text="No earlier determination of this subject is on record.")
        return Section(anchor="previous", title=title, blocks=(nothing,))
    earlier = {one.threshold: one.outcome for one in before.thresholds}
    rows = tuple(
        (
            clean(one.threshold),
            earlier.get(one.threshold) or "not there",
            one.outcome,
            "same" if earlier.get(one.threshold) is one.outcome else "changed",
        )
        for one in now.thresholds
    )
    gone = [name for name in earlier if name not in {one.threshold for one in now.thresholds}]
    facts = (
        ("Previous determination", f"{day(before.determined_at)}, level {clean(before.label)}"),
        ("This determination", f"{day(now.determined_at)}, level {clean(now.label)}"),
        *_differences(before, now),
    )
    blocks: list[Block] = [
        Facts(rows=facts),
        Table(
            caption="Outcomes then and now", head=("Threshold", "Then", "Now", "Change"), rows=rows
        ),
    ]
    if gone:
        blocks.append(
            Bullets(items=tuple(f"{clean(name)} is not asked any more." for name in gone))
        )
    return Section(anchor="previous", title=title, blocks=tuple(blocks))


def _differences(before: Determination, now: Determination) -> Iterator[tuple[str, str]]:
    rules = "the same file"
    if before.framework.digest != now.framework.digest:
        rules = f"`{short(before.framework.digest)}` became `{short(now.framework.digest)}`"
    yield "Framework", rules
    same = before.subject_digest == now.subject_digest
    yield "Subject", "the same" if same else "another subject digest: a part or fact changed"
    yield "Obligations", _owed_words(before.owed, now.owed)
    old, new = _evidence_of(before), _evidence_of(now)
    yield (
        "Evidence used",
        f"{len(new - old)} runs came in, {len(old - new)} went, {len(old & new)} stayed",
    )


def _evidence_of(determination: Determination) -> set[str]:
    every = (*determination.findings, *determination.safeguard_findings)
    return {name for one in every for name in one.evidence}


def _owed_words(before: Iterable[Owed], now: Iterable[Owed]) -> str:
    old, new = {one.standard for one in before}, {one.standard for one in now}
    parts = [f"`{clean(name)}` is new" for name in sorted(new - old)]
    parts += [f"`{clean(name)}` is no longer owed" for name in sorted(old - new)]
    return ", ".join(parts) or "the same"


def redactions_section(redacted: tuple[Redacted, ...]) -> Section:
    """Return what is kept back, why, and the digest that binds to it."""
    if not redacted:
        nothing = Paragraph(text="Nothing is redacted.")
        return Section(anchor="redactions", title="Redactions", blocks=(nothing,))
    rows = tuple((f"`{clean(one.part)}`", clean(one.why), f"`{one.digest}`") for one in redacted)
    text = (
        "A digest binds to what is kept back and tells nothing about it: each part is mixed with a "
        "salt of its own before it is hashed. Whoever has the project's store can write the report "
        "again and gets the same digests."
    )
    table = Table(caption="What is kept back", head=("Part", "Reason", "Digest"), rows=rows)
    return Section(anchor="redactions", title="Redactions", blocks=(table, Paragraph(text=text)))
