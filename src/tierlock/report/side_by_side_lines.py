"""The thresholds of several frameworks by subject area, with what the crosswalk states of each.

Nothing here concludes anything: areas are for reading, and what two lines are to each other is only
what was stated, seen from either end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from tierlock.core import (
    CrosswalkItem,
    CrosswalkRelation,
    Outcome,
    Relation,
    ThresholdFinding,
)
from tierlock.report.numbers import NBSP
from tierlock.report.sanitize import clean
from tierlock.report.side_by_side import SideBySide
from tierlock.report.values import AssessReport

NOT_STATED: Final = "not stated"
NO_LINE: Final = "no threshold here"
_WORDS: Final[Mapping[Relation, str]] = {
    "equal": "equal to",
    "subset": "subset of",
    "superset": "superset of",
    "intersects": "intersects",
    "none": "no counterpart in",
}
# What a domain's name or title contains, and the area it is read in; the first that fits.
_AREAS: Final = (
    ("Biology, chemistry, radiology, nuclear", ("bio", "chem", "cbrn")),
    ("Cyber", ("cyber",)),
    ("AI research and development, autonomy", ("ai-rd", "ml-rd", "automated-rd", "autonom")),
    ("AI research and development, autonomy", ("self-improvement",)),
    ("Misalignment", ("misalign", "deceptive")),
    ("Manipulation and persuasion", ("manipul", "persua")),
)


class Line(NamedTuple):
    """One threshold among those of its area.

    Attributes:
        framework: its framework's name.
        threshold: empty where this framework has none in an area that is common to many.
        outcome: None likewise.
        relations: what the crosswalk says it is to lines of the other frameworks.
    """

    framework: str
    threshold: str = ""
    outcome: Outcome | None = None
    relations: str = ""


def areas_of(found: SideBySide) -> dict[str, tuple[Line, ...]]:
    """Return every threshold by subject area, in the order of the frameworks; empty areas go."""
    common = dict.fromkeys(title for title, _ in _AREAS)
    areas: dict[str, list[Line]] = {title: [] for title in common}
    for side in found.sides:
        for threshold in side.report.determination.thresholds:
            line = Line(
                framework=side.name,
                threshold=clean(threshold.threshold),
                outcome=threshold.outcome,
                relations=_relations(found, framework=side.name, threshold=threshold.threshold),
            )
            areas.setdefault(_area(side.report, threshold), []).append(line)
    return {
        title: tuple(_with_gaps(lines, found) if title in common else lines)
        for title, lines in areas.items()
        if lines
    }


def _with_gaps(lines: Sequence[Line], found: SideBySide) -> Iterator[Line]:
    """Yield the lines of an area, and one without threshold for a framework that has none there."""
    for side in found.sides:
        mine = [line for line in lines if line.framework == side.name]
        yield from mine or [Line(framework=side.name)]


def _area(report: AssessReport, threshold: ThresholdFinding) -> str:
    defined = report.framework.domains.get(threshold.domain)
    title = clean(defined.title if defined else threshold.domain)
    text = f"{threshold.domain} {title}".lower()
    return next((area for area, words in _AREAS if any(word in text for word in words)), title)


def _relations(found: SideBySide, *, framework: str, threshold: str) -> str:
    """Return what a threshold is to those of the other frameworks that the crosswalk covers."""
    if framework not in found.covered:
        return NOT_STATED
    mine = CrosswalkItem(framework=framework, id=threshold)
    turned = [one if one.item == mine else one.inverse() for one in found.relations]
    stated = [one for one in turned if one.item == mine]
    letters = found.letters
    parts = []
    for relation in dict.fromkeys(one.relation for one in stated):
        ends = [_end(one.other, letters) for one in stated if one.relation == relation]
        parts.append(f"{_WORDS[relation]} {', '.join(ends)}")
    reached = {one.other.framework for one in stated}
    open_to = [name for name in found.covered if name != framework and name not in reached]
    if open_to:
        parts.append(f"{NOT_STATED} for {', '.join(letters[name] for name in open_to)}")
    return "; ".join(parts) or NOT_STATED


def relation_words(stated: CrosswalkRelation, *, letters: Mapping[str, str]) -> str:
    """Return what the first end is to the other: `intersects B CBRN-3`, `no counterpart in B`."""
    return f"{_WORDS[stated.relation]} {_end(stated.other, letters)}"


def _end(item: CrosswalkItem, letters: Mapping[str, str]) -> str:
    # Kept together where a line is broken.
    return f"{letters[item.framework]}{NBSP}{clean(item.id)}".rstrip(NBSP)
