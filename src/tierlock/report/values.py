"""What a report is made of: the values of one assessment, gathered by the caller."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tierlock.core import (
    Approval,
    Claim,
    Decision,
    Determination,
    Evidence,
    Explanation,
    Framework,
    Instant,
    Negatives,
    Record,
    Ruling,
    Subject,
    Verdict,
    determination_id,
)

EXIT_CODES: Final[dict[Verdict, int]] = {Verdict.ALLOW: 0, Verdict.DENY: 1, Verdict.HOLD: 10}
"""The gate's exit code per verdict (DESIGN section 6): only 0 is permission."""


class AssessReport(Record):
    """Everything that a report may say; renderers read it and nothing else.

    Attributes:
        decision: the answer to the action that was asked, if one was asked.
        evidence: all evidence that was imported, used or not.
        mock_models: names under which mock models appear in the evidence; every output says so.
        generated_at: when the report was asked for.
        claims, approvals, rulings, negatives: what people stated; empty where nothing is on record.
    """

    framework: Framework
    subject: Subject
    determination: Determination
    explanation: Explanation
    decision: Decision | None = None
    evidence: tuple[Evidence, ...] = ()
    mock_models: tuple[str, ...] = ()
    generated_at: Instant
    claims: tuple[Claim, ...] = ()
    approvals: tuple[Approval, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    negatives: Negatives = Negatives()

    @property
    def determination_digest(self) -> str:
        """Identity of the determination, as rulings and approvals name it."""
        return determination_id(self.determination)

    @property
    def at(self) -> datetime:
        """The instant that the determination speaks about."""
        return self.determination.determined_at
