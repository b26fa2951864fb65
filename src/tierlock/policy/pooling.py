"""Evidence of several runs -> arrays of attempts, with missing data made explicit (M-1 to M-5)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.core import Counts, Evaluation, Evidence, PlannedSlot

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.str_]
Mask = npt.NDArray[np.bool_]
_ABSENT: Final = "\x1fabsent\x1f"


IDENTITY_SETTINGS: Final = frozenset(
    {"model_args", "model_base_url", "model_roles", "packages", "revision", "seed"}
)
"""Settings that say what ran where; all others are elicitation (M-14, I-3)."""


class Reading(NamedTuple):
    """How the samples of a slot are read: the evaluation's rules, refined by the plan."""

    evaluation: Evaluation
    limits: frozenset[str]
    cluster_by: str | None
    higher_is_worse: bool

    @property
    def lo(self) -> float:
        """Lower end of the declared range."""
        return self.evaluation.range[0]

    @property
    def hi(self) -> float | None:
        """Upper end of the declared range; None is unbounded."""
        return self.evaluation.range[1]


class Attempts(NamedTuple):
    """Attempts of one or several runs as parallel arrays.

    `values` holds NaN for a missing attempt; `clusters` the label of the independent cluster;
    `amounts` the human minutes or attack hours that the evaluation names, NaN where unknown.
    """

    values: Floats
    items: Labels
    clusters: Labels
    arms: Labels
    refused: Mask
    amounts: Floats
    counts: Counts
    flags: frozenset[str]

    @property
    def missing_share(self) -> float:
        """Share of attempts without a value; 0 for no attempts."""
        return float(np.isnan(self.values).mean()) if self.values.size else 0.0

    @property
    def absent(self) -> int:
        """How many of the items stand for an attempt that the log does not hold (M-3)."""
        return sum(_ABSENT in item for item in set(self.items.tolist()))


def reading_of(
    evaluation: Evaluation, *, promise: PlannedSlot | None, higher_is_worse: bool
) -> Reading:
    """Return how a slot is read: the plan adds limits, and names the cluster where nobody did.

    Where the framework names the cluster, a plan can not make it finer.
    """
    limits = frozenset(evaluation.limits)
    if promise is not None and promise.limits is not None:
        limits |= frozenset(promise.limits)
    cluster_by = evaluation.cluster_by
    if promise is not None and cluster_by is None:
        cluster_by = promise.cluster_by
    return Reading(evaluation, limits, cluster_by, higher_is_worse)


def variant_of(run: Evidence, *, drawn: bool = False) -> tuple[object, ...]:
    """Return what identifies the elicitation of a run: task, version and its settings (M-14).

    Args:
        run: a run.
        drawn: whether the plan drew its samples; which they are is then no choice of anybody.
    """
    apart = IDENTITY_SETTINGS | {"sample_id"} if drawn else IDENTITY_SETTINGS
    kept = {k: v for k, v in run.configuration.items() if k not in apart}
    return (run.evaluation, run.task_version, tuple(sorted(kept.items())))


def variants(runs: Sequence[Evidence], *, drawn: bool = False) -> tuple[tuple[Evidence, ...], ...]:
    """Return runs grouped by elicitation, in a fixed order; each group is judged by itself."""
    groups: dict[str, list[Evidence]] = {}
    for run in runs:
        groups.setdefault(repr(variant_of(run, drawn=drawn)), []).append(run)
    return tuple(tuple(groups[name]) for name in sorted(groups))


def pool(runs: Sequence[Evidence], *, reading: Reading, apart: Sequence[Evidence] = ()) -> Attempts:
    """Return the attempts of `runs` pooled by item, with those of `apart` as units of their own.

    Attempts of `runs` with one evaluation and sample id are epochs of one item. An unfinished run
    in `apart` brings what it observed, not what it still owed: it only vetoes. Flags name what
    bars a rule-out: `cluster.unknown`, `range.violated`, `scorer.missing`, `scorer.ambiguous`.
    """
    parts = [_read(run, reading=reading, key="") for run in runs]
    parts += [_read(run, reading=reading, key=f"{run.run_id}\x1f") for run in apart]
    return merge(parts)


def merge(parts: Sequence[Attempts]) -> Attempts:
    """Return several blocks of attempts as one."""
    if not parts:
        empty = np.array([], dtype=np.str_)
        counts = Counts(planned=0, present=0, scored=0)
        none = np.array([])
        return Attempts(none, empty, empty, empty, none.astype(bool), none, counts, frozenset())
    missing: Counter[str] = Counter()
    for part in parts:
        missing.update(part.counts.missing)
    return Attempts(
        values=np.concatenate([part.values for part in parts]),
        items=np.concatenate([part.items for part in parts]),
        clusters=np.concatenate([part.clusters for part in parts]),
        arms=np.concatenate([part.arms for part in parts]),
        refused=np.concatenate([part.refused for part in parts]),
        amounts=np.concatenate([part.amounts for part in parts]),
        counts=Counts(
            planned=sum(part.counts.planned for part in parts),
            present=sum(part.counts.present for part in parts),
            scored=sum(part.counts.scored for part in parts),
            missing=dict(sorted(missing.items())),
            limited=sum(part.counts.limited for part in parts),
            refused=sum(part.counts.refused for part in parts),
        ),
        flags=frozenset().union(*(part.flags for part in parts)),
    )


