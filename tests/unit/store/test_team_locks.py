"""A process keeps its locks on a file of SQLite, whatever else it opens there (POSIX drops them).

Without them another process takes itself for the last one that uses the file, and removes the log
to which this one still writes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tierlock.ledger import open_ledger
from tierlock.server import Accounts
from tierlock.server.state.tables import open_engine
from tierlock.store import TeamDatabase, migrate

# SQLite's shared locks are on these bytes (sqlite.org/fileformat2.html, the lock-byte page).
_TRY = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000000 + 2)
    except OSError:
        print("held")
    else:
        print("free")
"""


def seen_by_another(path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _TRY, path], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def open_accounts(path: Path) -> None:
    Accounts(f"sqlite:///{path}").close()


def open_memory(path: Path) -> None:
    open_engine(f"sqlite:///{path}").dispose()


def open_a_ledger(path: Path) -> None:
    with open_ledger(str(path), origin="example.org/locks"):
        pass


def open_team(path: Path) -> None:
    migrate(TeamDatabase(f"sqlite:///{path}"))


@pytest.mark.parametrize("opening", [open_accounts, open_memory, open_a_ledger, open_team])
def test_locks_stay(opening: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "team.db"
    database = TeamDatabase(f"sqlite:///{path}")
    migrate(database)
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM team_subjects").scalar_one()
        assert seen_by_another(path) == "held"
        opening(path)
        assert seen_by_another(path) == "held"
    database.close()
    assert seen_by_another(path) == "free"
