"""One state machine for every ledger: whatever is done to it, it equals a plain list."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from tests.unit.ledger.ledgers import AT, ORIGIN, root_of
from tests.unit.ledger.server import Server
from tierlock.core import InputError
from tierlock.ledger import (
    Draft,
    Entry,
    Ledger,
    MemoryLedger,
    TreeHead,
    check_export,
    close_team,
    export_ledger,
    import_ledger,
    open_ledger,
    parse_head,
    team_address,
    verify_consistency,
    verify_inclusion,
    verify_ledger,
)
from tierlock.ledger.head import canonical_head
from tierlock.store import TeamDatabase, migrate

DRAFTS = st.builds(
    Draft,
    media_type=st.sampled_from(["text/plain", "application/vnd.in-toto+json"]),
    payload=st.binary(max_size=3) | st.sampled_from([b"", b"\n", b"\0" * 5000]),
    logged_at=st.integers(-5, 5).map(lambda minutes: AT + timedelta(minutes=minutes)),
)


class LedgerMachine(RuleBasedStateMachine):
    """A ledger beside the list that it must equal."""

    def open(self) -> Ledger:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.expected: list[Draft] = []
        self.heads: list[TreeHead] = []

    @initialize()
    def begin(self) -> None:
        self.ledger = self.open()

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    def add(self, items: list[Draft], *, to: Ledger) -> None:
        places = {(item.media_type, item.payload): i for i, item in enumerate(self.expected)}
        found = to.append(items)
        for item, appended in zip(items, found, strict=True):
            key = (item.media_type, item.payload)
            assert appended.added == (key not in places)
            if appended.added:
                places[key] = len(self.expected)
                self.expected.append(item)
            assert appended.index == places[key]

    @rule(items=st.lists(DRAFTS, max_size=9))
    def append(self, items: list[Draft]) -> None:
        self.add(items, to=self.ledger)

    @rule(item=DRAFTS)
    def append_from_elsewhere(self, item: Draft) -> None:
        with self.again() as other:
            self.add([item], to=other)

    @rule(item=DRAFTS, off=st.integers(-2, 2).filter(bool))
    def append_on_a_wrong_belief(self, item: Draft, off: int) -> None:
        with pytest.raises(InputError) as caught:
            self.ledger.append([item], expected=len(self.expected) + off)
        assert caught.value.code == "ledger.moved"
        # Nothing happened, and on the right belief it does.
        assert self.ledger.append([], expected=len(self.expected)) == ()

    def again(self) -> Ledger:
        return self.open()

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = self.again()

    @rule(data=st.data())
    def keep_head(self, data: st.DataObject) -> None:
        size = data.draw(st.integers(0, len(self.expected)))
        head = self.ledger.head(AT, size=size)
        assert head.root == root_of(self.expected[:size])
        assert parse_head(canonical_head(head)) == head
        self.heads.append(head)

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def prove_inclusion(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.expected) - 1))
        size = data.draw(st.integers(index + 1, len(self.expected)))
        proof = self.ledger.inclusion_proof(index, size=size)
        head = self.ledger.head(AT, size=size)
        entry = self.ledger.entry(index)
        assert verify_inclusion(entry, proof=proof, head=head) is entry

    @precondition(lambda self: self.heads)
    @rule(data=st.data())
    def prove_consistency(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.heads))
        new = self.ledger.head(AT)
        proof = self.ledger.consistency_proof(old.size, size=new.size)
        assert verify_consistency(new, proof=proof, earlier=old) == new

    @rule(data=st.data())
    def verify(self, data: st.DataObject) -> None:
        trusted = data.draw(st.none() | st.sampled_from([*self.heads, self.ledger.head(AT)]))
        found = verify_ledger(self.ledger, at=AT, held=self.heads, trusted=trusted)
        assert found.head == self.ledger.head(AT)
        assert found.since == (trusted.size if trusted else 0)
        rest = self.expected[found.since :]
        times = [item.logged_at for item in rest]
        late = [i for i, t in enumerate(times) if i and t < max(times[:i])]
        assert found.backdated == tuple(found.since + i for i in late)

    @rule(data=st.data())
    def carry(self, data: st.DataObject) -> None:
        path = Path(self.folder.name) / "export"
        with path.open("wb") as file:
            whole = export_ledger(self.ledger, to=file)
        assert check_export(path) == whole
        other = MemoryLedger(ORIGIN)
        other.append(self.expected[: data.draw(st.integers(0, len(self.expected)))])
        assert import_ledger(path, into=other) == whole
        assert list(other.entries()) == list(self.ledger.entries())

    @rule(data=st.data(), item=DRAFTS)
    def find(self, data: st.DataObject, item: Draft) -> None:
        same = [
            i for i, known in enumerate(self.expected)
            if (known.media_type, known.payload) == (item.media_type, item.payload)
        ]  # fmt: skip
        found = self.ledger.find(item)
        assert ([] if found is None else [found.index]) == same

    @invariant()
    def equals_the_list(self) -> None:
        assert self.ledger.size() == len(self.expected)
        assert list(self.ledger.entries()) == [
            Entry(
                index=index,
                media_type=item.media_type,
                payload=item.payload,
                logged_at=item.logged_at,
            )
            for index, item in enumerate(self.expected)
        ]
        assert self.ledger.root(len(self.expected)) == root_of(self.expected)


class MemoryMachine(LedgerMachine):
    """In memory a second look at the ledger is the ledger itself."""

    def open(self) -> Ledger:
        return MemoryLedger(ORIGIN)

    def again(self) -> Ledger:
        return self.ledger


class SqliteMachine(LedgerMachine):
    def open(self) -> Ledger:
        return open_ledger(f"{self.folder.name}/deep/ledger.db", origin=ORIGIN)


class PostgresMachine(LedgerMachine):
    server: ClassVar[Server]

    def __init__(self) -> None:
        super().__init__()
        self.url = self.server.fresh()

    def open(self) -> Ledger:
        return open_ledger(self.url, origin=ORIGIN)


class TeamMachine(LedgerMachine):
    """A ledger among others in a team's database."""

    url: ClassVar[str]
    numbers: ClassVar[Iterator[int]] = count()

    def __init__(self) -> None:
        super().__init__()
        name = f"ledger-{next(self.numbers)}"
        self.where = team_address(self.url, shown="a team", ledger=name)

    def open(self) -> Ledger:
        return open_ledger(self.where, origin=ORIGIN)


def test_memory() -> None:
    run_machine(MemoryMachine, settings=settings(max_examples=60))


def test_sqlite() -> None:
    run_machine(SqliteMachine, settings=settings(max_examples=25, stateful_step_count=25))


def test_postgres(server: Server) -> None:
    PostgresMachine.server = server
    run_machine(PostgresMachine, settings=settings(max_examples=15, stateful_step_count=20))


def test_team_in_sqlite(tmp_path: Path) -> None:
    TeamMachine.url = f"sqlite:///{tmp_path}/team.db"
    migrate(TeamDatabase(TeamMachine.url))
    run_machine(TeamMachine, settings=settings(max_examples=20, stateful_step_count=20))
    close_team(TeamMachine.url)


def test_team_in_postgres(server: Server) -> None:
    TeamMachine.url = server.fresh()
    migrate(TeamDatabase(TeamMachine.url))
    run_machine(TeamMachine, settings=settings(max_examples=10, stateful_step_count=15))
    close_team(TeamMachine.url)
