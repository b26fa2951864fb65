"""Whoever may write the database changes it: what the ledger shows alone, and with a tree head."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest

from tests.unit.ledger.ledgers import AT, ORIGIN, draft, drafts
from tierlock.core import IntegrityError
from tierlock.ledger import Ledger, MemoryLedger, TreeHead, open_ledger, verify_ledger

SIZE = 21
UNLOCK = [f"DROP TRIGGER tierlock_entries_no_{verb}" for verb in ("update", "delete")]


def made(path: Path, *, size: int = SIZE) -> TreeHead:
    with open_ledger(str(path), origin=ORIGIN) as ledger:
        ledger.append(drafts(size))
        return ledger.head(AT)


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for statement in [*UNLOCK, *statements]:
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "verb", ["UPDATE tierlock_entries SET payload = 'x'", "DELETE FROM tierlock_entries"]
)
def test_rows_are_not_changed_by_mistake(where: str, verb: str) -> None:
    with open_ledger(where, origin=ORIGIN) as ledger:
        ledger.append(drafts(3))
        if where.startswith("postgresql"):
            with (
                psycopg.connect(where) as server,
                pytest.raises(psycopg.errors.RaiseException, match="append-only"),
            ):
                server.execute(verb)
        else:
            file = sqlite3.connect(where)
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(verb)
            file.close()
        verify_ledger(ledger, at=AT)


SEEN_ALONE = {
    "payload": "UPDATE tierlock_entries SET payload = X'00' WHERE position = 7",
    "payload as text": "UPDATE tierlock_entries SET payload = 'entry 7' WHERE position = 7",
    "time": (
        "UPDATE tierlock_entries SET logged_at = '2020-01-01T00:00:00.000000Z' WHERE position = 7"
    ),
    "time in other words": (
        "UPDATE tierlock_entries SET logged_at = '2026-01-01T01:07:00.000000+01:00' "
        "WHERE position = 7"
    ),
    "media type": "UPDATE tierlock_entries SET media_type = 'text/html' WHERE position = 7",
    "media type with a break": (
        "UPDATE tierlock_entries SET media_type = 'text/plain' || char(10) WHERE position = 7"
    ),
    "media type as bytes": "UPDATE tierlock_entries SET media_type = X'FF' WHERE position = 7",
    "no UTF-8": "UPDATE tierlock_entries SET media_type = CAST(X'FF' AS TEXT) WHERE position = 7",
    "hash": "UPDATE tierlock_entries SET hashes = zeroblob(length(hashes)) WHERE position = 7",
    "hash missing": "UPDATE tierlock_entries SET hashes = X'' WHERE position = 7",
    "hash as text": "UPDATE tierlock_entries SET hashes = 'x' WHERE position = 7",
    "digest": "UPDATE tierlock_entries SET content = zeroblob(32) WHERE position = 7",
    "removed inside": "DELETE FROM tierlock_entries WHERE position = 7",
    "removed in front": "DELETE FROM tierlock_entries WHERE position = 0",
    "moved": "UPDATE tierlock_entries SET position = 1000 WHERE position = 7",
    "swapped": "UPDATE tierlock_entries SET position = position - 100 WHERE position IN (7, 8)",
    "far ahead": "UPDATE tierlock_entries SET position = 9223372036854775806 WHERE position = 20",
    "beyond counting": (
        "UPDATE tierlock_entries SET position = 9223372036854775807 WHERE position = 20"
    ),
}


@pytest.mark.parametrize("statement", SEEN_ALONE.values(), ids=SEEN_ALONE.keys())
def test_a_change_that_the_ledger_shows_alone(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "ledger.db"
    head = made(path)
    change(path, statement)
    with open_ledger(str(path)) as ledger:
        with pytest.raises(IntegrityError) as caught:
            verify_ledger(ledger, at=AT)
        assert caught.value.code == "ledger.damaged"
        with pytest.raises(IntegrityError):
            verify_ledger(ledger, at=AT, held=[head])


def test_an_entry_can_not_be_swallowed_as_known(tmp_path: Path) -> None:
    """Its digest is put on another row, so that appending it would find it there already."""
    path = tmp_path / "ledger.db"
    made(path)
    revocation = draft(1000)
    digest = revocation.content.hex()
    change(path, f"UPDATE tierlock_entries SET content = X'{digest}' WHERE position = 3")  # noqa: S608  # our own digest
    with open_ledger(str(path)) as ledger:
        with pytest.raises(IntegrityError, match="differs from its digest"):
            ledger.append([revocation])
        with pytest.raises(IntegrityError, match="differs from its digest"):
            ledger.find(revocation)


def test_a_removed_end_shows_only_with_a_tree_head(tmp_path: Path) -> None:
    """Acceptance case (o)."""
    path = tmp_path / "ledger.db"
    head = made(path)
    change(path, "DELETE FROM tierlock_entries WHERE position >= 17")
    with open_ledger(str(path)) as ledger:
        assert verify_ledger(ledger, at=AT).head.size == 17
        for given in ({"held": [head]}, {"trusted": head}):
            with pytest.raises(IntegrityError, match="17 entries, and had 21") as caught:
                verify_ledger(ledger, at=AT, **given)
            assert caught.value.code == "ledger.inconsistent"
        # Filled up again with something else it is still another ledger.
        ledger.append([draft(100 + number) for number in range(9)])
        with pytest.raises(IntegrityError, match="another root"):
            verify_ledger(ledger, at=AT, held=[head])
        with pytest.raises(IntegrityError):
            verify_ledger(ledger, at=AT, trusted=head)


def rewritten(*, without: int) -> Ledger:
    """A ledger made anew with every hash right, and one entry left out."""
    ledger = MemoryLedger(ORIGIN)
    ledger.append([item for number, item in enumerate(drafts(SIZE + 5)) if number != without])
    return ledger


@pytest.mark.parametrize("without", range(SIZE))
def test_a_ledger_made_anew_contradicts_every_earlier_tree_head(without: int) -> None:
    true = MemoryLedger(ORIGIN)
    true.append(drafts(SIZE))
    forged = rewritten(without=without)
    assert verify_ledger(forged, at=AT).head.size == SIZE + 4
    for size in range(1, SIZE + 1):
        head = true.head(AT, size=size)
        if size <= without:
            assert verify_ledger(forged, at=AT, held=[head], trusted=head).held == size
            continue
        for held, trusted in (([head], None), ([], head), ([head], true.head(AT, size=0))):
            with pytest.raises(IntegrityError) as caught:
                verify_ledger(forged, at=AT, held=held, trusted=trusted)
            assert caught.value.code == "ledger.inconsistent"


def test_tree_heads_that_contradict_each_other_are_not_both_extended() -> None:
    ledger = MemoryLedger(ORIGIN)
    ledger.append(drafts(SIZE))
    right = ledger.head(AT, size=9)
    wrong = TreeHead(origin=ORIGIN, size=9, root=bytes(32), observed_at=AT)
    for heads in ([right, wrong], [wrong, right]):
        with pytest.raises(IntegrityError):
            verify_ledger(ledger, at=AT, held=heads)
        with pytest.raises(IntegrityError):
            verify_ledger(ledger, at=AT, held=heads[:1], trusted=heads[1])


def test_a_tree_head_before_the_trusted_one_is_still_held(tmp_path: Path) -> None:
    ledger = MemoryLedger(ORIGIN)
    ledger.append(drafts(SIZE))
    early = TreeHead(origin=ORIGIN, size=3, root=bytes(32), observed_at=AT)
    with pytest.raises(IntegrityError, match="first 3 entries"):
        verify_ledger(ledger, at=AT, held=[early], trusted=ledger.head(AT, size=9))
    found = verify_ledger(
        ledger, at=AT, held=[ledger.head(AT, size=3)], trusted=ledger.head(AT, size=9)
    )
    assert (found.since, found.held) == (9, 9)


def test_a_tree_head_of_another_ledger_says_nothing() -> None:
    ledger = MemoryLedger(ORIGIN)
    head = MemoryLedger("example.org/other").head(AT)
    with pytest.raises(IntegrityError, match=r"example\.org/other"):
        verify_ledger(ledger, at=AT, held=[head])


def test_the_start_under_a_trusted_tree_head_is_not_read_again(tmp_path: Path) -> None:
    """What incremental verification leaves out, it leaves out: the full one sees it."""
    path = tmp_path / "ledger.db"
    head = made(path)
    change(path, SEEN_ALONE["payload"])
    with open_ledger(str(path)) as ledger:
        ledger.append([draft(1000)])
        assert verify_ledger(ledger, at=AT, trusted=head).since == SIZE
        with pytest.raises(IntegrityError, match="entry 7"):
            verify_ledger(ledger, at=AT)
