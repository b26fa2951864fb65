"""Which way a change of one key points: stricter for a subject, weaker, neither, or text only.

Stricter means: no evidence and no statement that did not suffice before suffices now. A key that is
not listed has no direction; a key that holds prose is `reworded`. So a key that the language gains
is reported from its first day, and gets a direction when somebody has thought about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from math import inf
from typing import Final, NamedTuple, TypeGuard

from tierlock.analysis.trees import tree_words
from tierlock.analysis.values import ChangeKind
from tierlock.core import AllOf, AnyOf, AtLeast, Criterion, Record, parse_period

_DAYS_PER_MONTH: Final = 30.436875
Tree = AllOf | AnyOf | AtLeast | Criterion
"""`Node` without its annotations, so that a value can be asked whether it is one."""

PROSE: Final = frozenset(
    {
        "after", "bar", "cite", "elicitation", "human_baseline", "reason", "says", "title",
        "typical_cost",
    }
)  # fmt: skip
"""Keys that people read and nothing computes with, in every class."""


class Step(NamedTuple):
    """One way in which a value changed."""

    kind: ChangeKind
    old: str
    new: str


Rule = Callable[[object, object], Iterator[Step]]


def days_of(period: str) -> float:
    """Return the length of a calendar period in days, months taken at their mean length.

    >>> days_of("P6M") < days_of("P190D") < days_of("P1Y")
    True
    """
    span = parse_period(period)
    return span.months * _DAYS_PER_MONTH + span.days


def shown(value: object) -> str:
    """Return a value as people write it in a framework file, on one line.

    >>> shown(0.5), shown(True), shown(None), shown(("a", "b"))
    ('0.5', 'true', 'none', 'a, b')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    if is_tree(value):
        return tree_words(value)
    if isinstance(value, Record):
        return _shown_record(value)
    if isinstance(value, tuple):
        inner = (f"[{shown(part)}]" if isinstance(part, tuple) else shown(part) for part in value)
        return ", ".join(inner) or "none"
    return value.isoformat() if isinstance(value, date) else str(value)


def _shown_record(record: Record) -> str:
    """Return what a record says beside its defaults; its id is the name that it is listed under."""
    default = {name: info.default for name, info in type(record).model_fields.items()}
    return ", ".join(
        f"{name}: {{{shown(value)}}}" if isinstance(value, Record) else f"{name}: {shown(value)}"
        for name, value in record
        if name != "id" and value != default[name]
    )


def _no_direction(old: object, new: object) -> Iterator[Step]:
    """Yield `changed` where the values differ."""
    if old != new:
        yield Step("changed", shown(old), shown(new))


def _prose(old: object, new: object) -> Iterator[Step]:
    """Yield `reworded` where the texts differ."""
    if old != new:
        yield Step("reworded", shown(old) if old else "", shown(new) if new else "")


def _towards(strictness: Callable[[object], float | None]) -> Rule:
    """Compare by a number that is larger for stricter values; None has no direction."""

    def compare(old: object, new: object) -> Iterator[Step]:
        if old == new:
            return
        before, after = strictness(old), strictness(new)
        kind: ChangeKind = "changed"
        if before is not None and after is not None and before != after:
            kind = "strengthened" if after > before else "weakened"
        yield Step(kind, shown(old), shown(new))

    return compare


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _negative(value: object) -> float | None:
    number = _number(value)
    return None if number is None else -number


def _period(value: object) -> float | None:
    return days_of(value) if isinstance(value, str) else None


def _clock(*, without: float | None) -> Rule:
    """A shorter period is stricter; `without` is the length that no period amounts to."""

    def strictness(value: object) -> float | None:
        length = without if value is None else _period(value)
        return None if length is None else -length

    return _towards(strictness)


def _rank(*weakest_first: str) -> Rule:
    places = {name: float(place) for place, name in enumerate(weakest_first)}
    return _towards(lambda value: places.get(str(value)))


def _members(*, more: ChangeKind, fewer: ChangeKind) -> Rule:
    """Compare lists element by element; their order means nothing."""

    def compare(old: object, new: object) -> Iterator[Step]:
        before = old if isinstance(old, Sequence) else ()
        after = new if isinstance(new, Sequence) else ()
        yield from (Step(fewer, shown(gone), "") for gone in before if gone not in after)
        yield from (Step(more, "", shown(come)) for come in after if come not in before)

    return compare


larger_is_stricter: Final = _towards(_number)
smaller_is_stricter: Final = _towards(_negative)
longer_is_stricter: Final = _towards(_period)
more_is_stricter: Final = _members(more="strengthened", fewer="weakened")
more_is_weaker: Final = _members(more="weakened", fewer="strengthened")
more_is_different: Final = _members(more="changed", fewer="changed")
_texts: Final = _members(more="reworded", fewer="reworded")

