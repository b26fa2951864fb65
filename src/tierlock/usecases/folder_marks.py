"""What a folder's answers rest on beside still files: its ledger, and its parent's answers.

Asking writes into both. What asking itself appends must change nothing here, and all else must.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from tierlock.core import TierlockError
from tierlock.ledger import Ledger, open_ledger
from tierlock.usecases.workspace import ASKED_ENTRIES, stamp_of


class _Seen(NamedTuple):
    """How far a ledger was read, its root there, and a digest of the entries that matter."""

    size: int
    root: bytes
    says: bytes


class LedgerMarks:
    """Marks of ledgers; what was read once is not read again while the tree extends it."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def of(self, where: str) -> str:
        """Return a text that changes with every entry that is not the answer to a question.

        It changes too when the ledger is cut, replaced, taken away or can not be read: whoever
        asks is told then.

        Args:
            where: the ledger's address.
        """
        try:
            with open_ledger(where) as ledger:
                seen = self._read(ledger, known=self._seen.get(where))
        except TierlockError as error:
            return error.code
        self._seen[where] = seen
        return seen.says.hex()

    def _read(self, ledger: Ledger, *, known: _Seen | None) -> _Seen:
        size = ledger.size()
        if known is None or size < known.size or ledger.root(known.size) != known.root:
            known = _Seen(0, ledger.root(0), hashlib.sha256(ledger.origin.encode()).digest())
        if size == known.size:
            return known
        says = known.says
        for entry in ledger.entries(known.size, until=size):
            if entry.media_type not in ASKED_ENTRIES:
                says = hashlib.sha256(says + entry.leaf).digest()
        return _Seen(size, ledger.root(size), says)


class ParentAnswers:
    """The determinations of a parent in a store that its child shares."""

    def __init__(self) -> None:
        self._subjects: dict[tuple[Path, str], str | None] = {}

    def of(self, store: Path, *, name: str) -> list[str]:
        """Return the files with determinations of a subject, or that can not be read.

        Args:
            store: the store's folder.
            name: the subject.
        """
        folder, found = store / "determinations", []
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            key = (path, stamp_of(path))
            if key not in self._subjects:
                self._subjects[key] = _subject_in(path)
            if self._subjects[key] in {name, None}:
                found.append("\0".join(map(str, key)))
        return found


def _subject_in(path: Path) -> str | None:
    try:
        said = json.loads(path.read_bytes())["subject"]["name"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return said if isinstance(said, str) else None
