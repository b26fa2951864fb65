"""Full disks, damaged pages, kills and races: what was acknowledged stays, errors have codes."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.architecture.house import ROOT
from tests.unit.ledger.ledgers import AT, ORIGIN, draft, drafts, root_of
from tests.unit.ledger.server import MISSING, Server, binaries, running
from tests.unit.ledger.worker import large
from tierlock.core import InputError, IntegrityError, TierlockError
from tierlock.ledger import open_ledger, sqlite, verify_ledger


def start(mode: str, where: str, *numbers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.ledger.worker", mode, where]
    return subprocess.Popen(
        [*command, *map(str, numbers)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def result(process: subprocess.Popen[str]) -> Any:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return json.loads(out)


def sql_file(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


# -- several writers --------------------------------------------------------------------------


def test_several_writers_lose_nothing_and_double_nothing(where: str) -> None:
    """They begin the ledger together, too, and half of what they append is the same."""
    found = [
        result(one) for one in [start("race", where, first, first + 40) for first in (0, 20, 40)]
    ]
    assert sum(one["added"] for one in found) == 80
    with open_ledger(where) as ledger:
        assert ledger.size() == 80
        entries = {entry.payload.decode(): entry.index for entry in ledger.entries()}
        assert set(entries) == {f"entry {number}" for number in range(80)}
        for one in found:
            assert all(entries[f"entry {n}"] == place for n, place in one["places"].items())
        verify_ledger(ledger, at=AT)


def test_a_writer_that_waits_too_long_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(str(path), origin=ORIGIN).close()
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_ledger(str(path)) as ledger:
        with pytest.raises(InputError, match="locked") as caught:
            ledger.append([draft(1)])
        assert caught.value.code == "ledger.unavailable"
        assert ledger.size() == 0
        other.execute("ROLLBACK")
        other.close()
        assert ledger.append([draft(1)])[0].added


# -- killed -----------------------------------------------------------------------------------


def test_a_small_crash_campaign() -> None:
    """`make crash` is the large one."""
    if binaries() is None:
        pytest.skip(MISSING)
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "crash_campaign.py"), "--kills", "4"],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["sqlite", "postgresql"]
    assert all("lost 0, half 0, disagreements 0" in line for line in lines)


# -- full -------------------------------------------------------------------------------------


def test_a_kernel_that_lets_no_file_grow(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    found = result(start("fill", str(path), 1_000_000, 100))
    assert found["code"] == "ledger.unavailable"
    assert found["hint"]
    assert 0 < found["done"] < 40
    check_filled(str(path), done=found["done"])


def test_a_full_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says that its disk is full, at the first write or in the middle of one."""
    path = tmp_path / "ledger.db"
    open_ledger(str(path), origin=ORIGIN).close()
    settle = sqlite._settle

    def small(connection: sqlite3.Connection) -> None:
        settle(connection)
        connection.execute("PRAGMA max_page_count = 200")

    monkeypatch.setattr(sqlite, "_settle", small)
    with open_ledger(str(path)) as ledger:
        for number in range(4):
            ledger.append([large(number), large(10_000 + number)])
        rest = [large(number) for number in range(100, 120)]
        with pytest.raises(InputError, match="full") as caught:
            ledger.append(rest)
        assert caught.value.code == "ledger.unavailable"
    monkeypatch.undo()
    check_filled(str(path), done=8)


def test_a_full_server() -> None:
    if binaries() is None:
        pytest.skip(MISSING)
    with running(largest=2 * 1024 * 1024) as server:
        where = server.fresh()
        found = result(start("fill", where, 0, 400))
        assert found["code"] == "ledger.unavailable"
        assert found["done"] > 0
        # The server is started again where its files may grow, as after making room.
        server.stop()
        server.largest = None
        server.start()
        check_filled(where, done=found["done"])


