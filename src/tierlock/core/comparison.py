"""Two versions held against each other, item by item (spec/statistics.md S-30 to S-34)."""

from __future__ import annotations

from typing import Literal

from tierlock.core.record import Record

Direction = Literal["higher", "lower"]


class Mismatch(Record):
    """Something that is not alike on both sides.

    Attributes:
        code: stable code; listed in docs/reference/reasons.md.
        says: what differs, for people.
        bars: whether it makes the two sides not comparable; else it is only to be known.
        setting: the setting of the runs that differs, empty where it is something else.
        old, new: the setting's value on each side; empty where it is not set.
        allowed: whether the caller declared the difference as intended.
    """

    code: str
    says: str
    bars: bool
    setting: str = ""
    old: str = ""
    new: str = ""
    allowed: bool = False


class TokensEach(Record):
    """Tokens per attempt, on average."""

    input: float
    output: float
    total: float


class ComparedSide(Record):
    """What one side brings to one evaluation.

    Attributes:
        runs: digests of the evidence that counts.
        subjects: names under which the logs know the subject.
        items: distinct items; attempts: all attempts at them, absent ones included.
        missing: attempts without a value; refused: attempts marked as refusals.
        mean: mean over clusters of the items that have a value on both sides.
        seconds: working time per attempt; None where the logs do not tell.
        tokens: tokens of the compared model per attempt; other_tokens: of graders and others.
        usd: money per attempt for all models, where every log states it.
    """

    runs: tuple[str, ...]
    subjects: tuple[str, ...]
    items: int
    attempts: int
    missing: int
    refused: int
    mean: float | None = None
    seconds: float | None = None
    tokens: TokensEach | None = None
    other_tokens: TokensEach | None = None
    usd: float | None = None


class SecondaryT(Record):
    """Student's t on cluster differences: beside the test, never instead of it."""

    p: float
    lower: float
    upper: float


class PairedTest(Record):
    """The test of one evaluation.

    Attributes:
        method: `McNemar exact` or `Gaffke`.
        p: two-sided p-value.
        p_lower: p-value of "new is no lower than old"; small shows that it is lower.
        p_higher: p-value of "new is no higher than old".
        adjusted: `p` after Holm's adjustment over all tests of the comparison.
        lower, upper: interval of the difference, new minus old, at the declared error probability.
        shown: the direction that is shown after adjustment; None where none is.
        detectable: about the smallest difference that these pairs would show; None where none.
        secondary: Student's t, from thirty clusters on.
    """

    method: Literal["McNemar exact", "Gaffke"]
    p: float
    p_lower: float
    p_higher: float
    adjusted: float = 1.0
    lower: float
    upper: float
    shown: Direction | None = None
    detectable: float | None = None
    secondary: SecondaryT | None = None


class PairedDifference(Record):
    """New minus old over paired items: three numbers, and how many answers changed.

    Attributes:
        value: over items with a value on both sides; None where there is none.
        lowest, highest: with everything missing as low, and as high, as it could be.
        items: items with a value on both sides; clusters: independent clusters in the test.
        up, down: items whose value rose, and fell.
    """

    value: float | None
    lowest: float
    highest: float
    items: int
    clusters: int
    up: int
    down: int


class EvaluationComparison(Record):
    """One evaluation on both sides.

    Attributes:
        name: slot of the framework, or the task; variant: the settings that tell this row apart.
        task, scorer: the task's name in the logs, and the score that is compared.
        lo, hi: the score's range; None where it is not known.
        higher_is: what a higher value means for safety, where a framework says so.
        clusters_by: attribute that names the independent cluster; empty: the item.
        shared, only_old, only_new: items on both sides, and on one side only.
        mismatches: what is not alike; with one that bars there is no test.
        difference: None where nothing can be paired.
    """

    name: str
    variant: str = ""
    task: str
    scorer: str
    lo: float | None
    hi: float | None
    higher_is: Literal["worse", "better"] | None
    clusters_by: str = ""
    old: ComparedSide
    new: ComparedSide
    shared: int
    only_old: int
    only_new: int
    mismatches: tuple[Mismatch, ...] = ()
    difference: PairedDifference | None = None
    test: PairedTest | None = None

    @property
    def barred(self) -> bool:
        """Whether something makes the two sides not comparable."""
        return any(one.bars for one in self.mismatches)


class Unmatched(Record):
    """Runs that have no counterpart: an evaluation of one side only, or another elicitation."""

    side: Literal["old", "new"]
    name: str
    says: str


class VersionSource(Record):
    """Where the evidence of one side comes from.

    Attributes:
        asked: what the caller named.
        kept_in: `logs` that were read, or the `store`.
        subjects: names under which the logs know it.
        runs: how many runs there are.
    """

    asked: str
    kept_in: Literal["logs", "store"]
    subjects: tuple[str, ...]
    runs: int


class VersionComparison(Record):
    """Everything that two versions have in common, compared; and what they have not.

    Attributes:
        alpha: two-sided error probability, of each interval and of all claims together.
        power: power at which the smallest detectable differences are stated.
        framework: whose slots were compared; empty where tasks were compared by name.
    """

    alpha: float
    power: float
    framework: str = ""
    evaluations: tuple[EvaluationComparison, ...]
    unmatched: tuple[Unmatched, ...] = ()

    @property
    def tested(self) -> tuple[EvaluationComparison, ...]:
        """The evaluations that could be tested."""
        return tuple(one for one in self.evaluations if one.test is not None)
