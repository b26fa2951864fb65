"""What a subject's part of a team's database is made of: its rows, signed statements among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import BindParameter, Connection, Insert, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tierlock.core import Record, digest_bytes
from tierlock.store.envelopes import check_lines, to_line
from tierlock.store.files import store_errors
from tierlock.store.team_database import TeamDatabase
from tierlock.store.team_rows import pack, parse_row, unpack
from tierlock.store.team_tables import LINEAGES, LINES, SUBJECTS

T = TypeVar("T", bound=Record)

SIGNED: Final = "signed"
LOGGED: Final = "logged"

_SUBJECT: Final[BindParameter[int]] = bindparam("subject")
_LINES: Final = (
    select(LINES.c.digest, LINES.c.data)
    .where(LINES.c.subject_id == _SUBJECT, LINES.c.kind == bindparam("kind"))
    .order_by(LINES.c.id)
)
_BUMP: Final = (
    update(SUBJECTS).where(SUBJECTS.c.id == _SUBJECT).values(version=SUBJECTS.c.version + 1)
)
_LOCK: Final = select(SUBJECTS.c.id).where(SUBJECTS.c.id == _SUBJECT).with_for_update()


class TeamSubject(NamedTuple):
    """Which subject of a team's database a store is of.

    Attributes:
        id: its row.
        slug: its address.
        name: as it is called.
        lineage: the family that shares one account of alpha.
    """

    id: int
    slug: str
    name: str
    lineage: str


class TeamRows:
    """One subject's rows in a team's database; making one opens nothing.

    Args:
        database: where.
        subject: whose.
        folder: for what is kept in files: texts of outputs, configurations, anchors.
    """

    def __init__(self, database: TeamDatabase, *, subject: TeamSubject, folder: Path) -> None:
        self.folder = folder
        self.subject = subject
        self.database = database
        self.where = f"{database.where}#{subject.slug}"

    def prepare(self) -> None:
        """Make the folder where it is not there yet."""
        with store_errors("create", path=self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)

    def add_signed(self, envelope: bytes) -> str:
        """Remember a signed envelope, once; return the digest of what is signed in it.

        Raises:
            InputError: `input.store`, it can not be written; nothing was added.
            IntegrityError: `attest.envelope`, it is no envelope.
        """
        line = to_line(envelope)
        self.prepare()
        with self.writing() as connection:
            if line.data not in self._signed(connection):
                self.add_lines(connection, SIGNED, [line.data])
                self.bump(connection)
        return line.payload

    def signed(self) -> tuple[bytes, ...]:
        """Return every signed envelope in canonical form, oldest first.

        Raises:
            IntegrityError: `integrity.digest`, a stored line is no envelope.
        """
        with self.reading() as connection:
            return self._signed(connection)

    def _signed(self, connection: Connection) -> tuple[bytes, ...]:
        lines = self.lines(connection, SIGNED)
        return check_lines(lines, path=f"{self.where}/signed")

    def note_logged(self, envelopes: Iterable[bytes]) -> None:
        """Note that the ledger has acknowledged these envelopes: from now on it must hold them."""
        names = {digest_bytes(envelope) for envelope in envelopes}
        if names - self.logged():
            with self.writing() as connection:
                fresh = names - {line.decode() for line in self.lines(connection, LOGGED)}
                self.add_lines(connection, LOGGED, [name.encode() for name in sorted(fresh)])

    def logged(self) -> frozenset[str]:
        """Return the digests of all envelopes that the ledger has acknowledged."""
        with self.reading() as connection:
            lines = self.lines(connection, LOGGED)
        return frozenset(line.decode("ascii", "replace") for line in lines)

    # -- rows ---------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read in one transaction."""
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write in one transaction, alone with this subject."""
        with self.database.writing() as connection:
            if not self.database.is_sqlite:
                connection.execute(_LOCK, {"subject": self.subject.id})
            yield connection

    def bump(self, connection: Connection) -> None:
        """Say that there is news: what was computed before does not rest on everything."""
        connection.execute(_BUMP, {"subject": self.subject.id})

    def records(self, connection: Connection, name: str, kind: type[T]) -> Iterator[T]:
        """Return the records of one kind, in the order in which they came."""
        lines = self.lines(connection, name)
        return (parse_row(line, kind=kind, where=f"{self.where}/{name}") for line in lines)

    def lines(self, connection: Connection, kind: str) -> list[bytes]:
        """Return the lines of one kind, each held against its digest."""
        rows = connection.execute(_LINES, {"subject": self.subject.id, "kind": kind}).all()
        where = f"{self.where}/{kind}"
        return [unpack(data, digest=name, where=where) for name, data in rows]

    def add_lines(self, connection: Connection, kind: str, lines: Sequence[bytes]) -> None:
        """Insert lines as they are."""
        rows = [
            {
                "subject_id": self.subject.id,
                "kind": kind,
                "digest": digest_bytes(line),
                "data": pack(line),
            }
            for line in lines
        ]
        if rows:
            connection.execute(insert(LINES), rows)

    def parsed(self, kind: type[T], name: str, data: object) -> T:
        """Return the record with a digest that a row holds."""
        content = unpack(data, digest=name, where=self.where)
        return parse_row(content, kind=kind, where=self.where)


def insert_new(table: Table, *, database: TeamDatabase) -> Insert:
    """Return the statement that adds rows and leaves those as they are that are there already."""
    if database.is_sqlite:
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def lock_lineage(connection: Connection, *, database: TeamDatabase, lineage: str) -> None:
    """Let one writer at a time spend a lineage's alpha, and say that there is news of it."""
    connection.execute(insert_new(LINEAGES, database=database), {"lineage": lineage, "version": 0})
    connection.execute(
        update(LINEAGES).where(LINEAGES.c.lineage == lineage).values(version=LINEAGES.c.version + 1)
    )
