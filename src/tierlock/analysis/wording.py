"""Texts of two versions, compared without the version that each of them names.

A new version cites itself in nearly every sentence. What a sentence says is the same where only the
version's number changed, or the place in the document that it names beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tierlock.core import Framework

_PLACE: Final = re.compile(r"\b(sections?|footnotes?|items?|pages?) (\d+(\.\d+)*)")
_NUMBER: Final = "#"
Words = Callable[[str], str]


def words_of(framework: Framework, *, cites: bool = False) -> Words:
    """Return what takes a text of a framework to what it says beside version and place.

    Args:
        framework: the version that the text is from.
        cites: whether the texts are citations, of which the place is what they say.
    """
    number = re.escape(framework.version)
    names = "|".join(sorted(map(re.escape, _names(framework)), key=len, reverse=True))
    own = re.compile(rf"(?<!\w)({names}),? (version |v)?{number}(?!\.?\w)", re.IGNORECASE)

    def words(text: str) -> str:
        text = own.sub(rf"\1 {_NUMBER}", text)
        return text if cites else _PLACE.sub(rf"\1 {_NUMBER}", text)

    return words


def without_version(
    before: object, *, after: object, sides: tuple[Framework, Framework], cites: bool
) -> tuple[object, object]:
    """Return two values of a key without what says the same but for the version that it names.

    Args:
        before: a text, or a list of them; anything else is returned as it is.
        after: the same of the new version.
        sides: the versions.
        cites: whether the texts are citations.
    """
    old, new = (words_of(side, cites=cites) for side in sides)
    if isinstance(before, str) and isinstance(after, str):
        return (before, after) if old(before) != new(after) else (before, before)
    if isinstance(before, tuple) and isinstance(after, tuple):
        said = {old(one) for one in before} & {new(one) for one in after}
        return (
            tuple(one for one in before if old(one) not in said),
            tuple(one for one in after if new(one) not in said),
        )
    return before, after


def _names(framework: Framework) -> set[str]:
    """How a document speaks of itself: by its title, its initials, or its name here."""
    titles = {framework.source.title, framework.title.removesuffix(framework.version).strip()}
    initials = {"".join(word[0] for word in title.split()) for title in titles}
    return titles | initials | {framework.framework.partition("/")[2]}
