"""The language as its classes: what a key is called, what stands under it, which keys there are."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Final, NamedTuple, Union, get_args, get_origin

from pydantic import Tag

from tierlock.core import (
    About,
    ActionRule,
    Adjustment,
    AllOf,
    AnyOf,
    AsPublished,
    AtLeast,
    Attested,
    ClauseReading,
    Combination,
    Correction,
    Corrections,
    Cost,
    Domain,
    Duty,
    ErrorControl,
    Estimand,
    Evaluation,
    Fact,
    FactTest,
    Framework,
    FrameworkSource,
    Inheritance,
    Interpretation,
    JudgeValidation,
    Measured,
    Presumption,
    Record,
    Role,
    RulingRule,
    SafeguardCriterion,
    Scope,
    Standard,
    Threshold,
    Tier,
    Trigger,
    Undisclosed,
    When,
)
from tierlock.frameworks.nodes import Path

NOUNS: Final[dict[type[Record], str]] = {
    About: "`about`",
    ActionRule: "an action",
    Adjustment: "an adjustment",
    AllOf: "`all`",
    AnyOf: "`any`",
    AsPublished: "`as_published`",
    AtLeast: "`at_least`",
    Attested: "an attested criterion",
    ClauseReading: "a reading",
    Combination: "a combination",
    Correction: "a correction",
    Corrections: "`corrections`",
    Cost: "`cost`",
    Domain: "a domain",
    Duty: "a duty",
    ErrorControl: "`error_control`",
    Estimand: "`estimand`",
    Evaluation: "an evaluation",
    Fact: "a fact criterion",
    FactTest: "the test of a fact",
    Framework: "a framework",
    FrameworkSource: "`source`",
    Inheritance: "`inherit`",
    Interpretation: "an interpretation",
    JudgeValidation: "`judge`",
    Measured: "a criterion",
    Presumption: "`presumed_out`",
    Role: "a role",
    RulingRule: "`ruling`",
    SafeguardCriterion: "a criterion of a standard",
    Scope: "`scope`",
    Standard: "a standard",
    Threshold: "a threshold",
    Tier: "a tier",
    Trigger: "a trigger",
    Undisclosed: "a criterion with an undisclosed bound",
    When: "`when`",
}
"""What messages call a block of keys of each class that a framework file can hold."""

CONNECTIVES: Final = (AllOf, AnyOf, AtLeast)


class Expected(NamedTuple):
    """What the language expects at one place of a file.

    Attributes:
        path: the place, without the tags by which pydantic tells kinds of criteria apart.
        annotation: the annotation there; None where the language knows no such key.
        within: the class whose key or list the last step of `path` is.
        choice: whether the location went on into the members of a union of scalars.
    """

    path: Path
    annotation: object
    within: type[Record]
    choice: bool = False


def follow(loc: Path) -> Expected:
    """Return what pydantic location `loc` of a `Framework` stands for.

    >>> follow(("thresholds", "bio-3", "crossed_if", "any", "any", 0, "evaluation", "basis")).path
    ('thresholds', 'bio-3', 'crossed_if', 'any', 0, 'basis')
    """
    path: list[str | int] = []
    here: object = Framework
    within: type[Record] = Framework
    for part in loc:
        kinds = _tagged(here)
        arguments = get_args(here)
        if kinds:
            here = kinds[str(part)]
            continue
        if isinstance(here, type) and issubclass(here, Record):
            within = here
            field = here.model_fields.get(str(part))
            here = None if field is None else _bare(field.annotation)
        elif get_origin(here) is dict:
            here = _bare(arguments[1])
        elif get_origin(here) is tuple and isinstance(part, int):
            repeated = arguments[-1] is Ellipsis
            here = _bare(arguments[0 if repeated else min(part, len(arguments) - 1)])
        else:
            return Expected(tuple(path), here, within, choice=True)
        path.append(part)
    return Expected(tuple(path), here, within)


def records() -> tuple[type[Record], ...]:
    """Return every class that a framework file can hold, `Framework` first."""
    found: list[type[Record]] = []
    waiting: list[object] = [Framework]
    while waiting:
        here = _bare(waiting.pop(0))
        if isinstance(here, type) and issubclass(here, Record):
            if here not in found:
                found.append(here)
                waiting += [field.annotation for field in here.model_fields.values()]
        else:
            waiting += [member for member in get_args(here) if not isinstance(member, str)]
    return tuple(found)


def _bare(annotation: object) -> object:
    """Return the annotation without metadata and without `| None`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) == 1:
            return _bare(members[0])
    return annotation


def _tagged(annotation: object) -> dict[str, object]:
    """Return the members of a union that pydantic tells apart by a tag; else nothing."""
    return {
        mark.tag: _bare(member)
        for member in get_args(annotation)
        if get_origin(member) is Annotated
        for mark in get_args(member)[1:]
        if isinstance(mark, Tag)
    }
