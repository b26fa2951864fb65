"""A local store taken into a team's database: every line and every record, compared afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Column, Connection, insert, select

from tierlock.core import (
    Determination,
    Evidence,
    IntegrityError,
    canonical_bytes,
    digest,
    digest_bytes,
)
from tierlock.store.files import read_lines
from tierlock.store.local import LocalStore
from tierlock.store.team import NEGATIVE, PLAN, RUN, TeamStore
from tierlock.store.team_base import LOGGED, SIGNED
from tierlock.store.team_rows import pack
from tierlock.store.team_tables import ALPHA, DETERMINATIONS, EVIDENCE

_FILES: Final = {
    RUN: "runs.jsonl",
    PLAN: "plans.jsonl",
    NEGATIVE: "negatives.jsonl",
    SIGNED: "signed.jsonl",
    LOGGED: "signed.logged",
}


class Taken(NamedTuple):
    """How much a local store holds, all of which is in the team's database now.

    Attributes:
        evidence: records of evidence, earlier states of runs included.
        runs: lines of the run register.
        plans, alpha, negatives, signed: lines of each.
        determinations: how many.
    """

    evidence: int
    runs: int
    plans: int
    alpha: int
    negatives: int
    signed: int
    determinations: int


class _Content(NamedTuple):
    """What a local store holds, read and verified once."""

    evidence: tuple[tuple[Evidence, bytes], ...]
    lines: dict[str, list[bytes]]
    alpha: list[bytes]
    determinations: tuple[Determination, ...]


def take_over(store: TeamStore, *, local: LocalStore) -> Taken:
    """Take everything that a local store holds into a team's database, in one transaction.

    What is there already stays as it is; a store that was taken before can be taken again.

    Args:
        store: the subject's store in the database.
        local: what is taken; it is only read.

    Returns:
        How much of each kind the local store holds.

    Raises:
        IntegrityError: the local store is damaged or contradicts what is there; `team.differs`,
            something of it was not found in the database afterwards. Nothing is taken then.
    """
    content = _read(local)
    with store.database.together(), store.writing() as connection:
        fresh = _add_evidence(connection, store, content)
        for kind, lines in content.lines.items():
            missing = _beyond(lines, have=store.lines(connection, kind))
            store.add_lines(connection, kind, missing)
            fresh |= bool(missing)
        spent = _known(connection, ALPHA.c.digest, store)
        store.add_alpha(
            connection, [line for line in content.alpha if digest_bytes(line) not in spent]
        )
        fresh |= _add_determinations(connection, store, content)
        if fresh:
            store.bump(connection)
        _compare(store, local=local, content=content)
    return Taken(
        evidence=len(content.evidence),
        runs=len(content.lines[RUN]),
        plans=len(content.lines[PLAN]),
        alpha=len(content.alpha),
        negatives=len(content.lines[NEGATIVE]),
        signed=len(content.lines[SIGNED]),
        determinations=len(content.determinations),
    )


def _add_evidence(connection: Connection, store: TeamStore, content: _Content) -> bool:
    known = _known(connection, EVIDENCE.c.content, store)
    rows = [
        store.evidence_row(item, data=data)
        for item, data in content.evidence
        if digest_bytes(data) not in known
    ]
    if rows:
        connection.execute(insert(EVIDENCE), rows)
    return bool(rows)


def _add_determinations(connection: Connection, store: TeamStore, content: _Content) -> bool:
    known = _known(connection, DETERMINATIONS.c.digest, store)
    rows = [
        {
            "subject_id": store.subject.id,
            "name": one.subject.name,
            "digest": digest(one),
            "data": pack(canonical_bytes(one)),
        }
        for one in content.determinations
        if digest(one) not in known
    ]
    if rows:
        connection.execute(insert(DETERMINATIONS), rows)
    return bool(rows)


def _known(connection: Connection, column: Column[str], store: TeamStore) -> set[str]:
    mine = column.table.c.subject_id == store.subject.id
    return set(connection.execute(select(column).where(mine)).scalars())


def _read(local: LocalStore) -> _Content:
    """What the local store holds; reading it verifies it."""
    local.runs(), local.plans(), local.history(), local.negatives(), local.signed()
    return _Content(
        evidence=local.evidence_files(),
        lines={kind: read_lines(local.folder / name) for kind, name in _FILES.items()},
        alpha=read_lines(local.folder / "alpha.jsonl"),
        determinations=local.determinations(),
    )


def _beyond(lines: Iterable[bytes], *, have: Iterable[bytes]) -> list[bytes]:
    """The lines that are not there, in their order; one that is twice must be there twice."""
    known = Counter(have)
    fresh = []
    for line in lines:
        if known[line]:
            known[line] -= 1
        else:
            fresh.append(line)
    return fresh


def _compare(store: TeamStore, *, local: LocalStore, content: _Content) -> None:
    """Read everything back, and hold it against what was taken."""
    store.evidence(), store.runs()  # a contradiction with what was there is refused here
    with store.reading() as connection:
        records = _known(connection, EVIDENCE.c.content, store)
        lines = {kind: store.lines(connection, kind) for kind in content.lines}
        alpha = _known(connection, ALPHA.c.digest, store)
    missing = [
        f"evidence of run `{item.run_id}`"
        for item, data in content.evidence
        if digest_bytes(data) not in records
    ]
    for kind, wanted in content.lines.items():
        missing += [f"a line of `{kind}`" for _ in _beyond(wanted, have=lines[kind])]
    missing += ["spent alpha" for line in content.alpha if digest_bytes(line) not in alpha]
    known = {digest(one) for one in store.determinations()}
    missing += [
        f"the determination of {one.determined_at}"
        for one in content.determinations
        if digest(one) not in known
    ]
    if missing:
        raise IntegrityError(
            "team.differs",
            f"the team store lacks {missing[0]}, and {len(missing) - 1} more",
            location=str(local.folder),
            hint="nothing was taken; do it again while nobody writes into the project",
        )
