"""Entries of one media type, in every ledger alike."""

from __future__ import annotations

from datetime import UTC, datetime

from tierlock.ledger import Draft, Ledger, MemoryLedger, open_ledger

AT = datetime(2026, 3, 1, tzinfo=UTC)


def fill(ledger: Ledger) -> None:
    kinds = ("text/plain", "text/html")
    ledger.append(
        [
            Draft(media_type=kinds[number % 2], payload=f"{number}".encode(), logged_at=AT)
            for number in range(300)
        ]
    )


def check(ledger: Ledger) -> None:
    fill(ledger)
    found = list(ledger.entries_of("text/html"))
    assert [entry.index for entry in found] == list(range(1, 300, 2))
    assert {entry.media_type for entry in found} == {"text/html"}
    assert not list(ledger.entries_of("text/csv"))


def test_entries_of_one_type_come_in_order(where: str):
    with open_ledger(where, origin="example.org/test") as ledger:
        check(ledger)


def test_a_ledger_in_memory_gives_the_same():
    check(MemoryLedger("example.org/test"))
