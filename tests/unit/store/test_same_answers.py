"""Three stores, one behaviour: a folder, SQLite and PostgreSQL answer every question the same."""

from __future__ import annotations

import json
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from tests.acceptance.small import AT as SMALL_AT
from tests.acceptance.small import TEXT
from tests.unit.ledger.server import Server
from tests.unit.store.evidence import AT, A, B, evidence, register
from tests.unit.store.teams import add, made
from tierlock.core import (
    Evidence,
    Negative,
    Parts,
    Plan,
    PlannedSlot,
    SpentAlpha,
    Subject,
    SubjectRef,
    TierlockError,
    digest,
)
from tierlock.frameworks import parse_framework
from tierlock.policy import determine
from tierlock.store import LocalStore, Store, TeamDatabase

RULES = parse_framework(TEXT.encode(), name="small.yaml")
PARTS = st.sampled_from([Parts(), Parts(weights=A), Parts(weights=B)])
NAMES = st.sampled_from(["model-1", "model-1", "model-1", "alias"])
EVIDENCE = st.builds(
    lambda run, values, status, name, parts, task: evidence(
        run,
        values,
        status=status,
        evaluation=task,
        planned_samples=4,
        subject=SubjectRef(name=name, parts=parts),
    ),
    st.sampled_from(["run-1", "run-2", "run-3"]),
    st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=3).map(tuple),
    st.sampled_from(["success", "started", "started", "cancelled"]),
    NAMES,
    PARTS,
    st.sampled_from(["biology", "biology", "biology", "cyber"]),
)
PLANS = st.builds(
    lambda runs, minutes: Plan(
        framework=A,
        subject="model-1",
        sealed_at=AT + timedelta(minutes=minutes),
        declared="before",
        slots=(PlannedSlot(slot="bio", runs=runs),),
    ),
    st.integers(1, 2),
    st.integers(0, 2),
)
SPENT = st.builds(
    lambda threshold, weights, minutes: SpentAlpha(
        threshold=threshold,
        lineage="model-1",
        weights=weights,
        spent_at=AT + timedelta(minutes=minutes),
    ),
    st.sampled_from(["line", "other"]),
    st.sampled_from([A, B]),
    st.integers(0, 2),
)
NEGATIVES = st.builds(
    lambda says, minutes: Negative(
        kind="incident",
        subject="model-1",
        says=says,
        happened_at=AT + timedelta(minutes=minutes),
    ),
    st.sampled_from(["leak", "misuse"]),
    st.integers(0, 1),
)


def envelope(number: int, *, spaced: bool) -> bytes:
    value = {
        "payload": b64encode(b'{"n":%d}' % number).decode(),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [{"keyid": "k", "sig": b64encode(b"s").decode()}],
    }
    return json.dumps(value, indent=1 if spaced else None).encode()


ENVELOPES = st.builds(envelope, st.integers(0, 2), spaced=st.booleans()) | st.just(b"{}")


def outcome(do: Callable[[], object]) -> object:
    """What doing something returns, or the code of its error."""
    try:
        return do()
    except TierlockError as error:
        return (type(error), error.code)


class Stores(RuleBasedStateMachine):
    """The same is done to every store, and each says the same."""

    databases: ClassVar[list[TeamDatabase]]
    numbers: ClassVar[Iterator[int]] = count()

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        folder = Path(self.place.name)
        # Others' subjects are in the databases too, and must not show.
        name = f"subject-{next(self.numbers)}"
        teams = [
            add(one, folder / str(number), name=name) for number, one in enumerate(self.databases)
        ]
        self.stores: list[Store] = [LocalStore(folder / "local"), *teams]

    def teardown(self) -> None:
        self.place.cleanup()

    def same(self, do: Callable[[Store], object]) -> None:
        first, *others = [outcome(lambda store=store: do(store)) for store in self.stores]  # type: ignore[misc]
        for other in others:
            assert other == first

    @rule(items=st.lists(EVIDENCE, max_size=3))
    def ingest(self, items: list[Evidence]) -> None:
        self.same(lambda store: store.ingest(items, register=register))

    @rule(items=st.lists(EVIDENCE, max_size=2))
    def register_runs(self, items: list[Evidence]) -> None:
        self.same(lambda store: store.register(register(items)))

    @rule(plan=PLANS)
    def plan(self, plan: Plan) -> None:
        self.same(lambda store: store.add_plan(plan))

    @rule(entries=st.lists(SPENT, max_size=3))
    def spend(self, entries: list[SpentAlpha]) -> None:
        self.same(lambda store: store.spend(entries))

    @rule(records=st.lists(NEGATIVES, max_size=2))
    def negative(self, records: list[Negative]) -> None:
        self.same(lambda store: store.add_negatives(records))

    @rule(data=ENVELOPES)
    def sign(self, data: bytes) -> None:
        self.same(lambda store: store.add_signed(data))

    @rule(numbers=st.lists(st.integers(0, 2), max_size=2))
    def note(self, numbers: list[int]) -> None:
        self.same(lambda store: store.note_logged([b"%d" % one for one in numbers]))

    @rule(name=NAMES, minutes=st.integers(0, 2))
    def determined(self, name: str, minutes: int) -> None:
        found = determine(
            RULES,
            Plan(framework=digest(RULES), subject=name, sealed_at=AT, declared="before", slots=()),
            (),
            subject=Subject(name=name),
            at=SMALL_AT + timedelta(minutes=minutes),
        )
        self.same(lambda store: store.add_determination(found))
        self.same(lambda store: store.determination(store.add_determination(found)))

    @invariant()
    def every_question(self) -> None:
        for question in ("evidence", "runs", "plans", "history", "negatives", "signed", "logged"):
            self.same(lambda store, name=question: getattr(store, name)())  # type: ignore[misc]
        for subject in (None, "model-1", "alias", "nobody"):
            self.same(lambda store, name=subject: store.determinations(subject=name))  # type: ignore[misc]
        self.same(lambda store: store.determination(A))


@pytest.fixture
def databases(server: Server, tmp_path: Path) -> None:
    Stores.databases = [made(f"sqlite:///{tmp_path}/team.db"), made(server.fresh())]


@pytest.mark.usefixtures("databases")
def test_three_stores_answer_the_same() -> None:
    run_machine(Stores, settings=settings(max_examples=15, stateful_step_count=10))


@pytest.mark.usefixtures("databases")
def test_the_machine_notices_a_store_that_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierlock.store.team.TeamStore.add_plan", lambda self, plan: None)
    quick = settings(max_examples=30, stateful_step_count=6, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_machine(Stores, settings=quick)
