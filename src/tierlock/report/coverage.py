"""The test suite of a framework: which evaluations bind which line, and what nothing covers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tierlock.core import Record

Route = Literal["evaluations", "evaluations and people", "people", "nobody"]
"""Who can rule a line out, as far as its text goes: `nobody` where a bound is not disclosed."""

GapKind = Literal[
    "unassessed threat",
    "domain without a line",
    "line without an evaluation",
    "bound not disclosed",
    "evaluations that can not rule out",
    "evaluation bound to no line",
    "evaluation without evidence",
]


class EvidenceHeld(Record):
    """Evidence in the store for one evaluation.

    Attributes:
        runs: runs of the project's subject.
        doubtful: those that can not support a rule-out.
        newest: start of the newest run.
    """

    runs: int
    doubtful: int
    newest: datetime | None


class SuiteTest(Record):
    """One criterion of a line.

    Attributes:
        name: the criterion's name within the line.
        kind: what decides it.
        evaluation: the slot, where evidence decides.
        tasks: names under which logs know the evaluation.
        bound: the bound in words; empty where it has none.
        basis: whose bound it is.
        status: of the evaluation; a saturated or deprecated one can not rule out.
        held: evidence in the store; None where no store was asked, or nothing is measured.
    """

    name: str
    kind: Literal["measured", "undisclosed", "attested", "fact"]
    evaluation: str | None = None
    tasks: tuple[str, ...] = ()
    bound: str = ""
    basis: str = ""
    status: str = ""
    held: EvidenceHeld | None = None


class SuiteLine(Record):
    """One threshold, or one safeguard that is tested, with its criteria.

    Attributes:
        threat: who does what to whom, as the framework says it in parts; else its sentence.
        route: who can rule it out.
        presumed: whether it is taken as ruled out while nobody measured it.
        falls_with: lines that it crosses when crossed: with one of them it is ruled out too.
    """

    name: str
    kind: Literal["threshold", "safeguard"]
    tier: str = ""
    threat: str
    route: Route
    presumed: bool = False
    falls_with: tuple[str, ...] = ()
    tests: tuple[SuiteTest, ...]


class SuiteDomain(Record):
    """One domain with its lines, and the threats that its framework says nothing covers."""

    name: str
    title: str
    lines: tuple[SuiteLine, ...]
    unassessed: tuple[str, ...] = ()


class SuiteGap(Record):
    """Something that the suite does not cover."""

    kind: GapKind
    where: str
    says: str


class Suite(Record):
    """The suite of one framework.

    Attributes:
        subject: whose evidence was counted; None where no store was asked.
    """

    framework: str
    subject: str | None
    domains: tuple[SuiteDomain, ...]
    safeguards: tuple[SuiteLine, ...]
    gaps: tuple[SuiteGap, ...]
