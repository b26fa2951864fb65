"""Tasks, families and runs as tables, and what a hierarchical bootstrap draws from them.

A draw takes as many families as there are, with replacement; for each copy of a family as many of
its tasks as it has; for each copy of a task as many of its runs as it has. The bits are the raw
ones of PCG64, which no release of numpy may change.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats
from tierlock.stats.clusters import Counts


class Suite(NamedTuple):
    """Tasks in an order that depends on no label; families and runs in the order of the tasks."""

    family_sizes: Counts
    lengths: Floats
    """log2 of the minutes of each task, shape (T,)."""
    weights: Floats
    """Weight of every run of each task, shape (T,)."""
    runs: Counts
    values: Floats
    """Success of each run, 0 where it is missing, shape (N,)."""
    missing: Floats
    """1 where a run has no value, shape (N,)."""


class Drawn(NamedTuple):
    """Runs drawn at each task, shape (B, T) each: how many, their successes, the missing ones."""

    tried: Floats
    solved: Floats
    lost: Floats


def suite_of(
    values: Floats,
    *,
    minutes: Floats,
    weights: Floats,
    items: npt.NDArray[np.str_],
    clusters: npt.NDArray[np.str_],
) -> Suite:
    """Attempts grouped by task and family, in an order made from what happened at the tasks.

    Raises:
        InvalidNumbers: the attempts at one task have several lengths.
    """
    names, item_codes = np.unique(items, return_inverse=True)
    _, family_codes = np.unique(clusters, return_inverse=True)
    pairs, codes = np.unique(
        family_codes.astype(np.int64) * names.size + item_codes, return_inverse=True
    )
    order = np.lexsort((values, codes))
    starts = np.searchsorted(codes[order], np.arange(pairs.size))
    tasks = np.split(values[order] + 0.0, starts[1:])  # no negative zero, which has other bytes
    lengths, shares = minutes[order][starts], weights[order][starts]
    if (minutes != lengths[codes]).any():
        raise InvalidNumbers("a task has two lengths in minutes")
    members: dict[int, list[tuple[float, int, bytes, int]]] = {}
    for task, family in enumerate(pairs // names.size):
        key = (float(lengths[task]), tasks[task].size, tasks[task].tobytes(), task)
        members.setdefault(int(family), []).append(key)
    families = sorted((sorted(keys) for keys in members.values()), key=_without_labels)
    chosen = np.array([key[-1] for keys in families for key in keys], dtype=np.int64)
    runs = np.concatenate([tasks[task] for task in chosen])
    return Suite(
        family_sizes=np.array([len(keys) for keys in families], dtype=np.int64),
        lengths=np.log2(lengths[chosen]),
        weights=shares[chosen],
        runs=np.array([tasks[task].size for task in chosen], dtype=np.int64),
        values=np.nan_to_num(runs),
        missing=np.isnan(runs).astype(np.float64),
    )


def _without_labels(
    keys: list[tuple[float, int, bytes, int]],
) -> tuple[int, list[tuple[float, int, bytes]]]:
    return len(keys), [key[:-1] for key in keys]


def everything(suite: Suite) -> Drawn:
    """The data themselves as the only draw, shape (1, T)."""
    first = np.cumsum(suite.runs) - suite.runs
    return Drawn(
        tried=suite.runs[None, :].astype(np.float64),
        solved=np.add.reduceat(suite.values, first)[None, :],
        lost=np.add.reduceat(suite.missing, first)[None, :],
    )


def drawn_from(suite: Suite, *, size: int, bits: np.random.PCG64) -> Drawn:
    """`size` draws of families, tasks and runs."""
    families = suite.family_sizes.size
    chosen = _uniform(bits, np.full(size * families, families))
    copies = _counts(chosen + np.repeat(np.arange(size) * families, families), size, families)
    times = _task_copies(copies, suite.family_sizes, bits)
    return _runs_of(times, suite, bits)


def _task_copies(copies: Counts, sizes: Counts, bits: np.random.PCG64) -> Counts:
    """How often each task is drawn, shape (B, T), given how often each family is."""
    tasks = int(sizes.sum())
    first = np.cumsum(sizes) - sizes
    times = np.zeros((copies.shape[0], tasks), dtype=np.int64)
    times[:, first[sizes == 1]] = copies[:, sizes == 1]  # an only task needs no chance
    several = np.flatnonzero(sizes > 1)
    block, place = np.nonzero(copies[:, several])
    family = several[place]
    repeats = copies[block, family] * sizes[family]
    chosen = _uniform(bits, np.repeat(sizes[family], repeats))
    chosen += np.repeat(block * tasks + first[family], repeats)
    return times + _counts(chosen, copies.shape[0], tasks)


def _runs_of(times: Counts, suite: Suite, bits: np.random.PCG64) -> Drawn:
    """What the runs are that are drawn at each task, given how often the task is."""
    first = np.cumsum(suite.runs) - suite.runs
    last = first + suite.runs - 1
    tried = (times * suite.runs).astype(np.float64)
    solved, lost = tried * suite.values[first], tried * suite.missing[first]
    unlike = suite.values[first] < np.maximum.reduceat(suite.values, first)
    mixed = np.flatnonzero(unlike | (suite.missing[first] < suite.missing[last]))
    block, place = np.nonzero(times[:, mixed])  # equal runs need no chance
    if block.size:
        task = mixed[place]
        repeats = times[block, task] * suite.runs[task]
        run = _uniform(bits, np.repeat(suite.runs[task], repeats))
        run += np.repeat(first[task], repeats)
        starts = np.cumsum(repeats) - repeats
        solved[block, task] = np.add.reduceat(suite.values[run], starts)
        if suite.missing.any():
            lost[block, task] = np.add.reduceat(suite.missing[run], starts)
    return Drawn(tried, solved, lost)


def _counts(flat: Counts, rows: int, columns: int) -> Counts:
    """How often each whole number occurs, as a table."""
    return np.bincount(flat, minlength=rows * columns).reshape(rows, columns)


def _uniform(bits: np.random.PCG64, sizes: Counts) -> Counts:
    """One whole number below each size, from 32 raw bits each."""
    raw = np.asarray(bits.random_raw((sizes.size + 1) // 2), dtype="<u8").view("<u4")
    return ((raw[: sizes.size].astype(np.uint64) * sizes.astype(np.uint64)) >> 32).astype(np.int64)
