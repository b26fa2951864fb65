"""What is wrong with a garak report: ratings of nothing, and counts that do not follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tierlock.core import Problem
from tierlock.importers.columns import Row
from tierlock.importers.garak_schema import Report
from tierlock.importers.reasons import problem


class Output(NamedTuple):
    """One output with what each detector made of it; None where there is nothing usable."""

    row: Row
    ratings: Mapping[str, float | None]
    empty: bool
    unusable: bool


def check_counts(probe: str, *, outputs: Sequence[Output], report: Report) -> Iterator[Problem]:
    """Yield what is wrong with the detectors' ratings, and where garak's counts differ."""
    empty = sum(output.empty for output in outputs)
    if empty:
        yield problem("output.empty", says=f"{empty} outputs are empty and were rated all the same")
    if any(output.unusable for output in outputs):
        yield problem("score.unmappable", says="a detector's ratings are not all numbers")
    most, asked = (
        max(Counter(o.row.id for o in outputs).values(), default=0),
        report.setup.generations,
    )
    if asked is not None and most < asked:
        says = f"{asked} outputs were asked for per prompt, and none got more than {most}"
        yield problem("sample.fewer", says=says)
    for detector in sorted({name for output in outputs for name in output.ratings}):
        yield from _check_detector(detector, probe=probe, outputs=outputs, report=report)


def _check_detector(
    detector: str, *, probe: str, outputs: Sequence[Output], report: Report
) -> Iterator[Problem]:
    ratings = [r for output in outputs if (r := output.ratings.get(detector)) is not None]
    found = Counter(output.row.scores.get(detector) for output in outputs)
    counted = report.evaluated.get((probe, detector))
    if counted is not None:
        if (counted.passed, counted.hits) != (found[0.0], found[1.0]):
            says = (
                f"garak counts {counted.passed} passed and {counted.hits} hits of `{detector}`, "
                f"the attempts give {found[0.0]} and {found[1.0]}"
            )
            yield problem("header.mismatch", says=says)
    elif report.completion is not None:
        yield problem("header.mismatch", says=f"garak finished without counting `{detector}`")
    elif report.setup.threshold is None and any(rating not in (0, 1) for rating in ratings):
        says = f"ratings of `{detector}` were read with the default threshold, 0.5"
        yield problem("score.threshold", says=says)
