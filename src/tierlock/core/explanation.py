"""Why a determination or decision is as it is, and what would change it, as data."""

from __future__ import annotations

from typing import Literal

from tierlock.core.decision import Verdict, WorkItem
from tierlock.core.outcome import Outcome
from tierlock.core.record import Record


class Margin(Record):
    """How far one measured criterion is from its rule-out bound.

    Attributes:
        bound: the rule-out limit after corrections.
        limit: the confidence limit on the dangerous side; None where it is unbounded.
        relative: (bound - limit) / bound where higher is worse, mirrored where lower is worse;
            negative when the limit crosses the bound; None when it can not be formed.
        elicitation_factor: how much better elicitation could be before the rule-out is lost.
        fragility: safe samples that would have to turn dangerous before the rule-out is lost.
        samples: further samples that settle at the least; likely_samples: with 80 % probability.
    """

    path: str
    bound: float
    limit: float | None
    relative: float | None
    elicitation_factor: float | None = None
    fragility: int | None = None
    samples: int | None = None
    likely_samples: int | None = None
    seconds: float | None = None
    usd: float | None = None


class Deciding(Record):
    """The criteria that keep one threshold from being ruled out, or that rule it out."""

    threshold: str
    outcome: Outcome
    paths: tuple[str, ...]


class Flip(Record):
    """One single fact that would change the verdict or the outcome of a threshold.

    Attributes:
        path: the finding, claim criterion or threshold whose change is imagined.
        to: what it would have to become (`ruled_out`, `reached`, `met`, `unmet`).
        changes: `<verdict> -> <verdict>` or `<threshold>: <outcome> -> <outcome>`.
    """

    path: str
    to: str
    changes: str
    direction: Literal["opens", "closes", "raises", "lowers"]


class Explanation(Record):
    """Everything a person asks after the verdict: why, how far, what flips it, what to do next.

    Attributes:
        deciding: per threshold, the criteria that decide it.
        margins: per measured criterion, its distance to the bound.
        flips: single facts that would change the answer.
        unknown: what is not known, most important first, as sentences.
        next_step: the cheapest way forward; None when nothing is open.
        work: every way forward, cheapest first within its group.
    """

    verdict: Verdict | None = None
    deciding: tuple[Deciding, ...] = ()
    margins: tuple[Margin, ...] = ()
    flips: tuple[Flip, ...] = ()
    unknown: tuple[str, ...] = ()
    next_step: WorkItem | None = None
    work: tuple[WorkItem, ...] = ()
    does_not_establish: tuple[str, ...] = ()