def _read(run: Evidence, *, reading: Reading, key: str) -> Attempts:
    samples = run.samples
    present = len(samples)
    absent = max(0, (run.planned_samples or 0) - present)
    if key and run.status != "success":
        absent = 0
    values, flags = _score_column(run, reading.evaluation.scorer)
    state = np.array(samples.state, dtype=np.str_)
    limit = np.array(samples.limit, dtype=np.str_)
    refused = np.array(samples.refused, dtype=bool)
    counts: Counter[str] = Counter(value for value in samples.state if value != "scored")

    limited = (limit != "") & ~np.isin(limit, list(reading.limits)) & (state == "scored")
    lost = (state != "scored") | limited
    if reading.evaluation.refusal == "missing":
        counts["refused"] = int((refused & ~lost).sum())
        lost = lost | refused
    unscored = np.isnan(values) & ~lost
    counts["limit"] = int(limited.sum())
    counts["unscored"] += int(unscored.sum())
    values = np.where(lost, np.nan, values)
    if reading.evaluation.refusal == "worst":
        worst = reading.hi if reading.higher_is_worse else reading.lo
        values = np.where(refused & ~lost, np.nan if worst is None else worst, values)
    values, violated = _clip(values, reading)
    if violated:
        flags.add("range.violated")

    items = [f"{key}{run.evaluation}\x1f{name}" for name in samples.id]
    clusters, unknown = _clusters(run, reading, items, key)
    if unknown or (absent and reading.cluster_by is not None):
        flags.add("cluster.unknown")
    if absent:
        counts["absent"] += absent
        extra = [f"{key}{run.run_id}{_ABSENT}{i}" for i in range(absent)]
        items, clusters = items + extra, clusters + extra
        values = np.concatenate([values, np.full(absent, np.nan)])
    arms: Sequence[str] = ("",) * present
    if reading.evaluation.arm_by is not None:
        arms = samples.attributes.get(reading.evaluation.arm_by, arms)
    return Attempts(
        values=values,
        items=np.array(items, dtype=np.str_),
        clusters=np.array(clusters, dtype=np.str_),
        arms=np.array([*arms, *([""] * absent)], dtype=np.str_),
        refused=np.concatenate([refused, np.zeros(absent, dtype=bool)]),
        amounts=np.concatenate([_amounts(run, reading.evaluation), np.full(absent, np.nan)]),
        counts=Counts(
            planned=present + absent,
            present=present,
            scored=int((~np.isnan(values)).sum()),
            missing={reason: count for reason, count in counts.items() if count},
            limited=int(limited.sum()),
            refused=int(refused.sum()),
        ),
        flags=frozenset(flags),
    )


def _score_column(run: Evidence, scorer: str | None) -> tuple[Floats, set[str]]:
    """Values of the scorer asked for; NaN everywhere, and a flag, where the choice is unclear."""
    scores = run.samples.scores
    if scorer is None and len(scores) == 1:
        scorer = next(iter(scores))
    if scorer in scores:
        column = np.array(scores[scorer], dtype=np.float64)
        return np.where(np.isfinite(column), column, np.nan), set()
    flags = set()
    if len(run.samples):
        flags.add("scorer.ambiguous" if scorer is None and scores else "scorer.missing")
    return np.full(len(run.samples), np.nan), flags


def _amounts(run: Evidence, evaluation: Evaluation) -> Floats:
    """Human minutes or attack hours per attempt; NaN where they are not a positive number."""
    name = evaluation.minutes_by or evaluation.hours_by
    column = run.samples.attributes.get(name, ()) if name is not None else ()
    if not column:
        return np.full(len(run.samples), np.nan)
    amounts = np.array([_number(text) for text in column], dtype=np.float64)
    return np.where(amounts > 0, amounts, np.nan)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _clip(values: Floats, reading: Reading) -> tuple[Floats, bool]:
    """Beyond the dangerous end counts as that end, beyond the safe end is missing (M-4)."""
    lo, hi = reading.lo, np.inf if reading.hi is None else reading.hi
    with np.errstate(invalid="ignore"):
        low, high = values < lo, values > hi
    dangerous, safe = (high, low) if reading.higher_is_worse else (low, high)
    end = hi if reading.higher_is_worse else lo
    clipped = np.where(dangerous, end, np.where(safe, np.nan, values))
    return clipped, bool((low | high).any())


def _clusters(
    run: Evidence, reading: Reading, items: list[str], key: str
) -> tuple[list[str], bool]:
    """The cluster of every attempt; an unknown cluster falls back to the item, and is reported."""
    if reading.cluster_by is None:
        return list(items), False
    column = run.samples.attributes.get(reading.cluster_by)
    if column is None:
        return list(items), bool(items)
    labels = [
        f"{key}\x1fcluster\x1f{label}" if label else item
        for label, item in zip(column, items, strict=True)
    ]
    return labels, "" in column
