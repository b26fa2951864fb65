"""The subjects of a team's database: their addresses, names and documents.

A document (settings, statements, trust, framework) is kept by digest in every version, with who
wrote it and when; the highest number is the one that counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, text, update

from tierlock.core import InputError, digest_bytes
from tierlock.store.team_base import TeamSubject, insert_new
from tierlock.store.team_database import TeamDatabase
from tierlock.store.team_rows import pack, unpack
from tierlock.store.team_tables import BLOBS, DOCUMENTS, NAMES, SUBJECTS

_COLUMNS: Final = (
    SUBJECTS.c.id, SUBJECTS.c.slug, SUBJECTS.c.name, SUBJECTS.c.lineage, SUBJECTS.c.frameworks,
)  # fmt: skip
_STATE: Final = text("""
SELECT s.version, coalesce(l.version, 0), coalesce(p.version, 0), coalesce(p.recorded, 0)
FROM team_subjects s
LEFT JOIN team_lineages l ON l.lineage = s.lineage
LEFT JOIN team_subjects p ON p.name = s.parent
WHERE s.slug = :slug
""")
_OPEN: Final = select(*_COLUMNS).where(SUBJECTS.c.slug == bindparam("slug"))
_NAMED: Final = (
    select(*_COLUMNS)
    .join(NAMES, NAMES.c.subject_id == SUBJECTS.c.id)
    .where(NAMES.c.name == bindparam("name"))
    .order_by(SUBJECTS.c.slug)
)
_DOCUMENT: Final = select(BLOBS.c.data).where(BLOBS.c.digest == bindparam("name"))
_CURRENT: Final = text("""
SELECT d.kind, d.digest FROM team_documents d WHERE d.subject_id = :subject AND d.number =
(SELECT max(l.number) FROM team_documents l WHERE l.subject_id = :subject AND l.kind = d.kind)
""")


class Held(NamedTuple):
    """What a team's database says of a subject.

    Attributes:
        slug: its address.
        name: as it is called.
        frameworks: under which it is judged, its own first.
        lineage: the family that shares one account of alpha.
        parent: the subject that its weights come from, if any.
        names: every other name, and the digest of its weights.
    """

    slug: str
    name: str
    frameworks: tuple[str, ...]
    lineage: str
    parent: str | None = None
    names: tuple[str, ...] = ()


class Recorded(NamedTuple):
    """A subject as it is found in a team's database.

    Attributes:
        subject: its row.
        frameworks: under which it is judged, its own first.
    """

    subject: TeamSubject
    frameworks: tuple[str, ...]


class Document(NamedTuple):
    """One version of a document.

    Attributes:
        kind: `settings`, `statements`, `trust` or `framework`.
        number: 1 for the first of its kind.
        digest: of its bytes; empty where the document was taken away.
        author: who wrote it.
        written_at: when, as an instant in text.
    """

    kind: str
    number: int
    digest: str
    author: str
    written_at: str


class TeamSubjects:
    """The list of subjects in a team's database.

    Args:
        database: where.
    """

    def __init__(self, database: TeamDatabase) -> None:
        self._database = database

    # -- writing -------------------------------------------------------------------------------

    def put(
        self, held: Held, *, documents: Mapping[str, bytes | None], author: str, at: str
    ) -> TeamSubject:
        """Add a subject, or bring it up to date; a document that did not change has no new version.

        Args:
            held: what it is called and judged under; an address keeps its subject for ever.
            documents: kind -> bytes; None where there is none any more.
            author: who says so.
            at: when, as an instant in text.

        Raises:
            InputError: `team.subject`, another subject has the name, or the address.
        """
        with self._database.writing() as connection:
            found = self._row(connection, held)
            changed = self._write_documents(connection, found, documents, author, at)
            wanted = {
                "frameworks": json.dumps(held.frameworks),
                "lineage": held.lineage,
                "parent": held.parent,
            }
            columns = [SUBJECTS.c[name] for name in wanted]
            row = connection.execute(select(*columns).where(SUBJECTS.c.id == found.id)).one()
            changed |= self._write_names(connection, found, held)
            if changed or tuple(row) != tuple(wanted.values()):
                connection.execute(
                    update(SUBJECTS)
                    .where(SUBJECTS.c.id == found.id)
                    .values(**wanted, version=SUBJECTS.c.version + 1)
                )
        return found._replace(lineage=held.lineage)

    def _row(self, connection: Connection, held: Held) -> TeamSubject:
        """The subject's row, alone for this writer; a new one where there is none."""
        columns = (SUBJECTS.c.id, SUBJECTS.c.slug, SUBJECTS.c.name, SUBJECTS.c.lineage)
        asked = select(*columns).where(
            (SUBJECTS.c.slug == held.slug) | (SUBJECTS.c.name == held.name)
        )
        values = {
            "slug": held.slug, "name": held.name, "folded": _folded(held),
            "frameworks": json.dumps(held.frameworks), "lineage": held.lineage,
            "parent": held.parent, "version": 0, "recorded": 0,
        }  # fmt: skip
        # Where two add the same subject at once, the second one waits here and finds the first's.
        connection.execute(insert_new(SUBJECTS, database=self._database), values)
        rows = connection.execute(asked.with_for_update()).all()
        for row in rows:
            if (row.slug, row.name) == (held.slug, held.name):
                return TeamSubject(*row)
        other = rows[0]
        raise InputError(
            "team.subject",
            f"the team store has `{other.name}` under `{other.slug}` already",
            hint=f"`{held.name}` under `{held.slug}` would be another subject of the same name or "
            "address; choose another address with --slug, or another name",
        )

    def _write_documents(
        self,
        connection: Connection,
        subject: TeamSubject,
        documents: Mapping[str, bytes | None],
        author: str,
        at: str,
    ) -> bool:
        current = self._current(connection, subject.id)
        counted = select(func.count()).select_from(DOCUMENTS)
        changed = False
        for kind, data in documents.items():
            name = "" if data is None else digest_bytes(data)
            if name == current.get(kind, ""):
                continue
            if data is not None:
                blob = {"digest": name, "data": pack(data)}
                connection.execute(insert_new(BLOBS, database=self._database), blob)
            earlier = connection.execute(
                counted.where(DOCUMENTS.c.subject_id == subject.id, DOCUMENTS.c.kind == kind)
            ).scalar_one()
            connection.execute(
                insert(DOCUMENTS),
                {
                    "subject_id": subject.id, "kind": kind, "number": earlier + 1,
                    "digest": name, "author": author, "written_at": at,
                },
            )  # fmt: skip
            changed = True
        return changed

    def _write_names(self, connection: Connection, subject: TeamSubject, held: Held) -> bool:
        """Bring the index of names up to date, which is made from the settings."""
        wanted = {held.slug, held.name, *held.names}
        mine = NAMES.c.subject_id == subject.id
        have = set(connection.execute(select(NAMES.c.name).where(mine)).scalars())
        if gone := have - wanted:
            connection.execute(delete(NAMES).where(mine, NAMES.c.name.in_(gone)))
        if fresh := sorted(wanted - have):
            rows = [{"name": name, "subject_id": subject.id} for name in fresh]
            connection.execute(insert(NAMES), rows)
        return wanted != have

    # -- reading -------------------------------------------------------------------------------

    def page(self, *, after: str, limit: int, search: str) -> list[Recorded]:
        """Return subjects in the order of their addresses, of those that come after one."""
        asked = select(*_COLUMNS).where(SUBJECTS.c.slug > after)
        if search:
            asked = asked.where(SUBJECTS.c.folded.contains(search.casefold(), autoescape=True))
        with self._database.reading() as connection:
            rows = connection.execute(asked.order_by(SUBJECTS.c.slug).limit(limit)).all()
        return [_recorded(row) for row in rows]

    def count(self) -> int:
        """Return how many subjects there are."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(SUBJECTS)).scalar_one()

    def named(self, name: str) -> list[Recorded]:
        """Return every subject with this address, name, other name or weights digest."""
        with self._database.reading() as connection:
            rows = connection.execute(_NAMED, {"name": name}).all()
        return [_recorded(row) for row in rows]

    def open(self, slug: str) -> tuple[Recorded, dict[str, str]] | None:
        """Return a subject with the digests of its documents by kind, None if there is none."""
        with self._database.reading() as connection:
            row = connection.execute(_OPEN, {"slug": slug}).first()
            return None if row is None else (_recorded(row), self._current(connection, row.id))

    def document(self, name: str) -> bytes:
        """Return a document by its digest.

        Raises:
            InputError: `input.not-found`.
            IntegrityError: `integrity.digest`.
        """
        with self._database.reading() as connection:
            row = connection.execute(_DOCUMENT, {"name": name}).first()
        if row is None:
            raise InputError("input.not-found", f"no document `{name}` in the team store")
        return unpack(row[0], digest=name, where=f"{self._database.where} document")

    def documents(self, subject: int) -> list[Document]:
        """Return every version of every document of a subject, in the order of writing."""
        columns = (DOCUMENTS.c[name] for name in Document._fields)
        asked = select(*columns).where(DOCUMENTS.c.subject_id == subject)
        with self._database.reading() as connection:
            rows = connection.execute(asked.order_by(DOCUMENTS.c.id)).all()
        return [Document(*row) for row in rows]

    def state(self, slug: str) -> str | None:
        """Return the versions of what a subject's answers rest on, None if there is no such one."""
        with self._database.reading() as connection:
            row = connection.execute(_STATE, {"slug": slug}).first()
        return None if row is None else ".".join(map(str, row))

    def _current(self, connection: Connection, subject: int) -> dict[str, str]:
        rows = connection.execute(_CURRENT, {"subject": subject}).all()
        return {kind: name for kind, name in rows if name}


def _recorded(row: Row[int, str, str, str, str]) -> Recorded:
    number, slug, name, lineage, frameworks = row
    return Recorded(TeamSubject(number, slug, name, lineage), tuple(json.loads(frameworks)))


def _folded(held: Held) -> str:
    """What is searched, in one case of letters."""
    return f"{held.slug}\n{held.name}".casefold()
