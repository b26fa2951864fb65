"""Two versions of a subject, or two sets of evidence, held against each other (S-30 to S-34)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tierlock import stats
from tierlock.analysis.compare_guard import mismatches
from tierlock.analysis.compare_match import Runs, matched, readings, scorers, units, variant_label
from tierlock.analysis.compare_pairs import Pairs, clustered_mean, difference_of, pair, test_pairs
from tierlock.core import (
    ComparedSide,
    Direction,
    Evaluation,
    EvaluationComparison,
    Evidence,
    Framework,
    Mismatch,
    Tokens,
    TokensEach,
    Unmatched,
    VersionComparison,
)
from tierlock.policy import Attempts, Reading, pool


class _Terms(NamedTuple):
    alpha: float
    power: float
    allowed: frozenset[str]


def compare_versions(
    old: Sequence[Evidence],
    *,
    new: Sequence[Evidence],
    framework: Framework | None = None,
    cluster_by: str | None = None,
    allowed: frozenset[str] = frozenset(),
    alpha: float = 0.05,
    power: float = 0.8,
) -> VersionComparison:
    """Return every evaluation that both sides have, paired by item and tested where comparable.

    Args:
        old: evidence about the reference.
        new: evidence about the version that is compared with it; differences are new minus old.
        framework: whose slots say which tasks belong together and how scores are read; without it
            tasks are compared by name, every shared scorer by itself.
        cluster_by: attribute that names the independent cluster, instead of the framework's.
        allowed: settings that may differ because the caller says that it is intended.
        alpha: two-sided error probability, of each interval and of all claims together.
        power: power at which the smallest detectable differences are stated.
    """
    terms = _Terms(alpha, power, allowed)
    rows: list[EvaluationComparison] = []
    alone: list[Unmatched] = []
    for unit in units(old, new=new, framework=framework):
        both, apart = matched(unit)
        alone += apart
        for ours, theirs in both:
            variant = variant_label(ours, among=[other for other, _ in both])
            for evaluation in readings(ours, new=theirs, unit=unit, cluster_by=cluster_by):
                row = _compare(ours, theirs, evaluation=evaluation, slot=unit.slot, terms=terms)
                rows.append(row.model_copy(update={"name": unit.name, "variant": variant}))
    return VersionComparison(
        alpha=alpha,
        power=power,
        framework="" if framework is None else framework.name,
        evaluations=_adjusted(rows, alpha=alpha),
        unmatched=tuple(alone),
    )


def _compare(
    old: Runs, new: Runs, *, evaluation: Evaluation, slot: Evaluation | None, terms: _Terms
) -> EvaluationComparison:
    reading = Reading(
        evaluation,
        frozenset(evaluation.limits),
        evaluation.cluster_by,
        evaluation.higher_is == "worse",
    )
    sides = [pool([_present(run) for run in runs], reading=reading) for runs in (old, new)]
    lo, hi = evaluation.range
    found = list(
        mismatches(
            old,
            new=new,
            old_attempts=sides[0],
            new_attempts=sides[1],
            cluster_by=evaluation.cluster_by,
            allowed=terms.allowed,
        )
    )
    found += _unreadable(evaluation, sides, hi=hi)
    absent = _absent(old), _absent(new)
    shared = int(np.intersect1d(sides[0].items, sides[1].items).size)
    counts = [int(np.unique(side.items).size) for side in sides]
    row = EvaluationComparison(
        name=evaluation.title,
        task=old[0].evaluation,
        scorer=evaluation.scorer or next(iter(sorted(scorers(old) & scorers(new))), ""),
        lo=None if hi is None else lo,
        hi=hi,
        higher_is=None if slot is None else slot.higher_is,
        clusters_by=evaluation.cluster_by or "",
        old=_side(old, sides[0], absent=absent[0]),
        new=_side(new, sides[1], absent=absent[1]),
        shared=shared,
        only_old=counts[0] - shared,
        only_new=counts[1] - shared,
        mismatches=tuple(found),
    )
    if hi is None or not shared:
        return row
    pairs = pair(sides[0], new=sides[1], lo=lo, hi=hi, absent=absent)
    return _measured(row, pairs, terms)


def _measured(row: EvaluationComparison, pairs: Pairs, terms: _Terms) -> EvaluationComparison:
    test = None if row.barred else test_pairs(pairs, alpha=terms.alpha, power=terms.power)
    means = [clustered_mean(pairs, values=values) for values in (pairs.old, pairs.new)]
    return row.model_copy(
        update={
            "old": row.old.model_copy(update={"mean": means[0]}),
            "new": row.new.model_copy(update={"mean": means[1]}),
            "difference": difference_of(pairs),
            "test": test,
        }
    )


def _unreadable(
    evaluation: Evaluation, sides: Sequence[Attempts], *, hi: float | None
) -> Iterator[Mismatch]:
    """Yield what keeps these scores from a paired test, whatever the runs are."""
    if evaluation.arm_by is not None:
        says = "the attempts belong to the arms of a trial; items do not pair"
        yield Mismatch(code="compare.arms", says=says, bars=True)
    if {"scorer.missing", "scorer.ambiguous"} & sides[0].flags.union(sides[1].flags):
        says = (
            "the two sides have no score of one name"
            if not evaluation.scorer
            else (f"no values of `{evaluation.scorer}` on a side")
        )
        yield Mismatch(code="compare.scorer", says=says, bars=True)
    elif hi is None:
        says = "the score's range is not known: a framework has to declare it"
        yield Mismatch(code="compare.range", says=says, bars=True)


def _present(run: Evidence) -> Evidence:
    """The run as far as its log goes; absent attempts are counted apart, see `pair`."""
    return run.model_copy(update={"planned_samples": None})


def _absent(runs: Runs) -> int:
    return sum(max(0, (run.planned_samples or 0) - len(run.samples)) for run in runs)


def _side(runs: Runs, attempts: Attempts, *, absent: int) -> ComparedSide:
    present = attempts.values.size
    return ComparedSide(
        runs=tuple(sorted(run.digest for run in runs)),
        subjects=tuple(sorted({run.subject.name for run in runs})),
        items=int(np.unique(attempts.items).size),
        attempts=present + absent,
        missing=int(np.isnan(attempts.values).sum()) + absent,
        refused=int(attempts.refused.sum()),
        seconds=_each([run.seconds for run in runs], attempts=present),
        tokens=_tokens_each([run.tokens for run in runs], attempts=present),
        other_tokens=_tokens_each([run.other_tokens for run in runs], attempts=present),
        usd=_each([run.usd for run in runs], attempts=present),
    )


def _each(spent: Sequence[float | None], *, attempts: int) -> float | None:
    """What an attempt took; None where a run does not tell, as a part of the runs may be unlike."""
    known = [cost for cost in spent if cost is not None]
    return sum(known) / attempts if attempts and len(known) == len(spent) else None


def _tokens_each(used: Sequence[Tokens | None], *, attempts: int) -> TokensEach | None:
    known = [tokens for tokens in used if tokens is not None]
    if not attempts or len(known) < len(used):
        return None
    return TokensEach(
        input=sum(tokens.input for tokens in known) / attempts,
        output=sum(tokens.output for tokens in known) / attempts,
        total=sum(tokens.total for tokens in known) / attempts,
    )


def _adjusted(
    rows: Sequence[EvaluationComparison], *, alpha: float
) -> tuple[EvaluationComparison, ...]:
    """Return the rows after Holm's adjustment over both one-sided hypotheses of every test (S-34).

    Each direction is a hypothesis of its own, so that claims of a direction are covered, too.
    """
    tests = [row.test for row in rows if row.test is not None]
    p_values = [p for test in tests for p in (test.p_lower, test.p_higher)]
    adjusted = iter(stats.holm(p_values).tolist()) if p_values else iter(())
    done = []
    for row in rows:
        if row.test is None:
            done.append(row)
            continue
        lower, higher = next(adjusted), next(adjusted)
        shown: Direction | None = None
        if min(lower, higher) <= alpha:
            shown = "lower" if lower < higher else "higher"
        update = {"adjusted": min(lower, higher), "shown": shown}
        done.append(row.model_copy(update={"test": row.test.model_copy(update=update)}))
    return tuple(done)
