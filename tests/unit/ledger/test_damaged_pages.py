"""A database file with a wrong byte anywhere: a coded error, or nothing that is read differs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tierlock.core import TierlockError
from tierlock.ledger import Draft, Entry, open_ledger, verify_ledger

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    path = tmp_path / "honest.db"
    with open_ledger(str(path), origin="a.example/log") as ledger:
        ledger.append(
            [
                Draft(media_type="text/plain", payload=b"entry %d" % place, logged_at=AT)
                for place in range(5)
            ]
        )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def entries(path: Path) -> list[Entry] | str:
    """Return what a verified ledger holds, or the code of the error."""
    try:
        with open_ledger(str(path)) as ledger:
            verify_ledger(ledger, at=AT)
            return list(ledger.entries())
    except TierlockError as error:
        return error.code


@pytest.mark.parametrize("byte", [0xE4, 0x00, 0xFF])
def test_only_coded_errors_leave_the_room(honest: Path, tmp_path: Path, byte: int) -> None:
    data, expected = honest.read_bytes(), entries(honest)
    assert len(expected) == 5
    path = tmp_path / "changed.db"
    codes = set()
    # Every place that holds something, coarsely: the schema, the entries, the header.
    for place in [place for place, value in enumerate(data) if value][::17]:
        changed = bytearray(data)
        changed[place] = byte
        path.write_bytes(changed)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        found = entries(path)
        assert isinstance(found, str) or found == expected
        codes.add(found if isinstance(found, str) else "")
    assert codes <= {"", "ledger.damaged", "ledger.unavailable", "input.not-found"}
    assert "ledger.damaged" in codes
