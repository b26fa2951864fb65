"""From when a plan counts, and what is said where it is not when it says (S-9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import Plan, PlanEntry, PlannedSlot, RegisteredRun, RunRegister, digest
from tierlock.policy.plan_entries import counted_runs, plan_notes

SEALED = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def plan(declared: str = "before") -> Plan:
    return Plan.model_validate(
        {"framework": "sha256:" + "b" * 64, "subject": "m", "sealed_at": SEALED,
         "declared": declared, "slots": (PlannedSlot(slot="bio"),)}
    )  # fmt: skip


def run(number: int, *, days: float) -> RegisteredRun:
    return RegisteredRun(
        run_id=f"r{number}", slot="bio", subject="m", started_at=SEALED + days * DAY
    )


def entry(*, days: float = 0, known: tuple[str, ...] = ()) -> PlanEntry:
    return PlanEntry(plan=digest(plan()), logged_at=SEALED + days * DAY, known=known)


def codes(register: RunRegister, declared: str = "before") -> list[str]:
    return [note.code for note in plan_notes(plan(declared), register=register)]


RUNS = st.lists(st.floats(-9, 9), max_size=6).map(
    lambda days: tuple(run(number, days=day) for number, day in enumerate(days))
)
ENTRIES = st.none() | st.just(()) | st.builds(
    lambda days, known: (entry(days=days, known=tuple(sorted(known))),),
    st.floats(-9, 9),
    st.sets(st.sampled_from(["r0", "r1", "r2", "x"])),
)  # fmt: skip


@given(RUNS, ENTRIES)
def test_an_entry_never_lets_more_runs_count(
    runs: tuple[RegisteredRun, ...], entries: tuple[PlanEntry, ...] | None
) -> None:
    stated = counted_runs(runs, plan=plan(), register=RunRegister(runs=runs))
    shown = counted_runs(runs, plan=plan(), register=RunRegister(runs=runs, entries=entries))
    assert all(one in stated for one in shown)
    assert [one for one in runs if one in shown] == shown
    after = counted_runs(runs, plan=plan("after"), register=RunRegister(entries=entries))
    assert after == list(runs)


@given(RUNS, ENTRIES)
def test_what_is_not_counted_is_said(
    runs: tuple[RegisteredRun, ...], entries: tuple[PlanEntry, ...] | None
) -> None:
    register = RunRegister(runs=runs, entries=entries)
    stated = counted_runs(runs, plan=plan(), register=RunRegister())
    if counted_runs(runs, plan=plan(), register=register) != stated:
        assert codes(register)
    if entries is None:
        assert not codes(register)


def test_the_notes() -> None:
    late, early = run(1, days=1), run(2, days=2)
    assert codes(RunRegister(entries=())) == ["plan.not-logged"]
    assert codes(RunRegister(entries=()), "after") == []
    assert codes(RunRegister(entries=(entry(),))) == []
    assert codes(RunRegister(entries=(entry(days=-1),))) == []
    assert codes(RunRegister(entries=(entry(days=3),))) == ["plan.backdated"]
    register = RunRegister(runs=(late, early), entries=(entry(known=("r1",)),))
    assert codes(register) == ["plan.known-runs"]
    # A run that started before the plan was sealed is not counted whatever the ledger knew.
    old = RunRegister(runs=(run(1, days=-1),), entries=(entry(known=("r1",)),))
    assert codes(old) == []
