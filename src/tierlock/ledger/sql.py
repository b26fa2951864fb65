"""A ledger in a database: one writer at a time, everything in one transaction or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from tierlock.core import InputError
from tierlock.ledger.entry import Appended, Draft, Entry, format_time, parse_time
from tierlock.ledger.growth import Row as NewRow
from tierlock.ledger.growth import check_expected, grow
from tierlock.ledger.head import check_origin
from tierlock.ledger.interface import Ledger, damaged, select_nodes
from tierlock.ledger.tables import FORMAT, Statements
from tierlock.ledger.tree import Frontier, completed_by, nodes_of

_PAGE: Final = 128
"""Entries that are read at once; a payload can be large."""
_KEYS: Final = 500
"""Keys in one question: every database takes as many."""
_LAST: Final = 2**63 - 2
"""The last place that every database can count beyond."""


class Session(Protocol):
    """One transaction. Values are named in a statement as `:name`, which every driver takes."""

    def has_table(self, name: str) -> bool:
        """Tell whether there is such a table."""

    def rows(self, question: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return all rows of the answer."""

    def insert(self, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Run a statement once for each row of values."""

    def define(self, statement: str) -> None:
        """Make a table or a trigger."""


class Backend(Protocol):
    """What differs between databases.

    Attributes:
        where: the ledger as people know it, without a password.
        tables: for each table the statements that make it, with the triggers that keep its rows;
            none where they are made with a database that is shared.
        ledgers: the table that is there where any ledger is.
        asked: what is asked of the ledger's rows.
    """

    where: str
    tables: Mapping[str, tuple[str, ...]]
    ledgers: str
    asked: Statements

    def transaction(
        self, what: str, *, writing: bool, lock: int | None = None
    ) -> AbstractContextManager[Session]:
        """Run what is done inside as one transaction: all of it or, after an error, nothing.

        Args:
            what: what is attempted, such as `append to`.
            writing: whether to wait until no other writer is left.
            lock: the number of the ledger for which a writer waits, where there are several.

        Raises:
            InputError: `ledger.unavailable`.
            IntegrityError: `ledger.damaged`.
        """

    def close(self) -> None:
        """Close all connections."""


class SqlLedger(Ledger):
    """A ledger in a database.

    Args:
        backend: the database.
        origin: its name in tree heads where it is new; None opens an existing one only.

    Raises:
        InputError: it can not be opened, or there is none and no origin was given.
        IntegrityError: what is there is no ledger that this version can continue.
    """

    def __init__(self, backend: Backend, *, origin: str | None) -> None:
        self._backend = backend
        self._asked = backend.asked
        try:
            self.origin = self._opened(origin)
        except BaseException:
            self.close()
            raise

    def _opened(self, origin: str | None) -> str:
        """Return the ledger's origin; one that is not there is begun with the given one."""
        known = self._known_origin()
        if known is None and origin is not None:
            known = self._create(check_origin(origin))
        if known is None:
            raise InputError(
                "input.not-found",
                f"there is no ledger in `{self._backend.where}`",
                hint="a ledger begins with the first plan, run or determination of a project",
            )
        return known

    def close(self) -> None:
        """Close all connections."""
        self._backend.close()

    def _known_origin(self) -> str | None:
        with self._reading("open") as session:
            if not session.has_table(self._backend.ledgers):
                return None
            rows = session.rows(self._asked.origins, self._asked.key)
        if not rows:
            return None
        if len(rows) > 1:
            raise damaged("it has more than one origin")
        ((version, origin),) = rows
        if version != FORMAT:
            raise damaged(f"its format is `{version}`, and this version knows {FORMAT}")
        try:
            return check_origin(str(origin))
        except InputError as error:
            raise damaged(error.message) from None

    def _create(self, origin: str) -> str:
        with self._backend.transaction("create", writing=True) as session:
            for table, statements in self._backend.tables.items():
                for statement in () if session.has_table(table) else statements:
                    session.define(statement)
            # Another process may have begun it while this one waited.
            known = session.rows(self._asked.origins, self._asked.key)
            if not known:
                begun = {"format": FORMAT, "origin": origin, **self._asked.key}
                session.insert(self._asked.begin, [begun])
        return str(known[0][1]) if known else origin

    # -- writing ----------------------------------------------------------------------------

    def append(
        self, drafts: Sequence[Draft], *, expected: int | None = None
    ) -> tuple[Appended, ...]:
        """Append all of `drafts` or none; when this returns they are on the disk."""
        contents = [draft.content for draft in drafts]
        with self._backend.transaction("append to", writing=True) as session:
            frontier = _frontier_now(session, asked=self._asked)
            check_expected(frontier.size, expected=expected)
            known = _places(session, contents, asked=self._asked)
            rows, appended = grow(frontier, drafts=drafts, known=known)
            if rows:
                session.insert(
                    self._asked.insert, [{**_stored(row), **self._asked.key} for row in rows]
                )
        return appended

    # -- reading ----------------------------------------------------------------------------

    def size(self) -> int:
        """Return how many entries there are."""
        with self._reading() as session:
            return _size(session, asked=self._asked)

    def entries(self, since: int = 0, *, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries from place `since` up to `until`, in pages: none is held open."""
        end = self.size() if until is None else until
        for start in range(max(since, 0), end, _PAGE):
            yield from self._page(start, min(start + _PAGE, end))

    def _page(self, start: int, end: int) -> list[Entry]:
        asked = (
            f"{self._asked.entries} AND position >= :start AND position < :stop ORDER BY position"
        )
        with self._reading() as session:
            found = _read(session, asked, {"start": start, "stop": end, **self._asked.key})
        for index, entry in zip(range(start, end), found, strict=False):
            if entry.index != index:
                raise damaged(f"entry {index} is missing")
        if len(found) < end - start:
            raise damaged(f"entry {start + len(found)} is missing")
        return found

    def entries_of(self, media_type: str) -> Iterator[Entry]:
        """Yield the entries of one media type; the database leaves out the others."""
        asked = (
            f"{self._asked.entries} AND media_type = :media_type AND position > :since "
            "ORDER BY position LIMIT :most"
        )
        since = -1
        while True:
            wanted = {"media_type": media_type, "since": since, "most": _PAGE, **self._asked.key}
            with self._reading() as session:
                found = _read(session, asked, wanted)
            yield from found
            if len(found) < _PAGE:
                return
            since = found[-1].index

    def find(self, draft: Draft) -> Entry | None:
        """Return the entry with the bytes and media type of `draft`."""
        asked = f"{self._asked.entries} AND content = :content"
        with self._reading() as session:
            return next(
                iter(_read(session, asked, {"content": draft.content, **self._asked.key})), None
            )

    def stored_hashes(self, indices: Sequence[int]) -> Mapping[int, bytes]:
        """Return for each place the hashes that its leaf completed."""
        with self._reading() as session:
            return _hashes(session, indices, asked=self._asked)

    def _reading(self, what: str = "read") -> AbstractContextManager[Session]:
        return self._backend.transaction(what, writing=False)


def _stored(row: NewRow) -> dict[str, object]:
    return {
        "position": row.position,
        "media_type": row.draft.media_type,
        "logged_at": format_time(row.draft.logged_at),
        "payload": row.draft.payload,
        "content": row.content,
        "hashes": row.hashes,
    }


def _frontier_now(session: Session, *, asked: Statements) -> Frontier:
    size = _size(session, asked=asked)
    nodes = nodes_of((0, size))
    stored = _hashes(session, [completed_by(node) for node in nodes], asked=asked)
    found = select_nodes(set(nodes), stored=stored)
    return Frontier(size, [found[node] for node in nodes])


def _places(session: Session, contents: Sequence[bytes], *, asked: Statements) -> dict[bytes, int]:
    """Where contents are; read with their bytes, so that no other entry stands for them."""
    found: dict[bytes, int] = {}
    for names, values in _in_parts(contents):
        question = f"{asked.entries} AND content IN ({names})"
        for entry in _read(session, question, {**values, **asked.key}):
            found[entry.content] = entry.index
    return found


def _size(session: Session, *, asked: Statements) -> int:
    ((last,),) = session.rows(asked.last, asked.key)
    if last is None:
        return 0
    if not isinstance(last, int) or not 0 <= last <= _LAST:
        raise damaged("a place is no number that a ledger counts to")
    return last + 1


def _hashes(session: Session, indices: Sequence[int], *, asked: Statements) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for names, values in _in_parts(indices):
        rows = session.rows(f"{asked.hashes} AND position IN ({names})", {**values, **asked.key})
        found |= {position: hashes for position, hashes in rows if isinstance(hashes, bytes)}
    return found


def _in_parts(keys: Sequence[object]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield names for keys as a statement lists them, and the keys by name: so many at once."""
    for start in range(0, len(keys), _KEYS):
        part = {f"k{number}": key for number, key in enumerate(keys[start : start + _KEYS])}
        yield ", ".join(f":{name}" for name in part), part


def _read(session: Session, asked: str, values: Mapping[str, object]) -> list[Entry]:
    return [_entry(row) for row in session.rows(asked, values)]


def _entry(row: tuple[Any, ...]) -> Entry:
    """Make an entry of a row; in a database that was tampered with any type can be anywhere."""
    position, media_type, logged_at, payload, content = row
    if (
        not isinstance(position, int)
        or not isinstance(payload, bytes)
        or not isinstance(media_type, str)
        or not isinstance(logged_at, str)
    ):
        raise damaged("a stored value has the wrong type")
    try:
        entry = Entry(
            index=position,
            media_type=media_type,
            payload=payload,
            logged_at=parse_time(logged_at),
        )
    except InputError as error:
        raise damaged(f"entry {position}: {error.message}") from None
    if content != entry.content:
        raise damaged(f"entry {position} differs from its digest")
    return entry
