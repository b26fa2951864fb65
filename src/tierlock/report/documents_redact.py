"""Keep parts of a report back; what is left says that they were there, and binds to them.

Whatever names a redacted line goes with it, wherever it stands: tables lose rows, lists lose
sentences. A digest over part and salt stays: whoever has the project
makes the same report again and gets the same digest.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Final

from tierlock.core import Outcome, Verdict, canonical_json
from tierlock.report.checklist import ItemState
from tierlock.report.document import (
    Block,
    Bullets,
    Facts,
    Figure,
    Paragraph,
    Part,
    Plain,
    Section,
    TableCell,
)
from tierlock.report.documents import Column, Redacted, ReportDocument, ReportValues
from tierlock.report.redaction_parts import NEVER, Cut, Redaction, check_shared, cut_of
from tierlock.report.sanitize import clean
from tierlock.report.wording import verdict_sentence

KEPT: Final = "redacted"


def redact(
    document: ReportDocument,
    *,
    values: ReportValues,
    redactions: Sequence[Redaction],
    salt: bytes,
) -> ReportDocument:
    """Return the document without the parts named.

    Raises:
        InputError: `report.redact`.
    """
    cuts = [cut_of(one, document=document, values=values) for one in redactions]
    check_shared(values, hidden={cut.hides for cut in cuts if cut.hides})
    seen: list[Redacted] = []
    # People last: a part is bound to as it was, names and all.
    for cut in sorted(cuts, key=lambda cut: bool(cut.people)):
        taken: list[object] = []
        document = _applied(document, values, cut, taken)
        digest = digest_of(
            cut.part, content=taken, salt=part_salt(document, part=cut.part, salt=salt)
        )
        seen.append(Redacted(part=cut.part, why=cut.why, digest=digest))
    return replace(document, redacted=tuple(seen))


def part_salt(document: ReportDocument, *, part: str, salt: bytes) -> bytes:
    """Return the salt of one part of one report; it tells nothing about those of others."""
    about = canonical_json([document.kind, [list(pair) for pair in document.digests], part])
    return hmac.new(salt, about, hashlib.sha256).digest()


def digest_of(part: str, *, content: object, salt: bytes) -> str:
    """Return the digest that binds to a redacted part: SHA-256 over salt, name and content."""
    body = canonical_json([part, _plain(content)])
    return f"sha256:{hashlib.sha256(salt + body).hexdigest()}"


def _plain(content: object) -> object:
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, Outcome | Verdict):
        return str(content)
    return content


def _applied(
    document: ReportDocument, values: ReportValues, cut: Cut, taken: list[object]
) -> ReportDocument:
    if cut.people:
        return _without_people(document, cut.people, taken)
    matches = _matcher(cut.needles)
    sections = tuple(
        _whole_section(section, cut, taken)
        if section.anchor in cut.sections
        else section
        if section.anchor in NEVER - {"provenance"}
        else replace(
            section,
            blocks=tuple(_block(one, cut, matches, taken) for one in section.blocks),
        )
        for section in document.sections
    )
    columns = tuple(
        replace(column, items=_items(column, cut, matches, taken)) for column in document.columns
    )
    sentence, terms = document.sentence, document.terms
    if matches(sentence) or "gate" in cut.sections or cut.sections & {"thresholds", "threats"}:
        decision = values.report.decision
        taken.append(sentence)
        sentence = f"{verdict_sentence(decision)}." if decision is not None else "Part is redacted."
    kept = tuple(term for term in terms if not matches(term) and "gate" not in cut.sections)
    taken += [term for term in terms if term not in kept]
    return replace(
        document,
        sections=sections,
        columns=columns,
        sentence=sentence,
        terms=kept,
        contents=tuple(_state(state, matches, taken) for state in document.contents),
    )


def _state(state: ItemState, matches: Callable[[str], bool], taken: list[object]) -> ItemState:
    """What is there of an item stays; what there is does not, where it names what is hidden."""
    if not matches(state.found.says):
        return state
    taken.append(state.found.says)
    return replace(state, found=replace(state.found, says=KEPT))


def _matcher(needles: Iterable[str]) -> Callable[[str], bool]:
    parts = [re.escape(name) for name in needles if name]
    if not parts:
        return lambda _: False
    found = re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])")
    return lambda text: found.search(text) is not None


def _whole_section(section: Section, cut: Cut, taken: list[object]) -> Section:
    taken.append(asdict(section))
    return replace(section, blocks=(Paragraph(text=f"Redacted: {clean(cut.why)}."),))


def _items(
    column: Column, cut: Cut, matches: Callable[[str], bool], taken: list[object]
) -> tuple[str, ...]:
    if column.anchor in cut.sections:
        taken.append(asdict(column))
        return (f"Redacted: {clean(cut.why)}.",)
    gone = [text for text in column.items if matches(text)]
    taken += gone
    kept = tuple(text for text in column.items if text not in gone)
    return (*kept, *([_note(cut)] if gone else []))


def _block(block: Block, cut: Cut, matches: Callable[[str], bool], taken: list[object]) -> Block:
    if not isinstance(block, Part):
        return _plain_block(block, cut, matches, taken)
    if matches(block.title):
        taken.append(asdict(block))
        return replace(block, blocks=(Paragraph(text=_note(cut)),))
    inner = tuple(_plain_block(one, cut, matches, taken) for one in block.blocks)
    return replace(block, blocks=inner)


def _plain_block(
    block: Plain, cut: Cut, matches: Callable[[str], bool], taken: list[object]
) -> Plain:
    note = _note(cut)
    if isinstance(block, Paragraph):
        return _or(note, block, hit=matches(block.text), taken=taken)
    if isinstance(block, Figure):
        return _or(note, block, hit=matches(block.caption) or matches(block.svg), taken=taken)
    if isinstance(block, Bullets):
        gone = [text for text in block.items if matches(text)]
        taken += gone
        kept = tuple(text for text in block.items if text not in gone)
        return replace(block, items=(*kept, *([note] if gone else [])))
    if isinstance(block, Facts):
        facts = (
            _fact(row, note, hit=matches(row[0]) or matches(row[1]), taken=taken)
            for row in block.rows
        )
        return replace(block, rows=tuple(facts))
    return replace(block, rows=tuple(_row(row, cut, matches, taken) for row in block.rows))


def _note(cut: Cut) -> str:
    return f"Redacted with `{clean(cut.part)}`."


def _or(note: str, block: Paragraph | Figure, *, hit: bool, taken: list[object]) -> Plain:
    if not hit:
        return block
    taken.append(asdict(block))
    return Paragraph(text=note)


def _fact(row: tuple[str, str], note: str, *, hit: bool, taken: list[object]) -> tuple[str, str]:
    if not hit:
        return row
    taken.append(list(row))
    # A digest stays, for it is what binds the report to its evidence; its label does not.
    if re.fullmatch(r"`sha256:[0-9a-f]{64}`", row[1]):
        return ("Redacted name", row[1])
    return ("Redacted", note)


def _row(
    row: tuple[TableCell, ...], cut: Cut, matches: Callable[[str], bool], taken: list[object]
) -> tuple[TableCell, ...]:
    if not any(matches(cell) for cell in row if not isinstance(cell, Outcome | Verdict)):
        return row
    taken.append(list(row))
    named = row[0] in cut.keeps
    return tuple(
        cell if named and (number == 0 or isinstance(cell, Outcome | Verdict)) else KEPT
        for number, cell in enumerate(row)
    )


def _without_people(
    document: ReportDocument, people: tuple[str, ...], taken: list[object]
) -> ReportDocument:
    taken += people
    found = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in people))

    def hidden(text: str) -> str:
        return found.sub("[name redacted]", text)

    return replace(
        document,
        sections=tuple(
            replace(section, blocks=tuple(_renamed(block, hidden) for block in section.blocks))
            for section in document.sections
        ),
        columns=tuple(
            replace(column, items=tuple(map(hidden, column.items))) for column in document.columns
        ),
        sentence=hidden(document.sentence),
        terms=tuple(map(hidden, document.terms)),
    )


def _renamed(block: Block, hidden: Callable[[str], str]) -> Block:
    if isinstance(block, Part):
        inner = tuple(_plain_renamed(one, hidden) for one in block.blocks)
        return replace(block, title=hidden(block.title), blocks=inner)
    return _plain_renamed(block, hidden)


def _plain_renamed(block: Plain, hidden: Callable[[str], str]) -> Plain:
    if isinstance(block, Paragraph):
        return replace(block, text=hidden(block.text))
    if isinstance(block, Bullets):
        return replace(block, items=tuple(map(hidden, block.items)))
    if isinstance(block, Facts):
        return replace(block, rows=tuple((hidden(a), hidden(b)) for a, b in block.rows))
    if isinstance(block, Figure):
        return replace(block, caption=hidden(block.caption))
    rows = tuple(
        tuple(cell if isinstance(cell, Outcome | Verdict) else hidden(cell) for cell in row)
        for row in block.rows
    )
    return replace(block, rows=rows)
