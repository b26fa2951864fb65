"""A project's files taken into a team's folder: copied, joined where both have grown, compared."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from tierlock.core import InputError, IntegrityError
from tierlock.store import write_whole

_IN_ROWS: Final = frozenset(
    {
        "alpha.jsonl", "determinations", "evidence", "lock", "negatives.jsonl", "plans.jsonl",
        "runs.jsonl", "seen.json", "signed.jsonl", "signed.logged", "VERSION",
    }
)  # fmt: skip
"""What of a store's folder becomes rows, or is made anew."""
_MADE_ANEW: Final = "reports"


def take_files(store: Path, *, into: Path) -> int:
    """Copy what a local store keeps in files: texts, configurations, anchors, reports.

    Args:
        store: folder of the local store.
        into: the subject's folder; what is there stays.

    Returns:
        How many files the store has.

    Raises:
        InputError: `input.store`, a file can not be read or written.
        IntegrityError: `team.differs`, both have a file of a name with contents that do not
            continue each other.
    """
    count = 0
    for path in _files(store):
        target = into / path.relative_to(store)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".db":
                _join(path, into=target)
            else:
                _copy(path, into=target)
        except (OSError, sqlite3.Error) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise InputError("input.store", f"can not take `{path}`: {reason}") from None
        count += 1
    return count


def copy_tree(source: Path, *, into: Path) -> None:
    """Copy a folder of a team's files; a database in it as it is at one moment.

    Raises:
        InputError: `input.store`.
    """
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        target = into / path.relative_to(source)
        try:
            if path.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            elif path.name.endswith((".db-wal", ".db-shm")) or path.name == "lock":
                continue
            elif path.suffix == ".db":
                target.parent.mkdir(parents=True, exist_ok=True)
                backup_file(path, into=target)
            else:
                shutil.copy2(path, target)
        except (OSError, sqlite3.Error) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise InputError("input.store", f"can not copy `{path}`: {reason}") from None


def backup_file(path: Path, *, into: Path) -> None:
    """Copy a SQLite file consistently while others write into it.

    Raises:
        sqlite3.Error: it can not be read or written.
    """
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30.0)) as source,
        closing(sqlite3.connect(into, timeout=30.0)) as target,
    ):
        source.backup(target)


def _files(store: Path) -> Iterator[Path]:
    for path in sorted(store.rglob("*")) if store.is_dir() else ():
        top = path.relative_to(store).parts[0]
        if top in _IN_ROWS or top.startswith(("ledger.db", ".part-")):
            continue
        if path.is_file() and not path.name.endswith((".db-wal", ".db-shm")):
            yield path


def _copy(path: Path, *, into: Path) -> None:
    data = path.read_bytes()
    if into.exists():
        there = into.read_bytes()
        # Of two files that only grow, the longer one has everything.
        if there.startswith(data):
            return
        if not data.startswith(there):
            if path.parts[-2] == _MADE_ANEW:
                return
            raise IntegrityError(
                "team.differs",
                f"`{path}` and `{into}` both have something that the other lacks",
                hint="find out which one is right; nothing is overwritten",
            )
    write_whole(into, data=data)
    if into.read_bytes() != data:
        raise IntegrityError(
            "team.differs", f"`{into}` is not what was written", hint="check the disk"
        )


def _join(path: Path, *, into: Path) -> None:
    """Copy a database of texts, or add to the one that is there what it lacks: all is by digest."""
    if not into.exists():
        backup_file(path, into=into)
        return
    with closing(
        sqlite3.connect(f"file:{into}", uri=True, timeout=30.0, isolation_level=None)
    ) as connection:
        connection.execute("ATTACH ? AS other", [f"file:{path}?mode=ro"])
        for (table,) in connection.execute(
            "SELECT name FROM other.sqlite_master WHERE type = 'table'"
        ).fetchall():
            quoted = '"' + table.replace('"', '""') + '"'
            connection.execute(f"INSERT OR IGNORE INTO main.{quoted} SELECT * FROM other.{quoted}")  # noqa: S608  # a name of a table, quoted
