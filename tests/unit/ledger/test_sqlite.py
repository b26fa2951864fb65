"""A ledger in a SQLite file: what is written, how safely, and who may use it at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.architecture.house import run_python
from tests.unit.ledger.ledgers import AT, ORIGIN, draft, drafts, root_of
from tierlock.core import InputError, IntegrityError
from tierlock.ledger import open_ledger, sqlite, verify_ledger

# What files of format 1 have held since the first of them, white space included.
KEPT = """\
CREATE TABLE tierlock_ledger (
\tid INTEGER NOT NULL CHECK (id = 1), \n\tformat INTEGER NOT NULL, \n\torigin TEXT NOT NULL, \n\
\tPRIMARY KEY (id)
)
CREATE TRIGGER tierlock_ledger_no_update BEFORE UPDATE ON tierlock_ledger \
BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END
CREATE TRIGGER tierlock_ledger_no_delete BEFORE DELETE ON tierlock_ledger \
BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END
CREATE TABLE tierlock_entries (
\tposition INTEGER NOT NULL, \n\tmedia_type TEXT NOT NULL, \n\tlogged_at TEXT NOT NULL, \n\
\tpayload BLOB NOT NULL, \n\tcontent BLOB NOT NULL, \n\thashes BLOB NOT NULL, \n\
\tPRIMARY KEY (position), \n\tUNIQUE (content)
)
CREATE TRIGGER tierlock_entries_no_update BEFORE UPDATE ON tierlock_entries \
BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END
CREATE TRIGGER tierlock_entries_no_delete BEFORE DELETE ON tierlock_entries \
BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return every statement that SQLite runs from now on, as it saw it."""
    heard: list[str] = []
    settle = sqlite._settle

    def overheard(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(heard.append)
        settle(connection)

    monkeypatch.setattr(sqlite, "_settle", overheard)
    return heard


def answers(path: Path, question: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(question).fetchall()
    connection.close()
    return found


# -- what is in the file ------------------------------------------------------------------------


def test_the_file_is_what_it_always_was(path: Path) -> None:
    with open_ledger(str(path), origin=ORIGIN) as ledger:
        ledger.append(drafts(2))
    made = answers(path, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    assert "\n".join(str(sql) for (sql,) in made) == KEPT
    assert answers(path, "SELECT id, format, origin FROM tierlock_ledger") == [(1, 1, ORIGIN)]
    kinds = ", ".join(
        f"typeof({name})"
        for name in ("position", "media_type", "logged_at", "payload", "content", "hashes")
    )
    found = answers(path, f"SELECT DISTINCT {kinds} FROM tierlock_entries")  # noqa: S608  # names above
    assert found == [("integer", "text", "text", "blob", "blob", "blob")]


def test_a_file_made_elsewhere_is_continued(path: Path) -> None:
    """The bytes of an entry and of its hashes are spec/ledger.md's, not this program's."""
    connection = sqlite3.connect(path)
    statements = KEPT.replace("\nCREATE", "\0CREATE").split("\0")
    for statement in statements:
        connection.execute(statement)
    connection.execute("INSERT INTO tierlock_ledger VALUES (1, 1, ?)", (ORIGIN,))
    first = draft(0)
    connection.execute(
        "INSERT INTO tierlock_entries VALUES (0, ?, '2026-01-01T00:00:00.000000Z', ?, ?, ?)",
        (first.media_type, first.payload, first.content, root_of([first])),
    )
    connection.commit()
    connection.close()
    with open_ledger(str(path)) as ledger:
        assert not ledger.append([first])[0].added
        ledger.append([draft(1)])
        assert verify_ledger(ledger, at=AT).head.root == root_of([first, draft(1)])


def test_two_origins_are_none(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE tierlock_ledger (id, format, origin)")
    connection.execute("INSERT INTO tierlock_ledger VALUES (1, 1, ?), (2, 1, 'b')", (ORIGIN,))
    connection.commit()
    connection.close()
    with pytest.raises(IntegrityError, match="more than one origin"):
        open_ledger(str(path))


# -- how safely it is written -------------------------------------------------------------------


def test_an_append_is_one_transaction_that_keeps_others_out(path: Path, said: list[str]) -> None:
    with open_ledger(str(path), origin=ORIGIN) as ledger:
        assert "PRAGMA synchronous = FULL" in said
        del said[:]
        ledger.append(drafts(5))
    assert said[0] == "BEGIN IMMEDIATE"
    assert sum(one.startswith("INSERT") for one in said) == 5
    assert [one for one in said if one.startswith(("BEGIN", "COMMIT", "ROLLBACK"))] == [
        "BEGIN IMMEDIATE",
        "COMMIT",
    ]


def test_every_connection_waits_for_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []
    connect = sqlite._connect

    def asked(uri: str) -> sqlite3.Connection:
        connection = connect(uri)
        settings = ("synchronous", "journal_mode", "cell_size_check", "trusted_schema")
        found.extend(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in settings)
        return connection

    monkeypatch.setattr(sqlite, "_connect", asked)
    open_ledger(str(path), origin=ORIGIN).close()
    full = 2
    assert found == [full, "wal", 1, 0]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, sqlite3.OperationalError])
def test_what_ends_in_the_middle_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    insert = sqlite.SqliteSession.insert

    def ended(
        self: sqlite.SqliteSession, statement: str, rows: Sequence[Mapping[str, object]]
    ) -> None:
        insert(self, statement, rows)
        raise error

    with open_ledger(str(path), origin=ORIGIN) as ledger:
        ledger.append(drafts(3))
        monkeypatch.setattr(sqlite.SqliteSession, "insert", ended)
        expected = InputError if error is sqlite3.OperationalError else error
        with pytest.raises(expected):
            ledger.append([draft(7), draft(8)])
        monkeypatch.undo()
        assert ledger.size() == 3
        # Nor does it keep another writer waiting.
        with open_ledger(str(path)) as other:
            assert other.append([draft(9)])[0].index == 3
        assert ledger.append([draft(7)])[0].index == 4
        verify_ledger(ledger, at=AT)


# -- who may use it -----------------------------------------------------------------------------


def test_threads_use_one_ledger_at_once(path: Path) -> None:
    with open_ledger(str(path), origin=ORIGIN) as ledger, ThreadPoolExecutor(4) as threads:

        def work(number: int) -> tuple[int, int]:
            place = ledger.append([draft(number), draft(-number)])[0].index
            for entry in ledger.entries():
                assert ledger.find(entry) == entry
            return number, place

        places = dict(threads.map(work, range(1, 31)))
        entries = list(ledger.entries())
        assert len(entries) == 60
        for number, place in places.items():
            assert [entry.payload for entry in entries[place : place + 2]] == [
                draft(number).payload,
                draft(-number).payload,
            ]
        verify_ledger(ledger, at=AT)


def test_no_large_library_is_loaded_for_a_file(path: Path) -> None:
    code = f"""
import sys
from tierlock.ledger import open_ledger
open_ledger({str(path)!r}, origin={ORIGIN!r}).close()
print("loaded:", *sys.modules)
"""
    loaded = set(run_python(code).rpartition("loaded:")[2].split())
    assert "sqlite3" in loaded
    assert not loaded & {"sqlalchemy", "asyncio", "numpy"}
