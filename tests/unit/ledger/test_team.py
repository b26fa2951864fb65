"""Many ledgers in one database: none sees another, none is closed by another, rows stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.unit.ledger.ledgers import AT, ORIGIN, draft, drafts, root_of
from tests.unit.store.conftest import url
from tierlock.core import InputError, IntegrityError
from tierlock.ledger import close_team, last_places, open_ledger, team_address, verify_ledger
from tierlock.store import TeamDatabase, migrate

__all__ = ["url"]


@pytest.fixture
def database(url: str) -> Iterator[TeamDatabase]:
    found = TeamDatabase(url)
    migrate(found)
    yield found
    close_team(found.url)


def address(database: TeamDatabase, name: str = "one") -> str:
    return team_address(database.url, shown=database.where, ledger=name)


def test_ledgers_do_not_see_each_other(database: TeamDatabase) -> None:
    one, two = address(database), address(database, "two")
    with pytest.raises(InputError) as caught:
        open_ledger(one)
    assert caught.value.code == "input.not-found"
    with open_ledger(one, origin=ORIGIN) as first, open_ledger(two, origin="b.example/x") as second:
        first.append(drafts(5))
        second.append([draft(3), draft(9)])
        assert (first.size(), second.size()) == (5, 2)
        assert first.root(5) == root_of(drafts(5))
        assert second.root(2) == root_of([draft(3), draft(9)])
        second.close()
        assert [entry.index for entry in first.entries_of("text/plain")] == [0, 1, 2, 3, 4]
        found = second.find(draft(3))
        assert found is not None
        assert found.index == 0
    with open_ledger(one) as again:
        assert again.origin == ORIGIN
        assert verify_ledger(again, at=AT).head.size == 5


def test_the_last_place_of_each_media_type(database: TeamDatabase) -> None:
    where = address(database)
    with open_ledger(where, origin=ORIGIN) as ledger:
        assert last_places(where) == {}
        ledger.append(
            [*drafts(4), draft(7, media_type="a/b"), draft(8), draft(9, media_type="z/z")]
        )
    assert last_places(where) == {"a/b": 4, "text/plain": 5, "z/z": 6}
    assert last_places(address(database, "other")) == {}


@pytest.mark.parametrize(
    "change", ["DELETE FROM team_entries", "UPDATE team_ledgers SET origin = 'x'"]
)
def test_rows_stay(database: TeamDatabase, change: str) -> None:
    with open_ledger(address(database), origin=ORIGIN) as ledger:
        ledger.append(drafts(2))
    with pytest.raises(InputError, match="append-only"), database.writing() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE team_entries SET payload = content WHERE position = 1",
        "DELETE FROM team_entries WHERE position = 1",
        "UPDATE team_entries SET ledger = 'two' WHERE position = 2",
        "UPDATE team_entries SET logged_at = '2026-01-01T00:00:09.000000Z' WHERE position = 0",
    ],
)
def test_whoever_changes_rows_is_noticed(database: TeamDatabase, change: str) -> None:
    for name in ("one", "two"):
        with open_ledger(address(database, name), origin=ORIGIN) as ledger:
            ledger.append(drafts(4) if name == "one" else [])
    with database.writing() as connection:
        for table in ("team_entries",):
            if database.is_sqlite:
                connection.execute(text(f"DROP TRIGGER {table}_no_update"))
                connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
            else:
                connection.execute(text(f"DROP TRIGGER {table}_keep ON {table}"))
        connection.execute(text(change))
    with open_ledger(address(database)) as ledger, pytest.raises(IntegrityError) as caught:
        verify_ledger(ledger, at=AT)
    assert caught.value.code == "ledger.damaged"


def test_an_address_shows_no_password_and_leads_to_its_own_database(
    database: TeamDatabase,
) -> None:
    other = team_address("postgresql://u:secret@h/d", shown=database.where, ledger="one")
    assert "secret" not in other
    assert other != address(database)
    with open_ledger(address(database), origin=ORIGIN) as ledger:
        assert ledger.size() == 0


@pytest.mark.parametrize("where", ["team:", "team:x", "team:#name", "team:sqlite:///x#"])
def test_an_address_that_is_none(where: str) -> None:
    with pytest.raises(InputError) as caught:
        open_ledger(where, origin=ORIGIN)
    assert caught.value.code == "ledger.unavailable"