def check_filled(where: str, *, done: int) -> None:
    """Everything acknowledged is there and nothing else, and the ledger goes on."""
    kept = [large(number // 2 + 10_000 * (number % 2)) for number in range(done)]
    with open_ledger(where) as ledger:
        assert [entry.payload for entry in ledger.entries()] == [item.payload for item in kept]
        assert verify_ledger(ledger, at=AT).head.root == root_of(kept)
        assert ledger.append([draft(1)])[0].index == done


# -- damaged ----------------------------------------------------------------------------------


def test_every_damaged_page_of_a_file_is_seen(tmp_path: Path) -> None:
    path, copy = tmp_path / "ledger.db", tmp_path / "copy.db"
    with open_ledger(str(path), origin=ORIGIN) as ledger:
        ledger.append(drafts(300))
        root = ledger.root(300)
    sql_file(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    data = path.read_bytes()
    pages = range(0, len(data), 4096)
    seen = 0
    for start_of_page in pages:
        for wrong in (bytes(4096), os.urandom(4096)):
            copy.write_bytes(data[:start_of_page] + wrong + data[start_of_page + 4096 :])
            seen += damage_is_seen(copy, root=root)
    # Pages of indexes and free pages hold nothing of the record.
    assert seen >= len(pages)


def test_a_file_that_was_cut_short(tmp_path: Path) -> None:
    path, copy = tmp_path / "ledger.db", tmp_path / "copy.db"
    with open_ledger(str(path), origin=ORIGIN) as ledger:
        ledger.append(drafts(300))
        root = ledger.root(300)
    sql_file(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    data = path.read_bytes()
    for length in range(100, len(data), 4000):
        copy.write_bytes(data[:length])
        assert damage_is_seen(copy, root=root)


def damage_is_seen(path: Path, *, root: bytes) -> bool:
    """Whether an error with a code says so; without one, the record is as it was."""
    for rest in ("-wal", "-shm"):
        Path(f"{path}{rest}").unlink(missing_ok=True)
    try:
        with open_ledger(str(path)) as ledger:
            assert verify_ledger(ledger, at=AT).head.root == root
    except TierlockError as error:
        said = error
    else:
        return False
    assert said.code in {"ledger.damaged", "ledger.unavailable", "input.not-found"}
    assert said.hint
    return True


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to be read as one" * 9, b"x"]
)
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    with pytest.raises(IntegrityError) as caught:
        open_ledger(str(path), origin=ORIGIN)
    assert caught.value.code == "ledger.damaged"
    assert path.read_bytes() == content


def test_a_damaged_page_of_a_server() -> None:
    if binaries() is None:
        pytest.skip(MISSING)
    with running() as server:
        where = server.fresh()
        with open_ledger(where, origin=ORIGIN) as ledger:
            ledger.append(drafts(300))
        with psycopg.connect(
            host=str(server.folder), user="tierlock", dbname="postgres", autocommit=True
        ) as connection:
            schema = where.partition("search_path%3D")[2]
            row = connection.execute(
                f"SELECT pg_relation_filepath('{schema}.tierlock_entries')"
            ).fetchone()
            assert row is not None
            connection.execute("CHECKPOINT")
        server.stop()
        file = server.data / row[0]
        data = bytearray(file.read_bytes())
        data[8192 + 4000 : 8192 + 4100] = bytes(100)
        file.write_bytes(data)
        server.start()
        with open_ledger(where) as ledger, pytest.raises(IntegrityError) as caught:
            verify_ledger(ledger, at=AT)
        assert caught.value.code == "ledger.damaged"
        assert "page" in caught.value.message


def test_a_server_that_is_gone_and_comes_back(server: Server) -> None:
    where = server.fresh()
    with open_ledger(where, origin=ORIGIN) as ledger:
        ledger.append(drafts(3))
        server.kill()
        for attempt in (ledger.size, lambda: ledger.append([draft(9)])):
            with pytest.raises(InputError) as caught:
                attempt()
            assert caught.value.code == "ledger.unavailable"
        server.start()
        assert ledger.size() == 3
        assert ledger.append([draft(9)])[0].index == 3
        verify_ledger(ledger, at=AT)


# -- wrong places -----------------------------------------------------------------------------


def test_places_where_no_ledger_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    places = [str(tmp_path / "file" / "ledger.db"), str(tmp_path), "mysql://host/db"]
    for place in places:
        with pytest.raises(InputError) as caught:
            open_ledger(place, origin=ORIGIN)
        assert caught.value.code == "ledger.unavailable"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:topsecret@127.0.0.1:1/db?password=topsecret",
        "postgres://ann:topsecret@127.0.0.1:1/db",
        "postgresql://ann:topsecret@[::1/db",
        "postgresql://ann:topsecret@127.0.0.1:x/db",
    ],
)
def test_no_password_is_repeated(url: str) -> None:
    with pytest.raises(InputError) as caught:
        open_ledger(url, origin=ORIGIN)
    assert caught.value.code == "ledger.unavailable"
    assert "topsecret" not in str(caught.value)


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from tierlock.ledger import postgres

    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="extra `postgres`"):
        open_ledger("postgresql://127.0.0.1/db", origin=ORIGIN)


def test_nothing_is_begun_by_looking(where: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_ledger(where)
    assert caught.value.code == "input.not-found"
    assert list(tmp_path.iterdir()) == []


def test_the_first_origin_stays_and_a_later_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(str(path), origin=ORIGIN).close()
    with open_ledger(f"sqlite:///{path}", origin="example.org/other") as ledger:
        assert ledger.origin == ORIGIN
    sql_file(path, "DROP TRIGGER tierlock_ledger_no_update", "UPDATE tierlock_ledger SET format=2")
    with pytest.raises(IntegrityError, match="format"):
        open_ledger(str(path))
    sql_file(path, "UPDATE tierlock_ledger SET format = 1, origin = 'a b'")
    with pytest.raises(IntegrityError, match="origin"):
        open_ledger(str(path))
    shutil.rmtree(tmp_path)
