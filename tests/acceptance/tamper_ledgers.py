"""Ways to change a ledger: an export, or the database file, with the tree put right or not."""

from __future__ import annotations

import base64
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tests.acceptance.tamper_world import World
from tierlock.core import TierlockError
from tierlock.ledger import Draft, Entry, MemoryLedger, export_ledger, open_ledger, parse_head
from tierlock.usecases import exported_ledger, verify_all


class LedgerChange(NamedTuple):
    """One class; `make` writes the changed ledger, and returns whether it changed anything."""

    make: Callable[[World, random.Random, Path], bool]
    resealed: bool
    suffix: str


def original(world: World) -> Path:
    """Return the database of the project's ledger."""
    return world.project / ".tierlock" / "ledger.db"


def entries_of(path: Path) -> list[Entry]:
    """Return every entry of a database or an export."""
    with exported_ledger(path) if path.suffix == ".jsonl" else open_ledger(str(path)) as ledger:
        return list(ledger.entries())


def verdict(path: Path, *, world: World) -> str | None:
    """Return the code under which a ledger is refused by whoever holds the tree head."""
    try:
        made = exported_ledger(path) if path.suffix == ".jsonl" else open_ledger(str(path))
        with made as ledger:
            verify_all(ledger, at=world.at, held=[world.head])
    except TierlockError as error:
        return error.code
    return None


def same_ledger(path: Path, *, world: World) -> bool:
    """Tell whether a ledger that verified holds what the honest one does, to the last byte."""
    return entries_of(path) == entries_of(original(world))


# -- exports --------------------------------------------------------------------------------------


def _lines(world: World) -> list[bytes]:
    path = world.folder / "honest.jsonl"
    if not path.exists():
        with open_ledger(str(original(world))) as ledger, path.open("wb") as file:
            export_ledger(ledger, to=file)
    return path.read_bytes().splitlines(keepends=True)


def _export_bytes(world: World, rng: random.Random, path: Path) -> bool:
    data = bytearray(b"".join(_lines(world)))
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return True


def _export_lines(world: World, rng: random.Random, path: Path) -> bool:
    """A line gone, doubled or moved; the last line as it was."""
    lines = _lines(world)
    place = rng.randrange(len(lines))
    kind = rng.choice(("gone", "doubled", "moved"))
    line = lines.pop(place)
    if kind == "doubled":
        lines[place:place] = [line, line]
    elif kind == "moved":
        lines.insert(rng.randrange(len(lines) + 1), line)
    path.write_bytes(b"".join(lines))
    return lines != _lines(world)


def _export_resealed(world: World, rng: random.Random, path: Path) -> bool:
    """Entries below the tree head changed, and a whole new tree over them."""
    entries = [_draft(entry) for entry in entries_of(original(world))]
    held = _held(world)
    place = rng.randrange(held)
    kind = rng.choice(("payload", "gone", "order", "cut", "front", "type"))
    one = entries[place]
    if kind == "payload":
        changed = one.payload.replace(b"run-1", b"run-9") + b" "
        entries[place] = Draft(media_type=one.media_type, payload=changed, logged_at=one.logged_at)
    elif kind == "gone":
        del entries[place]
    elif kind == "order":
        other = (place + 1) % held
        entries[place], entries[other] = entries[other], entries[place]
    elif kind == "cut":
        entries = entries[:place]
    elif kind == "front":
        entries.insert(
            place,
            Draft(media_type="text/plain", payload=rng.randbytes(9), logged_at=one.logged_at),
        )
    else:
        entries[place] = Draft(
            media_type="text/plain", payload=one.payload, logged_at=one.logged_at
        )
    ledger = MemoryLedger(json.loads(_lines(world)[0])["origin"])
    ledger.append(entries)
    with path.open("wb") as file:
        export_ledger(ledger, to=file)
    return True


def _draft(entry: Entry) -> Draft:
    return Draft(media_type=entry.media_type, payload=entry.payload, logged_at=entry.logged_at)


def _export_payload(world: World, rng: random.Random, path: Path) -> bool:
    """A payload changed, the root as it was."""
    lines = _lines(world)
    place = rng.randrange(1, len(lines) - 1)
    value = json.loads(lines[place])
    payload = bytearray(base64.b64decode(value["payload"]))
    payload[rng.randrange(len(payload))] ^= 1
    value["payload"] = base64.b64encode(payload).decode()
    lines[place] = json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    path.write_bytes(b"".join(lines))
    return True


# -- databases ------------------------------------------------------------------------------------


def _copy(world: World, path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    with sqlite3.connect(original(world)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copy(original(world), path)


def _database_bytes(world: World, rng: random.Random, path: Path) -> bool:
    _copy(world, path)
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return True


def _database_rows(world: World, rng: random.Random, path: Path) -> bool:
    """A row changed or the end removed by whoever owns the database; hashes as they were.

    What comes after the auditor's tree head can be removed without anybody being able to know.
    """
    _copy(world, path)
    connection = sqlite3.connect(path)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    place = rng.randrange(_held(world))
    if rng.random() < 0.5:
        connection.execute("DELETE FROM tierlock_entries WHERE position >= ?", (place,))
    else:
        column = rng.choice(("payload", "content", "hashes", "media_type", "logged_at"))
        connection.execute(
            f"UPDATE tierlock_entries SET {column} = ? WHERE position = ?",  # noqa: S608
            (rng.randbytes(20), place),
        )
    connection.commit()
    connection.close()
    return True


def _held(world: World) -> int:
    """Return how many entries the auditor's tree head covers."""
    return parse_head(world.head.read_bytes()).size


def _database_anew(world: World, rng: random.Random, path: Path) -> bool:
    """A new database, with the same origin and other entries below the tree head."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    entries = [_draft(entry) for entry in entries_of(original(world))]
    held = _held(world)
    place = rng.randrange(held)
    if rng.random() < 0.5:
        del entries[place]
    else:
        entries = entries[:place]
    with open_ledger(str(path), origin=json.loads(_lines(world)[0])["origin"]) as ledger:
        ledger.append(entries)
    return True


LEDGER_CLASSES: Final[Mapping[str, LedgerChange]] = {
    "export: bit flipped": LedgerChange(_export_bytes, False, "jsonl"),
    "export: lines": LedgerChange(_export_lines, False, "jsonl"),
    "export: payload": LedgerChange(_export_payload, False, "jsonl"),
    "export: new tree": LedgerChange(_export_resealed, True, "jsonl"),
    "database: bit flipped": LedgerChange(_database_bytes, False, "db"),
    "database: rows": LedgerChange(_database_rows, False, "db"),
    "database: written anew": LedgerChange(_database_anew, True, "db"),
}
