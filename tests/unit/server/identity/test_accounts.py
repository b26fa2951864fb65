from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from tests.unit.ledger.server import MISSING, Server, binaries, running
from tests.unit.server.identity.world import Time, World, bearer, request, settings
from tierlock.core import InputError
from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.audit import Event, list_events
from tierlock.server.identity.logins import begin_login, end_login
from tierlock.server.identity.sessions import find_session
from tierlock.server.identity.tables import VERSION, version_of

TABLES = {
    "account_audit", "account_logins", "account_people", "account_schema", "account_sessions",
    "account_tokens",
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if binaries() is None:
        pytest.skip(MISSING)
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'accounts.db'}"
    return str(request.getfixturevalue("server").fresh())


def test_tables_come_and_go_with_what_is_in_them(address: str) -> None:
    accounts = Accounts(address)
    with accounts.reading() as connection:
        assert version_of(connection) == VERSION
        assert set(inspect(connection).get_table_names()) >= TABLES
    accounts.migrate(to=0)
    with accounts.reading() as connection:
        assert set(inspect(connection).get_table_names()) & TABLES == {"account_schema"}
    accounts.migrate(to=VERSION)
    accounts.close()
    world = World(address, settings=settings(), time=Time())
    made = world.token()
    world.identity.close()
    again = World(address, settings=settings(), time=Time())
    assert again.authenticator.authenticate(request(bearer(made.text))).name == "machine:ci"
    again.identity.close()


def test_a_whole_day_on_either_database(address: str) -> None:
    world = World(address, settings=settings(), time=Time())
    person = world.person("ann@example.org", groups=("everybody",))
    secret = world.session(person)
    found = find_session(
        world.accounts, secret=secret, at=world.time(), settings=world.identity.settings
    )
    assert found is not None
    assert found.name == "ann@example.org"
    login = begin_login(world.accounts, next_page="/a", at=world.time())
    ended = end_login(world.accounts, state=login.state, browser=login.browser, at=world.time())
    assert ended == login
    for _ in range(5):
        world.identity.audit.record(Event("denied", what="gate", why="\0\ud800"), at=world.time())
    world.identity.audit.close()
    (row,) = list_events(world.accounts)
    assert (row.times, row.event.why) == (5, r"\x00\ud800")
    world.identity.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM account_audit",
        "UPDATE account_audit SET why = 'harmless'",
        "UPDATE account_audit SET actor = ''",
        "UPDATE account_audit SET times = 0",
    ],
)
def test_the_database_keeps_rows_of_the_audit(address: str, statement: str) -> None:
    world = World(address, settings=settings(), time=Time())
    world.identity.audit.record(Event("denied", "eve", why="server.forbidden"), at=world.time())
    with pytest.raises(InputError, match="append-only"), world.accounts.writing() as connection:
        connection.execute(text(statement))
    (row,) = list_events(world.accounts)
    assert (row.event.actor, row.event.why, row.times) == ("eve", "server.forbidden", 1)
    world.accounts.migrate(to=0)
    world.accounts.close()


def test_servers_that_begin_at_once_make_the_tables_once(address: str) -> None:
    problems: list[Exception] = []

    def begin() -> None:
        try:
            Accounts(address).close()
        except InputError as error:
            problems.append(error)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    accounts = Accounts(address)
    with accounts.reading() as connection:
        assert version_of(connection) == VERSION
    accounts.close()


def test_accounts_of_a_newer_program_are_left_alone(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'accounts.db'}"
    accounts = Accounts(address)
    with accounts.writing() as connection:
        connection.execute(text("UPDATE account_schema SET version = 99"))
    accounts.close()
    with pytest.raises(InputError, match="have version 99"):
        Accounts(address)


@pytest.mark.parametrize(
    "address",
    ["mysql://a/b", "no address", "sqlite://", "sqlite:///:memory:", "sqlite:////proc/none/a.db"],
)
def test_an_address_that_can_not_be_used_is_refused(address: str) -> None:
    with pytest.raises(InputError) as caught:
        Accounts(address)
    assert caught.value.code == "account.unavailable"


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "accounts.db"
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(InputError) as caught:
        Accounts(f"sqlite:///{path}")
    assert caught.value.code == "account.unavailable"
    assert path.read_bytes().startswith(b"this is no database")


def test_a_password_is_not_shown() -> None:
    with pytest.raises(InputError) as caught:
        Accounts("postgresql://ann:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)
