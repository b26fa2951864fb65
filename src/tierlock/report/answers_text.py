"""Answers that changed between two versions, side by side: for a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from tierlock.report.layout import Paint, cells, finish, pad, wrap
from tierlock.report.markdown import escape
from tierlock.report.numbers import show_plain
from tierlock.report.output_text import WITHHELD, text_lines
from tierlock.report.sanitize import clean

_GAP: Final = " | "
REVEAL: Final = (
    "what is withheld as `restricted` is shown with --reveal --reason TEXT --as NAME, which is "
    "recorded in the ledger"
)
NOT_KEPT: Final = "(no text is kept)"


class ChangedAnswer(NamedTuple):
    """One item whose score changed.

    Attributes:
        evaluation: as the comparison names it.
        item: the sample's id.
        scores: the item's mean on the old side and on the new.
        hazard: how dangerous its texts are to read.
        withheld: whether they are not shown for that.
        asked: what was asked; None where it is withheld or not kept.
        answers: what each side answered, old and new; None likewise.
    """

    evaluation: str
    item: str
    scores: tuple[float, float]
    hazard: str
    withheld: bool
    asked: str | None
    answers: tuple[str | None, str | None]


def render_answers_text(
    answers: Sequence[ChangedAnswer], *, width: int = 80, color: bool = False
) -> str:
    """Return each changed answer: the question, then old and new in two columns."""
    paint = Paint(color=color)
    lines = ["Answers that changed"]
    if not answers:
        return finish([*lines, "  none"])
    for one in answers:
        lines += ["", *(paint(line, "bold") for line in wrap(_title(one), width=width))]
        if one.withheld:
            lines.append(f"  {WITHHELD.format(hazard=one.hazard)}")
            continue
        if one.asked is not None:
            lines += text_lines(one.asked, width=width)
        lines += ["", *_columns(one, width=width)]
    if any(one.withheld and one.hazard != "high" for one in answers):
        lines += ["", *wrap(REVEAL, width=width)]
    return finish(lines)


def _columns(one: ChangedAnswer, *, width: int) -> Iterable[str]:
    room = (width - len(_GAP) - 2) // 2
    names = [f"old, {show_plain(one.scores[0])}", f"new, {show_plain(one.scores[1])}"]
    columns = [
        [name, "-" * cells(name), *(line[2:] for line in text_lines(text or "", width=room + 2))]
        if text is not None
        else [name, "-" * cells(name), NOT_KEPT]
        for name, text in zip(names, one.answers, strict=True)
    ]
    for left, right in zip_longest(*columns, fillvalue=""):
        yield f"  {pad(left, width=room)}{_GAP}{right}"


def render_answers_markdown(answers: Sequence[ChangedAnswer]) -> str:
    """Return the same as Markdown: a table per evaluation, one row per item."""
    lines = ["### Answers that changed", ""]
    if not answers:
        return "\n".join([*lines, "None."]) + "\n"
    for name in dict.fromkeys(one.evaluation for one in answers):
        lines += [
            f"**{escape(clean(name))}**",
            "",
            "| item | asked | old | new |",
            "|---|---|---|---|",
        ]
        for one in answers:
            if one.evaluation == name:
                shown = [_cell(text, one) for text in (one.asked, *one.answers)]
                shown[1] = f"{show_plain(one.scores[0])}<br>{shown[1]}"
                shown[2] = f"{show_plain(one.scores[1])}<br>{shown[2]}"
                lines.append(f"| {escape(clean(one.item))} | {' | '.join(shown)} |")
        lines.append("")
    return "\n".join(lines)


def _cell(text: str | None, one: ChangedAnswer) -> str:
    if one.withheld:
        return escape(WITHHELD.format(hazard=one.hazard).replace("`", ""))
    if text is None:
        return NOT_KEPT
    return "<br>".join(escape(clean(line)) for line in text.splitlines()) or "(nothing)"


def answers_json(answers: Sequence[ChangedAnswer]) -> list[dict[str, object]]:
    """Return the same for JSON; texts are null where they are withheld or not kept."""
    return [
        {
            "evaluation": one.evaluation,
            "item": one.item,
            "oldScore": one.scores[0],
            "newScore": one.scores[1],
            "hazard": one.hazard,
            "withheld": one.withheld,
            "asked": one.asked,
            "oldAnswer": one.answers[0],
            "newAnswer": one.answers[1],
        }
        for one in answers
    ]


def _title(one: ChangedAnswer) -> str:
    old, new = (show_plain(score) for score in one.scores)
    return f"{clean(one.evaluation)} {clean(one.item)}: {old} -> {new}"
