"""Equal values kept once: what a hundred thousand attempts repeat takes the room of one."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Generic, TypeVar

H = TypeVar("H", bound=Hashable)

_MOST: Final = 10_000
"""Different values that are kept to compare with; beyond them nothing new is shared."""


class Shared(Generic[H]):
    """Gives the first of all equal values."""

    def __init__(self) -> None:
        self._first: dict[H, H] = {}

    def one(self, value: H) -> H:
        """Return a value equal to this one, mostly one that was given before."""
        try:
            known = self._first.get(value)
        except TypeError:
            # It holds a list or an object, which can not be told apart quickly.
            return value
        if known is None and len(self._first) < _MOST:
            self._first[value] = value
        return value if known is None else known


class SharedDict(Generic[H]):
    """Gives the first of all dictionaries with the same entries; nobody may change them."""

    def __init__(self) -> None:
        self._first: dict[tuple[tuple[str, H], ...], dict[str, H]] = {}

    def one(self, entries: dict[str, H]) -> dict[str, H]:
        """Return a dictionary with the same entries, mostly one that was given before."""
        for value in entries.values():
            # 0 and -0 are equal, and not the same.
            if value == 0 and str(value).startswith("-"):
                return entries
        key = tuple(entries.items())
        known = self._first.get(key)
        if known is None and len(self._first) < _MOST:
            self._first[key] = entries
        return entries if known is None else known