RULES: Final[Mapping[tuple[str, str], Rule]] = {
    ("Framework", "precaution"): _rank("treat_as_reached", "hold"),
    ("Framework", "declared_assurance"): _rank("accepted", "refused"),
    ("Framework", "attested_assurance"): _rank("accepted", "refused"),
    ("Framework", "register_max_age"): _clock(without=None),
    ("Framework", "baseline"): more_is_stricter,
    ("Framework", "does_not_establish"): _texts,
    ("Framework", "surfaces"): more_is_different,
    ("Framework", "audiences"): more_is_different,
    ("Scope", "baseline"): more_is_stricter,
    ("ErrorControl", "rule_out"): smaller_is_stricter,
    # More error allowed for a rule-in means that less evidence makes a threshold REACHED.
    ("ErrorControl", "rule_in"): larger_is_stricter,
    ("ErrorControl", "period"): longer_is_stricter,
    ("Correction", "value"): larger_is_stricter,
    ("RulingRule", "required"): larger_is_stricter,
    ("RulingRule", "roles"): more_is_stricter,
    ("RulingRule", "may_lower_reached"): smaller_is_stricter,
    ("Role", "independent_of"): more_is_stricter,
    ("Evaluation", "max_missing"): smaller_is_stricter,
    ("Evaluation", "tasks"): more_is_different,
    ("Evaluation", "limits"): more_is_different,
    ("Evaluation", "status"): _towards(lambda status: float(status != "current")),
    ("Domain", "unassessed"): more_is_different,
    ("Threshold", "modality"): _rank("may", "should", "must"),
    ("Threshold", "precaution"): _rank("treat_as_reached", "hold"),
    ("Threshold", "rule_out"): smaller_is_stricter,
    ("Threshold", "obliges"): more_is_stricter,
    ("Threshold", "implies"): more_is_different,
    ("Combination", "obliges"): more_is_stricter,
    ("Interpretation", "by"): more_is_stricter,
    # Duties gate no action, and are owed all the same.
    ("Adjustment", "notices"): more_is_stricter,
    ("Standard", "modality"): _rank("may", "should", "must"),
    ("Standard", "addressee"): _rank("industry", "self"),
    ("Standard", "instructs"): more_is_stricter,
    # Every further kind of evidence is one more way to meet the criterion.
    ("SafeguardCriterion", "accepts"): more_is_weaker,
    ("SafeguardCriterion", "max_age"): _clock(without=inf),
    ("SafeguardCriterion", "scope"): _rank("subject", "paths"),
    ("SafeguardCriterion", "modality"): _rank("may", "should", "must"),
    ("ActionRule", "needs"): more_is_stricter,
    ("ActionRule", "per"): more_is_different,
    ("ActionRule", "sign_offs"): more_is_stricter,
    ("ActionRule", "survives_weight_access"): larger_is_stricter,
    ("ActionRule", "instructs"): more_is_stricter,
    ("When", "elapsed"): _clock(without=None),
    ("When", "effective_compute"): smaller_is_stricter,
    ("Trigger", "expires"): more_is_stricter,
    ("Trigger", "grace"): _clock(without=0.0),
    ("Duty", "within"): _clock(without=None),
    ("Duty", "every"): _clock(without=None),
    ("Duty", "modality"): _rank("may", "should", "must"),
    ("Measured", "decides"): _rank("rule_out", "both", "rule_in"),
    ("Measured", "guarantee"): _rank("default", "proved"),
    ("Measured", "rule_out_below"): smaller_is_stricter,
    ("Measured", "rule_in_above"): smaller_is_stricter,
    ("Measured", "rule_out_above"): larger_is_stricter,
    ("Measured", "rule_in_below"): larger_is_stricter,
    ("Inheritance", "margin"): smaller_is_stricter,
    ("Attested", "over"): more_is_stricter,
    ("Attested", "max_age"): _clock(without=inf),
    ("FactTest", "at_least"): smaller_is_stricter,
    ("FactTest", "below"): larger_is_stricter,
    ("FactTest", "one_of"): more_is_stricter,
    **{("About", name): _prose for name in ("actor", "baseline", "task", "degree", "harm")},
}

APPEARS: Final[Mapping[tuple[str, str], ChangeKind]] = {
    # Each is one more way to be free of obligations.
    ("Framework", "scope"): "weakened",
    ("Threshold", "presumed_out"): "weakened",
    ("Measured", "inherit"): "weakened",
    # A test beside the claim can only restrict.
    ("SafeguardCriterion", "falls_short_if"): "strengthened",
}
"""What it means that an optional part appears; where it goes, the opposite."""


def rule_of(owner: type[Record], *, field: str) -> Rule:
    """Return how the values of a key of a class are compared."""
    rule = RULES.get((owner.__name__, field))
    return rule or (_prose if field in PROSE else _no_direction)


def is_tree(value: object) -> TypeGuard[Tree]:
    """Tell whether a value is a tree of criteria."""
    return isinstance(value, Tree)
