"""Tables made, checked, and moved down and up with everything that is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, text

from tests.unit.store.evidence import A, evidence, register
from tests.unit.store.teams import add, made
from tierlock.core import InputError
from tierlock.store import Held, TeamDatabase, TeamSubjects, check_revision, migrate, revision_of
from tierlock.store.team_tables import HEAD, METADATA


def rows(database: TeamDatabase) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    found = MetaData()
    with database.reading() as connection:
        found.reflect(connection)
        return {
            name: sorted(map(tuple, connection.execute(table.select()).all()), key=repr)
            for name, table in found.tables.items()
        }


def test_down_and_up_lose_nothing(url: str, tmp_path: Path) -> None:
    database = made(url)
    store = add(database, tmp_path, name="one", names=("alias",))
    settings = b'{"subject":{"knownAs":["alias"],"name":"one","parts":{"weights":"%s"}}}'
    TeamSubjects(database).put(
        Held("one", "one", ("f",), "one", None, ("alias", A)),
        documents={"settings": settings % A.encode()},
        author="ann",
        at="2026-01-02T00:00:00Z",
    )
    store.ingest([evidence()], register=register)
    add(database, tmp_path, name="two")
    before = rows(database)
    assert {name for _, name in [(n, row[0]) for n, found in before.items() for row in found
                                 if n == "team_names"]} == {"one", "alias", A, "two"}  # fmt: skip
    for earlier in map(str, range(int(HEAD) - 1, 0, -1)):
        assert migrate(database, to=earlier) == (HEAD, earlier)
        assert rows(database) != before
        assert migrate(database) == (earlier, HEAD)
        assert rows(database) == before
    assert store.evidence() == (evidence(),)


def test_tables_are_those_that_the_code_works_with(url: str) -> None:
    database = made(url)
    ledgers = {"team_ledgers", "team_entries"}  # the ledger's own
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name not in ledgers},
        )
        assert compare_metadata(context, METADATA) == []


def test_nothing_is_thrown_away_below_the_first(url: str, tmp_path: Path) -> None:
    database = made(url)
    add(database, tmp_path)
    before = rows(database)
    with pytest.raises(InputError) as caught:
        migrate(database, to="base")
    assert caught.value.code == "team.schema"
    assert rows(database) == before
    empty = made(url.replace("team.db", "empty.db")) if database.is_sqlite else None
    if empty is not None:
        migrate(empty, to="base")
        assert "team_subjects" not in rows(empty)


@pytest.mark.parametrize(("revision", "hint"), [("1", "migrate"), ("3", "newer"), ("x", "newer")])
def test_other_tables_are_refused(url: str, revision: str, hint: str) -> None:
    database = made(url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": revision})
    with pytest.raises(InputError) as caught:
        check_revision(database)
    assert caught.value.code == "team.schema"
    assert hint in str(caught.value.hint)
    assert "tierlock team migrate" in str(caught.value.hint)


def test_no_tables_are_refused(url: str) -> None:
    database = TeamDatabase(url)
    assert revision_of(database) is None
    with pytest.raises(InputError) as caught:
        check_revision(database)
    assert caught.value.code == "input.not-found"
    if database.is_sqlite:
        assert not database.path.exists()


def test_a_revision_that_there_is_not(url: str) -> None:
    database = made(url)
    with pytest.raises(InputError) as caught:
        migrate(database, to="9")
    assert caught.value.code == "team.schema"
    assert revision_of(database) == HEAD
