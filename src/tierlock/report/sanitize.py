"""Text that came from outside, made harmless for a screen, a file and a person's eye.

Task names, file names and sentences of a log are untrusted. A terminal escape could repaint the
verdict, a line break could forge a line of ours, and a bidirectional override could turn a text
around. Every string passes `clean` on its way into any output.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from tierlock.core import printable
from tierlock.report.numbers import NBSP

# Controls, invisible format characters (bidirectional overrides, joiners, tags), lone surrogates,
# and Unicode's own line and paragraph separators.
_HARMFUL: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SPACES: Final = re.compile(rf"[^\S{NBSP}]+")
_LIMIT: Final = 2000


def clean(text: str) -> str:
    r"""Return `text` as one line in which no character acts on its surroundings.

    White space becomes single blanks (a no-break space stays); a character that can not be
    printed becomes its visible escape, so that a reader sees that it was there; a very long text
    is cut.

    >>> clean("a\x1b[2Jb")
    'a\\x1b[2Jb'
    >>> clean("first\nsecond  \u202ethird")
    'first second \\u202ethird'
    """
    cut = text if len(text) <= _LIMIT else text[:_LIMIT] + "…"
    line = _SPACES.sub(" ", cut).strip()
    return NBSP.join(map(printable, line.split(NBSP)))


def escape_json(document: str) -> str:
    r"""Return JSON text with harmful characters written as escapes; the value stays the same.

    Line breaks of the document's own layout stay: inside a JSON string they are escaped already.

    >>> escape_json('"\u202e"')
    '"\\u202e"'
    """
    if document.isascii() and "\x7f" not in document:
        return document
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in _HARMFUL else _json_escape(char)
        for char in document
    )


def _json_escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
