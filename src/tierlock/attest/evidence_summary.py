"""What is signed of evidence: its facts and the digests of its values, never the values."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tierlock.core import Digest, Evidence, Instant, Problem, Record, RunStatus, Source, SubjectRef


class EvidenceSummary(Record):
    """Evidence without its sample values, which may be withheld from some readers.

    Attributes:
        evidence: the evidence's identity (spec/determination.md V-2).
        samples: digest of its sample columns.
        attempts: how many rows the columns have.
        results: whether the numbers were measured here or stem from a publication.
    """

    evidence: Digest
    evaluation: str = Field(min_length=1)
    task_version: str = ""
    run_id: str = Field(min_length=1)
    subject: SubjectRef
    measured_at: Instant
    finished_at: Instant | None = None
    status: RunStatus
    planned_samples: int | None = Field(default=None, ge=0)
    configuration: dict[str, str] = {}
    samples: Digest
    attempts: int = Field(ge=0)
    results: Literal["measured", "reported"]
    source: Source
    problems: tuple[Problem, ...] = ()


def summarise_evidence(evidence: Evidence) -> EvidenceSummary:
    """Return what a signer signs of `evidence`."""
    return EvidenceSummary(
        evidence=evidence.digest,
        samples=evidence.samples.digest,
        attempts=len(evidence.samples),
        results="reported" if evidence.reported else "measured",
        **{
            name: getattr(evidence, name)
            for name in (
                "evaluation",
                "task_version",
                "run_id",
                "subject",
                "measured_at",
                "finished_at",
                "status",
                "planned_samples",
                "configuration",
                "source",
                "problems",
            )
        },
    )
