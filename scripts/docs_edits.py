"""Changes to a file that a page of the documentation shows, made for real between its examples.

A block that starts with three backticks and `diff` needs a comment in the line before it:

    <!-- edit: acme.yaml -->

The file lies in the folder of the console block before it. Each line of the block begins with a
space (it stays), `-` (it goes) or `+` (it comes); a line `@@` starts another place of the file.
What stays and goes must stand in the file exactly once, as whole lines, so that a reader finds the
place too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

FENCE = "```"
START = f"{FENCE}diff"
DIRECTIVE = re.compile(r"<!-- edit: (?P<file>\S+) -->")
NEXT_PLACE = "@@"


class EditError(Exception):
    """A change that can not be made: the message says where and why."""


class Edit(NamedTuple):
    """One change of a file: where it stands in the page, and what it changes.

    Attributes:
        first: index of its first line, after the fence.
        file: the file, relative to the folder of the block before.
        lines: the block's lines.
    """

    first: int
    file: str
    lines: tuple[str, ...]


def edits_of(lines: list[str]) -> Iterator[Edit]:
    """Yield the changes that a page shows.

    Raises:
        EditError: a block without comment or without an end.
    """
    for number, line in enumerate(lines):
        if line != START:
            continue
        match = DIRECTIVE.fullmatch(lines[number - 1]) if number else None
        if match is None:
            raise EditError(f"line {number + 1}: say in the line before which file is changed")
        if FENCE not in lines[number:]:
            raise EditError(f"line {number + 1}: the block has no end")
        last = lines.index(FENCE, number)
        yield Edit(number + 1, match["file"], tuple(lines[number + 1 : last]))


def edited(text: str, edit: Edit) -> str:
    """Return the text of a file with the change made.

    Raises:
        EditError: a line is of no kind, nothing is changed, or the place is not there exactly once.
    """
    lines = text.splitlines()
    for first, place in _places(edit):
        old = [line[1:] for line in place if line[:1] != "+"]
        new = [line[1:] for line in place if line[:1] != "-"]
        found = [
            start
            for start in range(len(lines) - len(old) + 1)
            if lines[start : start + len(old)] == old
        ]
        if old == new or not old or len(found) != 1:
            many = "changes nothing" if old == new else f"its place is found {len(found)} times"
            raise EditError(f"line {first + 1}: in `{edit.file}`, {many}")
        lines[found[0] : found[0] + len(old)] = new
    return "\n".join(lines) + "\n"


def _places(edit: Edit) -> Iterator[tuple[int, list[str]]]:
    """Yield (index in the page, lines) of each place."""
    place: list[str] = []
    for number, line in enumerate((*edit.lines, NEXT_PLACE), start=edit.first):
        if line == NEXT_PLACE:
            yield number - len(place), place
            place = []
        elif line[:1] not in {" ", "-", "+", ""}:
            raise EditError(f"line {number + 1}: begin it with a space, `-` or `+`")
        else:
            place.append(line)
