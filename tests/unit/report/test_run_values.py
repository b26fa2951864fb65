"""Runs and samples as values: every attempt once, and why one has no value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report import factory
from tierlock.core import MISSING, STATES, Evidence, Samples, Source, State, SubjectRef
from tierlock.report import run_rows, run_view, sample_line, used_by

DETERMINATION = factory.determination()


def evidence_with(states: list[State], *, start: int = 1) -> Evidence:
    count = len(states)
    return Evidence(
        evaluation="task",
        run_id=f"run-{start}",
        subject=SubjectRef(name="m"),
        measured_at=datetime(2026, 1, start, tzinfo=UTC),
        samples=Samples(
            id=tuple(f"s{number}" for number in range(count)),
            epoch=(1,) * count,
            state=tuple(states),
            limit=("",) * count,
            refused=(False,) * count,
            edited=(False,) * count,
            scores={"score": tuple(1.0 if one == "scored" else None for one in states)},
        ),
        source=Source(format="inspect", file="x.eval", sha256="sha256:" + "0" * 64),
    )


@given(states=st.lists(st.sampled_from(STATES), max_size=30), size=st.integers(1, 7))
def test_the_pages_hold_every_attempt_once_in_order(states: list[State], size: int) -> None:
    evidence = evidence_with(states)
    for only, wanted in (
        ("", list(range(len(states)))),
        ("missing", [n for n, one in enumerate(states) if one in MISSING]),
    ):
        first = run_view(evidence, determination=DETERMINATION, page=1, size=size, only=only)
        pages = [
            run_view(evidence, determination=DETERMINATION, page=number, size=size, only=only)
            for number in range(1, first.pages + 1)
        ]
        assert [one.number for page in pages for one in page.samples] == wanted
        assert first.total == len(wanted)


@pytest.mark.parametrize("state", STATES)
def test_what_has_no_value_says_why(state: State) -> None:
    line = sample_line(evidence_with([state]).samples, number=0)
    assert bool(line.missing) == (state in MISSING)
    assert line.scores == (("1",) if state == "scored" else ("none",))


def test_runs_stand_newest_first() -> None:
    rows = run_rows([evidence_with(["scored"], start=day) for day in (1, 3, 2)])
    assert [one.run for one in rows] == ["run-3", "run-2", "run-1"]


def test_a_run_names_every_finding_that_rests_on_it() -> None:
    found = used_by(DETERMINATION)
    for finding in DETERMINATION.findings:
        for name in finding.evidence:
            assert finding.path in found[name]
