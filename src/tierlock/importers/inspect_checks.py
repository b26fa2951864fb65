"""Recomputation: the mean in an Inspect header must follow from the samples beside it.

Held for 42 of 42 pairs of scorer and metric in real logs, so a mismatch means missing samples,
an altered log, or a metric that is not what its name says.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from tierlock.core import Problem
from tierlock.importers.columns import Row
from tierlock.importers.inspect_schema import HeaderScore
from tierlock.importers.reasons import problem

_MEANS: Final = frozenset({"accuracy", "mean"})
_PLAIN_REDUCERS: Final = frozenset({None, "mean"})
_TOLERANCE: Final = 1e-6


def check_header(scores: Iterable[HeaderScore], *, rows: tuple[Row, ...]) -> tuple[Problem, ...]:
    """Return a problem for every mean in the header that the rows do not give.

    Only plain means are compared: the metric `accuracy` or `mean`, reduced over epochs by the mean,
    without parameters and groups. Inspect leaves attempts without a value out of the mean, some
    versions count them as 0, and versions differ about attempts that failed; any of these
    readings is accepted.
    """
    columns = {name for row in rows for name in row.scores}
    found = []
    for column, metric, value in _plain_means(scores, columns=columns):
        first = None
        for reading in _readings(rows, column=column):
            first = reading if first is None else first
            if math.isclose(value, reading, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE):
                break
        else:
            given = "none" if first is None else format(first, ".6g")
            says = f"the header gives {metric} {value:.6g} for `{column}`, the samples give {given}"
            found.append(problem("header.mismatch", says=says))
    return tuple(found)


def _plain_means(
    scores: Iterable[HeaderScore], *, columns: set[str]
) -> Iterator[tuple[str, str, float]]:
    """Yield column, metric name and value of every mean that can be recomputed."""
    for score in scores:
        names = (score.name, f"{score.scorer}/{score.name}")
        column = next((name for name in names if name in columns), None)
        if column is None or score.reducer not in _PLAIN_REDUCERS:
            continue
        for key, metric in score.metrics.items():
            plain = key.rpartition("/")[2] in _MEANS and not metric.params and not metric.group
            if plain and metric.value is not None and math.isfinite(metric.value):
                yield column, key, metric.value


def _readings(rows: tuple[Row, ...], *, column: str) -> Iterator[float]:
    """Yield the means over samples that Inspect may have meant, the likeliest first."""
    given = [row for row in rows if column in row.scores]
    sound = [row for row in given if row.state != "errored"]
    for missing in (None, 0.0):
        for chosen in (given, sound):
            mean = _mean_over_epochs(chosen, column=column, missing=missing)
            if mean is not None:
                yield mean
            elif missing is None:
                # Without a single value Inspect writes 0.
                yield 0.0


def _mean_over_epochs(rows: Iterable[Row], *, column: str, missing: float | None) -> float | None:
    epochs: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        value = row.scores[column]
        value = missing if value is None else value
        if value is not None:
            epochs[row.id].append(value)
    means = [math.fsum(values) / len(values) for values in epochs.values()]
    return math.fsum(means) / len(means) if means else None
