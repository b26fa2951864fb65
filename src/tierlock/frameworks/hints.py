"""Did you mean: the known word closest to what somebody wrote."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 60
_LISTED: Final = 8
_MOST_KNOWN: Final = 1000


def closest(word: str, *, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None where none is alike.

    >>> closest("rule_out_bellow", known=("rule_in_above", "rule_out_below"))
    'rule_out_below'
    """
    by_folded = {name.casefold(): name for name in known}
    if len(word) > _LONGEST or len(by_folded) > _MOST_KNOWN:
        return None  # comparing would take longer than reading the list
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return by_folded[found[0]] if found else None


def suggestion(word: str, *, known: Iterable[str]) -> str | None:
    """Return a hint: the closest known word, or all known words where they are few.

    >>> suggestion("zebra", known=("must", "should"))
    'known: `must`, `should`'
    """
    names = tuple(known)
    found = closest(word, known=names)
    if found is not None:
        return f"did you mean `{found}`?"
    return f"known: {listed(names)}" if 0 < len(names) <= _LISTED else None


def listed(words: Iterable[str]) -> str:
    """Return the words in backticks, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


def shown(value: object) -> str:
    """Return a value of a file as a message shows it, shortened.

    >>> shown("  2 x"), shown(2.5), shown(None), shown([1])
    ('`2 x`', '`2.5`', 'nothing', 'a list')
    """
    if isinstance(value, dict):
        return "a block of keys"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = " ".join(str(value).replace("`", "'").split())
    return f"`{text}`" if len(text) <= _LONGEST else f"`{text[:_LONGEST]}...`"
