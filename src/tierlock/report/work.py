"""The work order in words: which ways open what is closed, and what each costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tierlock.core import Decision, Explanation, Framework, Outcome, WorkItem
from tierlock.report.numbers import NBSP, count_of, show_count, show_duration, show_money
from tierlock.report.reasons import all_of
from tierlock.report.sanitize import clean

_REPAIR: Final = "repair"
_WHOLE: Final = 20  # an effort up to this length is not broken over lines
_MEET: Final = "meet"
_THEN: Final = "then"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way forward: a heading and all items that it needs.

    Attributes:
        heading: what the items are for (`rule out ASL-3/bio`); empty where they speak for
            themselves.
        standards: whether the items are safeguards, to be read by standard.
    """

    heading: str
    items: tuple[WorkItem, ...]
    standards: bool = False


@dataclass(frozen=True, kw_only=True)
class WayText:
    """A way forward as text: what it is for, and its lines, all of which are needed."""

    heading: str
    lines: tuple[str, ...]
    joint: str

    @property
    def title(self) -> str:
        """What stands above the lines: `rule out ASL-3/bio with both of:`."""
        every = {1: "", 2: "both of"}.get(len(self.lines), "all of")
        parts = (self.heading, self.joint if every else "", every)
        return " ".join(part for part in parts if part) + ":"

    @property
    def first(self) -> str:
        """The title; where there is one line, that line with its heading."""
        if len(self.lines) != 1:
            return self.title
        if not self.heading:
            return self.lines[0]
        return f"{self.heading}{':' if self.joint else ''} {self.lines[0]}"

    @property
    def rest(self) -> tuple[str, ...]:
        """What stands below `first`."""
        return self.lines if len(self.lines) != 1 else ()


def work_cost(item: WorkItem) -> str:
    """Return what a work item costs, as far as it is known; empty where nothing is."""
    parts = [sample_words(item.samples, likely=item.likely_samples)]
    if item.samples is not None and str(item.samples) in item.do:
        parts = []
    return ", ".join(part for part in (*parts, *_price(item)) if part)


def sample_words(least: int | None, *, likely: int | None, noun: str = "sample") -> str:
    """Return how many samples settle something: at the least, and with 80 % probability.

    >>> sample_words(39, likely=61), sample_words(1, likely=None)
    ('at least 39 samples, likely 61', 'at least 1 sample')
    """
    if least is None:
        return "" if likely is None else f"likely {count_of(likely, one=noun)}"
    text = f"at least {count_of(least, one=noun)}"
    return text if likely in {None, least} else f"{text}, likely {show_count(likely or least)}"


def _price(item: WorkItem) -> list[str]:
    parts = []
    if item.seconds is not None:
        parts.append(show_duration(item.seconds))
    if item.usd is not None:
        parts.append(show_money(item.usd))
    if item.effort:
        effort = clean(item.effort)
        parts.append(effort.replace(" ", NBSP) if len(effort) <= _WHOLE else effort)
    return parts


def work_words(item: WorkItem) -> str:
    """Return a work item with its cost and owner in one line.

    >>> work_words(WorkItem(do="run `ctf`", settles="t:c", kind="evaluate", samples=39))
    'run `ctf`: at least 39 samples'
    """
    do = clean(item.do)
    samples = sample_words(item.samples, likely=item.likely_samples)
    if samples and str(item.samples) not in item.do:
        do += f": {samples}"
    return do + _tail(item)


def own_words(item: WorkItem) -> str:
    """Return a work item without the name and sentence of what it settles, to stand beside them."""
    verb, named, _ = clean(item.do).partition(f" {clean(item.settles)}:")
    return f"{verb} it{_tail(item)}" if named else work_words(item)


def _tail(item: WorkItem) -> str:
    owner = clean(item.owner)
    named = f"owner: {owner}" if owner and owner not in item.do else ""
    text = "; ".join(note for note in (", ".join(_price(item)), named) if note)
    return f" ({text})" if text else ""


def work_ways(
    items: Iterable[WorkItem],
    *,
    framework: Framework,
    explanation: Explanation,
    decision: Decision | None,
) -> list[Way]:
    """Return the ways forward: what must be done, what rules a threshold out, what may replace it.

    Meeting all standards that a threshold obliges to can stand in for ruling it out, unless it is
    reached or one of them can be met by nobody. Signatures come last: they are given on the rest.
    """
    kept = _distinct(items)
    outcomes = {entry.threshold: entry.outcome for entry in explanation.deciding}
    unmeetable = _unmeetable(framework, decision)
    must: dict[str, list[WorkItem]] = {}
    rule_out: dict[str, list[WorkItem]] = {}
    choice: dict[str, list[WorkItem]] = {}
    signs = []
    for number, item in enumerate(kept):
        group = item.group
        if item.kind == "sign":
            signs.append(item)
        elif group in framework.thresholds:
            rule_out.setdefault(group, []).append(item)
        elif group not in framework.standards:
            must.setdefault(f"\n{number}", []).append(item)
        else:
            owing = _may_be_ruled_out(group, framework, outcomes)
            (choice if owing else must).setdefault(group, []).append(item)
    ways = [
        *_required(must, framework),
        *(Way(heading=f"rule out {clean(t)}", items=tuple(found)) for t, found in rule_out.items()),
        *_choices(choice, framework, outcomes, unmeetable),
    ]
    return [*ways, *([Way(heading=_THEN if ways else "", items=tuple(signs))] if signs else [])]


