"""Lines for a terminal: wrapping, aligned columns and optional colour.

Meaning never rests on colour: the words are the same without it. Widths are counted in terminal
cells, so wide scripts do not break the columns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tierlock.core import Outcome, Verdict
from tierlock.report.numbers import NBSP

_GAP: Final = 2
_NARROWEST: Final = 14
_SGR: Final = {
    "bold": "1",
    "dim": "2",
    "good": "1;32",
    "open": "1;33",
    "bad": "1;31",
}


@dataclass(frozen=True, kw_only=True)
class Paint:
    """Colours text, or leaves it alone."""

    color: bool

    def __call__(self, text: str, style: str) -> str:
        """Return `text` in `style` (`bold`, `dim`, `good`, `open`, `bad`, or none)."""
        if not self.color or not style or not text.strip():
            return text
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m"


def style_of(answer: Outcome | Verdict) -> str:
    """Return the style of an outcome or a verdict."""
    if answer in {Outcome.RULED_OUT, Verdict.ALLOW}:
        return "good"
    return "bad" if answer in {Outcome.REACHED, Verdict.DENY} else "open"


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes.

    >>> cells("abc"), cells("模型"), cells("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def wrap(text: str, *, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells, broken at blanks, else inside a word.

    >>> wrap("one two three", width=8)
    ['one two', 'three']
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cells(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while cells(line) > width:
            cut = _fitting(line, width=width)
            # What should stay together is parted at its blanks before a word is.
            blank = line.rfind(NBSP, 1, cut + 1)
            lines.append(line[: cut if blank < 0 else blank])
            line = line[cut if blank < 0 else blank + 1 :]
    return [*lines, line]


def labelled(rows: Iterable[tuple[str, str]], *, width: int, indent: int = 2) -> list[str]:
    """Return `label  text` lines with the texts in one column, wrapped under themselves.

    A row without a label continues the one above it.
    """
    kept = list(rows)
    column = max((cells(label) for label, _ in kept), default=0)
    room = max(_NARROWEST, width - indent - column - _GAP)
    lines = []
    for label, text in kept:
        first, *rest = wrap(text, width=room)
        lines.append(f"{' ' * indent}{pad(label, width=column)}{' ' * _GAP}{first}")
        lines += [" " * (indent + column + _GAP) + line for line in rest]
    return lines


def bullets(items: Iterable[str], *, width: int, mark: str, indent: int = 2) -> list[str]:
    """Return items with a mark in front and their wrapped lines aligned."""
    lines = []
    for item in items:
        first, *rest = wrap(item, width=width - indent - len(mark) - 1)
        lines.append(f"{' ' * indent}{mark} {first}")
        lines += [" " * (indent + len(mark) + 1) + line for line in rest]
    return lines


def finish(lines: Iterable[str]) -> str:
    """Return the text of `lines`: ordinary blanks, no trailing ones, one line break at the end."""
    return "\n".join(line.replace(NBSP, " ").rstrip() for line in lines) + "\n"


def pad(text: str, *, width: int) -> str:
    """Return `text` filled up with blanks to `width` cells."""
    return text + " " * max(0, width - cells(text))


def _fitting(text: str, *, width: int) -> int:
    """Return how many characters of `text` fit into `width` cells, at least one."""
    count = 1
    while count < len(text) and cells(text[: count + 1]) <= width:
        count += 1
    return count
