"""What keeps two sides of an evaluation from being comparable, and what is to be known (S-31)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from tierlock.core import Evidence, Mismatch
from tierlock.policy import Attempts

_LEAST_SHARED: Final = 0.5
"""Share of all items that both sides must have; fewer is another data set."""
_GROUPS_NAMED: Final = 3
_SETTING_CODES: Final[Mapping[str, tuple[str, bool]]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *("message_limit", "token_limit", "token_limit_type", "turn_limit"),
                *("time_limit", "working_limit", "cost_limit"),
            ),
            ("compare.limits", True),
        ),
        "dataset": ("compare.dataset", True),
        "model_roles": ("compare.judge", True),
        **dict.fromkeys(("epochs", "epochs_reducer"), ("compare.epochs", False)),
        **dict.fromkeys(("limit", "sample_id", "sample_shuffle"), ("compare.selection", False)),
        **dict.fromkeys(
            ("fail_on_error", "continue_on_fail", "retry_on_error", "score_on_error"),
            ("compare.errors", False),
        ),
        "scorers": ("compare.scorers", False),
        **dict.fromkeys(("packages", "revision"), ("compare.code", False)),
        **dict.fromkeys(
            ("model_args", "model_base_url", "seed"), ("compare.model-settings", False)
        ),
    }
)
_ELICITATION: Final = ("compare.elicitation", True)
"""Every setting that is not listed says how the subject was asked."""


def mismatches(
    old: Sequence[Evidence],
    *,
    new: Sequence[Evidence],
    old_attempts: Attempts,
    new_attempts: Attempts,
    cluster_by: str | None,
    allowed: frozenset[str],
) -> Iterator[Mismatch]:
    """Yield what is not alike, what makes the sides not comparable first within its kind.

    Args:
        old: runs of the old side, of one task and elicitation, at least one.
        new: runs of the new side, likewise.
        old_attempts: the pooled attempts of `old`.
        new_attempts: those of `new`.
        cluster_by: attribute that names the independent cluster, if any.
        allowed: settings that may differ because the caller says that it is intended.
    """
    if {run.digest for run in old} & {run.digest for run in new}:
        yield _bars("compare.same-runs", "a run stands on both sides")
    yield from _versions(old, new)
    yield from setting_mismatches(old, new=new, allowed=allowed)
    yield from _items(old_attempts, new_attempts, clustered=cluster_by is not None)
    yield from _contents(old, new, cluster_by=cluster_by)
    for side, runs in (("old", old), ("new", new)):
        codes = sorted({p.code for run in runs for p in run.problems if p.severity == "doubt"})
        if codes:
            yield _warns("compare.doubtful", f"the {side} evidence is in doubt: {', '.join(codes)}")
        ends = sorted({run.status for run in runs} - {"success"})
        if ends:
            yield _warns("compare.unfinished", f"no {side} run finished: {', '.join(ends)}")
        if any(problem.code == "dataset.shuffled" for run in runs for problem in run.problems):
            says = f"the {side} samples were shuffled: items without ids of their own may be others"
            yield _warns("compare.shuffled", says)
    if cluster_by is None:
        yield from _groups((*old, *new))
    if "range.violated" in old_attempts.flags | new_attempts.flags:
        yield _warns("compare.range-left", "values lie outside the declared range")


def setting_mismatches(
    old: Sequence[Evidence], *, new: Sequence[Evidence], allowed: frozenset[str]
) -> Iterator[Mismatch]:
    """Yield every setting that has not the same values on both sides, those that bar first."""
    found = []
    for name in sorted({key for run in (*old, *new) for key in run.configuration}):
        ours, theirs = _values(old, name), _values(new, name)
        if ours == theirs:
            continue
        code, bars = _SETTING_CODES.get(name, _ELICITATION)
        found.append(
            Mismatch(
                code=code,
                says=f"`{name}` differs",
                bars=bars and name not in allowed,
                setting=name,
                old=ours,
                new=theirs,
                allowed=name in allowed,
            )
        )
    yield from sorted(found, key=lambda one: not one.bars)


def _values(runs: Sequence[Evidence], name: str) -> str:
    return " | ".join(sorted({run.configuration.get(name, "") for run in runs}))


def _versions(old: Sequence[Evidence], new: Sequence[Evidence]) -> Iterator[Mismatch]:
    tasks = [run.evaluation for run in (old[0], new[0])]
    if tasks[0] != tasks[1]:
        yield _bars("compare.task", f"task `{tasks[0]}` against `{tasks[1]}`")
    sides = [", ".join(sorted({run.task_version for run in runs})) for runs in (old, new)]
    if sides[0] != sides[1]:
        says = f"task version `{sides[0]}` against `{sides[1]}`"
        yield _bars("compare.task-version", says)


def _items(old: Attempts, new: Attempts, *, clustered: bool) -> Iterator[Mismatch]:
    ours, theirs = np.unique(old.items), np.unique(new.items)
    shared = int(np.intersect1d(ours, theirs).size)
    total = ours.size + theirs.size - shared
    if not ours.size or not theirs.size:
        side = " and ".join(
            name for name, items in (("old", ours), ("new", theirs)) if not items.size
        )
        yield _bars("compare.no-samples", f"no samples on the {side} side")
    elif shared < total:
        says = (
            f"{shared} of {total} items are on both sides, {ours.size - shared} only old, "
            f"{theirs.size - shared} only new"
        )
        few = shared < _LEAST_SHARED * total
        yield Mismatch(code="compare.items", says=says, bars=few)
    if "cluster.unknown" in old.flags | new.flags:
        yield _bars("compare.clusters", "the cluster of an attempt is not known")
    elif clustered and shared:
        labels = np.concatenate([old.items, new.items])
        pairs = np.unique(np.stack([labels, np.concatenate([old.clusters, new.clusters])]), axis=1)
        if pairs.shape[1] != total:
            yield _bars("compare.clusters", "an item belongs to different clusters")


def _contents(
    old: Sequence[Evidence], new: Sequence[Evidence], *, cluster_by: str | None
) -> Iterator[Mismatch]:
    """An id that carries other attributes may be another item."""
    names = set.intersection(*(set(run.samples.attributes) for run in (*old, *new)))
    names -= {cluster_by or ""}
    ours, theirs = _described(old, names), _described(new, names)
    changed = sum(theirs[item] != about for item, about in ours.items() if item in theirs)
    if changed:
        says = f"{changed} items of one id carry other attributes on the two sides"
        yield _warns("compare.items-changed", says)


def _groups(runs: Sequence[Evidence]) -> Iterator[Mismatch]:
    """Attributes that put several items together: items of one group may not be independent."""
    count = len({item for run in runs for item in run.samples.id})
    names = set.intersection(*(set(run.samples.attributes) for run in runs))
    grouping = [
        name
        for name in sorted(names)
        if 1 < max(len(set(run.samples.attributes[name])) for run in runs) <= count / 2
    ]
    if grouping:
        named = ", ".join(f"`{name}`" for name in grouping[:_GROUPS_NAMED])
        says = f"items are taken as independent, and {named} puts several together"
        yield _warns("compare.groups", says)


def _described(runs: Sequence[Evidence], names: set[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for run in runs:
        columns = [run.samples.attributes[name] for name in sorted(names)]
        for item, *about in zip(run.samples.id, *columns, strict=True):
            found.setdefault(item, tuple(about))
    return found


def _bars(code: str, says: str) -> Mismatch:
    return Mismatch(code=code, says=says, bars=True)


def _warns(code: str, says: str) -> Mismatch:
    return Mismatch(code=code, says=says, bars=False)