def _distinct(items: Iterable[WorkItem]) -> list[WorkItem]:
    """Drop repeats; where a safeguard is to be repaired, it need not be put in place as well."""
    kept = list(dict.fromkeys(items))
    repaired = {item.settles for item in kept if item.do.startswith(_REPAIR)}
    return [
        item
        for item in kept
        if item.kind != "safeguard" or item.settles not in repaired or item.do.startswith(_REPAIR)
    ]


def _required(must: dict[str, list[WorkItem]], framework: Framework) -> Iterator[Way]:
    met = [item for group, found in must.items() if group in framework.standards for item in found]
    for group, found in must.items():
        if group not in framework.standards:
            yield Way(heading="", items=tuple(found))
    if met:
        yield Way(heading=_MEET, items=tuple(met), standards=True)


def _choices(
    choice: dict[str, list[WorkItem]],
    framework: Framework,
    outcomes: dict[str, Outcome],
    unmeetable: set[str],
) -> Iterator[Way]:
    replaced: dict[tuple[str, ...], list[str]] = {}
    for name, threshold in framework.thresholds.items():
        owed = tuple(group for group in choice if group in threshold.obliges)
        meetable = not unmeetable & set(threshold.obliges)
        if owed and meetable and outcomes.get(name) is Outcome.UNDETERMINED:
            replaced.setdefault(owed, []).append(name)
    for owed, names in replaced.items():
        items = tuple(item for group in owed for item in choice[group])
        of = f" of ruling out {all_of([clean(name) for name in names])}"
        named = of if len(replaced) > 1 or len(names) > 1 else ""
        heading = f"or, instead{named}, {_MEET}"
        yield Way(heading=heading, items=items, standards=True)
    offered = {group for owed in replaced for group in owed}
    rest = tuple(item for group, found in choice.items() if group not in offered for item in found)
    if rest:
        names = sorted(clean(name) for name in unmeetable)
        heading = f"while nobody can meet {all_of(names)}, it is not enough to {_MEET}"
        yield Way(heading=heading, items=rest, standards=True)


def way_texts(
    items: Iterable[WorkItem],
    *,
    framework: Framework,
    explanation: Explanation,
    decision: Decision | None,
    full: bool = False,
) -> list[WayText]:
    """Return the work order as text, one block per way; `full` spells every safeguard out."""
    ways = work_ways(items, framework=framework, explanation=explanation, decision=decision)
    return [way_text(way, full=full) for way in ways]


def way_text(way: Way, *, full: bool = False) -> WayText:
    """Return one way forward as a heading with the lines that are all needed."""
    lines: Iterator[str] = map(work_words, way.items)
    if way.standards:
        lines = map(_full, way.items) if full else _by_standard(way)
    joint = "with" if way.heading and not way.standards else ""
    return WayText(heading=way.heading, lines=tuple(lines), joint=joint)


def next_way(
    step: WorkItem, *, framework: Framework, explanation: Explanation, decision: Decision | None
) -> WayText:
    """Return the way that `step` belongs to; if that is signing, what is to be done before it."""
    ways = work_ways(
        (*explanation.work, step),
        framework=framework,
        explanation=explanation,
        decision=decision,
    )
    alone = Way(heading="", items=(step,))
    found = next((way for way in ways if step in way.items), alone)
    return way_text(ways[0] if found.heading == _THEN else found)


def _by_standard(way: Way) -> Iterator[str]:
    """Yield `standard: criterion (cost), ...`; work with words of its own keeps them."""
    by_standard: dict[str, list[str]] = {}
    for item in way.items:
        by_standard.setdefault(item.group, []).append(_short(item))
    for standard, texts in by_standard.items():
        yield f"{clean(standard)}: {', '.join(texts)}"


def _short(item: WorkItem) -> str:
    if item.kind != "safeguard" or item.settles not in item.do:
        return work_words(item)
    verb = f"{_REPAIR} " if item.do.startswith(_REPAIR) else ""
    name = clean(item.settles.rpartition(":")[2])
    return (verb + name + _tail(item)).replace(" ", NBSP)


def _full(item: WorkItem) -> str:
    """Return a safeguard with its cost and what it must do; other work in its own words."""
    verb, says = safeguard_words(item)
    if says == clean(item.do):
        return work_words(item)
    return f"{verb}{clean(item.settles)}{_tail(item)}: {says}"


def safeguard_words(item: WorkItem) -> tuple[str, str]:
    """Return the verb to set before a safeguard's name, and what must be in place.

    Putting in place needs no verb. Work that is in its own words has only those.
    """
    named, colon, says = clean(item.do).partition(f"{clean(item.settles)}: ")
    if item.kind != "safeguard" or not colon:
        return "", clean(item.do)
    return f"{_REPAIR} " if named.startswith(_REPAIR) else "", says


def _unmeetable(framework: Framework, decision: Decision | None) -> set[str]:
    """Return the standards that nobody can meet, of those that bind the action where one is."""
    if decision is None:
        return {name for name, standard in framework.standards.items() if standard.undefined}
    return {reason.about for reason in decision.reasons if reason.code == "standard.undefined"}


def _may_be_ruled_out(
    standard: str, framework: Framework, outcomes: dict[str, Outcome]
) -> list[str]:
    """Return the thresholds whose ruling out would lift `standard`; none if it stays owed."""
    if standard in framework.baseline:
        return []
    owing = [
        name
        for name, threshold in framework.thresholds.items()
        if standard in threshold.obliges and outcomes.get(name) is not Outcome.RULED_OUT
    ]
    if any(outcomes.get(name) is not Outcome.UNDETERMINED for name in owing):
        return []
    return owing
