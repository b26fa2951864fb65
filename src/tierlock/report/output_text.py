"""The texts of samples on a terminal: listed, shown, found, or withheld in so many words."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tierlock.core import printable
from tierlock.report.layout import Paint, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean, escape_json

KEY_SHOWN: Final = 12
WITHHELD: Final = "(withheld: its hazard is `{hazard}`)"
_NAMES: Final = ("asked", "answered", "transcript")


class OutputRow(NamedTuple):
    """One attempt in the output store, without its texts.

    Attributes:
        key: names it.
        run, log, evaluation, model: the run, and where its log lay when it was read.
        id, epoch: which attempt.
        score: what it scored.
        hazard: how dangerous its texts are.
    """

    key: str
    run: str
    log: str
    evaluation: str
    model: str
    id: str
    epoch: int
    score: str
    hazard: str


class OutputListing(NamedTuple):
    """Attempts that were asked for.

    Attributes:
        finding: the finding that they are behind, where one was named.
        without: runs that were asked for and of which no texts are kept.
    """

    rows: Sequence[OutputRow]
    finding: str | None
    without: Sequence[str]


class OutputShown(NamedTuple):
    """One attempt; its texts asked, answered and transcript, None where they are withheld."""

    row: OutputRow
    texts: Sequence[str] | None


class OutputFound(NamedTuple):
    """An attempt that holds what was looked for; `where` is empty where it was not searched."""

    row: OutputRow
    where: str
    around: str


def viewer_command(log: str) -> str:
    """Return the command that opens the folder of a log in Inspect's own viewer.

    >>> viewer_command("/logs/a b/x.eval")
    "inspect view --log-dir '/logs/a b'"
    """
    folder = log.rpartition("/")[0] or "."
    return f"inspect view --log-dir {shlex.quote(folder)}"


def render_output_list(found: OutputListing, *, width: int = 80, color: bool = False) -> str:
    """Return one line per attempt under its run, and the command that opens the run's log."""
    paint = Paint(color=color)
    lines: list[str] = []
    run = None
    for row in found.rows:
        if row.run != run:
            run = row.run
            lines += ["", *_head(row, paint=paint, width=width)]
        name = f"{clean(row.id)}" + (f" epoch {row.epoch}" if row.epoch != 1 else "")
        text = f"{row.key[:KEY_SHOWN]}  {name}  {clean(row.score) or 'no score'}"
        first, *rest = wrap(text, width=width - 2)
        lines += [f"  {first}", *(" " * (KEY_SHOWN + 4) + line for line in rest)]
    lines += ["", count_of(len(found.rows), one="sample", many="samples")]
    if found.without:
        runs = ", ".join(map(clean, found.without))
        lines += wrap(f"no texts are kept of: {runs}", width=width)
    return finish(lines[1:] if lines[0] == "" and len(lines) > 2 else lines)


def _head(row: OutputRow, *, paint: Paint, width: int) -> list[str]:
    title = f"{clean(row.evaluation)} on {clean(row.model)}, run {clean(row.run)}"
    lines = [paint(line, "bold") for line in wrap(title, width=width)]
    if row.hazard != "none":
        lines += wrap(f"hazard {row.hazard}: texts are withheld", width=width)
    # Not wrapped: it is there to be copied.
    return [*lines, printable(viewer_command(row.log))]


def render_output_shown(shown: OutputShown, *, width: int = 80, color: bool = False) -> str:
    """Return one attempt: what was asked, what was answered, and every message."""
    paint, row = Paint(color=color), shown.row
    lines = labelled(
        [
            ("sample", f"{clean(row.id)} epoch {row.epoch}"),
            ("run", clean(row.run)),
            ("of", f"{clean(row.evaluation)} on {clean(row.model)}"),
            ("score", clean(row.score) or "none"),
            ("hazard", row.hazard),
            ("key", row.key),
        ],
        width=width,
        indent=0,
    )
    lines += ["", printable(viewer_command(row.log))]
    if shown.texts is None:
        lines += ["", *withheld_lines(row.hazard, width=width)]
        return finish(lines)
    for name, text in zip(_NAMES, shown.texts, strict=True):
        lines += ["", paint(name, "bold"), *text_lines(text, width=width)]
    return finish(lines)


def withheld_lines(hazard: str, *, width: int) -> list[str]:
    """Return what stands in the place of texts that are not shown."""
    says = WITHHELD.format(hazard=hazard)
    if hazard != "high":
        says += " show it with --reveal --reason TEXT --as NAME, which is recorded in the ledger"
    return wrap(says, width=width)


def text_lines(text: str, *, width: int) -> list[str]:
    """Return a text from outside line by line, wrapped, with nothing in it that acts."""
    lines = []
    for line in text.splitlines() or ["(nothing)"]:
        shown = printable(line.replace("\t", "    "))
        words = shown.lstrip(" ")
        # What is indented stays so, unless it would leave no room.
        indent = " " * min(2 + len(shown) - len(words), width // 2)
        lines += [indent + part for part in wrap(words, width=width - len(indent))]
    return lines


def render_output_found(found: Iterable[OutputFound], *, width: int = 80) -> str:
    """Return each attempt that holds the words, with what is around them; and what was left out."""
    lines: list[str] = []
    count = left = 0
    for each in found:
        if not each.where:
            left += 1
            continue
        count += 1
        row = each.row
        head = f"{row.key[:KEY_SHOWN]}  {clean(row.evaluation)} {clean(row.id)} ({each.where})"
        lines += wrap(head, width=width)
        lines += [f"  {part}" for part in wrap(clean(each.around), width=width - 2)]
    lines.append(f"found in {count_of(count, one='sample', many='samples')}")
    if left:
        samples = count_of(left, one="sample", many="samples")
        lines += wrap(
            f"not searched: {samples} whose texts are withheld; --reveal --reason TEXT --as NAME "
            "searches those of hazard `restricted`, which is recorded in the ledger",
            width=width,
        )
    return finish(lines)


def render_output_list_json(found: OutputListing) -> str:
    """Return the listing as indented JSON."""
    return _json(
        {
            "exitCode": 0,
            "finding": found.finding,
            "samples": [_row(row) for row in found.rows],
            "runsWithoutTexts": list(found.without),
        }
    )


def render_output_shown_json(shown: OutputShown) -> str:
    """Return one attempt as indented JSON; `texts` is null where they are withheld."""
    texts = None if shown.texts is None else dict(zip(_NAMES, shown.texts, strict=True))
    return _json({"exitCode": 0, **_row(shown.row), "texts": texts})


def render_output_found_json(found: Iterable[OutputFound]) -> str:
    """Return what was found as indented JSON, and the keys of what was not searched."""
    each = list(found)
    return _json(
        {
            "exitCode": 0,
            "found": [
                {**_row(one.row), "where": one.where, "around": one.around}
                for one in each
                if one.where
            ],
            "notSearched": [one.row.key for one in each if not one.where],
        }
    )


def _row(row: OutputRow) -> dict[str, object]:
    return {**row._asdict(), "view": viewer_command(row.log)}


def _json(value: object) -> str:
    return escape_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"
