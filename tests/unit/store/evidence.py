"""Evidence and register entries for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tierlock.core import Evidence, RegisteredRun, Samples, Source, State, SubjectRef

AT = datetime(2026, 3, 1, tzinfo=UTC)
A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


def evidence(
    run_id: str = "run-1", values: Sequence[float] = (0.0, 1.0), **changes: Any
) -> Evidence:
    """Return evidence of one run; `values` are the scores of its samples."""
    count = len(values)
    scored: State = "scored"
    fields: dict[str, Any] = {
        "evaluation": "biology",
        "run_id": run_id,
        "subject": SubjectRef(name="model-1"),
        "measured_at": AT,
        "samples": Samples(
            id=tuple(f"q{i}" for i in range(count)),
            epoch=(1,) * count,
            state=(scored,) * count,
            limit=("",) * count,
            refused=(False,) * count,
            edited=(False,) * count,
            scores={"check": tuple(values)},
        ),
        "source": Source(format="table", file=f"{run_id}.csv", sha256=A),
    }
    return Evidence(**{**fields, **changes})


def register(items: Sequence[Evidence]) -> list[RegisteredRun]:
    """Register every run under one slot."""
    return [
        RegisteredRun(
            run_id=item.run_id,
            slot="bio",
            subject=item.subject.name,
            parts=item.subject.parts,
            started_at=item.measured_at,
            ended=item.status,
            evidence=item.digest,
        )
        for item in items
    ]
