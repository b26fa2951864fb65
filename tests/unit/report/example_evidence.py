"""Logs and claims about an invented subject, for the report tests."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.unit.report.example_framework import sha
from tierlock.core import (
    Claim,
    ClaimEvidence,
    Evidence,
    Problem,
    Samples,
    Source,
    State,
    SubjectRef,
)

SUBJECT = "small-model-1"


def evidence(task: str = "cyber-ctf") -> tuple[Evidence, ...]:
    ref = SubjectRef(name="lab/small-1")
    return (
        Evidence(
            evaluation="protocols",
            run_id="run-bio-1",
            subject=ref,
            measured_at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
            samples=_samples(200, solved=11),
            source=Source(
                format="inspect", file="protocols.eval", sha256=sha("1"), tool="inspect_ai 0.3.285"
            ),
            problems=(Problem(code="run.duplicate", says="run twice, identical; counted once"),),
        ),
        Evidence(
            evaluation=task,
            run_id="run-ctf-1",
            subject=ref,
            measured_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
            planned_samples=44,
            samples=_samples(44, solved=3, unscored=4),
            source=Source(format="inspect", file=f"{task}.eval", sha256=sha("2")),
            problems=(
                Problem(
                    code="limit.undeclared",
                    says="4 of 44 samples hit a limit that the plan does not declare: counted as "
                    "missing (worst 7/44)",
                    severity="doubt",
                ),
            ),
        ),
    )


def _samples(count: int, *, solved: int, unscored: int = 0) -> Samples:
    scored = count - unscored
    states: list[State] = ["scored"] * scored
    states += ["unscored"] * unscored
    return Samples(
        id=tuple(f"s{i}" for i in range(count)),
        epoch=(1,) * count,
        state=tuple(states),
        limit=("",) * scored + ("message",) * unscored,
        refused=(False,) * count,
        edited=(False,) * count,
        scores={"match": (1.0,) * solved + (0.0,) * (scored - solved) + (None,) * unscored},
    )


def claims() -> tuple[Claim, ...]:
    made = datetime(2026, 10, 1, tzinfo=UTC)
    return (
        Claim(
            criterion="asl-2/deployment:refusal-training",
            subject=SUBJECT,
            status="met",
            owner="alignment",
            evidence=(ClaimEvidence(kind="document", says="training report 12", produced_at=made),),
            claimed_at=made,
        ),
        Claim(
            criterion="asl-2/deployment:abuse-monitoring",
            subject=SUBJECT,
            status="met",
            paths=("api/chat",),
            owner="trust-and-safety",
            claimed_at=made,
        ),
    )
