"""Lint and comparison of frameworks as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from tierlock.core import Record
from tierlock.report.layout import Paint, cells, finish, pad, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean, escape_json

_STYLES: Final = {
    "problem": "bad",
    "weakened": "bad",
    "removed": "open",
    "strengthened": "good",
    "added": "open",
}
_NARROW: Final = 20
_CONTEXT: Final = 3


class RemarkLike(Protocol):
    """What lint says about one place."""

    @property
    def code(self) -> str:
        """Stable code."""

    @property
    def severity(self) -> str:
        """`problem` or `note`."""

    @property
    def where(self) -> str:
        """Path of the place."""

    @property
    def says(self) -> str:
        """What is the matter."""

    @property
    def hint(self) -> str:
        """What would mend it; may be empty."""

    @property
    def recorded(self) -> str:
        """Why it stays, where that is on record; may be empty."""


class ChangeLike(Protocol):
    """One difference between two frameworks."""

    @property
    def kind(self) -> str:
        """`added`, `removed`, `strengthened`, `weakened`, `changed` or `reworded`."""

    @property
    def section(self) -> str:
        """Top-level key of the framework language."""

    @property
    def item(self) -> str:
        """Path of the item; empty where the section is the item."""

    @property
    def field(self) -> str:
        """Key within the item; empty where the item itself came or went."""

    @property
    def old(self) -> str:
        """Old value; empty where there was none."""

    @property
    def new(self) -> str:
        """New value; empty where there is none."""


def render_lint_text(
    remarks: Sequence[RemarkLike],
    *,
    framework: str,
    previous: str = "",
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the remarks on a framework, grouped by code, with their count at the end.

    Args:
        remarks: problems first, each kind grouped by code.
        framework: name of the framework.
        previous: name of the version before it, empty where it was compared with none.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    lines = [paint(clean(framework), "bold")]
    if previous:
        lines.append(f"  compared with {clean(previous)}")
    group = None
    for place, remark in enumerate(remarks):
        if (remark.severity, remark.code) != group:
            group = (remark.severity, remark.code)
            word = paint(remark.severity, _STYLES.get(remark.severity, ""))
            lines += ["", f"{word} [{clean(remark.code)}]"]
        lines.append(f"  {clean(remark.where)}")
        lines += _indented(remark.says, by=4, width=width)
        after = remarks[place + 1 : place + 2]
        # One piece of advice serves all the places that it follows.
        advice = _advice(remark)
        again = any((one.severity, one.code, _advice(one)) == (*group, advice) for one in after)
        if advice and not again:
            lines += _indented(advice, by=4, width=width)
    return finish([*lines, "", _lint_counts(remarks)])


def render_diff_text(
    changes: Sequence[ChangeLike],
    *,
    old: str,
    new: str,
    counts: Mapping[str, int],
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the changes between two frameworks, grouped by section and item, with their counts.

    Citations that only name another place are counted and not listed.

    Args:
        changes: in the order of the framework language.
        old: name of the old version.
        new: name of the new version.
        counts: how many changes there are of each kind, in the order to print.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    lines = [paint(f"{clean(old)} -> {clean(new)}", "bold")]
    column = max(map(cells, counts), default=0)
    shown = [change for change in changes if not _is_citation(change)]
    for section in dict.fromkeys(change.section for change in shown):
        lines += ["", paint(clean(section.replace("_", " ")), "bold")]
        inside = [change for change in shown if change.section == section]
        for item in dict.fromkeys(change.item for change in inside):
            if item:
                lines.append(f"  {clean(item)}")
            for change in (change for change in inside if change.item == item):
                lines += _change(change, column=column, width=width, paint=paint)
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    lines += ["", said or "no differences"]
    hidden = len(changes) - len(shown)
    if hidden:
        # A new version cites another document nearly everywhere: that would bury the rest.
        citations = count_of(hidden, one="reworded citation")
        lines.append(f"not shown: {citations}, listed by --format json")
    return finish(lines)


def render_study_json(
    records: Iterable[Record], *, named: str, exit_code: int, about: Mapping[str, object]
) -> str:
    """Return remarks or changes as indented JSON under the key `named`.

    Args:
        records: the remarks or changes.
        named: the key under which they stand.
        exit_code: the process's exit code.
        about: what was studied, under its wire names.
    """
    listed = [record.model_dump(mode="json", by_alias=True) for record in records]
    whole = {"exitCode": exit_code, **about, named: listed}
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def _advice(remark: RemarkLike) -> str:
    """Return why a remark stays; where that is not on record, what would mend it."""
    if remark.recorded:
        return f"recorded: {remark.recorded}"
    return f"hint: {remark.hint}" if remark.hint else ""


def _lint_counts(remarks: Sequence[RemarkLike]) -> str:
    problems = sum(remark.severity == "problem" for remark in remarks)
    notes = len(remarks) - problems
    counts = f"{count_of(problems, one='problem')}, {count_of(notes, one='note')}"
    recorded = sum(bool(remark.recorded) for remark in remarks)
    if not recorded:
        return counts
    return f"{counts}; {'all' if recorded == len(remarks) else recorded} recorded"


def _is_citation(change: ChangeLike) -> bool:
    return change.kind == "reworded" and change.field.rpartition(".")[2] == "cite"


def _change(change: ChangeLike, *, column: int, width: int, paint: Paint) -> Iterator[str]:
    """Yield the lines of one change: its kind, its key, and both values."""
    word = paint(pad(change.kind, width=column), _STYLES.get(change.kind, ""))
    body = " " * (4 + column + 2)
    room = max(_NARROW, width - len(body))
    old, new, field = clean(change.old), clean(change.new), clean(change.field)
    key = f"{field}: " if field else ""
    texts = [f"{key}{old} -> {new}" if old and new else f"{key}{old or new}"]
    if old and new and cells(texts[0]) > room:
        # Two long texts are easier to compare below each other, and where they differ.
        if change.kind == "reworded":
            old, new = _differing(old, new)
        texts = [f"{key}{old}", f"-> {new}"]
    elif field and old and not new:
        texts = [f"{field}: without {old}"]
    elif field and new and not old:
        texts = [f"{field}: with {new}"]
    first, *rest = [line for text in texts for line in wrap(text, width=room)] or [""]
    yield f"    {word}  {first}"
    yield from (body + line for line in rest)


def _differing(old: str, new: str) -> tuple[str, str]:
    """Return two texts without the words that both begin or end with, but for a few of them."""
    before, after = old.split(" "), new.split(" ")
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    most = shorter - head
    tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    first, last = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)

    def shown(words: list[str]) -> str:
        kept = words[first : len(words) - last]
        return " ".join([*["…"] * (first > 0), *kept, *["…"] * (last > 0)])

    return shown(before), shown(after)


def _indented(text: str, *, by: int, width: int) -> list[str]:
    return [" " * by + line for line in wrap(clean(text), width=max(_NARROW, width - by))]
