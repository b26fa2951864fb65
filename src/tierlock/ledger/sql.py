"""A ledger in a database: one writer at a time, everything in one transaction or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select

from tierlock.core import InputError
from tierlock.ledger.entry import Appended, Draft, Entry, format_time, parse_time
from tierlock.ledger.faults import translated
from tierlock.ledger.growth import Row as NewRow
from tierlock.ledger.growth import check_expected, grow
from tierlock.ledger.head import check_origin
from tierlock.ledger.interface import Ledger, damaged, select_nodes
from tierlock.ledger.tables import ENTRIES, FORMAT, LEDGER, METADATA
from tierlock.ledger.tree import Frontier, completed_by, nodes_of

_PAGE: Final = 128
"""Entries that are read at once; a payload can be large."""
_KEYS: Final = 500
"""Keys in one question: every database takes as many."""


class Backend(NamedTuple):
    """What differs between databases.

    Attributes:
        engine: connections.
        where: the ledger as people know it, without a password.
        lock: called first in every writing transaction; returns when no other writer is left.
        writing: execution options of a writing transaction.
    """

    engine: Engine
    where: str
    lock: Callable[[Connection], None]
    writing: dict[str, Any]


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
        self._backend.engine.dispose()

    def _known_origin(self) -> str | None:
        with self._reading("open") as connection:
            if not self._backend.engine.dialect.has_table(connection, LEDGER.name):
                return None
            row = connection.execute(select(LEDGER.c.format, LEDGER.c.origin)).one_or_none()
        if row is None:
            return None
        if row.format != FORMAT:
            raise damaged(f"its format is `{row.format}`, and this version knows {FORMAT}")
        try:
            return check_origin(str(row.origin))
        except InputError as error:
            raise damaged(error.message) from None

    def _create(self, origin: str) -> str:
        with self._writing("create") as connection:
            METADATA.create_all(connection)
            known = connection.execute(select(LEDGER.c.origin)).scalar_one_or_none()
            if known is None:
                row = {"id": 1, "format": FORMAT, "origin": origin}
                connection.execute(insert(LEDGER).values(row))
        return str(known or origin)

    # -- writing ----------------------------------------------------------------------------

    def append(
        self, drafts: Sequence[Draft], *, expected: int | None = None
    ) -> tuple[Appended, ...]:
        """Append all of `drafts` or none; when this returns they are on the disk."""
        contents = [draft.content for draft in drafts]
        with self._writing("append to") as connection:
            frontier = self._frontier_now(connection)
            check_expected(frontier.size, expected=expected)
            known = self._places(connection, contents)
            rows, appended = grow(frontier, drafts=drafts, known=known)
            if rows:
                connection.execute(insert(ENTRIES), [_stored(row) for row in rows])
        return appended

    def _frontier_now(self, connection: Connection) -> Frontier:
        size = _size(connection)
        nodes = nodes_of((0, size))
        stored = _hashes(connection, [completed_by(node) for node in nodes])
        found = select_nodes(set(nodes), stored=stored)
        return Frontier(size, [found[node] for node in nodes])

    def _places(self, connection: Connection, contents: Sequence[bytes]) -> dict[bytes, int]:
        """Where contents are; read with their bytes, so that no other entry stands for them."""
        found: dict[bytes, int] = {}
        for start in range(0, len(contents), _KEYS):
            wanted = ENTRIES.c.content.in_(contents[start : start + _KEYS])
            for entry in _read(connection, select(ENTRIES).where(wanted)):
                found[entry.content] = entry.index
        return found

    @contextmanager
    def _writing(self, what: str) -> Iterator[Connection]:
        engine = self._backend.engine.execution_options(**self._backend.writing)
        with translated(what, where=self._backend.where), engine.begin() as connection:
            self._backend.lock(connection)
            yield connection

    # -- reading ----------------------------------------------------------------------------

    def size(self) -> int:
        """Return how many entries there are."""
        with self._reading() as connection:
            return _size(connection)

    def entries(self, since: int = 0, *, until: int | None = None) -> Iterator[Entry]:
        """Yield the entries from place `since` up to `until`, in pages: none is held open."""
        end = self.size() if until is None else until
        for start in range(max(since, 0), end, _PAGE):
            yield from self._page(start, min(start + _PAGE, end))

    def _page(self, start: int, end: int) -> list[Entry]:
        place = ENTRIES.c.position
        with self._reading() as connection:
            asked = select(ENTRIES).where(place >= start, place < end).order_by(place)
            found = _read(connection, asked)
        for index, entry in zip(range(start, end), found, strict=False):
            if entry.index != index:
                raise damaged(f"entry {index} is missing")
        if len(found) < end - start:
            raise damaged(f"entry {start + len(found)} is missing")
        return found

    def find(self, draft: Draft) -> Entry | None:
        """Return the entry with the bytes and media type of `draft`."""
        with self._reading() as connection:
            asked = select(ENTRIES).where(ENTRIES.c.content == draft.content)
            return next(iter(_read(connection, asked)), None)

    def stored_hashes(self, indices: Sequence[int]) -> Mapping[int, bytes]:
        """Return for each place the hashes that its leaf completed."""
        with self._reading() as connection:
            return _hashes(connection, indices)

    @contextmanager
    def _reading(self, what: str = "read") -> Iterator[Connection]:
        with (
            translated(what, where=self._backend.where),
            self._backend.engine.begin() as connection,
        ):
            yield connection


def _stored(row: NewRow) -> dict[str, object]:
    return {
        "position": row.position,
        "media_type": row.draft.media_type,
        "logged_at": format_time(row.draft.logged_at),
        "payload": row.draft.payload,
        "content": row.content,
        "hashes": row.hashes,
    }


def _size(connection: Connection) -> int:
    last = connection.execute(select(func.max(ENTRIES.c.position))).scalar_one()
    if last is None:
        return 0
    if not isinstance(last, int) or last < 0:
        raise damaged("a place is no number")
    return last + 1


def _hashes(connection: Connection, indices: Sequence[int]) -> dict[int, bytes]:
    place = ENTRIES.c.position
    found: dict[int, bytes] = {}
    for start in range(0, len(indices), _KEYS):
        wanted = place.in_(indices[start : start + _KEYS])
        rows = connection.execute(select(place, ENTRIES.c.hashes).where(wanted))
        found |= {position: hashes for position, hashes in rows if isinstance(hashes, bytes)}
    return found


def _read(connection: Connection, asked: Select[Any]) -> list[Entry]:
    return [_entry(row) for row in connection.execute(asked)]


def _entry(row: Row[Any]) -> Entry:
    """Make an entry of a row; in a database that was tampered with any type can be anywhere."""
    texts = (row.media_type, row.logged_at)
    if (
        not isinstance(row.position, int)
        or not isinstance(row.payload, bytes)
        or not all(isinstance(text, str) for text in texts)
    ):
        raise damaged("a stored value has the wrong type")
    try:
        entry = Entry(
            index=row.position,
            media_type=row.media_type,
            payload=row.payload,
            logged_at=parse_time(row.logged_at),
        )
    except InputError as error:
        raise damaged(f"entry {row.position}: {error.message}") from None
    if row.content != entry.content:
        raise damaged(f"entry {row.position} differs from its digest")
    return entry
