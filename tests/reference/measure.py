"""Attempts, pools and the two tests of a measured criterion (clauses M-1 to M-7, S-6)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.tails import p_at_or_above, p_at_or_below
from tierlock.core import Evaluation, Evidence, Measured, PlannedSlot

TOLERANCE = 1e-9
Key = tuple[str, ...]


@dataclass(frozen=True)
class Attempt:
    """One attempt: its unit keys, and its value or None where it is missing."""

    item: Key
    cluster: Key | None
    value: float | None
    violated: bool


@dataclass(frozen=True)
class Question:
    """Everything that the tests of one criterion need besides the runs."""

    criterion: Measured
    evaluation: Evaluation
    promise: PlannedSlot | None
    factor: float
    buffer: float
    alpha_out: float
    alpha_in: float
    m_out: int
    m_in: int

    @property
    def lo(self) -> Fraction:
        return Fraction(self.evaluation.range[0])

    @property
    def hi(self) -> Fraction | None:
        top = self.evaluation.range[1]
        return None if top is None else Fraction(top)

    @property
    def out_limit(self) -> float:
        """M-6: the rule-out limit after the corrections."""
        bound = self.criterion.rule_out_bound
        if self.criterion.higher_is_worse:
            return bound / self.factor - self.buffer
        return bound * self.factor + self.buffer

    @property
    def cluster_by(self) -> str | None:
        own = self.promise.cluster_by if self.promise else None
        return own if own is not None else self.evaluation.cluster_by

    @property
    def limits(self) -> set[str]:
        planned = self.promise.limits if self.promise else None
        return {*self.evaluation.limits, *(planned or ())}


def attempts(question: Question, evidence: Evidence, *, prefix: str) -> list[Attempt]:
    """All attempts of one run, the absent ones included; `prefix` keeps unplanned units apart."""
    samples = evidence.samples
    found = []
    for row, name in enumerate(samples.id):
        value, violated = _value(question, evidence, row)
        item: Key = (prefix, evidence.evaluation, name)
        found.append(
            Attempt(item, _cluster(question, evidence, row, prefix, item), value, violated)
        )
    # S-2: of an unfinished run that only vetoes, what was observed counts and nothing else.
    owed = 0 if prefix and evidence.status != "success" else evidence.planned_samples or 0
    for number in range(len(samples), owed):
        item = (prefix, evidence.evaluation, evidence.run_id, "absent", str(number))
        found.append(Attempt(item, None if question.cluster_by else item, None, False))
    return found


def _cluster(
    question: Question, evidence: Evidence, row: int, prefix: str, item: Key
) -> Key | None:
    if question.cluster_by is None:
        return item
    column = evidence.samples.attributes.get(question.cluster_by)
    label = column[row] if column else ""
    return (prefix, "cluster", label) if label else None


def _value(question: Question, evidence: Evidence, row: int) -> tuple[float | None, bool]:
    """(value or None, whether it left the declared range) of one row: M-2 and M-4."""
    samples, evaluation = evidence.samples, question.evaluation
    if samples.state[row] != "scored":
        return None, False
    if samples.limit[row] and samples.limit[row] not in question.limits:
        return None, False
    worse_high = question.criterion.higher_is_worse
    if samples.refused[row] and evaluation.refusal == "missing":
        return None, False
    if samples.refused[row] and evaluation.refusal == "worst":
        end = evaluation.range[1] if worse_high else evaluation.range[0]
        return end, False
    score = _score(evaluation, evidence, row)
    if score is None or not math.isfinite(score):
        return None, False
    lo, hi = evaluation.range
    if score < lo:
        return (None, True) if worse_high else (lo, True)
    if hi is not None and score > hi:
        return (hi, True) if worse_high else (None, True)
    return score, False


def _score(evaluation: Evaluation, evidence: Evidence, row: int) -> float | None:
    scores = evidence.samples.scores
    name = evaluation.scorer
    if name is None and len(scores) == 1:
        name = next(iter(scores))
    column = scores.get(name) if name is not None else None
    return column[row] if column is not None else None


def unit_means(rows: Sequence[Attempt], *, missing: Fraction) -> list[Fraction]:
    """M-1: attempts averaged within items, items within clusters."""
    clusters: dict[Key, dict[Key, list[Fraction]]] = {}
    for row in rows:
        value = missing if row.value is None else Fraction(row.value)
        unit = row.cluster if row.cluster is not None else ("alone", *row.item)
        clusters.setdefault(unit, {}).setdefault(row.item, []).append(value)
    return [mean(mean(item) for item in items.values()) for items in clusters.values()]


def mean(values: Iterable[Fraction]) -> Fraction:
    listed = list(values)
    return sum(listed, Fraction(0)) / len(listed)


def rules_out(question: Question, rows: Sequence[Attempt]) -> set[str]:
    """The reasons why this pool does not rule out; empty where it does."""
    codes = set()
    share = sum(row.value is None for row in rows) / len(rows) if rows else 0.0
    if share > question.evaluation.max_missing:
        codes.add("missing.over-cap")
    if any(row.violated for row in rows):
        codes.add("range.violated")
    if any(row.cluster is None for row in rows):
        codes.add("cluster.unknown")
    return codes | out_p_problems(question, rows)


def out_p_problems(question: Question, rows: Sequence[Attempt]) -> set[str]:
    """M-3, M-7: the reasons why the p-value of the worst-imputed values does not rule out."""
    hi = question.hi
    if hi is None:
        return {"range.unbounded"}
    worse_high, lo = question.criterion.higher_is_worse, question.lo
    units = unit_means(rows, missing=hi if worse_high else lo)
    test = p_at_or_above if worse_high else p_at_or_below
    p = test(units, bound=Fraction(question.out_limit), lo=lo, hi=hi)
    return compare(question.m_out * p, question.alpha_out)


def reaches(question: Question, rows: Sequence[Attempt], *, tries: int) -> set[str]:
    """The reasons why this pool, one of `tries`, does not rule in; empty where it does."""
    hi = question.hi
    if hi is None:
        return {"range.unbounded"}
    worse_high, lo = question.criterion.higher_is_worse, question.lo
    units = unit_means(rows, missing=lo if worse_high else hi)
    test = p_at_or_below if worse_high else p_at_or_above
    p = test(units, bound=Fraction(question.criterion.rule_in_bound), lo=lo, hi=hi)
    return compare(question.m_in * min(1.0, tries * p), question.alpha_in)


def compare(spent: float, alpha: float) -> set[str]:
    """M-7: one form of comparison everywhere; within the tolerance it fails."""
    if abs(spent - alpha) <= TOLERANCE:
        return {"alpha.tolerance"}
    return set() if spent < alpha else {"not-significant"}


def on_safe_side(question: Question, rows: Sequence[Attempt]) -> bool:
    """S-6: is the worst-imputed mean strictly on the safe side of the rule-out limit."""
    hi = question.hi
    if hi is None or not rows:
        return False
    worse_high = question.criterion.higher_is_worse
    centre = mean(unit_means(rows, missing=hi if worse_high else question.lo))
    limit = Fraction(question.out_limit)
    return centre < limit if worse_high else centre > limit
