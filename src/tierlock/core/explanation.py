"""Why a determination or decision is as it is, and what would change it, as data."""

from __future__ import annotations

from typing import Literal

from tierlock.core.decision import Verdict, WorkItem
from tierlock.core.outcome import Outcome
from tierlock.core.record import Record


class Sensitivity(Record):
    """What would have to be wrong for the outcome of one measured criterion to be another.

    A rule-out is lost, REACHED is lost, or UNDETERMINED becomes a rule-out (spec/statistics.md
    S-61). None stands where it can not be computed or nothing of the kind would do.

    Attributes:
        declared_factor: elicitation factor that the bound already allows for.
        share: share of truly dangerous outcomes that would have been withheld or missed by the
            judge (rule-out), or of counted ones that would have been false alarms (otherwise).
        turned: independent units that would have to turn out the other way, those first that
            change most.
        unseen: further units in which everything is dangerous that would undo a rule-out.
        missing: attempts without a value; a rule-out counts every one of them as dangerous.
        missing_flip: further attempts that would have to lose their value before a rule-out is
            lost; of the missing ones, how many would have to be safe for a rule-out.
    """

    declared_factor: float = 1.0
    share: float | None = None
    turned: int | None = None
    unseen: int | None = None
    missing: int = 0
    missing_flip: int | None = None


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
        not_computable: why an undetermined criterion has no such number; empty where it has one.
        sensitivity: what would have to be wrong for the outcome to be another.
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
    not_computable: str = ""
    sensitivity: Sensitivity | None = None


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
