"""The ledger beside bare SQLite: 100,000 entries appended, and all of them verified.

Both sides write the same payloads in the same batches into a file with the same settings
(write-ahead log, synced at every commit). The bare side keeps place and payload and nothing else:
no digest, no tree, no check for what is there already. Verification reads everything back and
recomputes every hash; the bare side of it sums the payloads' lengths.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tierlock.ledger import Draft, Ledger, open_ledger, verify_ledger

ENTRIES = 100_000
BATCH = 1000
AT = datetime(2026, 1, 1, tzinfo=UTC)
MOST_APPEND = 30.0
MOST_VERIFY = 10.0
"""Verification is held against the bare inserts too: reading alone is nearly free."""


def payloads() -> list[bytes]:
    """Returns payloads of about 300 bytes, as a registered run has."""
    return [
        json.dumps({"run": f"run-{number}", "slot": "s" * 20, "pad": "x" * 240}).encode()
        for number in range(ENTRIES)
    ]


def seconds(work: Callable[[], object]) -> float:
    """Returns the seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare_inserts(path: Path, data: Sequence[bytes]) -> None:
    """Inserts the payloads batch by batch."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE bare (position INTEGER PRIMARY KEY, payload BLOB NOT NULL)")
    for start in range(0, len(data), BATCH):
        connection.execute("BEGIN IMMEDIATE")
        rows = enumerate(data[start : start + BATCH], start=start)
        connection.executemany("INSERT INTO bare VALUES (?, ?)", rows)
        connection.execute("COMMIT")
    connection.close()


def appends(ledger: Ledger, data: Sequence[bytes]) -> None:
    """Appends the payloads batch by batch."""
    for start in range(0, len(data), BATCH):
        ledger.append(
            [
                Draft(media_type="application/json", payload=one, logged_at=AT)
                for one in data[start : start + BATCH]
            ]
        )


def time_ledger(*, rounds: int) -> list[str]:
    """Prints times and ratios; returns what was missed."""
    data = payloads()
    bare, ours, verified = [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            bare.append(seconds(lambda folder=folder: bare_inserts(folder / "bare.db", data)))
            with open_ledger(str(folder / "ledger.db"), origin="example.org/bench") as ledger:
                ours.append(seconds(lambda ledger=ledger: appends(ledger, data)))
                verified.append(seconds(lambda ledger=ledger: verify_ledger(ledger, at=AT)))
    missed = []
    for name, times, most in (
        ("appended to the ledger", ours, MOST_APPEND),
        ("verified in full", verified, MOST_VERIFY),
    ):
        ratio = statistics.median(a / b for a, b in zip(times, bare, strict=True))
        print(
            f"{ENTRIES:,} entries {name} in {min(times):.2f} s, bare inserts in {min(bare):.2f} s: "
            f"{ratio:.1f} times as long",
            flush=True,
        )
        if ratio > most:
            missed.append(f"entries are {name} in {ratio:.1f} times bare inserts, not {most:.0f}")
    return missed


if __name__ == "__main__":
    print(*time_ledger(rounds=3), sep="\n")
