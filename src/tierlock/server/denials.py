"""Refused attempts: noted, counted, and never without bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final, NamedTuple, Protocol

_KEPT: Final = 1000


class Denied(NamedTuple):
    """Attempts of one kind by one principal within one minute.

    Attributes:
        who: the principal; `nobody` where none was known.
        route: what was tried.
        why: the code of the refusal.
        subject: about which subject; empty for none.
        address: from where.
        minute: when.
    """

    who: str
    route: str
    why: str
    subject: str
    address: str
    minute: datetime


class Denials(Protocol):
    """Where refused attempts are noted."""

    def note(self, denied: Denied) -> None:
        """Note one refused attempt; equal ones of a minute are counted together."""

    def recent(self, *, limit: int = 100) -> tuple[tuple[Denied, int], ...]:
        """Return the latest attempts with their counts, newest first."""


class MemoryDenials:
    """The latest attempts, as long as the process runs."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Denied, int] = OrderedDict()
        self._guard = threading.Lock()

    def note(self, denied: Denied) -> None:
        """Note one refused attempt; equal ones of a minute are counted together."""
        key = denied._replace(minute=denied.minute.replace(second=0, microsecond=0))
        with self._guard:
            self._counts[key] = self._counts.pop(key, 0) + 1
            if len(self._counts) > _KEPT:
                self._counts.popitem(last=False)

    def recent(self, *, limit: int = 100) -> tuple[tuple[Denied, int], ...]:
        """Return the latest attempts with their counts, newest first."""
        with self._guard:
            return tuple(list(self._counts.items())[::-1][:limit])
