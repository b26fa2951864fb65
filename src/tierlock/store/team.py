"""The store of one subject in a team's database: what a folder's store is, for many at once.

The rules are those of the local store: what was noted first stays, a later state of a run follows
its beginning, a contradiction stores nothing, nothing is deleted or rewritten. What is news to
answers raises the subject's `version` in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from sqlalchemy import BindParameter, Connection, bindparam, insert, or_, select, update

from tierlock.core import (
    Determination,
    Evidence,
    InputError,
    Negative,
    Plan,
    Record,
    RegisteredRun,
    SpentAlpha,
    canonical_bytes,
    digest,
    digest_bytes,
    format_instant,
)
from tierlock.store.interface import Ingested
from tierlock.store.states import fresh_runs, latest_evidence, latest_runs, sort_evidence
from tierlock.store.team_base import TeamRows, insert_new, lock_lineage
from tierlock.store.team_rows import pack, parse_row, read_evidence
from tierlock.store.team_tables import ALPHA, DETERMINATIONS, EVIDENCE, SUBJECTS

T = TypeVar("T", bound=Record)

RUN: Final = "run"
PLAN: Final = "plan"
NEGATIVE: Final = "negative"

_SUBJECT: Final[BindParameter[int]] = bindparam("subject")
_EVIDENCE: Final = (
    select(EVIDENCE.c.digest, EVIDENCE.c.content, EVIDENCE.c.data)
    .where(EVIDENCE.c.subject_id == _SUBJECT)
    .order_by(EVIDENCE.c.digest, EVIDENCE.c.content)
)
_HISTORY: Final = (
    select(ALPHA.c.digest, ALPHA.c.data)
    .where(or_(ALPHA.c.subject_id == _SUBJECT, ALPHA.c.lineage == bindparam("lineage")))
    .order_by(ALPHA.c.id)
)
_DETERMINATION: Final = select(DETERMINATIONS.c.data).where(
    DETERMINATIONS.c.subject_id == _SUBJECT, DETERMINATIONS.c.digest == bindparam("digest")
)
_DETERMINATIONS: Final = select(DETERMINATIONS.c.digest, DETERMINATIONS.c.data).where(
    DETERMINATIONS.c.subject_id == _SUBJECT
)
_NAMED: Final[BindParameter[str]] = bindparam("name")
_DETERMINATIONS_OF: Final = select(DETERMINATIONS.c.digest, DETERMINATIONS.c.data).where(
    DETERMINATIONS.c.name == _NAMED,
    or_(
        DETERMINATIONS.c.subject_id == _SUBJECT,
        DETERMINATIONS.c.subject_id.in_(select(SUBJECTS.c.id).where(SUBJECTS.c.name == _NAMED)),
    ),
)


class TeamStore(TeamRows):
    """One subject's store in a team's database.

    Args:
        database: where.
        subject: whose.
        folder: for what is kept in files: texts of outputs, configurations, anchors.
    """

    # -- evidence and register ------------------------------------------------------------

    def ingest(
        self,
        evidence: Iterable[Evidence],
        *,
        register: Callable[[Sequence[Evidence]], Sequence[RegisteredRun]],
    ) -> Ingested:
        """Store evidence and register its runs, once each, in one transaction.

        Args:
            evidence: what was imported.
            register: makes register entries for new evidence.

        Raises:
            InputError: `input.store`.
            IntegrityError: a run id that is known with other content; nothing is stored then.
        """
        self.prepare()
        with self.writing() as connection:
            known = {item.run_id: item for item in self._evidence(connection)}
            runs = self._runs(connection)
            registered = {run.run_id: run for run in runs}
            added, seen = sort_evidence(evidence, known=known, registered=registered)
            fresh = fresh_runs(register([*{**known, **added}.values()]), known=runs)
            self.add_lines(connection, RUN, [canonical_bytes(run) for run in fresh])
            self.add_evidence(connection, added.values())
            if fresh or added:
                self.bump(connection)
        return Ingested(tuple(added.values()), tuple(seen))

    def add_evidence(self, connection: Connection, items: Iterable[Evidence]) -> None:
        """Insert records of evidence as they are, inside a transaction of the caller."""
        rows = [self.evidence_row(item, data=item.model_dump_json().encode()) for item in items]
        if rows:
            connection.execute(insert_new(EVIDENCE, database=self.database), rows)

    def evidence_row(self, item: Evidence, *, data: bytes) -> dict[str, object]:
        """Return the row of a record of evidence, given its bytes."""
        return {
            "subject_id": self.subject.id,
            "run_id": item.run_id,
            "evaluation": item.evaluation,
            "measured_at": format_instant(item.measured_at),
            "digest": item.digest,
            "content": digest_bytes(data),
            "data": pack(data),
        }

    def register(self, runs: Sequence[RegisteredRun]) -> tuple[RegisteredRun, ...]:
        """Register runs that are not registered yet; return the whole register."""
        known = self.runs()
        if not fresh_runs(runs, known=known):
            return known
        self.prepare()
        with self.writing() as connection:
            fresh = fresh_runs(runs, known=self._runs(connection))
            self.add_lines(connection, RUN, [canonical_bytes(run) for run in fresh])
            if fresh:
                self.bump(connection)
            return self._runs(connection)

    def evidence(self) -> tuple[Evidence, ...]:
        """Return all stored evidence in a fixed order.

        Raises:
            IntegrityError: a row differs from its digests, or two rows of one run contradict each
                other.
        """
        with self.reading() as connection:
            return self._evidence(connection)

    def _evidence(self, connection: Connection) -> tuple[Evidence, ...]:
        rows = connection.execute(_EVIDENCE, {"subject": self.subject.id}).all()
        return latest_evidence(
            read_evidence(data, digest=name, content=content, where=self.where)
            for name, content, data in rows
        )

    def runs(self) -> tuple[RegisteredRun, ...]:
        """Return every registered run, in the order of registration."""
        with self.reading() as connection:
            return self._runs(connection)

    def _runs(self, connection: Connection) -> tuple[RegisteredRun, ...]:
        return latest_runs(self.records(connection, RUN, RegisteredRun))

    # -- plans, alpha, negatives --------------------------------------------------------------

    def add_plan(self, plan: Plan) -> None:
        """Seal a plan: it counts from now on and is never removed."""
        self._add_news(PLAN, [plan], kind=Plan)

    def plans(self) -> tuple[Plan, ...]:
        """Return every sealed plan, oldest first."""
        with self.reading() as connection:
            return tuple(self.records(connection, PLAN, Plan))

    def add_negatives(self, records: Iterable[Negative]) -> None:
        """Remember negative records: one that was stated once stands until it is resolved."""
        fresh = {digest(record): record for record in records}
        for known in self.negatives():
            fresh.pop(digest(known), None)
        if fresh:
            self._add_news(NEGATIVE, [fresh[name] for name in sorted(fresh)], kind=Negative)

    def negatives(self) -> tuple[Negative, ...]:
        """Return every negative record that was ever stated, resolved ones included."""
        with self.reading() as connection:
            return tuple(self.records(connection, NEGATIVE, Negative))

    def _add_news(self, name: str, records: Sequence[T], *, kind: type[T]) -> None:
        self.prepare()
        with self.writing() as connection:
            have = {digest(known) for known in self.records(connection, name, kind)}
            fresh = [record for record in records if digest(record) not in have]
            self.add_lines(connection, name, [canonical_bytes(record) for record in fresh])
            if fresh:
                self.bump(connection)

    def spend(self, entries: Iterable[SpentAlpha]) -> None:
        """Record spent alpha; the first entry per threshold, lineage and weights stands.

        It stands for the whole team: another subject of the lineage sees it too.
        """
        wanted = list(entries)
        have = {_account(entry) for entry in self.history()}
        if all(_account(entry) in have for entry in wanted):
            return
        self.prepare()
        with self.writing() as connection:
            for lineage in sorted({entry.lineage for entry in wanted}):
                lock_lineage(connection, database=self.database, lineage=lineage)
            have = {_account(entry) for entry in self._history(connection)}
            fresh = [entry for entry in wanted if _account(entry) not in have]
            self.add_alpha(connection, [canonical_bytes(entry) for entry in fresh])

    def add_alpha(self, connection: Connection, lines: Sequence[bytes]) -> None:
        """Insert spent alpha as it is, inside a transaction of the caller."""
        entries = [parse_row(line, kind=SpentAlpha, where=self.where) for line in lines]
        for line, entry in zip(lines, entries, strict=True):
            row: dict[str, object] = {
                "subject_id": self.subject.id,
                "lineage": entry.lineage,
                "digest": digest_bytes(line),
                "data": pack(line),
            }
            connection.execute(insert(ALPHA), row)
        for lineage in sorted({entry.lineage for entry in entries}):
            lock_lineage(connection, database=self.database, lineage=lineage)
        if entries:
            self.bump(connection)

    def history(self) -> tuple[SpentAlpha, ...]:
        """Return all spent alpha, also what other subjects of the same lineage spent."""
        with self.reading() as connection:
            return self._history(connection)

    def _history(self, connection: Connection) -> tuple[SpentAlpha, ...]:
        asked = {"subject": self.subject.id, "lineage": self.subject.lineage}
        rows = connection.execute(_HISTORY, asked).all()
        return tuple(self.parsed(SpentAlpha, name, data) for name, data in rows)

    # -- determinations ----------------------------------------------------------------------

    def add_determination(self, determination: Determination) -> str:
        """Store a determination and return its digest; no answer rests on it but a child's."""
        data = canonical_bytes(determination)
        row = {
            "subject_id": self.subject.id,
            "name": determination.subject.name,
            "digest": digest_bytes(data),
            "data": pack(data),
        }
        asked = {"subject": self.subject.id, "digest": row["digest"]}
        with self.writing() as connection:
            if connection.execute(_DETERMINATION, asked).first() is None:
                connection.execute(insert(DETERMINATIONS), row)
                counter = SUBJECTS.c.recorded
                if determination.subject.name != self.subject.name:
                    counter = SUBJECTS.c.version
                connection.execute(
                    update(SUBJECTS)
                    .where(SUBJECTS.c.id == self.subject.id)
                    .values({counter: counter + 1})
                )
        return digest(determination)

    def determination(self, name: str) -> Determination:
        """Return a stored determination by digest.

        Raises:
            InputError: it is not stored.
            IntegrityError: the row differs from its digest.
        """
        asked = {"subject": self.subject.id, "digest": name}
        with self.reading() as connection:
            row = connection.execute(_DETERMINATION, asked).first()
        if row is None:
            raise InputError("input.not-found", f"no determination `{name}` in the store")
        return self.parsed(Determination, name, row[0])

    def determinations(self, *, subject: str | None = None) -> tuple[Determination, ...]:
        """Return stored determinations, by default all of this subject's store, oldest first.

        With a name also those that the team's subject of that name has in its own store: a
        child finds its parent's.
        """
        asked = _DETERMINATIONS if subject is None else _DETERMINATIONS_OF.params(name=subject)
        with self.reading() as connection:
            rows = connection.execute(asked, {"subject": self.subject.id}).all()
        found = {name: self.parsed(Determination, name, data) for name, data in rows}
        by_digest = [found[name] for name in sorted(found)]
        return tuple(sorted(by_digest, key=lambda item: item.determined_at))


def _account(entry: SpentAlpha) -> tuple[str, str, str]:
    return (entry.threshold, entry.lineage, entry.weights)
