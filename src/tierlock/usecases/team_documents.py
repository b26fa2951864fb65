"""Documents of a team's database, parsed once: a digest names the same content for ever."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final, TypeVar

from tierlock.core import Record
from tierlock.store import TeamSubjects

T = TypeVar("T", bound=Record)

_KEPT: Final = 4096
"""A subject has few documents, and most questions are about few subjects."""


class ParsedDocuments:
    """The documents of a team's database by digest; those asked for last are kept parsed.

    Args:
        subjects: where they are.
    """

    def __init__(self, subjects: TeamSubjects) -> None:
        self._subjects = subjects
        self._parsed: OrderedDict[tuple[str, type[Record]], Record] = OrderedDict()
        self._guard = threading.Lock()

    def read(self, name: str, kind: type[T]) -> T:
        """Return a document by its digest.

        Raises:
            InputError: `input.not-found`; or it is of another kind.
            IntegrityError: `integrity.digest`.
        """
        key = (name, kind)
        with self._guard:
            known = self._parsed.get(key)
            if known is not None:
                self._parsed.move_to_end(key)
        if isinstance(known, kind):
            return known
        found = kind.parse(self._subjects.document(name))
        with self._guard:
            self._parsed[key] = found
            while len(self._parsed) > _KEPT:
                self._parsed.popitem(last=False)
        return found
